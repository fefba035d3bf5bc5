// Upper bounds for Pods, and what splits cut.
//
// A Pod of several units has room on the node that the plan names for it, and
// on some node where one with its labels is known at all; its limits and
// requests are what its namespace allows; it has at most so many containers;
// the results of each task fit into a termination message. What a decision says
// about a cut is counted again.
#ifndef COLOCATION_CHECK_CHECK_CAPS_H_
#define COLOCATION_CHECK_CHECK_CAPS_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckCaps(const CheckedPlan& index, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_CAPS_H_
