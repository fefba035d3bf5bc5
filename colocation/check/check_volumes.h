// Volumes and mounts of every Pod: that they are there, that nothing of one
// unit is seen by another but the workspaces that both use, and that the
// launchers find their own (docs/launcher.md, "Directories"). Linear.
#ifndef COLOCATION_CHECK_CHECK_VOLUMES_H_
#define COLOCATION_CHECK_CHECK_VOLUMES_H_

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

void CheckVolumes(const CheckedPlan& index, Faults* faults);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_VOLUMES_H_
