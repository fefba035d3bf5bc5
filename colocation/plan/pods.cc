#include "colocation/plan/pods.h"

#include <algorithm>
#include <utility>

namespace colocation {
namespace {

// `a` and `b` are ascending.
std::vector<TaskIndex> Union(absl::Span<const TaskIndex> a,
                             const std::vector<TaskIndex>& b) {
  std::vector<TaskIndex> all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                 std::back_inserter(all));
  return all;
}

// Leaves out what the ends of the others imply.
std::vector<TaskIndex> Minimal(const std::vector<TaskIndex>& tasks,
                               WaitSets* waits) {
  std::vector<TaskIndex> minimal;
  for (const TaskIndex task : tasks) {
    const bool implied =
        std::any_of(tasks.begin(), tasks.end(), [&](TaskIndex other) {
          return other != task && waits->IsBefore(task, other);
        });
    if (!implied) minimal.push_back(task);
  }
  return minimal;
}

void DropSupersets(std::vector<std::vector<TaskIndex>>* sets) {
  constexpr size_t kMost = 256;
  if (sets->size() > kMost) return;
  std::vector<std::vector<TaskIndex>> kept;
  for (const std::vector<TaskIndex>& set : *sets) {
    const bool superset =
        std::any_of(sets->begin(), sets->end(), [&](const auto& other) {
          return other.size() < set.size() &&
                 std::includes(set.begin(), set.end(), other.begin(),
                               other.end());
        });
    if (!superset) kept.push_back(set);
  }
  *sets = std::move(kept);
}

}  // namespace

std::vector<std::vector<TaskIndex>> StartConditions(const Grouping& grouping,
                                                    int32_t group,
                                                    WaitSets* waits) {
  const Group& pod = grouping.groups[group];
  std::vector<std::vector<TaskIndex>> sets;
  for (const TaskIndex task : pod.tasks) {
    const auto needed = waits->Of(task);
    const bool first = std::none_of(
        needed.begin(), needed.end(),
        [&](TaskIndex before) { return grouping.group_of[before] == group; });
    if (!first) continue;
    if (needed.empty() && pod.needs.empty()) return {{}};
    sets.push_back(pod.needs.empty()
                       ? std::vector<TaskIndex>(needed.begin(), needed.end())
                       : Minimal(Union(needed, pod.needs), waits));
  }
  std::sort(sets.begin(), sets.end());
  sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  DropSupersets(&sets);
  return sets;
}

}  // namespace colocation
