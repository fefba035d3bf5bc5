// Peaks and their proofs, requests, and ports.
//
// A peak is right if units that can run at once need it together (the witness:
// so it can't be less), and if chains of units that run one after the other,
// with shares that add up to it, cover the need of every unit (so it can't be
// more, as at any time at most one unit of a chain runs). The order is that of
// the wait sets of all tasks, in this Pod and outside, and of the units that
// delay others.
//
// Linear, but for neighbours in a chain and users of one port whose order is
// not a direct wait: a walk over what lies between the two for each such pair.
#ifndef COLOCATION_CHECK_CHECK_RESOURCES_H_
#define COLOCATION_CHECK_CHECK_RESOURCES_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"
#include "colocation/check/unit_order.h"

namespace colocation {

void CheckResources(const CheckedPlan& index, WaitOrder* order,
                    UnitOrder* unit_order, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_RESOURCES_H_
