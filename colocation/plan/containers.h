// A step or sidecar as a container that the launcher wraps.
//
// The container's command is the launcher, then the author's command; the
// author's args stay as they are, so that what Kubernetes expands in them it
// still does. What Tekton's entrypoint is told by flags (pkg/pod/entrypoint.go,
// orderContainers) stands in the LaunchContainer.
#ifndef COLOCATION_PLAN_CONTAINERS_H_
#define COLOCATION_PLAN_CONTAINERS_H_

#include <string>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/images.h"
#include "colocation/plan/names.h"
#include "colocation/plan/own_fields.h"
#include "colocation/plan/volumes.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// A container in all its parts; without resources, which depend on the others.
// Both are in the Pod already, made where they stay.
struct WrappedContainer {
  v1::PlannedContainer& planned;
  v1::LaunchContainer& launch;
  // The script with its "#!" line; empty where there is none.
  std::string script;
};

// What wrapping a container takes.
struct Wrapping {
  const ResolvedRun& run;
  const std::vector<PlacedUnit>& units;
  const PodVolumes& volumes;
  // Tekton's `enable-kubernetes-sidecar`: sidecars are started again.
  bool native_sidecars = false;
  Images* images;
  DiagnosticList* diagnostics;
  // Where the container goes, and what the launcher is told of it.
  v1::PlannedPod* pod;
  OwnFields* own_fields;
};

// Step or sidecar `index` of unit `unit`.
WrappedContainer WrapStep(const Wrapping& wrapping, int unit, int index);
WrappedContainer WrapSidecar(const Wrapping& wrapping, int unit, int index);

}  // namespace colocation

#endif  // COLOCATION_PLAN_CONTAINERS_H_
