// A sidecar's probes and hooks, which the launcher does in place of kubelet: a
// sidecar's container runs from the Pod's start, the sidecar in it only from
// its task's start.
#ifndef COLOCATION_PLAN_PROBES_H_
#define COLOCATION_PLAN_PROBES_H_

#include <string>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Sets `startup`, `ready`, `live`, `post_start` and `pre_stop` of the
// container. What the launcher can't do (TLS) is an error at `path`, the
// sidecar's.
void SetProbes(const v1::Sidecar& sidecar, const Subject& subject,
               const std::string& path, v1::LaunchContainer* container,
               DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_PROBES_H_
