#include "colocation/validate/pipeline_names.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
PipelineNames::PipelineNames(const v1::PipelineSpec& pipeline)
    : pipeline_(pipeline) {
  tasks_.reserve(pipeline.tasks_size());
  for (int i = 0; i < pipeline.tasks_size(); ++i) {
    if (!tasks_.emplace(pipeline.tasks(i).name(), i).second)
      has_duplicate_tasks_ = true;
  }
  finally_.reserve(pipeline.finally_size());
  for (int i = 0; i < pipeline.finally_size(); ++i) {
    finally_.emplace(pipeline.finally(i).name(), i);
  }
}

int PipelineNames::Find(const Index& index, absl::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? -1 : found->second;
}

void ReportUnknownTask(const ValidationContext& context,
                       const PipelineNames& names, absl::string_view name,
                       const FieldPath& pipeline, const FieldPath& path) {
  v1::Diagnostic& error =
      context.Error("unknown-task", path,
                    absl::StrCat("no pipeline task named \"", name, "\""));
  const PipelineTasks& tasks = names.pipeline().tasks();
  std::vector<absl::string_view> candidates;
  for (int i = 0; i < tasks.size() && i < kComparedNames; ++i) {
    candidates.push_back(tasks[i].name());
  }
  const std::string nearest = NearestName(name, candidates);
  if (nearest.empty()) return;
  error.set_hint(DidYouMean(name, candidates));
  const FieldPath list = pipeline.Field("tasks");
  const FieldPath task = list.Index(names.Task(nearest));
  context.Related(error, task.Field("name"),
                  absl::StrCat("\"", nearest, "\" is here"));
}

}  // namespace colocation
