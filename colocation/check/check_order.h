// Dependencies, and what the plan says it does about them.
//
// Every dependency is implied by waits as stated; every wait has a dependency
// as its reason; wait sets are minimal; a finally task comes after everything
// that can run; and every task can end, whatever the outcomes: waits are for
// ends of any kind, so one lazy run of the plan, Pods created by their start
// conditions, stands for all.
#ifndef COLOCATION_CHECK_CHECK_ORDER_H_
#define COLOCATION_CHECK_CHECK_ORDER_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckOrder(const CheckedPlan& index, WaitOrder* order, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_ORDER_H_
