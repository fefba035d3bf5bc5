// When Pods are created.
//
// A Pod is created when one of its tasks could start, and not before what it is
// made of is known: fields that Kubernetes fixes at creation may take results,
// and have to wait for the tasks that give these. So for each task that waits
// for nobody in the Pod there is a start condition: the last of what it waits
// for and of the tasks whose results the Pod is made of.
//
// Linear in the texts of volumes, mounts and variables' sources; for each Pod
// made of results a walk back for each of its first tasks.
#ifndef COLOCATION_CHECK_CHECK_STARTS_H_
#define COLOCATION_CHECK_CHECK_STARTS_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckStarts(const CheckedPlan& index, WaitOrder* order, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_STARTS_H_
