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
SelectedRun FromTaskRun(const v1::TaskRun& task_run,
                        DiagnosticList* diagnostics) {
  SelectedRun selected;
  selected.subject = SubjectOf(task_run);
  selected.one_task = true;
  v1::PipelineRun& run = selected.made;
  *run.mutable_metadata() = task_run.metadata();
  run.set_converted_from(task_run.converted_from());
  const v1::TaskRunSpec& spec = task_run.spec();
  if (spec.debug().has_breakpoints()) {
    diagnostics->Warning("breakpoints-ignored", selected.subject,
                         "spec.debug.breakpoints",
                         "the launcher does not halt for a debugger");
  }
  *run.mutable_spec()->mutable_workspaces() = spec.workspaces();
  if (spec.status() == "TaskRunCancelled") {
    run.mutable_spec()->set_status("Cancelled");
  } else if (spec.status() == "TaskRunPending") {
    run.mutable_spec()->set_status("PipelineRunPending");
  }
  // Its time is that of its one task.
  run.mutable_spec()->mutable_timeouts()->set_pipeline("0");
  v1::PipelineTask* task = OnlyTask(NameOf(task_run.metadata()), &run);
  if (spec.has_task_ref()) *task->mutable_task_ref() = spec.task_ref();
  if (spec.has_task_spec()) {
    *task->mutable_task_spec()->mutable_task_spec() = spec.task_spec();
  }
  *task->mutable_params() = spec.params();
  task->set_retries(spec.retries());
  if (spec.has_timeout()) task->set_timeout(spec.timeout());
  for (const v1::WorkspaceBinding& binding : spec.workspaces()) {
    task->add_workspaces()->set_name(binding.name());
  }
  v1::PipelineTaskRunSpec* settings = run.mutable_spec()->add_task_run_specs();
  settings->set_pipeline_task_name(task->name());
  settings->set_service_account_name(spec.service_account_name());
  if (spec.has_pod_template()) {
    *settings->mutable_pod_template() = spec.pod_template();
  }
  *settings->mutable_step_specs() = spec.step_specs();
  *settings->mutable_sidecar_specs() = spec.sidecar_specs();
  if (spec.has_compute_resources()) {
    *settings->mutable_compute_resources() = spec.compute_resources();
  }
  return selected;
}

SelectedRun FromPipeline(const v1::Pipeline& pipeline) {
  SelectedRun selected;
  selected.subject = SubjectOf(pipeline);
  selected.bare = true;
  v1::ObjectMeta* metadata = selected.made.mutable_metadata();
  metadata->set_name(NameOf(pipeline.metadata()));
  if (pipeline.metadata().has_namespace_()) {
    metadata->set_namespace_(pipeline.metadata().namespace_());
  }
  selected.made.mutable_spec()->mutable_pipeline_ref()->set_name(
      NameOf(pipeline.metadata()));
  return selected;
}

SelectedRun FromTask(const v1::Task& task) {
  SelectedRun selected;
  selected.subject = SubjectOf(task);
  selected.bare = true;
  selected.one_task = true;
  v1::PipelineRun& run = selected.made;
  run.mutable_metadata()->set_name(NameOf(task.metadata()));
  if (task.metadata().has_namespace_()) {
    run.mutable_metadata()->set_namespace_(task.metadata().namespace_());
  }
  v1::PipelineTask* only = OnlyTask(NameOf(task.metadata()), &run);
  only->mutable_task_ref()->set_name(NameOf(task.metadata()));
  // Its workspaces become the pipeline's own.
  for (const v1::WorkspaceDeclaration& workspace : task.spec().workspaces()) {
    v1::PipelineWorkspaceDeclaration* declared =
        run.mutable_spec()->mutable_pipeline_spec()->add_workspaces();
    declared->set_name(workspace.name());
    declared->set_optional(workspace.optional());
    only->add_workspaces()->set_name(workspace.name());
  }
  return selected;
}

// The `objects` that `wanted` names, or all where it is empty.
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
    SelectedRun selected;
    selected.given = &objects.pipeline_runs(found[0]);
    selected.subject = SubjectOf(*selected.given);
    return selected;
  }
  if (found.size() > 1) kind = "PipelineRun";
  if (kind.empty()) {
    found = Candidates(objects.task_runs(), wanted, &names);
    if (found.size() == 1) {
      return FromTaskRun(objects.task_runs(found[0]), diagnostics);
    }
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
    const auto add = [&](const char* kind, int count) {
      kinds.insert(kinds.end(), count, kind);
    };
    add("StepAction", objects.step_actions_size());
    add("ServiceAccount", objects.service_accounts_size());
    add("Secret", objects.secrets_size());
    if (!kinds.empty()) {
      d.set_hint(absl::StrCat("it has only: ", absl::StrJoin(kinds, ", ")));
    }
  }
  return std::nullopt;
}

}  // namespace colocation
