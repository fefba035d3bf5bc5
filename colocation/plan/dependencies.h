// Every dependency of the run, and how the wait sets make sure of it.
#ifndef COLOCATION_PLAN_DEPENDENCIES_H_
#define COLOCATION_PLAN_DEPENDENCIES_H_

#include "colocation/plan/grouping.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Sets `dependencies` of the plan. Linear: what no wait states is implied by
// those of the reduction (wait_sets.h), which the checker finds out for itself.
void AddDependencies(const ResolvedRun& run, const Grouping& grouping,
                     const WaitSets& waits, v1::ColocationPlan* plan);

}  // namespace colocation

#endif  // COLOCATION_PLAN_DEPENDENCIES_H_
