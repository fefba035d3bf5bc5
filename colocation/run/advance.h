// What a controller has to do next for a run, and how the run stands.
//
//   for (;;) {
//     v1::Observation observed = Look();  // Pods, the status, the clock
//     absl::StatusOr<v1::Advance> next = AdvanceRun(plan, observed);
//     for (const v1::Action& action : next->actions()) Do(action);
//     Keep(next->status());               // PipelineRun.status
//     if (next->done()) break;
//     WaitForAChangeOr(next->look_again());
//   }
//
// A pure function: the clock is in the observation. Level-based: it can be
// called at any time with whatever is seen, twice, after a restart, or after
// days; actions that were done show in the next observation and are not asked
// for again. docs/running.md has the rules.
//
// Whatever happens to Pods (eviction, a lost node, deletion, an image that
// can't be pulled, a launcher that is killed), a run comes to an end, by its
// timeouts at the latest.
#ifndef COLOCATION_RUN_ADVANCE_H_
#define COLOCATION_RUN_ADVANCE_H_

#include "absl/status/statusor.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation {

// InvalidArgument where the plan does not hold together or the observation has
// no time. Linear in the plan and the observation, and for each task that could
// start in the number of tasks.
absl::StatusOr<v1::Advance> AdvanceRun(const v1::ColocationPlan& plan,
                                       const v1::Observation& observed);

}  // namespace colocation

#endif  // COLOCATION_RUN_ADVANCE_H_
