// What each task waits for.
//
// A task may start when those it depends on have ended, in whatever way; a
// finally task when all others have. Both follow from the ends of a few tasks,
// if an end, also that of a task which is skipped, is made known only after the
// ends of all that it waits for. So the wait sets are the in-edges of the
// transitive reduction, and a finally task waits for the tasks that no other
// waits for. Nothing waits for a task that is known never to run: what depends
// on it waits for what it would have waited for, as Tekton decides a skip only
// when the parents are done (pipelinerunresolution.go, checkParentsDone).
//
// Only waiting is reduced. What decides a skip, the outcomes of all direct
// parents, is kept in LaunchTask.parents.
//
// Cost: that of the reduction (transitive_reduction.h), and the size of the
// wait sets. Not thread-safe.
#ifndef COLOCATION_PLAN_WAIT_SETS_H_
#define COLOCATION_PLAN_WAIT_SETS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "colocation/graph/graph.h"
#include "colocation/resolve/run.h"

namespace colocation {

// At least as many waits as the WaitSets of `run` have: told before they are
// made, as n tasks and n finally tasks have n². Linear in the dependencies.
int64_t MostWaits(const ResolvedRun& run);

class WaitSets {
 public:
  // The dependencies of `run` are acyclic.
  explicit WaitSets(const ResolvedRun& run);

  // What `task` waits for, ascending. Minimal.
  absl::Span<const TaskIndex> Of(TaskIndex task) const {
    return graph_.Predecessors(task);
  }

  // All of them: an edge (a, b) where b waits for a.
  const Graph& graph() const { return graph_; }

  // The tasks so that each comes after what it waits for; those with most
  // steps hanging on them first.
  const std::vector<TaskIndex>& order() const { return order_; }
  // The place of `task` in that order.
  int32_t position(TaskIndex task) const { return position_[task]; }
  const std::vector<int32_t>& positions() const { return position_; }

  // Whether `after` waits for the end of `before`, directly or not. At once
  // where the one is above the other in the forest; else walks what lies
  // between the two.
  bool IsBefore(TaskIndex before, TaskIndex after);

 private:
  void MakeForest();
  bool IsAbove(TaskIndex above, TaskIndex below) const {
    return number_[above] <= number_[below] && number_[below] < below_[above];
  }

  Graph graph_;
  std::vector<TaskIndex> order_;
  std::vector<int32_t> position_;
  // A forest in which each task hangs on the last one that it waits for: a task
  // and all below it have successive numbers, from its own to `below_`. Every
  // path of it is a path of waits.
  std::vector<int32_t> number_, below_;
  // The number of tasks on the longest path of waits to each: it grows along
  // every wait.
  std::vector<int32_t> depth_;
  // Walks mark what they have seen with their own number.
  std::vector<int32_t> seen_;
  int32_t walk_ = 0;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_WAIT_SETS_H_
