// The controller of `colocate run`: creates the Pods of a plan in their time,
// tells each what happens in the others, and knows when the run is over.
//
// What to do is advance()'s to say (colocation/run/advance.h); here it is done,
// with podman in place of a cluster. Each Pod runs in a thread of its own.
#ifndef COLOCATION_CLI_RUN_PODS_H_
#define COLOCATION_CLI_RUN_PODS_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_runner.h"
#include "cli/run_progress.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation::cli {

// FailedPrecondition, with the Diagnostics in its payload, where something of
// the plan can't run on this machine: a custom task, say.
absl::Status CheckRunsHere(const v1::ColocationPlan& plan);

// Runs the plan to its end and gives the run's status. Stopping `control` stops
// all Pods. Claims that `options` has no directory for get one below
// `directory`. An error is a Pod that could not be run, as RunPod has it; the
// others are stopped then.
absl::StatusOr<v1::RunStatus> RunPods(const v1::ColocationPlan& plan,
                                      const podman::RunOptions& options,
                                      const std::string& directory,
                                      RunProgress* progress,
                                      podman::PodControl* control);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_PODS_H_
