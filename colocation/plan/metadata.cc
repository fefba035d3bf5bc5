#include "colocation/plan/metadata.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

// Of a Task; it would say that the Pod is one.
constexpr char kLastApplied[] =
    "kubectl.kubernetes.io/last-applied-configuration";

using Entries = std::map<std::string, std::string>;

// What all of the maps that have it agree on; the other keys go to `differ`.
Entries Agreed(const ResolvedRun& run, const Group& group,
               Entries ResolvedTask::*field, std::set<std::string>* differ) {
  Entries agreed;
  for (const TaskIndex task : group.tasks) {
    for (const auto& [key, value] : run.tasks[task].*field) {
      if (key == kLastApplied) continue;
      const auto [entry, added] = agreed.insert({key, value});
      if (!added && entry->second != value) differ->insert(key);
    }
  }
  for (const std::string& key : *differ) agreed.erase(key);
  return agreed;
}

}  // namespace

void SetMetadata(const ResolvedRun& run, const Group& group,
                 v1::PlannedPod* pod, Decisions* decisions) {
  std::set<std::string> labels, annotations;
  for (const auto& [key, value] :
       Agreed(run, group, &ResolvedTask::labels, &labels)) {
    (*pod->mutable_labels())[key] = value;
  }
  for (const auto& [key, value] :
       Agreed(run, group, &ResolvedTask::annotations, &annotations)) {
    (*pod->mutable_annotations())[key] = value;
  }
  if (group.tasks.size() == 1) {
    (*pod->mutable_labels())["tekton.dev/pipelineTask"] =
        run.tasks[group.tasks.front()].name;
  }
  labels.insert(annotations.begin(), annotations.end());
  if (labels.empty()) return;
  decisions
      ->Add("metadata-differs", group.tasks, absl::StrJoin(labels, ", "),
            absl::StrCat("The Pod has none of these labels and annotations, "
                         "as its tasks have different values for them: ",
                         absl::StrJoin(labels, ", ")))
      .set_hint("");
}

}  // namespace colocation
