// Units that are delayed so that their Pod fits (PlannedPod.fit).
//
// A limit holds if chains of units that run one after the other, waits and
// delays counted, cover what every unit needs, with shares that add up to no
// more than the limit: at any time at most one unit of a chain runs. For a
// resource these are the chains of its ResourceUse, which check_resources looks
// at; for the number of units the limit has its own. That delays take nothing
// away is seen elsewhere: wait sets and dependencies are checked as if there
// were none (check_order), and that all can end with them.
//
// Cost: a walk for each delay and each pair of neighbours in a chain.
#ifndef COLOCATION_CHECK_CHECK_FIT_H_
#define COLOCATION_CHECK_CHECK_FIT_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"
#include "colocation/check/unit_order.h"

namespace colocation {

void CheckFit(const CheckedPlan& index, UnitOrder* order, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_FIT_H_
