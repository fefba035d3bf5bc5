#include "colocation/plan/metadata.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

using Entries = std::map<std::string, std::string>;

// What all that have a key agree on, and the keys on which they don't.
class Agreement {
 public:
  void Add(const Entries& entries) {
    for (const auto& [key, value] : entries) {
      if (key == kLastAppliedAnnotation) continue;
      const auto [entry, added] = agreed_.insert({key, value});
      if (!added && entry->second != value) differ_.insert(key);
    }
  }

  void Take(google::protobuf::Map<std::string, std::string>* entries,
            std::set<std::string>* differ) {
    for (const auto& [key, value] : agreed_) {
      if (!differ_.contains(key)) (*entries)[key] = value;
    }
    differ->merge(differ_);
  }

 private:
  Entries agreed_;
  std::set<std::string> differ_;
};

// Tekton's own.
Entries TektonLabels(const ResolvedRun& run, const PlacedUnit& unit) {
  const ResolvedTask& task = run.tasks[unit.task];
  Entries labels;
  labels["tekton.dev/taskRun"] = unit.unit->task_run;
  if (!task.task_ref.empty()) labels["tekton.dev/task"] = task.task_ref;
  if (run.identity.kind() == "TaskRun") return labels;
  labels["tekton.dev/pipelineTask"] = task.name;
  labels["tekton.dev/memberOf"] = task.finally ? "finally" : "tasks";
  return labels;
}

// Those on which all units agree.
Entries AgreedTektonLabels(const ResolvedRun& run,
                           const std::vector<PlacedUnit>& units) {
  Entries labels = TektonLabels(run, units.front());
  if (units.size() > 1) labels.erase("tekton.dev/taskRun");
  const ResolvedTask& first = run.tasks[units.front().task];
  for (const PlacedUnit& unit : units) {
    const ResolvedTask& task = run.tasks[unit.task];
    if (unit.task != units.front().task)
      labels.erase("tekton.dev/pipelineTask");
    if (task.task_ref != first.task_ref) labels.erase("tekton.dev/task");
    if (task.finally != first.finally) labels.erase("tekton.dev/memberOf");
  }
  return labels;
}

}  // namespace

std::string ManagedByInTekton(const std::string& managed_by) {
  return managed_by.empty() ? "tekton-pipelines" : managed_by;
}

UnitMetadata MetadataOf(const ResolvedRun& run, const PlacedUnit& unit) {
  const ResolvedTask& task = run.tasks[unit.task];
  UnitMetadata metadata;
  metadata.labels = task.labels;
  for (auto& [key, value] : TektonLabels(run, unit)) {
    metadata.labels[key] = std::move(value);
  }
  metadata.annotations = task.annotations;
  metadata.annotations.erase(kLastAppliedAnnotation);
  return metadata;
}

void SetMetadata(const ResolvedRun& run, const Group& group,
                 const std::vector<PlacedUnit>& units,
                 const std::string& managed_by, v1::PlannedPod* pod,
                 Decisions* decisions) {
  Agreement labels, annotations;
  for (const TaskIndex task : group.tasks) {
    labels.Add(run.tasks[task].labels);
    annotations.Add(run.tasks[task].annotations);
  }
  auto& pod_labels = *pod->mutable_labels();
  std::set<std::string> differ;
  labels.Take(&pod_labels, &differ);
  annotations.Take(pod->mutable_annotations(), &differ);
  for (const auto& [key, value] : AgreedTektonLabels(run, units)) {
    pod_labels[key] = value;
  }
  pod_labels[kManagedByLabel] = units.size() == 1 || !managed_by.empty()
                                    ? ManagedByInTekton(managed_by)
                                    : "colocation";
  if (differ.empty()) return;
  decisions
      ->Add("metadata-differs", group.tasks, absl::StrJoin(differ, ", "),
            absl::StrCat("The Pod has none of these labels and annotations, "
                         "as its tasks have different values for them: ",
                         absl::StrJoin(differ, ", ")))
      .set_hint("");
}

}  // namespace colocation
