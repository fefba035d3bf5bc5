#include "colocation/simulate/decision.h"

#include <utility>

#include "absl/algorithm/container.h"

namespace colocation::simulate {

bool StoppedFor(const WorkloadModel& workload, const RunState& run, int task) {
  const TaskModel& model = workload.tasks[task];
  if (model.finally) return false;
  // Tasks that wait for the same start together: none of them stops another.
  return absl::c_any_of(run.stopping_siblings, [&](int siblings) {
    return siblings != model.siblings;
  });
}

Decision Decide(const WorkloadModel& workload, const RunState& run, int task) {
  const TaskModel& model = workload.tasks[task];
  if (StoppedFor(workload, run, task)) {
    return {v1::UNIT_SKIPPED, false, "another task failed"};
  }
  const auto skipped = [&](int parent, bool by_when) {
    return run.tasks[parent].outcome == v1::UNIT_SKIPPED &&
           run.tasks[parent].by_when == by_when;
  };
  // A task that failed is taken to have given no results.
  const bool missing =
      absl::c_any_of(model.parents, [&](const std::pair<int, bool>& parent) {
        return parent.second &&
               run.tasks[parent.first].outcome != v1::UNIT_SUCCEEDED;
      });
  if (model.finally) {
    if (missing) return {v1::UNIT_SKIPPED, false, "a result is missing"};
    if (model.skipped) {
      return {v1::UNIT_SKIPPED, true, "its `when` doesn't hold"};
    }
    return {};
  }
  if (run.tasks_over) {
    return {v1::UNIT_SKIPPED, false, "the timeout of tasks is over"};
  }
  if (model.skipped) {
    return {v1::UNIT_SKIPPED, true, "its `when` doesn't hold"};
  }
  for (const auto& [parent, resource] : model.parents) {
    if (skipped(parent, false)) {
      return {v1::UNIT_SKIPPED, false, "a parent was skipped"};
    }
  }
  for (const auto& [parent, resource] : model.parents) {
    if (resource && (skipped(parent, true) || model.continue_on_error) &&
        run.tasks[parent].outcome != v1::UNIT_SUCCEEDED) {
      return {v1::UNIT_SKIPPED, false, "a result is missing"};
    }
  }
  if (missing) return {v1::UNIT_FAILED, false, "a result is missing"};
  return {};
}

}  // namespace colocation::simulate
