// Finds what is in a plan by name, and says in words what it holds as numbers:
// shared by the texts and pictures.
//
// Refers to the plan, which must outlive it. A name that the plan doesn't have
// gives a null pointer: these functions are given plans of others, too.
#ifndef COLOCATION_RENDER_PLAN_INDEX_H_
#define COLOCATION_RENDER_PLAN_INDEX_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

class PlanIndex {
 public:
  explicit PlanIndex(const v1::ColocationPlan& plan);

  const v1::PlannedTask* Task(absl::string_view name) const;
  const v1::PlannedPod* Pod(absl::string_view name) const;
  const v1::LaunchTask* Launch(const v1::PlannedTask& task) const;

  // The containers of the task, in the order of its units and steps, sidecars
  // after the steps.
  std::vector<const v1::PlannedContainer*> Containers(
      const v1::PlannedTask& task) const;

  // What the task depends on, and what depends on it, in the plan's order.
  const std::vector<const v1::Dependency*>& DependenciesOf(
      absl::string_view task) const;
  const std::vector<const v1::Dependency*>& DependentsOf(
      absl::string_view task) const;

  // The tasks that have units for which units of `task` wait, only because the
  // Pod has no room for them at once (PlannedUnit.delayed_by); each once, in
  // the plan's order. Itself where units of its matrix wait for others of it.
  std::vector<const v1::PlannedTask*> DelaysOf(
      const v1::PlannedTask& task) const;

 private:
  using Key = std::pair<absl::string_view, absl::string_view>;

  absl::flat_hash_map<absl::string_view, const v1::PlannedTask*> tasks_;
  absl::flat_hash_map<absl::string_view, const v1::PlannedPod*> pods_;
  // By unit its task's place in the plan; only of Pods in which units are
  // delayed.
  absl::flat_hash_map<absl::string_view, int> units_;
  const v1::ColocationPlan& plan_;
  absl::flat_hash_map<Key, const v1::LaunchTask*> launch_;
  absl::flat_hash_map<Key, const v1::PlannedContainer*> containers_;
  absl::flat_hash_map<absl::string_view, std::vector<const v1::Dependency*>>
      dependencies_;
  absl::flat_hash_map<absl::string_view, std::vector<const v1::Dependency*>>
      dependents_;
};

// "workspaces", "pipelinerun", "isolated"; "peak", "sum".
absl::string_view PolicyName(v1::Policy policy);
absl::string_view RequestModeName(v1::RequestMode mode);

// "runAfter", "result", "finally".
absl::string_view DependencyName(v1::Dependency::Kind kind);

// Why a task is skipped: "its when expressions don't hold".
absl::string_view SkipReasonText(v1::SkipReason reason);

// "compile, pack + db": the steps and sidecars of one unit by their names in
// the task; with more than `limit` characters "3 steps + 1 sidecar".
std::string StepsText(const PlanIndex& index, const v1::PlannedTask& task,
                      size_t limit);

// "emptyDir", "emptyDir in memory, 2Gi", "claim go-cache", "secret login", ...
std::string VolumeText(const v1::Volume& volume);

// When the Pod may be created: "at once", "when clone has ended".
std::string StartText(const v1::PlannedPod& pod);

// "1 task", "2 tasks".
std::string Count(size_t number, absl::string_view noun);

}  // namespace colocation

#endif  // COLOCATION_RENDER_PLAN_INDEX_H_
