// References to results and ends: that what is looked at is there, and told.
//
// The launcher replaces references in a container only where it is told to; a
// result that somebody else needs is declared by its task and leaves its Pod;
// what a Pod is told of a task elsewhere is what that task's own launch task
// says; an external task looks at all its parents; and a Pod without a
// controller waits for nobody. Linear in the texts and lists.
#ifndef COLOCATION_CHECK_CHECK_REFERENCES_H_
#define COLOCATION_CHECK_CHECK_REFERENCES_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckReferences(const CheckedPlan& index, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_REFERENCES_H_
