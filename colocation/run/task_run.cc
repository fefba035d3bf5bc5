#include "colocation/run/task_run.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/pipeline_label.h"
#include "colocation/run/late_values.h"
#include "colocation/run/unit_status.h"
#include "launcher/decide.h"

namespace colocation {
namespace {

// createChildResourceLabels, and those of the task.
void SetMetadata(const v1::ColocationPlan& plan, const v1::PlannedTask& task,
                 std::string name, v1::ObjectMeta* metadata) {
  metadata->set_name(std::move(name));
  auto& labels = *metadata->mutable_labels();
  auto& annotations = *metadata->mutable_annotations();
  for (const auto& [key, value] : plan.run().labels()) labels[key] = value;
  for (const auto& [key, value] : plan.run().annotations()) {
    annotations[key] = value;
  }
  for (const auto& [key, value] : task.task_run().metadata().labels()) {
    labels[key] = value;
  }
  for (const auto& [key, value] : task.task_run().metadata().annotations()) {
    annotations[key] = value;
  }
  annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
  labels[kPipelineLabel] = PipelineLabelOf(plan.run());
  labels["tekton.dev/pipelineRun"] = plan.run().name();
  if (!plan.run().uid().empty()) {
    labels["tekton.dev/pipelineRunUID"] = plan.run().uid();
  }
  labels["tekton.dev/pipelineTask"] = task.name();
  labels["tekton.dev/memberOf"] = task.finally() ? "finally" : "tasks";
}

v1::PutTaskRun TaskRunOf(const Progress& progress, int t, int u,
                         std::string name) {
  const RunIndex& index = progress.index();
  const v1::PlannedTask& task = index.plan->tasks(t);
  const launcher::Replacements statuses =
      task.finally()
          ? launcher::ReplacementsFor(index.launch, static_cast<size_t>(t),
                                      progress.situation())
          : launcher::Replacements();
  const LateValues values(index, progress.ends(), &statuses);
  v1::PutTaskRun put;
  v1::TaskRun* made = put.mutable_task_run();
  made->set_api_version("tekton.dev/v1");
  made->set_kind("TaskRun");
  SetMetadata(*index.plan, task, std::move(name), made->mutable_metadata());
  *made->mutable_spec() = task.task_run().spec();
  // What the matrix gives goes before the others (createTaskRun).
  auto* params = made->mutable_spec()->mutable_params();
  *params = task.units(u).matrix_params();
  params->MergeFrom(task.task_run().spec().params());
  values.ReplaceIn(made->mutable_spec());
  *put.mutable_task_spec() = task.units(u).task_spec();
  values.ReplaceIn(put.mutable_task_spec());
  return put;
}

}  // namespace

void PutTaskRuns(const Progress& progress, v1::Advance* next) {
  const RunIndex& index = progress.index();
  const v1::ColocationPlan& plan = *index.plan;
  if (!plan.has_pipeline_spec()) return;
  const auto& observed = progress.observed().task_runs();
  const absl::flat_hash_set<absl::string_view> there(observed.begin(),
                                                     observed.end());
  for (int t = 0; t < plan.tasks_size(); ++t) {
    if (index.pod_of[t] < 0 || !progress.HasRun(t)) continue;
    for (int u = 0; u < plan.tasks(t).units_size(); ++u) {
      std::string name = UnitTaskRunName(progress, t, u);
      if (there.contains(name)) continue;
      *next->add_actions()->mutable_put_task_run() =
          TaskRunOf(progress, t, u, std::move(name));
    }
  }
}

}  // namespace colocation
