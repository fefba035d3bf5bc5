// A planned Pod as the manifest that Kubernetes takes.
//
// The plan holds the parts with their reasons: volumes, containers with their
// mounts and wrapped commands, Pod-level settings. Here they become one object,
// together with what follows from the plan as a whole:
//
// - labels and annotations: the run's, the Pod's own, and those by which
//   Tekton's tools find the Pods of a run (pkg/apis/pipeline/register.go);
// - the PipelineRun as owner, where it exists already;
// - the init container, which lays out the launcher (install_arguments.h) and
//   costs nothing: it asks for no more than the containers do;
// - restartPolicy Never: the launcher sees to retries;
// - activeDeadlineSeconds, for when no launcher is there to keep the run's
//   timeout.
//
// A pure function; cost linear in the Pod's size.
#ifndef COLOCATION_RENDER_POD_H_
#define COLOCATION_RENDER_POD_H_

#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// `pod` is one of `plan.pods`.
v1::Pod RenderPod(const v1::ColocationPlan& plan, const v1::PlannedPod& pod);

}  // namespace colocation

#endif  // COLOCATION_RENDER_POD_H_
