// What the TaskRuns of a pipeline task say of it.
#include <memory>
#include <utility>

#include "colocation/resolve/replacements.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/syntax/duration.h"

namespace colocation {

// pkg/reconciler/pipelinerun/resources/pipelinerunstate.go, getDisplayName.
void TaskResolver::SetDisplayName(const v1::PipelineTask& pipeline_task,
                                  ResolvedTask* task) {
  if (pipeline_task.display_name().empty()) return;
  Replacements params;
  for (const v1::Param& param : pipeline_task.params()) {
    if (param.value().has_string_value()) {
      params.SetParam(param.name(), param.value());
    }
  }
  task->display_name = params.Apply(pipeline_task.display_name());
}

// pkg/reconciler/pipelinerun/pipelinerun.go, createTaskRun.
void TaskResolver::KeepTaskRun(const v1::PipelineTask& pipeline_task,
                               const TaskSettings& settings,
                               v1::TaskSpec embedded, ResolvedTask* task) {
  auto kept = std::make_shared<v1::TaskRun>();
  v1::ObjectMeta* metadata = kept->mutable_metadata();
  for (const auto& [key, value] : task->labels) {
    (*metadata->mutable_labels())[key] = value;
  }
  for (const auto& [key, value] : task->annotations) {
    (*metadata->mutable_annotations())[key] = value;
  }
  v1::TaskRunSpec* spec = kept->mutable_spec();
  *spec->mutable_params() = pipeline_task.params();
  if (pipeline_task.has_task_ref()) {
    *spec->mutable_task_ref() = pipeline_task.task_ref();
    if (!task->task_ref.empty()) {
      (*metadata->mutable_labels())["tekton.dev/task"] = task->task_ref;
    }
  } else {
    spec->mutable_task_spec()->Swap(&embedded);
  }
  if (task->continue_on_error) {
    (*metadata->mutable_annotations())
        ["pipeline.tekton.dev/"
         "pipeline-task-on-error"] = "continue";
  }
  spec->set_service_account_name(task->service_account_name);
  spec->set_retries(task->retries);
  const v1::RunTimeouts& timeouts = scope_.run.timeouts;
  const int64_t of_list =
      task->finally ? timeouts.finally_ns() : timeouts.tasks_ns();
  const int64_t timeout = task->timeout_ns > 0 ? task->timeout_ns
                          : of_list > 0        ? of_list
                                               : timeouts.pipeline_ns();
  spec->set_timeout(FormatDurationNs(timeout));
  if (task->pod_template != nullptr && task->pod_template->ByteSizeLong() > 0) {
    *spec->mutable_pod_template() = *task->pod_template;
  }
  if (settings.spec != nullptr) {
    *spec->mutable_step_specs() = settings.spec->step_specs();
    *spec->mutable_sidecar_specs() = settings.spec->sidecar_specs();
  }
  if (task->compute_resources) {
    *spec->mutable_compute_resources() = *task->compute_resources;
  }
  for (const TaskWorkspace& workspace : task->workspaces) {
    if (workspace.run_workspace < 0) continue;
    v1::WorkspaceBinding* binding = spec->add_workspaces();
    const RunWorkspace& of_run = scope_.run.workspaces[workspace.run_workspace];
    *binding = of_run.binding;
    binding->set_name(workspace.name);
    binding->set_sub_path(workspace.sub_path);
    if (!binding->has_volume_claim_template()) continue;
    binding->clear_volume_claim_template();
    binding->mutable_persistent_volume_claim()->set_claim_name(of_run.claim);
  }
  task->task_run = std::move(kept);
}

}  // namespace colocation
