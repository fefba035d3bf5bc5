#include "colocation/render/plan_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

template <typename Map, typename K>
auto Find(const Map& map, const K& key) -> typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

PlanIndex::PlanIndex(const v1::ColocationPlan& plan) : plan_(plan) {
  for (const v1::PlannedTask& task : plan.tasks()) tasks_[task.name()] = &task;
  for (const v1::PlannedPod& pod : plan.pods()) {
    pods_[pod.name()] = &pod;
    for (const v1::PlannedContainer& container : pod.containers())
      containers_[{pod.name(), container.container().name()}] = &container;
    for (const v1::LaunchTask& task : pod.install().launch().tasks())
      launch_[{pod.name(), task.name()}] = &task;
  }
  for (int t = 0; t < plan.tasks_size(); ++t) {
    const v1::PlannedPod* pod = Pod(plan.tasks(t).pod());
    if (pod == nullptr || pod->fit().empty()) continue;
    for (const v1::PlannedUnit& unit : plan.tasks(t).units()) {
      units_[unit.name()] = t;
    }
  }
  for (const v1::Dependency& dependency : plan.dependencies()) {
    dependencies_[dependency.to()].push_back(&dependency);
    dependents_[dependency.from()].push_back(&dependency);
  }
}

const v1::PlannedTask* PlanIndex::Task(absl::string_view name) const {
  return Find(tasks_, name);
}

const v1::PlannedPod* PlanIndex::Pod(absl::string_view name) const {
  return Find(pods_, name);
}

const v1::LaunchTask* PlanIndex::Launch(const v1::PlannedTask& task) const {
  return Find(launch_, Key(task.pod(), task.name()));
}

std::vector<const v1::PlannedTask*> PlanIndex::DelaysOf(
    const v1::PlannedTask& task) const {
  std::vector<int> numbers;
  for (const v1::PlannedUnit& unit : task.units()) {
    for (const std::string& name : unit.delayed_by()) {
      const auto other = units_.find(name);
      if (other != units_.end()) numbers.push_back(other->second);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<const v1::PlannedTask*> delays;
  for (const int number : numbers) delays.push_back(&plan_.tasks(number));
  return delays;
}

std::vector<const v1::PlannedContainer*> PlanIndex::Containers(
    const v1::PlannedTask& task) const {
  std::vector<const v1::PlannedContainer*> containers;
  for (const v1::PlannedUnit& unit : task.units()) {
    for (const auto* names : {&unit.steps(), &unit.sidecars()}) {
      for (const std::string& name : *names) {
        const auto* container = Find(containers_, Key(task.pod(), name));
        if (container != nullptr) containers.push_back(container);
      }
    }
  }
  return containers;
}

namespace {
const std::vector<const v1::Dependency*>& NoDependencies() {
  static const auto* const none = new std::vector<const v1::Dependency*>();
  return *none;
}
}  // namespace

const std::vector<const v1::Dependency*>& PlanIndex::DependenciesOf(
    absl::string_view task) const {
  const auto found = dependencies_.find(task);
  return found == dependencies_.end() ? NoDependencies() : found->second;
}

const std::vector<const v1::Dependency*>& PlanIndex::DependentsOf(
    absl::string_view task) const {
  const auto found = dependents_.find(task);
  return found == dependents_.end() ? NoDependencies() : found->second;
}

absl::string_view PolicyName(v1::Policy policy) {
  switch (policy) {
    case v1::POLICY_PIPELINERUN:
      return "pipelinerun";
    case v1::POLICY_ISOLATED:
      return "isolated";
    default:
      return "workspaces";
  }
}

absl::string_view RequestModeName(v1::RequestMode mode) {
  return mode == v1::REQUEST_MODE_SUM ? "sum" : "peak";
}

absl::string_view DependencyName(v1::Dependency::Kind kind) {
  switch (kind) {
    case v1::Dependency::RESOURCE:
      return "result";
    case v1::Dependency::FINALLY:
      return "finally";
    default:
      return "runAfter";
  }
}

absl::string_view SkipReasonText(v1::SkipReason reason) {
  switch (reason) {
    case v1::SKIP_REASON_WHEN:
      return "its when expressions don't hold";
    case v1::SKIP_REASON_PARENT_SKIPPED:
      return "a task that it depends on is skipped";
    case v1::SKIP_REASON_MISSING_RESULTS:
      return "a result that it needs will not exist";
    case v1::SKIP_REASON_EMPTY_MATRIX:
      return "its matrix is empty";
    default:
      return "it can't run";
  }
}

std::string StepsText(const PlanIndex& index, const v1::PlannedTask& task,
                      size_t limit) {
  if (task.units_size() == 0) return "";
  std::vector<absl::string_view> steps, sidecars;
  for (const v1::PlannedContainer* container : index.Containers(task)) {
    if (container->unit() != task.units(0).name()) continue;
    (container->role() == v1::CONTAINER_ROLE_SIDECAR ? sidecars : steps)
        .push_back(container->step());
  }
  const std::string times =
      task.units_size() == 1 ? "" : absl::StrCat(task.units_size(), " x ");
  std::string text = absl::StrCat(times, absl::StrJoin(steps, ", "),
                                  sidecars.empty() ? "" : " + ",
                                  absl::StrJoin(sidecars, ", "));
  if (text.size() <= limit) return text;
  text = absl::StrCat(times, Count(steps.size(), "step"));
  if (!sidecars.empty())
    absl::StrAppend(&text, " + ", Count(sidecars.size(), "sidecar"));
  return text;
}

std::string VolumeText(const v1::Volume& volume) {
  if (volume.has_empty_dir()) {
    return absl::StrCat(
        "emptyDir", volume.empty_dir().medium() == "Memory" ? " in memory" : "",
        volume.empty_dir().has_size_limit()
            ? absl::StrCat(", ", volume.empty_dir().size_limit())
            : "");
  }
  if (volume.has_persistent_volume_claim())
    return absl::StrCat("claim ",
                        volume.persistent_volume_claim().claim_name());
  if (volume.has_secret())
    return absl::StrCat("secret ", volume.secret().secret_name());
  if (volume.has_config_map())
    return absl::StrCat("configMap ", volume.config_map().name());
  if (volume.has_csi()) return absl::StrCat("csi ", volume.csi().driver());
  if (volume.has_ephemeral()) return "claim of the Pod's own";
  // Whatever else it is: the name of its only other field.
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  volume.GetReflection()->ListFields(volume, &fields);
  for (const auto* field : fields) {
    if (field->message_type() != nullptr) return field->json_name();
  }
  return "emptyDir";
}

std::string StartText(const v1::PlannedPod& pod) {
  std::vector<std::string> ways;
  for (const v1::StartCondition& condition : pod.start_when()) {
    if (condition.tasks().empty()) return "at once";
    ways.push_back(absl::StrCat(
        absl::StrJoin(condition.tasks(), " and "),
        condition.tasks_size() == 1 ? " has ended" : " have ended"));
  }
  if (ways.empty()) return "at once";
  return absl::StrCat("when ", absl::StrJoin(ways, ", or "));
}

std::string Count(size_t number, absl::string_view noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

}  // namespace colocation
