// What decides which tasks share a Pod: the workspaces they use, the settings
// each has for its Pod, and what the request and the run's author want.
//
// Read once, for all the steps of the grouping (grouping.h).
//
// Cost: linear in the tasks and their workspaces.
#ifndef COLOCATION_PLAN_POD_SHARING_H_
#define COLOCATION_PLAN_POD_SHARING_H_

#include <string>
#include <vector>

#include "colocation/plan/fixed_fields.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Which tasks use each workspace of the run, ascending. Those that are known
// never to run use none.
struct WorkspaceUsers {
  // Tasks with containers.
  std::vector<std::vector<TaskIndex>> in_pods;
  // Tasks that something else runs, in Pods that this plan knows nothing of.
  std::vector<std::vector<TaskIndex>> outside;
};
WorkspaceUsers FindWorkspaceUsers(const ResolvedRun& run);

struct PodSharing {
  // Keeps a reference to `run`.
  PodSharing(const ResolvedRun& run, v1::Policy policy);

  const ResolvedRun& run;
  v1::Policy policy;
  // Whether tasks that use one claim are to share a Pod, as far as that can be.
  bool share_claims = false;
  // Whether the run's author accepts that a task outside of Pods has an
  // emptyDir of its own.
  bool allow_not_shared = false;
  // For each workspace of the run: the tasks with containers that use it,
  // ascending.
  std::vector<std::vector<TaskIndex>> users;
  // For each workspace of the run: the tasks that use it and that no Pod of the
  // plan runs, ascending.
  std::vector<std::vector<TaskIndex>> outside;
  // For each task.
  std::vector<std::vector<PodSettings>> settings;
  TaskNames names;
};

// Whether `task` is run in a Pod of the plan.
bool HasContainers(const ResolvedTask& task);

// Whether the author of `task` wants it in a Pod of its own (annotations.h).
bool WantsOwnPod(const ResolvedTask& task);

// Whether it lives in one Pod, so that its users have to be there (TEP-0046).
bool IsPodInternal(const RunWorkspace& workspace);

// Whether it is on a PersistentVolumeClaim, which several Pods can mount, but
// for which Tekton needs its affinity assistant.
bool IsClaim(const RunWorkspace& workspace);

// The volume outside any Pod behind a workspace. Two workspaces on one claim
// are one volume.
std::string VolumeOf(const RunWorkspace& workspace);

// For a message.
std::string Quoted(const std::string& name);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_SHARING_H_
