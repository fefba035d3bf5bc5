// That what a Pod's launchers are told is what the plan says.
//
// Units, containers, barriers, parents and gates are stated in the plan, in the
// containers of the Pod and in its launch spec; they have to agree, and every
// container has to come after those that it waits for, as kubelet starts them
// in that order. Linear.
#ifndef COLOCATION_CHECK_CHECK_LAUNCH_H_
#define COLOCATION_CHECK_CHECK_LAUNCH_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckLaunch(const CheckedPlan& index, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_LAUNCH_H_
