// When a Pod may be created.
//
// As late as nothing is held up by it: as soon as one of its tasks could start.
// That is when all that this task waits for has ended; a task that waits for
// another one in the Pod comes later anyway. docs/planning.md shows that no
// plan deadlocks.
#ifndef COLOCATION_PLAN_PODS_H_
#define COLOCATION_PLAN_PODS_H_

#include <vector>

#include "colocation/plan/grouping.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// Sets of tasks: the Pod of `group` may be created when all of one of them have
// ended; one empty set where it may be at once. None contains another, as far
// as there are at most 256. Sorted.
std::vector<std::vector<TaskIndex>> StartConditions(const Grouping& grouping,
                                                    int32_t group,
                                                    WaitSets* waits);

}  // namespace colocation

#endif  // COLOCATION_PLAN_PODS_H_
