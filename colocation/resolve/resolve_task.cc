#include "colocation/resolve/resolve_task.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/matrix.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/select_run.h"
#include "colocation/resolve/steps.h"

namespace colocation {
namespace {

constexpr int32_t kDefaultMatrixCombinations = 256;

bool IsLate(absl::string_view text) {
  bool late = false;
  ForEachReference(text, [&](absl::string_view inside) {
    late |= ParseTaskReference(inside).has_value();
  });
  return late;
}

// Whether the expression holds, where that is known already.
std::optional<bool> Decide(const v1::WhenExpression& when) {
  if (!when.cel().empty() || IsLate(when.input())) return {};
  bool found = false;
  for (const std::string& value : when.values()) {
    if (IsLate(value)) return {};
    found |= value == when.input();
  }
  return when.operator_() == "in" ? found : !found;
}

v1::ValueType ToValueType(const std::string& type) {
  return type == "array"    ? v1::VALUE_TYPE_ARRAY
         : type == "object" ? v1::VALUE_TYPE_OBJECT
                            : v1::VALUE_TYPE_STRING;
}

// Joins two relative directories.
std::string JoinPath(const std::string& a, const std::string& b) {
  std::vector<std::string> parts;
  for (const std::string& path : {a, b}) {
    for (absl::string_view part :
         absl::StrSplit(path, '/', absl::SkipEmpty())) {
      if (part != ".") parts.emplace_back(part);
    }
  }
  std::string joined;
  for (const std::string& part : parts) {
    absl::StrAppend(&joined, joined.empty() ? "" : "/", part);
  }
  return joined;
}

void MergeResources(const v1::ResourceRequirements& from,
                    v1::ResourceRequirements* into) {
  for (const auto& [name, quantity] : from.requests()) {
    (*into->mutable_requests())[name] = quantity;
  }
  for (const auto& [name, quantity] : from.limits()) {
    (*into->mutable_limits())[name] = quantity;
  }
}

// The workspaces that the texts of an embedded Task use
// (pkg/workspace/apply.go, FindWorkspacesUsedByTask).
std::set<std::string> WorkspacesUsed(const v1::TaskSpec& spec) {
  std::set<std::string> used;
  ForEachText(spec, [&](const std::string& text) {
    ForEachReference(text, [&](absl::string_view inside) {
      const auto variable = ParseVariable(inside, "workspaces");
      if (!variable) return;
      used.insert(variable->name.substr(0, variable->name.rfind('.')));
    });
  });
  return used;
}

}  // namespace

void TaskResolver::Resolve(const v1::PipelineTask& pipeline_task,
                           const v1::PipelineTaskRunSpec& settings,
                           ResolvedTask* task) {
  SetWhen(pipeline_task, task);
  const bool never = task->runs == ResolvedTask::Runs::kNever;
  const v1::TaskRef& ref = pipeline_task.task_ref();
  const v1::EmbeddedTask& embedded = pipeline_task.task_spec();
  // pkg/apis/pipeline/v1/taskref_types.go and pipeline_types.go, IsCustomTask.
  const bool custom =
      (!ref.api_version().empty() && !ref.kind().empty()) ||
      (!embedded.api_version().empty() && !embedded.kind().empty());
  if (custom || pipeline_task.has_pipeline_ref() ||
      pipeline_task.has_pipeline_spec()) {
    if (!never) {
      task->runs = custom ? ResolvedTask::Runs::kCustomRun
                          : ResolvedTask::Runs::kPipeline;
    }
    task->external =
        !custom ? (pipeline_task.has_pipeline_ref()
                       ? absl::StrCat("Pipeline ",
                                      pipeline_task.pipeline_ref().name())
                       : "an embedded Pipeline")
                : absl::StrCat(
                      ref.kind().empty() ? embedded.kind() : ref.kind(), " (",
                      ref.api_version().empty() ? embedded.api_version()
                                                : ref.api_version(),
                      ")");
    return;
  }
  v1::TaskSpec spec;
  if (!FindSpec(pipeline_task, task, &spec)) return;
  for (const v1::TaskResult& result : spec.results()) {
    v1::DeclaredResult& declared = task->results.emplace_back();
    declared.set_name(result.name());
    declared.set_type(ToValueType(
        result.properties_size() > 0 && result.type().empty() ? "object"
                                                              : result.type()));
    declared.set_value(result.value().string_value());
  }
  BindWorkspaces(pipeline_task, &spec, task);
  if (never) return;

  std::vector<std::vector<v1::Param>> combinations = {{}};
  const v1::Matrix& matrix = pipeline_task.matrix();
  task->matrixed = matrix.params_size() > 0 || matrix.include_size() > 0;
  if (task->matrixed) {
    for (const v1::Param& param : matrix.params()) {
      if (!param.value().has_array_value() &&
          IsLate(param.value().string_value())) {
        task->runs = ResolvedTask::Runs::kLateMatrix;
        task->external =
            absl::StrCat("a matrix over ", param.value().string_value());
        return;
      }
      if (param.value().has_array_value() &&
          param.value().array_value().items_size() == 1 &&
          absl::EndsWith(param.value().array_value().items(0), "[*])") &&
          IsLate(param.value().array_value().items(0))) {
        task->runs = ResolvedTask::Runs::kLateMatrix;
        task->external = absl::StrCat("a matrix over ",
                                      param.value().array_value().items(0));
        return;
      }
    }
    const int64_t count = CountCombinations(matrix);
    const int64_t most = options_.limits().matrix_combinations() > 0
                             ? options_.limits().matrix_combinations()
                             : kDefaultMatrixCombinations;
    if (count > most) {
      diagnostics_
          .Error("limit-matrix", task->subject,
                 absl::StrCat(task->path, ".matrix"),
                 absl::StrCat("the matrix has ", count,
                              " combinations, more than ", most))
          .set_hint("raise the limit `matrix_combinations` if this is meant");
      return;
    }
    combinations = FanOut(matrix);
    if (combinations.empty()) {
      task->runs = ResolvedTask::Runs::kNever;
      task->skip_reason = v1::SKIP_REASON_EMPTY_MATRIX;
      return;
    }
  }
  for (size_t i = 0; i < combinations.size(); ++i) {
    ResolvedUnit unit;
    unit.name = task->matrixed ? absl::StrCat(task->name, "-", i) : task->name;
    unit.matrix_params = std::move(combinations[i]);
    unit.spec = spec;
    // Every combination would report the same.
    DiagnosticList ignored;
    TaskResolver(catalog_, options_, run_, of_pipeline_,
                 i == 0 ? &diagnostics_ : &ignored)
        .ResolveUnit(pipeline_task, settings, *task, &unit);
    task->units.push_back(std::move(unit));
  }
}

bool TaskResolver::FindSpec(const v1::PipelineTask& pipeline_task,
                            ResolvedTask* task, v1::TaskSpec* spec) {
  if (pipeline_task.has_task_spec()) {
    *spec = pipeline_task.task_spec().task_spec();
    task->task_subject = task->subject;
    task->task_path = absl::StrCat(task->path, ".taskSpec");
    return true;
  }
  const v1::Task* found =
      catalog_.FindTask(pipeline_task.task_ref(), task->subject,
                        absl::StrCat(task->path, ".taskRef"));
  if (found == nullptr) return false;
  *spec = found->spec();
  task->task_ref = NameOf(found->metadata());
  task->task_subject = SubjectOf(*found);
  task->task_path = "spec";
  task->labels.insert(found->metadata().labels().begin(),
                      found->metadata().labels().end());
  task->annotations.insert(found->metadata().annotations().begin(),
                           found->metadata().annotations().end());
  return true;
}

void TaskResolver::SetWhen(const v1::PipelineTask& pipeline_task,
                           ResolvedTask* task) {
  for (const v1::WhenExpression& when : pipeline_task.when()) {
    const auto holds = Decide(when);
    if (!holds) {
      task->when.push_back(when);
    } else if (!*holds) {
      task->runs = ResolvedTask::Runs::kNever;
      task->skip_reason = v1::SKIP_REASON_WHEN;
    }
  }
}

void TaskResolver::BindWorkspaces(const v1::PipelineTask& pipeline_task,
                                  v1::TaskSpec* spec, ResolvedTask* task) {
  std::map<std::string, int32_t> bound;
  for (size_t i = 0; i < run_.workspaces.size(); ++i) {
    bound[run_.workspaces[i].name] = static_cast<int32_t>(i);
  }
  std::map<std::string, const v1::WorkspacePipelineTaskBinding*> given;
  std::map<std::string, std::string> given_path;
  for (int i = 0; i < pipeline_task.workspaces_size(); ++i) {
    const auto& binding = pipeline_task.workspaces(i);
    given[binding.name()] = &binding;
    given_path[binding.name()] =
        absl::StrCat(task->path, ".workspaces[", i, "]");
  }
  // What an embedded Task's texts use needs neither declaration nor binding
  // (pkg/reconciler/pipelinerun/pipelinerun.go, propagateWorkspaces).
  std::set<std::string> declared, propagated;
  for (const v1::WorkspaceDeclaration& w : spec->workspaces())
    declared.insert(w.name());
  if (pipeline_task.has_task_spec()) {
    propagated = WorkspacesUsed(*spec);
    for (const auto& [name, binding] : given) propagated.insert(name);
    for (const std::string& name : propagated) {
      if (!declared.contains(name) &&
          (bound.contains(name) || given.contains(name))) {
        spec->add_workspaces()->set_name(name);
      }
    }
  }
  std::set<std::string> isolated;
  const auto note_isolated = [&](const auto& containers) {
    for (const auto& container : containers) {
      for (const v1::WorkspaceUsage& usage : container.workspaces()) {
        isolated.insert(usage.name());
      }
    }
  };
  note_isolated(spec->steps());
  note_isolated(spec->sidecars());

  std::vector<absl::string_view> run_names;
  for (const RunWorkspace& workspace : run_.workspaces)
    run_names.push_back(workspace.name);
  for (const v1::WorkspaceDeclaration& declaration : spec->workspaces()) {
    TaskWorkspace workspace;
    workspace.name = declaration.name();
    workspace.mount_path = declaration.mount_path().empty()
                               ? absl::StrCat("/workspace/", declaration.name())
                               : declaration.mount_path();
    workspace.read_only = declaration.read_only();
    workspace.isolated = isolated.contains(declaration.name());
    const auto binding = given.find(declaration.name());
    std::string of_pipeline;
    if (binding != given.end()) {
      of_pipeline = binding->second->workspace().empty()
                        ? declaration.name()
                        : binding->second->workspace();
    } else if (propagated.contains(declaration.name())) {
      of_pipeline = declaration.name();
    }
    const auto found = bound.find(of_pipeline);
    if (!of_pipeline.empty() && found != bound.end()) {
      workspace.run_workspace = found->second;
      const RunWorkspace& of_run = run_.workspaces[found->second];
      workspace.sub_path =
          JoinPath(of_run.binding.sub_path(),
                   binding == given.end() ? "" : binding->second->sub_path());
    } else if (!declaration.optional()) {
      if (of_pipeline.empty()) {
        std::vector<absl::string_view> candidates;
        for (const auto& [name, b] : given) candidates.push_back(name);
        const std::string nearest = DidYouMean(declaration.name(), candidates);
        diagnostics_
            .Error("unbound-workspace", task->subject,
                   absl::StrCat(task->path, ".workspaces"),
                   absl::StrCat("the Task's workspace \"", declaration.name(),
                                "\" is not bound"))
            .set_hint(
                nearest.empty()
                    ? absl::StrCat("add - {name: ", declaration.name(),
                                   ", workspace: ...} to the task's workspaces")
                    : nearest);
      } else {
        diagnostics_
            .Error(
                "unbound-workspace", task->subject,
                binding == given.end() ? absl::StrCat(task->path, ".workspaces")
                                       : given_path[declaration.name()],
                absl::StrCat("the run has no workspace \"", of_pipeline,
                             "\" for \"", declaration.name(), "\" of the Task"))
            .set_hint(DidYouMean(of_pipeline, run_names));
      }
    }
    task->workspaces.push_back(std::move(workspace));
  }
  for (const auto& [name, binding] : given) {
    if (declared.contains(name) || propagated.contains(name)) continue;
    std::vector<absl::string_view> candidates(declared.begin(), declared.end());
    diagnostics_
        .Error("unknown-workspace", task->subject, given_path[name],
               absl::StrCat("the Task declares no workspace \"", name, "\""))
        .set_hint(DidYouMean(name, candidates));
  }
}

void TaskResolver::ResolveUnit(const v1::PipelineTask& pipeline_task,
                               const v1::PipelineTaskRunSpec& settings,
                               const ResolvedTask& task, ResolvedUnit* unit) {
  v1::TaskSpec& spec = unit->spec;
  std::vector<GivenParam> given;
  const bool embedded = pipeline_task.has_task_spec();
  std::vector<v1::Param> propagated;
  if (embedded) {
    for (const v1::ParamSpec& declared : spec.params()) {
      const v1::ParamValue* outer = of_pipeline_.Param(declared.name());
      if (outer == nullptr) continue;
      v1::Param& param = propagated.emplace_back();
      param.set_name(declared.name());
      *param.mutable_value() = *outer;
    }
  }
  for (const v1::Param& param : propagated)
    given.push_back({&param, task.subject, ""});
  for (int i = 0; i < pipeline_task.params_size(); ++i) {
    given.push_back({&pipeline_task.params(i), task.subject,
                     absl::StrCat(task.path, ".params[", i, "]")});
  }
  for (const v1::Param& param : unit->matrix_params) {
    given.push_back({&param, task.subject, absl::StrCat(task.path, ".matrix")});
  }
  Replacements replacements;
  ResolveParamValues(spec.params(), given,
                     {task.subject, absl::StrCat(task.path, ".params"),
                      "give it in the task's params"},
                     &replacements, &diagnostics_);
  if (embedded) replacements.AddMissing(of_pipeline_);
  replacements.Set("context.taskRun.name",
                   absl::StrCat(run_.identity.name(), "-", unit->name));
  replacements.Set("context.taskRun.namespace", run_.identity.namespace_());
  replacements.Set("context.taskRun.uid", "");
  replacements.Set("context.task.name",
                   task.task_ref.empty() ? task.name : task.task_ref);
  if (task.retries == 0) replacements.Set("context.task.retry-count", "0");
  replacements.Set("credentials.path", "/tekton/creds");

  NameSteps(&spec);
  TakeInStepActions(replacements, task, &spec);
  TakeInStepTemplate(&spec);
  for (const TaskWorkspace& workspace : task.workspaces) {
    const std::string prefix = absl::StrCat("workspaces.", workspace.name, ".");
    const bool bound = workspace.run_workspace >= 0;
    replacements.Set(prefix + "bound", bound ? "true" : "false");
    replacements.Set(prefix + "path", bound ? workspace.mount_path : "");
    const RunWorkspace* of_run =
        bound ? &run_.workspaces[workspace.run_workspace] : nullptr;
    replacements.Set(prefix + "volume", bound ? of_run->volume : "");
    replacements.Set(
        prefix + "claim",
        bound ? of_run->binding.persistent_volume_claim().claim_name() : "");
  }
  SetPaths(&spec);
  ApplyToTaskSpec(replacements, &spec);
  for (const v1::TaskRunStepSpec& override_ : settings.step_specs()) {
    for (v1::Step& step : *spec.mutable_steps()) {
      if (step.name() != override_.name()) continue;
      MergeResources(override_.compute_resources(),
                     step.mutable_compute_resources());
    }
  }
  for (const v1::TaskRunStepSpec& override_ : settings.sidecar_specs()) {
    for (v1::Sidecar& sidecar : *spec.mutable_sidecars()) {
      if (sidecar.name() != override_.name()) continue;
      MergeResources(override_.compute_resources(),
                     sidecar.mutable_compute_resources());
    }
  }
}

void TaskResolver::TakeInStepActions(const Replacements& of_task,
                                     const ResolvedTask& task,
                                     v1::TaskSpec* spec) {
  for (int i = 0; i < spec->steps_size(); ++i) {
    v1::Step& step = *spec->mutable_steps(i);
    if (!step.has_ref()) continue;
    const std::string path = absl::StrCat(task.task_path, ".steps[", i, "]");
    v1::Ref ref = step.ref();
    ref.set_name(of_task.Apply(ref.name()));
    for (v1::Param& param : *ref.mutable_params()) {
      of_task.ApplyToValue(param.mutable_value());
    }
    const v1::StepAction* found = catalog_.FindStepAction(
        ref, task.task_subject, absl::StrCat(path, ".ref"));
    if (found == nullptr) continue;
    std::vector<GivenParam> given;
    for (int j = 0; j < step.params_size(); ++j) {
      of_task.ApplyToValue(step.mutable_params(j)->mutable_value());
      given.push_back({&step.params(j), task.task_subject,
                       absl::StrCat(path, ".params[", j, "]")});
    }
    Replacements replacements;
    ResolveParamValues(found->spec().params(), given,
                       {task.task_subject, absl::StrCat(path, ".params"),
                        "give it in the step's params"},
                       &replacements, &diagnostics_);
    // An action knows only its own parameters.
    v1::Step action_step;
    TakeInStepAction(found->spec(), &action_step);
    ApplyToStep(replacements, &action_step);
    v1::StepActionSpec substituted = found->spec();
    substituted.set_image(action_step.image());
    *substituted.mutable_command() = action_step.command();
    *substituted.mutable_args() = action_step.args();
    *substituted.mutable_env() = action_step.env();
    *substituted.mutable_volume_mounts() = action_step.volume_mounts();
    substituted.set_script(action_step.script());
    substituted.set_working_dir(action_step.working_dir());
    TakeInStepAction(substituted, &step);
  }
}

void TaskResolver::SetPaths(v1::TaskSpec* spec) {
  // Where results and exit codes go (pkg/apis/pipeline/paths.go).
  Replacements of_task;
  const auto quoted = [](absl::string_view prefix, const std::string& name,
                         absl::string_view path, Replacements* into) {
    into->Set(absl::StrCat(prefix, ".", name, ".path"), path);
    into->Set(absl::StrCat(prefix, "[\"", name, "\"].path"), path);
    into->Set(absl::StrCat(prefix, "['", name, "'].path"), path);
  };
  for (const v1::TaskResult& result : spec->results()) {
    quoted("results", result.name(),
           absl::StrCat("/tekton/results/", result.name()), &of_task);
  }
  of_task.Set("artifacts.path", "/tekton/artifacts/provenance.json");
  for (const v1::Step& step : spec->steps()) {
    of_task.Set(absl::StrCat("steps.step-", step.name(), ".exitCode.path"),
                absl::StrCat("/tekton/steps/step-", step.name(), "/exitCode"));
  }
  for (v1::Step& step : *spec->mutable_steps()) {
    Replacements of_step;
    const std::string directory =
        absl::StrCat("/tekton/steps/step-", step.name());
    for (const v1::StepResult& result : step.results()) {
      quoted("step.results", result.name(),
             absl::StrCat(directory, "/results/", result.name()), &of_step);
    }
    of_step.Set("step.artifacts.path",
                absl::StrCat(directory, "/artifacts/provenance.json"));
    // A workspace that the step mounts elsewhere.
    for (const v1::WorkspaceUsage& usage : step.workspaces()) {
      if (usage.mount_path().empty()) continue;
      of_step.Set(absl::StrCat("workspaces.", usage.name(), ".path"),
                  usage.mount_path());
    }
    ApplyToStep(of_step, &step);
  }
  for (v1::Sidecar& sidecar : *spec->mutable_sidecars()) {
    Replacements of_sidecar;
    for (const v1::WorkspaceUsage& usage : sidecar.workspaces()) {
      if (usage.mount_path().empty()) continue;
      of_sidecar.Set(absl::StrCat("workspaces.", usage.name(), ".path"),
                     usage.mount_path());
    }
    if (!of_sidecar.empty()) ApplyToSidecar(of_sidecar, &sidecar);
  }
  ApplyToTaskSpec(of_task, spec);
}

}  // namespace colocation
