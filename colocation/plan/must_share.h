// Which tasks have to share a Pod.
//
// Tasks that use the same Pod-internal workspace, one bound to an emptyDir
// (TEP-0046), as an emptyDir lives and dies with its Pod. Their connected
// components are the smallest possible groups. Under the policy `isolated` each
// task has an emptyDir of its own, and none has to share.
//
// Cost: near linear in the tasks and their workspaces.
#ifndef COLOCATION_PLAN_MUST_SHARE_H_
#define COLOCATION_PLAN_MUST_SHARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Tasks that are planned into one Pod.
struct Group {
  // Ascending; not empty.
  std::vector<TaskIndex> tasks;
  // Tasks that have to end before the Pod is created, because a field that is
  // then fixed takes their results (late_pods.h). Ascending.
  std::vector<TaskIndex> needs;
};

// The smallest groups that there can be, by their first task. Each task with
// containers is in one.
std::vector<Group> MustShare(const PodSharing& sharing);

// For each of the run's `tasks`: its group, or -1 where it is in none.
std::vector<int32_t> GroupOfTasks(size_t tasks,
                                  const std::vector<Group>& groups);

// Why the tasks of a group have to be together: "the emptyDir workspaces ...".
std::string WhatJoins(const PodSharing& sharing, const Group& group);

// Adds to a refusal where `task` is written.
void RelateTask(const ResolvedTask& task, v1::Diagnostic* refusal);

}  // namespace colocation

#endif  // COLOCATION_PLAN_MUST_SHARE_H_
