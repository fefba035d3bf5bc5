// Every dependency of the run, and how the wait sets make sure of it.
#ifndef COLOCATION_PLAN_DEPENDENCIES_H_
#define COLOCATION_PLAN_DEPENDENCIES_H_

#include "colocation/plan/grouping.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Sets `dependencies` of the plan. For one that is implied this looks for a
// shortest path of waits among the tasks between the two.
void AddDependencies(const ResolvedRun& run, const Grouping& grouping,
                     const WaitSets& waits, v1::ColocationPlan* plan);

}  // namespace colocation

#endif  // COLOCATION_PLAN_DEPENDENCIES_H_
