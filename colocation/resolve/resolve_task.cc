#include "colocation/resolve/resolve_task.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/cel/evaluate.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/matrix.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/select_run.h"
#include "colocation/resolve/step_action.h"
#include "colocation/resolve/steps.h"
#include "colocation/resolve/texts.h"
#include "colocation/syntax/child_name.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/matrix.h"
#include "colocation/validate/pod_rules.h"

namespace colocation {
namespace {

// What a mount takes in a plan, about.
constexpr int64_t kMountBytes = 200;

// Whether the expression holds, where that is known already.
std::optional<bool> Decide(const v1::WhenExpression& when,
                           const cel::Verdict& cel) {
  if (!when.cel().empty()) {
    if (IsLate(when.cel())) return {};
    if (cel.kind == cel::Verdict::Kind::kTrue) return true;
    if (cel.kind == cel::Verdict::Kind::kFalse) return false;
    return {};
  }
  if (IsLate(when.input())) return {};
  bool found = false;
  for (const std::string& value : when.values()) {
    if (IsLate(value)) return {};
    found |= value == when.input();
  }
  return when.operator_() == "in" ? found : !found;
}

v1::ValueType ToValueType(const v1::TaskResult& result) {
  if (result.type() == "array") return v1::VALUE_TYPE_ARRAY;
  if (result.type() == "object" ||
      (result.type().empty() && result.properties_size() > 0)) {
    return v1::VALUE_TYPE_OBJECT;
  }
  return v1::VALUE_TYPE_STRING;
}

// The path of "$(results.NAME.path)", in any notation; `inside` follows
// "results".
template <typename Results>
std::optional<std::string> PathOfResult(absl::string_view inside,
                                        const Results& results,
                                        absl::string_view directory) {
  if (!absl::ConsumeSuffix(&inside, ".path")) return std::nullopt;
  const auto variable = ParseVariable(inside, "");
  if (!variable || !variable->suffix.empty()) return std::nullopt;
  for (const auto& result : results) {
    if (result.name() == variable->name) {
      return absl::StrCat(directory, result.name());
    }
  }
  return std::nullopt;
}

// The result, list of results or matrix of them that a matrix is over; empty
// where its values are known.
std::string LateValue(const v1::Matrix& matrix) {
  for (const v1::Param& param : matrix.params()) {
    const v1::ParamValue& value = param.value();
    if (!value.has_array_value() && IsLate(value.string_value())) {
      return value.string_value();
    }
    for (const std::string& item : value.array_value().items()) {
      if (WholeResult(item)) return item;
    }
  }
  return "";
}

// Whether there are StepActions, or references where a rule of the Task looks
// at more than the reference itself.
bool SubstitutionMayBreak(const v1::TaskSpec& spec) {
  bool found = std::any_of(spec.steps().begin(), spec.steps().end(),
                           [](const v1::Step& step) { return step.has_ref(); });
  const auto note = [&](const std::string&, const FieldPath&) { found = true; };
  constexpr TextFields kFields =
      kNameText | kImageText | kPullPolicyText | kMountText | kOnErrorText;
  const FieldPath at("");
  ForEachStepText(spec, kFields, at, note);
  ForEachSidecarText(spec, kFields, at, note);
  ForEachStepTemplateText(spec, kFields, at, note);
  ForEachVolumeText(spec, at, note);
  return found;
}

}  // namespace

std::vector<GivenParam> TaskResolver::GivenParams(
    const v1::PipelineTask& pipeline_task,
    const std::vector<v1::Param>& of_matrix, const ResolvedTask& task) {
  std::vector<GivenParam> given;
  given.reserve(of_matrix.size() + pipeline_task.params_size());
  for (const v1::Param& param : of_matrix) {
    given.push_back({&param, &task.subject, &task.path, -1});
  }
  for (int i = 0; i < pipeline_task.params_size(); ++i) {
    given.push_back({&pipeline_task.params(i), &task.subject, &task.path, i});
  }
  return given;
}

void TaskResolver::Resolve(const v1::PipelineTask& written,
                           const TaskSettings& settings, TaskIndex at,
                           ResolvedTask* task) {
  v1::PipelineTask pipeline_task = written;
  Substitute(written, &pipeline_task);
  // In a TaskRun, what looks like a result of another task is text.
  if (!scope_.one_task) dependencies_.Add(at, pipeline_task);
  SetContexts(&pipeline_task);
  CheckIndices(written, *task);
  SetSettings(pipeline_task, settings, task);
  SetWhen(pipeline_task, task);
  SetDisplayName(pipeline_task, task);
  CheckOnError(written, pipeline_task, *task);
  if (IsExternal(pipeline_task, task)) {
    task->pipeline_task =
        std::make_shared<v1::PipelineTask>(std::move(pipeline_task));
    return;
  }

  const v1::TaskSpec* found = FindSpec(pipeline_task, task);
  if (found == nullptr) return;
  for (const v1::TaskResult& result : found->results()) {
    v1::DeclaredResult& declared = task->results.emplace_back();
    declared.set_name(result.name());
    declared.set_type(ToValueType(result));
    declared.set_value(result.value().string_value());
  }
  CheckAgainstTask(written, pipeline_task, *found, *task);
  if (task->runs == ResolvedTask::Runs::kNever) return;

  if (!LateValue(pipeline_task.matrix()).empty()) {
    task->pipeline_task = std::make_shared<v1::PipelineTask>(pipeline_task);
  }
  v1::TaskSpec spec;
  if (pipeline_task.has_task_spec()) {
    spec.Swap(pipeline_task.mutable_task_spec()->mutable_task_spec());
  } else {
    if (!scope_.budget->TakeCopies(*found)) return;
    spec = *found;
  }
  CheckRequests(spec, *task);
  CheckSettings(settings, spec);
  v1::TaskSpec embedded;
  if (scope_.keep_specs && pipeline_task.has_task_spec()) embedded = spec;
  std::vector<std::vector<v1::Param>> combinations = {{}};
  if (!FanOutMatrix(pipeline_task, task, &combinations)) return;
  BindWorkspaces(pipeline_task, &spec, task);
  task->units.reserve(combinations.size());
  for (size_t i = 0; i < combinations.size(); ++i) {
    ResolvedUnit& unit = task->units.emplace_back();
    unit.name = task->matrixed ? absl::StrCat(task->name, "-", i) : task->name;
    unit.task_run = scope_.one_task
                        ? scope_.run.identity.name()
                        : TaskRunName(scope_.run.identity.name(), task->name, i,
                                      combinations.size());
    unit.matrix_params = std::move(combinations[i]);
    if (i + 1 == combinations.size()) {
      unit.spec.Swap(&spec);
    } else {
      if (!scope_.budget->TakeCopies(spec)) return;
      unit.spec = spec;
    }
    ResolveUnit(written, pipeline_task, settings, /*first=*/i == 0, task,
                &unit);
  }
  if (scope_.keep_specs) {
    KeepTaskRun(pipeline_task, settings, std::move(embedded), task);
  }
  // What a late matrix runs is not known; its errors are.
  if (task->runs == ResolvedTask::Runs::kLateMatrix) task->units.clear();
}

// pkg/reconciler/pipelinerun/resources/apply.go, ApplyReplacements and
// propagateParams.
void TaskResolver::Substitute(const v1::PipelineTask& written,
                              v1::PipelineTask* task) {
  if (scope_.one_task) return;
  ApplyToPipelineTask(scope_.values, task);
  if (!written.has_task_spec()) return;
  // The task's own values go before those that propagate to it.
  Replacements propagated(&scope_.values);
  for (const v1::Param& param : task->params()) {
    if (scope_.values.Param(param.name()) != nullptr) {
      propagated.SetParam(param.name(), param.value());
    }
  }
  ApplyToTaskSpec(propagated, task->mutable_task_spec()->mutable_task_spec());
}

// pkg/reconciler/pipelinerun/resources/apply.go, ApplyPipelineTaskContexts: in
// the params and the matrix alone.
void TaskResolver::SetContexts(v1::PipelineTask* task) {
  const auto refers = [](const v1::Param& param) {
    bool any = false;
    ForEachValueText(param.value(), FieldPath(""),
                     [&](const std::string&, const FieldPath&) { any = true; });
    return any;
  };
  Replacements contexts;
  const auto note_lengths = [&](const std::string& text, const FieldPath&) {
    ForEachReference(text, [&](absl::string_view inside) {
      const std::vector<absl::string_view> parts = absl::StrSplit(inside, '.');
      if (parts.size() < 4 || parts.size() > 5 || parts[0] != "tasks" ||
          parts[2] != "matrix" || parts.back() != "length") {
        return;
      }
      for (const v1::PipelineTask& other : scope_.pipeline.tasks()) {
        if (other.name() != parts[1]) continue;
        v1::PipelineTask substituted;
        *substituted.mutable_matrix() = other.matrix();
        ApplyToPipelineTask(scope_.values, &substituted);
        // pkg/reconciler/pipelinerun/resources/apply.go,
        // ApplyPipelineTaskContexts: as its validation counts.
        contexts.Set(inside,
                     absl::StrCat(CountedCombinations(substituted.matrix(),
                                                      /*v1beta1=*/false)));
      }
    });
  };
  bool any = false;
  const auto look = [&](const auto& params) {
    for (const v1::Param& param : params) {
      if (!refers(param)) continue;
      any = true;
      ForEachValueText(param.value(), FieldPath(""), note_lengths);
    }
  };
  look(task->params());
  look(task->matrix().params());
  for (const v1::IncludeParams& include : task->matrix().include()) {
    look(include.params());
  }
  if (!any) return;
  contexts.Set("context.pipelineTask.retries", absl::StrCat(task->retries()));
  ApplyToParams(contexts, task->mutable_params());
  if (!task->has_matrix()) return;
  ApplyToParams(contexts, task->mutable_matrix()->mutable_params());
  for (v1::IncludeParams& include :
       *task->mutable_matrix()->mutable_include()) {
    ApplyToParams(contexts, include.mutable_params());
  }
}

// pkg/apis/pipeline/v1/pipeline_types.go, GetIndexingReferencesToArrayParams:
// directories of finally tasks are not looked at.
void TaskResolver::CheckIndices(const v1::PipelineTask& written,
                                const ResolvedTask& task) {
  if (scope_.lengths.empty()) return;
  const auto check = [&](const std::string& text, const FieldPath& path) {
    scope_.lengths.Check(text, task.subject, path, &diagnostics_);
  };
  const auto check_params = [&](const auto& params, const FieldPath& list) {
    for (int i = 0; i < params.size(); ++i) {
      const FieldPath param = list.Index(i);
      ForEachValueText(params[i].value(), param.Field("value"), check);
    }
  };
  const FieldPath at(task.path);
  check_params(written.params(), at.Field("params"));
  const FieldPath matrix = at.Field("matrix");
  check_params(written.matrix().params(), matrix.Field("params"));
  const FieldPath whens = at.Field("when");
  for (int i = 0; i < written.when_size(); ++i) {
    const FieldPath when = whens.Index(i);
    check(written.when(i).input(), when.Field("input"));
    const FieldPath values = when.Field("values");
    for (int j = 0; j < written.when(i).values_size(); ++j) {
      check(written.when(i).values(j), values.Index(j));
    }
  }
  if (task.finally) return;
  const FieldPath workspaces = at.Field("workspaces");
  for (int i = 0; i < written.workspaces_size(); ++i) {
    const FieldPath workspace = workspaces.Index(i);
    check(written.workspaces(i).sub_path(), workspace.Field("subPath"));
  }
}

void TaskResolver::SetWhen(const v1::PipelineTask& pipeline_task,
                           ResolvedTask* task) {
  task->whens_as_written.assign(pipeline_task.when().begin(),
                                pipeline_task.when().end());
  for (int i = 0; i < pipeline_task.when_size(); ++i) {
    const v1::WhenExpression& when = pipeline_task.when(i);
    cel::Verdict verdict;
    if (!when.cel().empty()) {
      // Tekton evaluates all of them before anything runs, with references to
      // results as they are (EvaluateCEL in pkg/reconciler/pipelinerun/
      // resources/pipelinerunresolution.go).
      verdict = cel::Evaluate(when.cel());
      if (verdict.kind == cel::Verdict::Kind::kFails) {
        v1::Diagnostic& error = diagnostics_.Error(
            "invalid-value", task->subject,
            absl::StrCat(task->path, ".when[", i, "].cel"),
            absl::StrCat("this is no condition: ", verdict.message));
        if (IsLate(when.cel())) {
          error.set_hint(
              "Tekton also evaluates it before the results are there: put "
              "what needs them behind \"&&\"");
        }
      }
    }
    const auto holds = Decide(when, verdict);
    if (!holds) {
      task->when.push_back(when);
    } else if (!*holds) {
      task->runs = ResolvedTask::Runs::kNever;
      task->skip_reason = v1::SKIP_REASON_WHEN;
    }
  }
}

bool TaskResolver::IsExternal(const v1::PipelineTask& pipeline_task,
                              ResolvedTask* task) {
  // A TaskRun's reference is to a Task, whatever its apiVersion and kind
  // (pkg/reconciler/taskrun/resources/taskref.go, GetTaskFunc).
  if (scope_.one_task) return false;
  const v1::TaskRef& ref = pipeline_task.task_ref();
  const v1::EmbeddedTask& embedded = pipeline_task.task_spec();
  // pkg/apis/pipeline/v1/taskref_types.go and pipeline_types.go, IsCustomTask.
  // Without a kind it is a Task (pipeline_defaults.go,
  // PipelineTask.SetDefaults), and with an apiVersion a Task is a custom one,
  // too.
  const bool of_ref = !ref.api_version().empty() &&
                      (!ref.kind().empty() || ref.resolver().empty());
  const bool custom =
      of_ref || (!embedded.api_version().empty() && !embedded.kind().empty());
  if (!custom && !pipeline_task.has_pipeline_ref() &&
      !pipeline_task.has_pipeline_spec()) {
    return false;
  }
  if (task->runs != ResolvedTask::Runs::kNever) {
    task->runs =
        custom ? ResolvedTask::Runs::kCustomRun : ResolvedTask::Runs::kPipeline;
  }
  if (of_ref) {
    task->external = absl::StrCat(ref.kind().empty() ? "Task" : ref.kind(),
                                  " (", ref.api_version(), ")");
  } else if (custom) {
    task->external =
        absl::StrCat(embedded.kind(), " (", embedded.api_version(), ")");
  } else {
    task->external =
        pipeline_task.has_pipeline_spec()
            ? "an embedded Pipeline"
            : absl::StrCat("Pipeline ", pipeline_task.pipeline_ref().name());
  }
  return true;
}

const v1::TaskSpec* TaskResolver::FindSpec(
    const v1::PipelineTask& pipeline_task, ResolvedTask* task) {
  if (pipeline_task.has_task_spec()) {
    task->task_subject = task->subject;
    task->task_path = absl::StrCat(task->path, ".taskSpec");
    // All of a pipeline has been looked at by the rules of v1.
    task_v1beta1_ = scope_.v1beta1 && scope_.one_task;
    return &pipeline_task.task_spec().task_spec();
  }
  const v1::Task* found =
      catalog_.FindTask(pipeline_task.task_ref(), task->subject,
                        absl::StrCat(task->path, ".taskRef"));
  if (found == nullptr) return nullptr;
  task_v1beta1_ = found->converted_from() == "tekton.dev/v1beta1";
  task->task_ref = NameOf(found->metadata());
  task->task_subject = SubjectOf(*found);
  task->task_path = "spec";
  AddMetadata(found->metadata().labels(), found->metadata().annotations(),
              task);
  return &found->spec();
}

bool TaskResolver::FanOutMatrix(
    const v1::PipelineTask& pipeline_task, ResolvedTask* task,
    std::vector<std::vector<v1::Param>>* combinations) {
  const v1::Matrix& matrix = pipeline_task.matrix();
  task->matrixed = matrix.params_size() > 0 || matrix.include_size() > 0;
  if (!task->matrixed) return true;
  const size_t errors = diagnostics_.errors();
  CheckMatrixTypes(pipeline_task, *task);
  if (diagnostics_.errors() > errors) return false;
  for (const v1::Param& param : matrix.params()) {
    if (!param.value().has_array_value() ||
        param.value().array_value().items_size() > 0) {
      continue;
    }
    task->runs = ResolvedTask::Runs::kNever;
    task->skip_reason = v1::SKIP_REASON_EMPTY_MATRIX;
    return false;
  }
  const std::string late = LateValue(matrix);
  if (!late.empty()) {
    task->runs = ResolvedTask::Runs::kLateMatrix;
    task->external = absl::StrCat("a matrix over ", late);
    std::vector<v1::Param>& example = combinations->front();
    for (const v1::Param& param : matrix.params()) {
      v1::Param& one = example.emplace_back();
      one.set_name(param.name());
      one.mutable_value()->set_string_value(
          param.value().has_array_value() ? param.value().array_value().items(0)
                                          : param.value().string_value());
    }
    return true;
  }
  const int64_t count = CountCombinations(matrix);
  const int64_t most = scope_.flags.max_matrix_combinations;
  if (count > most) {
    diagnostics_
        .Error("limit-matrix", task->subject,
               absl::StrCat(task->path, ".matrix"),
               absl::StrCat("the matrix has ", count,
                            " combinations, more than ", most))
        .set_hint("raise the limit `matrix_combinations` if this is meant");
    return false;
  }
  // An include may be joined with every combination.
  for (const v1::IncludeParams& include : matrix.include()) {
    if (!scope_.budget->TakeCopies(include, count)) return false;
  }
  *combinations = FanOut(matrix);
  return true;
}

void TaskResolver::ResolveUnit(const v1::PipelineTask& as_written,
                               const v1::PipelineTask& pipeline_task,
                               const TaskSettings& settings, bool first,
                               ResolvedTask* task, ResolvedUnit* unit) {
  v1::TaskSpec& spec = unit->spec;
  const std::vector<GivenParam> given =
      GivenParams(pipeline_task, unit->matrix_params, *task);
  CheckEnums(spec.params(), given, &diagnostics_);
  if (task->matrixed) {
    // A combination may lack what others have.
    CheckTaskParams(spec.params(), {&task->task_subject, task->task_path},
                    given, {&task->subject, task->path},
                    "give it in the task's params or matrix", &diagnostics_);
  }
  Replacements values;
  values.TakeFrom(scope_.budget);
  AddTaskParams(spec.params(), given, &values);

  v1::TaskSpec written;
  // Of an embedded Task some was replaced already (Substitute).
  const v1::TaskSpec& before =
      as_written.has_task_spec() ? as_written.task_spec().task_spec() : spec;
  const bool may_break = task_v1beta1_ || SubstitutionMayBreak(before);
  if (may_break) written = before;
  TakeInStepActions(values, *task, &spec);
  const ArrayLengths lengths(spec.params(), given);
  if (!lengths.empty()) {
    const auto check = [&](const std::string& text, const FieldPath& path) {
      lengths.Check(text, task->task_subject, path, &diagnostics_);
    };
    constexpr TextFields kFields = kNameText | kImageText | kPullPolicyText |
                                   kScriptText | kWorkingDirText |
                                   kCommandText | kEnvText | kEnvSourceText |
                                   kEnvFromText | kMountText;
    const FieldPath at(task->task_path);
    ForEachStepText(spec, kFields, at, check);
    ForEachSidecarText(spec, kFields, at, check);
    ForEachStepTemplateText(spec, kFields, at, check);
    ForEachVolumeText(spec, at, check);
  }
  ApplyToTaskSpec(values, &spec);
  if (may_break) CheckSubstituted(written, spec, *task);
  NameSteps(&spec);
  if (first) {
    for (int i = 0; i < spec.workspaces_size(); ++i) {
      task->workspaces[i].mount_path = MountPathOf(spec.workspaces(i));
      task->workspaces[i].sub_path = values.Apply(task->workspaces[i].sub_path);
    }
  }
  if (first && scope_.one_task) {
    // pkg/reconciler/taskrun/resources/apply.go,
    // ApplyParametersToWorkspaceBindings.
    for (RunWorkspace& workspace : scope_.run.workspaces) {
      ApplyToBinding(values, &workspace.binding);
      if (workspace.binding.has_persistent_volume_claim()) {
        workspace.claim =
            workspace.binding.persistent_volume_claim().claim_name();
      }
    }
  }
  ReplaceWhatIsOfTheRun(*task, *unit, &spec);
  if (scope_.for_pods) {
    ValidatePodRules({scope_.flags, task->task_subject, false, diagnostics_},
                     spec, FieldPath(task->task_path));
  }
  const int64_t containers = spec.steps_size() + spec.sidecars_size();
  if ((spec.has_step_template() &&
       !scope_.budget->TakeCopies(spec.step_template(), spec.steps_size())) ||
      !scope_.budget->TakeCopies(*settings.pod_template, containers) ||
      !scope_.budget->Take(kMountBytes * spec.workspaces_size(), containers)) {
    return;
  }
  TakeInStepTemplate(&spec);
  CheckParamsLeft(spec, *task);
  if (first && scope_.one_task) WarnOfTextLeft(spec, *task);
  SetResources(settings, *task, &spec);
  if (scope_.for_pods) CheckResources(settings, spec, *task);
  if (!settings.pod_template_refers) return;
  // The Pod template sees the Task's parameters
  // (pkg/reconciler/taskrun/resources/apply.go, ApplyPodTemplateReplacements).
  auto pod_template = std::make_shared<v1::PodTemplate>(*settings.pod_template);
  ApplyToPodTemplate(values, pod_template.get());
  if (scope_.for_pods) {
    const FieldPath at(settings.path.empty()
                           ? absl::string_view("spec.taskRunTemplate")
                           : settings.path);
    ValidatePodRules({scope_.flags, scope_.run.subject, false, diagnostics_},
                     *pod_template, at.Field("podTemplate"));
  }
  if (first) {
    task->pod_template = std::move(pod_template);
  } else if (!google::protobuf::util::MessageDifferencer::Equals(
                 *pod_template, *task->pod_template)) {
    unit->pod_template = std::move(pod_template);
  }
}

void TaskResolver::TakeInStepActions(const Replacements& values,
                                     const ResolvedTask& task,
                                     v1::TaskSpec* spec) {
  for (int i = 0; i < spec->steps_size(); ++i) {
    v1::Step& step = *spec->mutable_steps(i);
    if (!step.has_ref()) continue;
    const std::string path = absl::StrCat(task.task_path, ".steps[", i, "]");
    v1::Ref ref = step.ref();
    ApplyToParams(values, ref.mutable_params());
    const v1::StepAction* found = catalog_.FindStepAction(
        ref, task.task_subject, absl::StrCat(path, ".ref"));
    if (found == nullptr) continue;
    if (!scope_.budget->TakeCopies(found->spec())) return;
    TakeInStepAction(found->spec(), values, task.task_subject, path, &step,
                     &diagnostics_);
  }
}

// What is of the TaskRun: contexts, workspaces, paths of results. Nothing is
// made that no text asks for.
std::optional<std::string> TaskResolver::OfTheRun(
    const ResolvedTask& task, const ResolvedUnit& unit,
    absl::string_view inside) const {
  if (absl::ConsumePrefix(&inside, "context.")) {
    if (inside == "taskRun.name") return unit.task_run;
    if (inside == "taskRun.namespace") return scope_.run.identity.namespace_();
    if (inside == "taskRun.uid") return "";
    if (inside == "task.name") {
      return task.task_ref.empty() ? unit.task_run : task.task_ref;
    }
    if (inside == "task.retry-count" && task.retries == 0) return "0";
    return std::nullopt;
  }
  if (absl::ConsumePrefix(&inside, "workspaces.")) {
    const size_t dot = inside.rfind('.');
    if (dot == absl::string_view::npos) return std::nullopt;
    const absl::string_view what = inside.substr(dot + 1);
    for (const TaskWorkspace& workspace : task.workspaces) {
      if (workspace.name != inside.substr(0, dot)) continue;
      const bool bound = workspace.run_workspace >= 0;
      if (what == "bound") return bound ? "true" : "false";
      if (what == "path") return bound ? workspace.mount_path : "";
      if (!bound) return std::nullopt;
      const RunWorkspace& of_run =
          scope_.run.workspaces[workspace.run_workspace];
      if (what == "volume") return of_run.volume;
      if (what == "claim") return of_run.claim;
      return std::nullopt;
    }
    return std::nullopt;
  }
  if (absl::ConsumePrefix(&inside, "results")) {
    return PathOfResult(inside, unit.spec.results(), "/tekton/results/");
  }
  if (absl::ConsumePrefix(&inside, "steps.step-")) {
    if (!absl::ConsumeSuffix(&inside, ".exitCode.path")) return std::nullopt;
    for (const v1::Step& step : unit.spec.steps()) {
      if (step.name() != inside) continue;
      return absl::StrCat("/tekton/steps/step-", inside, "/exitCode");
    }
    return std::nullopt;
  }
  if (inside == "credentials.path") return "/tekton/creds";
  return std::nullopt;
}

// pkg/reconciler/taskrun/taskrun.go, applyParamsContextsResultsAndWorkspaces;
// paths as in pkg/apis/pipeline/paths.go.
void TaskResolver::ReplaceWhatIsOfTheRun(const ResolvedTask& task,
                                         const ResolvedUnit& unit,
                                         v1::TaskSpec* spec) {
  const Replacements::Function of_task = [&](absl::string_view inside) {
    return OfTheRun(task, unit, inside);
  };
  Replacements outer(nullptr, &of_task);
  outer.TakeFrom(scope_.budget);
  // A workspace that the step or sidecar mounts elsewhere.
  const auto own_path =
      [](const auto& container,
         absl::string_view inside) -> std::optional<std::string> {
    if (!absl::ConsumePrefix(&inside, "workspaces.") ||
        !absl::ConsumeSuffix(&inside, ".path")) {
      return std::nullopt;
    }
    for (const v1::WorkspaceUsage& usage : container.workspaces()) {
      if (usage.name() == inside && !usage.mount_path().empty()) {
        return usage.mount_path();
      }
    }
    return std::nullopt;
  };
  for (int i = 0; i < spec->steps_size(); ++i) {
    v1::Step& step = *spec->mutable_steps(i);
    bool artifacts = false;
    const Replacements::Function of_step =
        [&](absl::string_view inside) -> std::optional<std::string> {
      if (absl::ConsumePrefix(&inside, "step.results")) {
        return PathOfResult(
            inside, step.results(),
            absl::StrCat("/tekton/steps/step-", step.name(), "/results/"));
      }
      artifacts = artifacts || inside == "step.artifacts.path" ||
                  inside == "artifacts.path";
      if (inside == "step.artifacts.path") {
        return absl::StrCat("/tekton/steps/step-", step.name(),
                            "/artifacts/provenance.json");
      }
      if (inside == "artifacts.path") {
        return "/tekton/artifacts/provenance.json";
      }
      return own_path(step, inside);
    };
    ApplyToStep(Replacements(&outer, &of_step), &step);
    if (artifacts) {
      diagnostics_.Warning(
          "artifacts-not-reported", task.task_subject,
          absl::StrCat(task.task_path, ".steps[", i, "]"),
          "what the step writes to its artifacts' file stays there: it is not "
          "in the status of the run");
    }
  }
  for (v1::Sidecar& sidecar : *spec->mutable_sidecars()) {
    const Replacements::Function of_sidecar = [&](absl::string_view inside) {
      return own_path(sidecar, inside);
    };
    ApplyToSidecar(Replacements(&outer, &of_sidecar), &sidecar);
  }
  ApplyAroundSteps(outer, spec);
}

}  // namespace colocation
