// The plan's names, resolved once: tasks, units and Pods by number.
#ifndef COLOCATION_CHECK_PLAN_INDEX_H_
#define COLOCATION_CHECK_PLAN_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/check/faults.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

struct IndexedUnit {
  int task = 0;
  int pod = 0;
  const v1::PlannedUnit* unit = nullptr;
};

// -1 for a name that no task has.
struct DependencyEnds {
  int from = -1;
  int to = -1;
};

// (Not PlanIndex: the renderers have one of that name.)
struct CheckedPlan {
  // Outlives this.
  const v1::ColocationPlan* plan = nullptr;

  absl::flat_hash_map<absl::string_view, int> task_by_name;
  absl::flat_hash_map<absl::string_view, int> unit_by_name;
  std::vector<IndexedUnit> units;
  // For each task: its Pod, or -1.
  std::vector<int> pod_of;
  // For each task: the tasks of its `wait_for`, ascending.
  std::vector<std::vector<int>> waits;
  // For each unit: the units of its `delayed_by`, ascending.
  std::vector<std::vector<int>> delays;
  // Whether any unit has some.
  bool any_delays = false;
  // For each dependency of the plan: its tasks.
  std::vector<DependencyEnds> dependencies;

  const v1::PlannedTask& task(int i) const { return plan->tasks(i); }
  bool never_runs(int i) const {
    return task(i).placement() == v1::PLACEMENT_SKIPPED;
  }
  // Whether `before` is in the wait set of `task`.
  bool Waits(int task, int before) const;
  // -1 where there is none of that name.
  int TaskOf(absl::string_view name) const;
  // Index into `units`; -1 where there is none of that name.
  int UnitOf(absl::string_view name) const;
};

// Reports versions, enum values and fields that this checker doesn't know,
// names that aren't valid or not unique, references to nothing, and tasks that
// aren't placed exactly once. The index counts only where nothing was reported.
CheckedPlan IndexPlan(const v1::ColocationPlan& plan, Faults* faults);

// The order in which tasks end: that of the wait sets, whatever Pods they are
// in.
class WaitOrder {
 public:
  // Reports a cycle of waits, and is not `valid` then.
  WaitOrder(const CheckedPlan& index, Faults* faults);

  bool valid() const { return valid_; }
  // Each task comes after all that it waits for.
  const std::vector<int>& topological() const { return topological_; }

  // Whether `after` waits for the end of `before`, directly or not. At once
  // where a path that was found at first leads from the one to the other; else
  // walks what lies between the two.
  bool IsBefore(int before, int after);

  // Those of `tasks` that none of the others waits for, ascending. A walk back
  // to the first of them.
  std::vector<int> Last(std::vector<int> tasks);

  // Marks all that `of` waits for, directly or not; O(tasks + waits).
  std::vector<bool> AllBefore(const std::vector<int>& of) const;

  // Position in `topological`.
  int position(int task) const { return position_[task]; }

  // Whether one of `tasks` waits for another of them, as minimal wait sets must
  // not have it. Gives up, and says no, when `*steps` are used up.
  bool AnyImplied(const std::vector<int>& tasks, int64_t* steps);

 private:
  void NumberForest(const std::vector<std::vector<int>>& followers);
  bool Above(int above, int below) const {
    return number_[above] <= number_[below] && number_[below] < until_[above];
  }

  const CheckedPlan& index_;
  bool valid_ = false;
  std::vector<int> topological_;
  std::vector<int> position_;
  // A depth-first numbering of a forest of waits, in which each task hangs on
  // the latest one that it waits for: below a task are those with the numbers
  // from its own to `until_`.
  std::vector<int> number_;
  std::vector<int> until_;
  // The length of the longest path of waits that ends at each task.
  std::vector<int> level_;
  // Walks mark what they have seen with their own number.
  std::vector<int> seen_;
  int walk_ = 0;
  std::vector<int> stack_;
};

}  // namespace colocation

#endif  // COLOCATION_CHECK_PLAN_INDEX_H_
