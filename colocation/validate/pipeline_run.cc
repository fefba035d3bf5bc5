// pkg/apis/pipeline/v1/pipelinerun_validation.go
#include "colocation/validate/pipeline_run.h"

#include <array>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/declared_params.h"
#include "colocation/validate/inline_params.h"
#include "colocation/validate/metadata.h"
#include "colocation/validate/param_values.h"
#include "colocation/validate/pipeline_params.h"
#include "colocation/validate/pipeline_spec.h"
#include "colocation/validate/pipeline_texts.h"
#include "colocation/validate/pipeline_workspaces.h"
#include "colocation/validate/ref.h"
#include "colocation/validate/run_settings.h"
#include "colocation/validate/run_timeouts.h"
#include "colocation/validate/task_spec.h"
#include "colocation/validate/workspace_bindings.h"

namespace colocation {
namespace {

// PipelineRunSpec.Validate
void ValidateRefOrSpec(const ValidationContext& context,
                       const v1::PipelineRunSpec& run, const FieldPath& path) {
  if (!run.has_pipeline_ref() && !run.has_pipeline_spec()) {
    context.Error("one-of-none", path, "this run has no pipeline")
        .set_hint("give it a pipelineRef or a pipelineSpec");
  }
  if (run.has_pipeline_ref() && run.has_pipeline_spec()) {
    context
        .Error("one-of-many", path.Field("pipelineSpec"),
               "a run has either a pipelineRef or a pipelineSpec")
        .set_hint("take one of the two out");
  }
  if (run.has_pipeline_spec() &&
      context.flags.InlineSpecDisabled("pipelinerun")) {
    context
        .Error("inline-spec-disabled", path.Field("pipelineSpec"),
               "no pipeline may be embedded in a run here")
        .set_hint(
            "refer to a Pipeline, or take \"pipelinerun\" out of "
            "disable-inline-spec");
  }
}

// validatePipelineRunParameters
void ValidateRunParams(const ValidationContext& context,
                       const v1::PipelineRunSpec& run, const FieldPath& path) {
  const FieldPath params = path.Field("params");
  ValidateParamValues(context, run.params(), params);
  for (int i = 0; i < run.params_size(); ++i) {
    const FieldPath param = params.Index(i);
    ForEachText(run.params(i).value(), param.Field("value"),
                [&](absl::string_view text, const FieldPath& at) {
                  while (const auto expression = NextExpression(&text)) {
                    if (!ParseResultExpression(*expression)) continue;
                    context
                        .Error("forbidden-variable", at,
                               absl::StrCat("there is no $(", *expression,
                                            ") when the run begins"))
                        .set_hint("refer to it in the pipeline's tasks");
                  }
                });
  }
}

// What embedded specs may refer to: the run's parameters, the pipeline's, and
// those of its tasks, whichever they are (validateInlineParameters).
void CollectInlineParams(const ValidationContext& context,
                         const v1::PipelineRunSpec& run, const FieldPath& path,
                         InlineParams* params) {
  params->AddRunParams(run.params());
  if (!run.pipeline_spec().tasks().empty())
    RequireInlineValues(context, run.params(), {}, path.Field("params"));
  const FieldPath pipeline = path.Field("pipelineSpec");
  params->Declare(context, run.pipeline_spec().params(),
                  pipeline.Field("params"));
  const FieldPath tasks = pipeline.Field("tasks");
  for (int i = 0; i < run.pipeline_spec().tasks_size(); ++i) {
    const v1::PipelineTask& task = run.pipeline_spec().tasks(i);
    const FieldPath at = tasks.Index(i);
    RequireInlineValues(context, task.params(), *params, at.Field("params"));
    params->AddTaskParams(task.params());
    if (!task.has_task_spec()) continue;
    const FieldPath spec = at.Field("taskSpec");
    params->Declare(context, task.task_spec().task_spec().params(),
                    spec.Field("params"));
  }
}

// The rules for declarations, of all of these parameters; those of embedded
// Tasks have been looked at.
void ValidateInlineDeclarations(const ValidationContext& context,
                                const v1::PipelineRunSpec& run,
                                const DeclaredParams& scope,
                                const FieldPath& path) {
  const FieldPath pipeline = path.Field("pipelineSpec");
  const FieldPath of_pipeline = pipeline.Field("params");
  ValidateParamNameFormat(context, run.params(), path.Field("params"));
  ValidateParamNameFormat(context, run.pipeline_spec().params(), of_pipeline);
  RequireInlineProperties(context, run.pipeline_spec().params(), scope,
                          of_pipeline);
  const FieldPath tasks = pipeline.Field("tasks");
  for (int i = 0; i < run.pipeline_spec().tasks_size(); ++i) {
    const v1::PipelineTask& task = run.pipeline_spec().tasks(i);
    const FieldPath at = tasks.Index(i);
    ValidateParamNameFormat(context, task.params(), at.Field("params"));
    if (!task.has_task_spec()) continue;
    const FieldPath spec = at.Field("taskSpec");
    RequireInlineProperties(context, task.task_spec().task_spec().params(),
                            scope, spec.Field("params"));
  }
}

// validateInlineParameters. Finally tasks are not looked at.
void ValidateInlineParams(const ValidationContext& context,
                          const v1::PipelineRunSpec& run,
                          const FieldPath& path) {
  InlineParams params;
  CollectInlineParams(context, run, path, &params);
  const PipelineTasks& tasks = run.pipeline_spec().tasks();
  const DeclaredParams scope(params.specs());
  const FieldPath pipeline = path.Field("pipelineSpec");
  const FieldPath list = pipeline.Field("tasks");
  ValidateParamReferences(context, tasks, scope, list);
  bool embeds_steps = false;
  for (int i = 0; i < tasks.size(); ++i) {
    const v1::TaskSpec& spec = tasks[i].task_spec().task_spec();
    if (spec.steps().empty()) continue;
    embeds_steps = true;
    const FieldPath task = list.Index(i);
    const FieldPath at = task.Field("taskSpec");
    ValidateArrayUsage(context, spec, scope, at);
    ValidateParamUsage(context, spec, scope, at);
  }
  if (embeds_steps) ValidateInlineDeclarations(context, run, scope, path);
}

// validateSpecStatus
void ValidateStatus(const ValidationContext& context,
                    const v1::PipelineRunSpec& run, const FieldPath& path) {
  constexpr std::array<absl::string_view, 4> kStatuses = {
      "Cancelled", "CancelledRunFinally", "StoppedRunFinally",
      "PipelineRunPending"};
  const std::string& status = run.status();
  if (status.empty()) return;
  for (const absl::string_view known : kStatuses) {
    if (status == known) return;
  }
  const std::string near =
      DidYouMean(status, {kStatuses.begin(), kStatuses.end()});
  context
      .Error("invalid-value", path.Field("status"),
             absl::StrCat("\"", status, "\" is no status to ask for"))
      .set_hint(near.empty() ? absl::StrCat("use one of ",
                                            absl::StrJoin(kStatuses, ", "))
                             : near);
}

// PipelineRunSpec.Validate
void ValidateWorkspaces(const ValidationContext& context,
                        const v1::PipelineRunSpec& run, const FieldPath& path) {
  const FieldPath workspaces = path.Field("workspaces");
  ValidateWorkspaceBindings(context, run.workspaces(), workspaces);
  absl::flat_hash_map<absl::string_view, int> seen;
  for (int i = 0; i < run.workspaces_size(); ++i) {
    const std::string& name = run.workspaces(i).name();
    const auto [first, is_new] = seen.emplace(name, i);
    if (is_new) continue;
    const FieldPath binding = workspaces.Index(i);
    v1::Diagnostic& error = context.Error(
        "duplicate-name", binding.Field("name"),
        absl::StrCat("the workspace \"", name, "\" is bound twice"));
    error.set_hint("take one of the two out");
    const FieldPath other = workspaces.Index(first->second);
    context.Related(error, other.Field("name"), "it is bound here first");
  }
}

// validateTaskRunSpec, its timeout aside.
void ValidateTaskRunSpecs(const ValidationContext& context,
                          const v1::PipelineRunSpec& run,
                          const FieldPath& path) {
  const FieldPath list = path.Field("taskRunSpecs");
  for (int i = 0; i < run.task_run_specs_size(); ++i) {
    const v1::PipelineTaskRunSpec& settings = run.task_run_specs(i);
    const FieldPath at = list.Index(i);
    ValidateRunSettings(context, settings, at);
    if (settings.has_pod_template()) {
      ValidatePodTemplate(
          context, settings.pod_template(),
          at.Field(context.v1beta1 ? "taskPodTemplate" : "podTemplate"));
    }
  }
}

// v1beta1/pipelinerun_validation.go
void ValidateV1beta1Fields(const ValidationContext& context,
                           const v1::PipelineRunSpec& run,
                           const FieldPath& path) {
  if (run.has_resources()) {
    context
        .Error("removed-field", path.Field("resources"),
               "Tekton has removed PipelineResources")
        .set_hint("use params, results and workspaces");
  }
  // `timeout` is still there only where `timeouts` is given as well.
  if (run.has_timeout()) {
    context
        .Error("one-of-many", path.Field("timeout"),
               "a run has either timeout or timeouts")
        .set_hint("write timeouts.pipeline");
    const auto duration = ParseDurationNs(run.timeout());
    if (duration && *duration < 0) {
      context.Error("invalid-value", path.Field("timeout"),
                    "a negative timeout is over before it begins");
    }
  }
  if (context.v1beta1 && run.has_pipeline_spec()) {
    ValidatePropagatedWorkspaces(context, run, path.Field("pipelineSpec"));
  }
}

void ValidatePipelineRunSpec(const ValidationContext& context,
                             const v1::PipelineRunSpec& run,
                             const FieldPath& path) {
  ValidateRefOrSpec(context, run, path);
  if (run.has_pipeline_ref()) {
    ValidateRef(context, run.pipeline_ref(), path.Field("pipelineRef"));
  }
  if (run.has_pipeline_spec()) {
    ValidatePipelineSpec(context, run.pipeline_spec(), /*defaulted=*/true,
                         path.Field("pipelineSpec"));
  }
  ValidateRunParams(context, run, path);
  if (run.has_pipeline_spec()) ValidateInlineParams(context, run, path);
  ValidateRunTimeouts(context, run, path);
  ValidateTaskRunSpecs(context, run, path);
  ValidateStatus(context, run, path);
  ValidateWorkspaces(context, run, path);
  const FieldPath given = path.Field("taskRunTemplate");
  ValidateRunPodTemplate(context, run.task_run_template().pod_template(),
                         (context.v1beta1 ? path : given).Field("podTemplate"));
  ValidateV1beta1Fields(context, run, path);
}

// PipelineRun.Validate
void ValidateNotPendingAfterStart(const ValidationContext& context,
                                  const v1::PipelineRun& run,
                                  const FieldPath& path) {
  if (run.spec().status() != "PipelineRunPending" ||
      !HasStarted(run.status())) {
    return;
  }
  context
      .Error("invalid-value", path.Field("status"),
             "the run has begun, and can't be pending any more")
      .set_hint("to stop it, use Cancelled");
}

}  // namespace

void ValidatePipelineRun(const ValidationContext& context,
                         const v1::PipelineRun& pipeline_run) {
  const FieldPath root("");
  ValidateMetadata(context, pipeline_run.metadata(), root.Field("metadata"));
  const FieldPath spec = root.Field("spec");
  ValidateNotPendingAfterStart(context, pipeline_run, spec);
  ValidatePipelineRunSpec(context, pipeline_run.spec(), spec);
}

}  // namespace colocation
