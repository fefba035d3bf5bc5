// Which directories a unit finds empty in each attempt.
//
// Tekton runs an attempt in a Pod of its own, where emptyDir and ephemeral
// volumes are new. Here the containers stay, and their launchers empty what is
// the unit's alone: /workspace, the home directory in /tekton, and such volumes
// of its Task and Pod template. Workspaces are the run's, and stay.
//
// A launcher that removes a directory takes away what another container has
// mounted on it (launcher/users_files.h). So a container empties a directory
// only if every other one of the unit that has it, has it at the same place and
// has nothing mounted below it that this one has not.
#ifndef COLOCATION_PLAN_OWN_DIRECTORIES_H_
#define COLOCATION_PLAN_OWN_DIRECTORIES_H_

#include "colocation/v1/plan.pb.h"

namespace colocation {

// Fills LaunchContainer.own_directories of the units with retries, once the Pod
// has all its containers.
void AddOwnDirectories(v1::PlannedPod* pod);

}  // namespace colocation

#endif  // COLOCATION_PLAN_OWN_DIRECTORIES_H_
