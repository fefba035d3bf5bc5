// That tasks which use one workspace see one volume.
//
// An emptyDir, or a claim that Kubernetes makes for one Pod, is another one in
// each Pod: tasks that share it have to be in one Pod, unless the plan says
// that they don't share it (policy `isolated`, decision `not-shared`). Any
// other volume is the same in each. Linear.
#ifndef COLOCATION_CHECK_CHECK_WORKSPACES_H_
#define COLOCATION_CHECK_CHECK_WORKSPACES_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckWorkspaces(const CheckedPlan& index, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_WORKSPACES_H_
