#include "colocation/resolve/select_run.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/syntax/names.h"

namespace colocation {
namespace {

// The one pipeline task of a run made for a Task or TaskRun.
v1::PipelineTask* OnlyTask(const std::string& name, v1::PipelineRun* run) {
  v1::PipelineTask* task =
      run->mutable_spec()->mutable_pipeline_spec()->add_tasks();
  task->set_name(MakeDns1123Label(name));
  return task;
}

// A TaskRun is the run of a pipeline of one task that has all its settings.
SelectedRun FromTaskRun(const v1::TaskRun& task_run) {
  SelectedRun selected{
      {}, SubjectOf(task_run), /*bare=*/false, /*one_task=*/true};
  v1::PipelineRun& run = selected.run;
  *run.mutable_metadata() = task_run.metadata();
  const v1::TaskRunSpec& spec = task_run.spec();
  *run.mutable_spec()->mutable_params() = spec.params();
  *run.mutable_spec()->mutable_workspaces() = spec.workspaces();
  if (!spec.status().empty()) run.mutable_spec()->set_status("Cancelled");
  v1::PipelineTask* task = OnlyTask(NameOf(task_run.metadata()), &run);
  if (spec.has_task_ref()) *task->mutable_task_ref() = spec.task_ref();
  if (spec.has_task_spec()) {
    *task->mutable_task_spec()->mutable_task_spec() = spec.task_spec();
  }
  // A TaskRun's values are substituted in its Task alone, as they are.
  *task->mutable_params() = spec.params();
  task->set_retries(spec.retries());
  if (spec.has_timeout()) task->set_timeout(spec.timeout());
  for (const v1::WorkspaceBinding& binding : spec.workspaces()) {
    task->add_workspaces()->set_name(binding.name());
    run.mutable_spec()->mutable_pipeline_spec()->add_workspaces()->set_name(
        binding.name());
  }
  v1::PipelineTaskRunSpec* settings = run.mutable_spec()->add_task_run_specs();
  settings->set_pipeline_task_name(task->name());
  settings->set_service_account_name(spec.service_account_name());
  if (spec.has_pod_template())
    *settings->mutable_pod_template() = spec.pod_template();
  *settings->mutable_step_specs() = spec.step_specs();
  *settings->mutable_sidecar_specs() = spec.sidecar_specs();
  if (spec.has_compute_resources()) {
    *settings->mutable_compute_resources() = spec.compute_resources();
  }
  return selected;
}

SelectedRun FromPipeline(const v1::Pipeline& pipeline) {
  SelectedRun selected{{}, SubjectOf(pipeline), /*bare=*/true};
  selected.run.mutable_metadata()->set_name(NameOf(pipeline.metadata()));
  if (pipeline.metadata().has_namespace_()) {
    selected.run.mutable_metadata()->set_namespace_(
        pipeline.metadata().namespace_());
  }
  selected.run.mutable_spec()->mutable_pipeline_ref()->set_name(
      NameOf(pipeline.metadata()));
  return selected;
}

SelectedRun FromTask(const v1::Task& task) {
  SelectedRun selected{{}, SubjectOf(task), /*bare=*/true, /*one_task=*/true};
  selected.run.mutable_metadata()->set_name(NameOf(task.metadata()));
  v1::PipelineTask* only = OnlyTask(NameOf(task.metadata()), &selected.run);
  only->mutable_task_ref()->set_name(NameOf(task.metadata()));
  // Parameters and workspaces of the Task become the pipeline's own.
  v1::PipelineSpec* spec = selected.run.mutable_spec()->mutable_pipeline_spec();
  for (const v1::ParamSpec& param : task.spec().params()) {
    *spec->add_params() = param;
    v1::Param* passed = only->add_params();
    passed->set_name(param.name());
    const bool whole = param.type() == "array" || param.type() == "object" ||
                       param.properties_size() > 0 ||
                       param.default_().has_array_value() ||
                       param.default_().has_object_value();
    passed->mutable_value()->set_string_value(
        absl::StrCat("$(params.", param.name(), whole ? "[*])" : ")"));
  }
  for (const v1::WorkspaceDeclaration& workspace : task.spec().workspaces()) {
    v1::PipelineWorkspaceDeclaration* declared = spec->add_workspaces();
    declared->set_name(workspace.name());
    declared->set_optional(workspace.optional());
    if (!workspace.optional())
      only->add_workspaces()->set_name(workspace.name());
  }
  return selected;
}

// The one of `objects` that `wanted` names, or the only one where it is empty.
template <typename Objects>
std::vector<int> Candidates(const Objects& objects, absl::string_view wanted,
                            std::vector<std::string>* names) {
  std::vector<int> found;
  for (int i = 0; i < objects.size(); ++i) {
    const std::string name = NameOf(objects[i].metadata());
    if (wanted.empty() || name == wanted) found.push_back(i);
    names->push_back(name);
  }
  return found;
}

}  // namespace

std::string NameOf(const v1::ObjectMeta& metadata) {
  return metadata.has_name() ? metadata.name() : metadata.generate_name();
}

std::optional<SelectedRun> SelectRun(const v1::ObjectSet& objects,
                                     absl::string_view wanted,
                                     DiagnosticList* diagnostics) {
  std::vector<std::string> names;
  absl::string_view kind;
  std::vector<int> found = Candidates(objects.pipeline_runs(), wanted, &names);
  if (found.size() == 1) {
    const v1::PipelineRun& run = objects.pipeline_runs(found[0]);
    return SelectedRun{run, SubjectOf(run)};
  }
  if (found.size() > 1) kind = "PipelineRun";
  if (kind.empty()) {
    found = Candidates(objects.task_runs(), wanted, &names);
    if (found.size() == 1) return FromTaskRun(objects.task_runs(found[0]));
    if (found.size() > 1) kind = "TaskRun";
  }
  if (kind.empty()) {
    found = Candidates(objects.pipelines(), wanted, &names);
    if (found.size() == 1) return FromPipeline(objects.pipelines(found[0]));
    if (found.size() > 1) kind = "Pipeline";
  }
  if (kind.empty()) {
    found = Candidates(objects.tasks(), wanted, &names);
    if (found.size() == 1) return FromTask(objects.tasks(found[0]));
    if (found.size() > 1) kind = "Task";
  }
  if (!kind.empty()) {
    diagnostics
        ->Error("several-runs", {}, "",
                absl::StrCat(
                    "the input has several ", kind,
                    "s that could be planned: ", absl::StrJoin(names, ", ")))
        .set_hint("say which one with --run NAME");
  } else if (!wanted.empty()) {
    diagnostics
        ->Error("unknown-run", {}, "",
                absl::StrCat("nothing to plan is named \"", wanted, "\""))
        .set_hint(names.empty()
                      ? ""
                      : absl::StrCat("there is: ", absl::StrJoin(names, ", ")));
  } else {
    v1::Diagnostic& d = diagnostics->Error(
        "nothing-to-plan", {}, "",
        "the input has no PipelineRun, Pipeline, TaskRun or Task to plan");
    std::vector<std::string> kinds;
    for (const v1::OtherObject& other : objects.others())
      kinds.push_back(other.kind());
    for (int i = 0; i < objects.step_actions_size(); ++i)
      kinds.push_back("StepAction");
    if (!kinds.empty()) {
      d.set_hint(absl::StrCat("it has only: ", absl::StrJoin(kinds, ", ")));
    }
  }
  return std::nullopt;
}

}  // namespace colocation
