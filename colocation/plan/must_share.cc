#include "colocation/plan/must_share.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/union_find.h"

namespace colocation {

std::vector<Group> MustShare(const PodSharing& sharing) {
  const ResolvedRun& run = sharing.run;
  UnionFind sets(static_cast<int32_t>(run.tasks.size()));
  for (size_t w = 0; w < run.workspaces.size(); ++w) {
    if (sharing.policy == v1::POLICY_ISOLATED ||
        !IsPodInternal(run.workspaces[w])) {
      continue;
    }
    for (const TaskIndex task : sharing.users[w]) {
      sets.Join(sharing.users[w].front(), task);
    }
  }
  std::vector<Group> groups;
  std::vector<int32_t> group_of(run.tasks.size(), -1);
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    if (!HasContainers(run.tasks[i])) continue;
    // The representative of a set is its smallest member, and has containers.
    const int32_t first = sets.Find(static_cast<int32_t>(i));
    if (group_of[first] < 0) {
      group_of[first] = static_cast<int32_t>(groups.size());
      groups.emplace_back();
    }
    groups[group_of[first]].tasks.push_back(static_cast<TaskIndex>(i));
  }
  return groups;
}

std::vector<int32_t> GroupOfTasks(size_t tasks,
                                  const std::vector<Group>& groups) {
  std::vector<int32_t> group_of(tasks, -1);
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const TaskIndex task : groups[g].tasks) {
      group_of[task] = static_cast<int32_t>(g);
    }
  }
  return group_of;
}

std::string WhatJoins(const PodSharing& sharing, const Group& group) {
  const std::vector<RunWorkspace>& workspaces = sharing.run.workspaces;
  std::vector<std::string> names;
  for (size_t w = 0; w < workspaces.size(); ++w) {
    if (!IsPodInternal(workspaces[w]) || sharing.users[w].size() < 2) continue;
    if (std::binary_search(group.tasks.begin(), group.tasks.end(),
                           sharing.users[w].front())) {
      names.push_back(Quoted(workspaces[w].name));
    }
  }
  return absl::StrCat("the emptyDir ",
                      names.size() == 1 ? "workspace " : "workspaces ",
                      absl::StrJoin(names, ", "));
}

void RelateTask(const ResolvedTask& task, v1::Diagnostic* refusal) {
  v1::RelatedPlace* place = refusal->add_related();
  *place->mutable_origin() = task.subject.origin();
  place->set_path(absl::StrCat(task.path, ".name"));
  place->set_message(absl::StrCat(Quoted(task.name), " is here"));
}

}  // namespace colocation
