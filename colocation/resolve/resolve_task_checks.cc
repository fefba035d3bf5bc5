// What is wrong with a task that only the whole run shows: TaskResolver's
// checks, one for each rule of Tekton's reconciler.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/resolve/texts.h"
#include "colocation/syntax/quantity.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/pod_rules.h"
#include "colocation/validate/task_spec.h"

namespace colocation {
namespace {

// pkg/substitution/substitution.go, bracketNotation
bool IsNameInBrackets(absl::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '.' || c == '-' || c == '/';
  });
}

}  // namespace

// ValidateOnError again, on what a parameter has made of it
// (pkg/reconciler/pipelinerun/pipelinerun.go,
// validatePipelineSpecAfterApplyParameters).
void TaskResolver::CheckOnError(const v1::PipelineTask& written,
                                const v1::PipelineTask& pipeline_task,
                                const ResolvedTask& task) {
  if (!MayHoldReference(written.on_error()) ||
      MayHoldReference(pipeline_task.on_error())) {
    return;
  }
  const std::string path = absl::StrCat(task.path, ".onError");
  const std::string& value = pipeline_task.on_error();
  if (!value.empty() && value != "continue" && value != "stopAndFail") {
    diagnostics_
        .Error("invalid-value", task.subject, path,
               absl::StrCat("\"", value, "\" is not allowed here"))
        .set_hint("use \"continue\" or \"stopAndFail\"");
  } else if (value == "continue" && pipeline_task.retries() > 0) {
    diagnostics_.Error("on-error-with-retries", task.subject, path,
                       "a task that may fail can't have retries as well");
  }
}

// What Tekton checks before it starts anything.
void TaskResolver::CheckAgainstTask(const v1::PipelineTask& written,
                                    const v1::PipelineTask& pipeline_task,
                                    const v1::TaskSpec& spec,
                                    const ResolvedTask& task) {
  std::vector<v1::Param> of_matrix(pipeline_task.matrix().params().begin(),
                                   pipeline_task.matrix().params().end());
  for (const v1::IncludeParams& include : pipeline_task.matrix().include()) {
    of_matrix.insert(of_matrix.end(), include.params().begin(),
                     include.params().end());
  }
  const std::vector<GivenParam> given =
      GivenParams(pipeline_task, of_matrix, task);
  const ParamScope declared{&task.task_subject, task.task_path};
  const ParamScope giver{&task.subject, task.path};
  CheckTaskParams(
      spec.params(), declared, given, giver,
      scope_.bare && scope_.one_task ? "give it with --param NAME=VALUE"
      : scope_.one_task ? "give it in the TaskRun's params, or with "
                          "--param NAME=VALUE"
                        : "give it in the task's params",
      &diagnostics_);
  CheckEnumSubsets(written, spec, task);
  CheckOptionalWorkspaces(pipeline_task, spec, task);
}

// Where a task's parameter has an enum, that of the pipeline's parameter which
// it is given has to be a part of it. The first parameter of another kind ends
// the check (pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go,
// ValidateParamEnumSubset).
void TaskResolver::CheckEnumSubsets(const v1::PipelineTask& written,
                                    const v1::TaskSpec& spec,
                                    const ResolvedTask& task) {
  const bool any = std::any_of(
      spec.params().begin(), spec.params().end(),
      [](const v1::ParamSpec& param) { return param.enum__size() > 0; });
  if (!any || scope_.one_task) return;
  const auto find = [](const auto& specs, absl::string_view name) {
    for (const v1::ParamSpec& param : specs) {
      if (param.name() == name) return &param;
    }
    return &v1::ParamSpec::default_instance();
  };
  for (int i = 0; i < written.params_size(); ++i) {
    std::vector<absl::string_view> referred;
    ForEachReference(written.params(i).value().string_value(),
                     [&](absl::string_view inside) {
                       const auto variable = ParseVariable(inside, "params");
                       if (!variable) return;
                       referred.push_back(absl::StartsWith(inside, "params.")
                                              ? variable->name.substr(
                                                    0, variable->name.find('.'))
                                              : variable->name);
                     });
    if (referred.size() != 1) continue;
    const v1::ParamSpec& outer = *find(scope_.pipeline.params(), referred[0]);
    const v1::ParamSpec& inner = *find(spec.params(), written.params(i).name());
    if (outer.name().empty() || TypeOf(outer) != "string" ||
        inner.enum_().empty()) {
      return;
    }
    std::vector<std::string> beyond;
    for (const std::string& value : outer.enum_()) {
      if (std::find(inner.enum_().begin(), inner.enum_().end(), value) ==
          inner.enum_().end()) {
        beyond.push_back(absl::StrCat("\"", value, "\""));
      }
    }
    if (!outer.enum_().empty() && beyond.empty()) continue;
    diagnostics_
        .Error(
            "enum-not-subset", task.subject,
            absl::StrCat(task.path, ".params[", i, "].value"),
            outer.enum_().empty()
                ? absl::StrCat("the pipeline's parameter \"", outer.name(),
                               "\" may have any value, the Task's \"",
                               inner.name(), "\" may not")
                : absl::StrCat("the pipeline's parameter \"", outer.name(),
                               "\" may be ", absl::StrJoin(beyond, ", "),
                               ", the Task's \"", inner.name(), "\" may not"))
        .set_hint(absl::StrCat("allowed in the Task: ",
                               absl::StrJoin(inner.enum_(), ", ")));
    return;
  }
}

// pkg/reconciler/pipelinerun/resources/validate_dependencies.go,
// ValidateOptionalWorkspaces: only where the workspace is written out.
void TaskResolver::CheckOptionalWorkspaces(
    const v1::PipelineTask& pipeline_task, const v1::TaskSpec& spec,
    const ResolvedTask& task) {
  if (optional_workspaces_.empty()) return;
  absl::flat_hash_set<absl::string_view> required;
  for (const auto& declared : spec.workspaces()) {
    if (!declared.optional()) required.insert(declared.name());
  }
  for (int i = 0; i < pipeline_task.workspaces_size(); ++i) {
    const v1::WorkspacePipelineTaskBinding& binding =
        pipeline_task.workspaces(i);
    if (binding.workspace().empty() ||
        !optional_workspaces_.contains(binding.workspace()) ||
        !required.contains(binding.name())) {
      continue;
    }
    diagnostics_
        .Error("workspace-not-optional", task.subject,
               absl::StrCat(task.path, ".workspaces[", i, "]"),
               absl::StrCat("the Task needs its workspace \"", binding.name(),
                            "\", but the pipeline's \"", binding.workspace(),
                            "\" is optional"))
        .set_hint("make both optional, or neither");
  }
}

void TaskResolver::CheckSettings(const TaskSettings& settings,
                                 const v1::TaskSpec& spec) {
  if (settings.spec == nullptr) return;
  const auto check = [&](const auto& given, const auto& containers,
                         absl::string_view list, absl::string_view code,
                         absl::string_view what) {
    if (given.empty()) return;
    std::vector<absl::string_view> names;
    for (const auto& container : containers) {
      if (!container.name().empty()) names.push_back(container.name());
    }
    const absl::flat_hash_set<absl::string_view> known(names.begin(),
                                                       names.end());
    for (int i = 0; i < given.size(); ++i) {
      if (known.contains(given[i].name())) continue;
      diagnostics_
          .Error(code, scope_.run.subject,
                 absl::StrCat(settings.path, ".", list, "[", i, "].name"),
                 absl::StrCat("the Task has no ", what, " named \"",
                              given[i].name(), "\""))
          .set_hint(DidYouMean(given[i].name(), names));
    }
  };
  check(settings.spec->step_specs(), spec.steps(), "stepSpecs", "unknown-step",
        "step");
  check(settings.spec->sidecar_specs(), spec.sidecars(), "sidecarSpecs",
        "unknown-sidecar", "sidecar");
}

// pkg/reconciler/taskrun/validate_taskrun.go, validateTaskSpecRequestResources.
void TaskResolver::CheckRequests(const v1::TaskSpec& spec,
                                 const ResolvedTask& task) {
  for (int i = 0; i < spec.steps_size(); ++i) {
    const v1::ResourceRequirements& resources =
        spec.steps(i).compute_resources();
    const auto& of_template = spec.step_template().compute_resources().limits();
    for (const auto& [name, request] : resources.requests()) {
      auto limit = resources.limits().find(name);
      if (limit == resources.limits().end()) {
        limit = of_template.find(name);
        if (limit == of_template.end()) continue;
      }
      const auto asked = Quantity::Parse(request);
      const auto allowed = Quantity::Parse(limit->second);
      if (!asked || !allowed || !(*allowed < *asked)) continue;
      diagnostics_
          .Error("request-over-limit", task.task_subject,
                 absl::StrCat(task.task_path, ".steps[", i,
                              "].computeResources.requests.", name),
                 absl::StrCat("the request of ", request, " ", name,
                              " is more than the limit of ", limit->second))
          .set_hint("lower the request, or raise the limit");
    }
  }
}

void TaskResolver::CheckResources(const TaskSettings& settings,
                                  const v1::TaskSpec& spec,
                                  const ResolvedTask& task) {
  const ValidationContext of_task{scope_.flags, task.task_subject, false,
                                  diagnostics_};
  const ValidationContext of_run{scope_.flags, scope_.run.subject, false,
                                 diagnostics_};
  const auto& given = settings.spec == nullptr
                          ? v1::PipelineTaskRunSpec::default_instance()
                          : *settings.spec;
  const FieldPath at_task(task.task_path);
  const FieldPath at_run(settings.path);
  // The run's word counts: where it has one, that is the place.
  const auto check = [&](const auto& containers, const auto& by_run,
                         absl::string_view list,
                         absl::string_view list_of_run) {
    const FieldPath written = at_task.Field(list);
    const FieldPath overridden = at_run.Field(list_of_run);
    for (int i = 0; i < containers.size(); ++i) {
      const auto own =
          std::find_if(by_run.begin(), by_run.end(), [&](const auto& setting) {
            return setting.name() == containers[i].name();
          });
      if (own == by_run.end()) {
        const FieldPath element = written.Index(i);
        ValidateResources(of_task, containers[i].compute_resources(),
                          element.Field("computeResources"));
      } else {
        const FieldPath element = overridden.Index(own - by_run.begin());
        ValidateResources(of_run, containers[i].compute_resources(),
                          element.Field("computeResources"));
      }
    }
  };
  check(spec.steps(), given.step_specs(), "steps", "stepSpecs");
  check(spec.sidecars(), given.sidecar_specs(), "sidecars", "sidecarSpecs");
  ValidateResources(of_run, given.compute_resources(),
                    at_run.Field("computeResources"));
}

// pkg/reconciler/pipelinerun/resources/validate_params.go,
// ValidateParameterTypesInMatrix.
void TaskResolver::CheckMatrixTypes(const v1::PipelineTask& pipeline_task,
                                    const ResolvedTask& task) {
  const v1::Matrix& matrix = pipeline_task.matrix();
  for (int i = 0; i < matrix.params_size(); ++i) {
    const v1::ParamValue& value = matrix.params(i).value();
    if (value.has_array_value() || IsLate(value.string_value())) continue;
    diagnostics_
        .Error("matrix-param-type", task.subject,
               absl::StrCat(task.path, ".matrix.params[", i, "].value"),
               absl::StrCat("\"", matrix.params(i).name(),
                            "\" of a matrix has to be an array"))
        .set_hint("write a list; a parameter's with [*]: $(params.NAME[*])");
  }
  for (int i = 0; i < matrix.include_size(); ++i) {
    const auto& params = matrix.include(i).params();
    for (int j = 0; j < params.size(); ++j) {
      if (TypeOf(params[j].value()) == "string") continue;
      diagnostics_.Error("matrix-param-type", task.subject,
                         absl::StrCat(task.path, ".matrix.include[", i,
                                      "].params[", j, "].value"),
                         absl::StrCat("\"", params[j].name(),
                                      "\" of an include has to be a string"));
    }
  }
}

// The rules of the Task once more, for what StepActions and parameters have
// made of it (pkg/reconciler/taskrun/taskrun.go, createPod). They are those of
// v1, also for a Task of v1beta1, which the webhook has accepted by laxer ones.
// What was wrong before is reported where the Task is.
void TaskResolver::CheckSubstituted(const v1::TaskSpec& written,
                                    const v1::TaskSpec& spec,
                                    const ResolvedTask& task) {
  const bool incomplete =
      std::any_of(spec.steps().begin(), spec.steps().end(),
                  [](const v1::Step& step) { return step.has_ref(); });
  // One whose StepAction is missing is no step yet.
  if (incomplete) return;
  const FieldPath at(task.task_path);
  const auto faults = [&](const v1::TaskSpec& of, bool v1beta1) {
    DiagnosticList list;
    ValidateTaskSpec({scope_.flags, task.task_subject, v1beta1, list}, of, at);
    return list;
  };
  DiagnosticList now = faults(spec, false);
  if (now.empty()) return;
  DiagnosticList before = faults(written, task_v1beta1_);
  for (v1::Diagnostic& fault : now.mutable_diagnostics()) {
    const bool known = std::any_of(
        before.mutable_diagnostics().begin(),
        before.mutable_diagnostics().end(), [&](const v1::Diagnostic& old) {
          return old.code() == fault.code() && old.path() == fault.path();
        });
    if (known) continue;
    v1::Diagnostic& error = diagnostics_.Error(
        fault.code(), task.task_subject, fault.path(),
        absl::StrCat(fault.message(), task_v1beta1_
                                          ? ", which tekton.dev/v1 forbids"
                                          : ", once parameters are replaced"));
    error.set_hint(fault.hint());
    *error.mutable_related() = fault.related();
  }
}

// What is still written $(params.x) is no parameter
// (pkg/reconciler/taskrun/taskrun.go, createPod).
void TaskResolver::CheckParamsLeft(const v1::TaskSpec& spec,
                                   const ResolvedTask& task) {
  const FieldPath at(task.task_path);
  ValidateObjectsHaveProperties(
      {scope_.flags, task.task_subject, false, diagnostics_}, spec.params(),
      at.Field("params"));
  constexpr TextFields kFields = kNameText | kImageText | kScriptText |
                                 kWorkingDirText | kCommandText | kEnvText |
                                 kMountText | kOnErrorText;
  ForEachStepText(
      spec, kFields, at, [&](const std::string& text, const FieldPath& path) {
        ForEachReference(text, [&](absl::string_view inside) {
          const auto variable = ParseVariable(inside, "params");
          if (!variable) return;
          absl::string_view name = variable->name;
          if (absl::StartsWith(inside, "params.")) {
            name = name.substr(0, name.find_first_of(".["));
          } else if (!variable->suffix.empty() || !IsNameInBrackets(name)) {
            // Tekton doesn't find it (pkg/substitution/substitution.go,
            // braceMatchingRegex): it stays as it is.
            return;
          }
          std::vector<absl::string_view> names;
          for (const v1::ParamSpec& param : spec.params()) {
            if (param.name() == name) return;
            names.push_back(param.name());
          }
          for (const v1::ParamSpec& param : scope_.pipeline.params()) {
            names.push_back(param.name());
          }
          if (scope_.valueless.contains(name)) return;
          diagnostics_
              .Error("unknown-param", task.task_subject, path.ToString(),
                     absl::StrCat("$(", inside, "): there is no parameter \"",
                                  name, "\""))
              .set_hint(DidYouMean(name, names));
        });
      });
}

// A TaskRun knows no other tasks: its reconciler leaves them as they are
// (pkg/reconciler/taskrun/resources/apply.go), and so does the launcher, as it
// is told of no results of other tasks.
void TaskResolver::WarnOfTextLeft(const v1::TaskSpec& spec,
                                  const ResolvedTask& task) {
  const auto look = [&](const std::string& text, const FieldPath& path) {
    bool known = false;
    ForEachReference(text, [&](absl::string_view inside) {
      if (known || !ParseTaskReference(inside)) return;
      known = true;
      diagnostics_
          .Warning("left-as-text", task.task_subject, path.ToString(),
                   absl::StrCat("$(", inside,
                                ") stays as it is: a TaskRun has no other "
                                "tasks"))
          .set_hint(
              "declare a parameter for it, and let the pipeline give the "
              "result as its value");
    });
  };
  constexpr TextFields kFields =
      kScriptText | kWorkingDirText | kCommandText | kEnvText;
  const FieldPath at(task.task_path);
  ForEachStepText(spec, kFields, at, look);
  ForEachSidecarText(spec, kFields, at, look);
}

}  // namespace colocation
