// pkg/apis/pipeline/v1/taskrun_validation.go
#include "colocation/validate/task_run.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/duration.h"
#include "colocation/validate/declared_params.h"
#include "colocation/validate/inline_params.h"
#include "colocation/validate/metadata.h"
#include "colocation/validate/param_values.h"
#include "colocation/validate/ref.h"
#include "colocation/validate/run_settings.h"
#include "colocation/validate/task_spec.h"
#include "colocation/validate/workspace_bindings.h"

namespace colocation {
namespace {

constexpr absl::string_view kPending = "TaskRunPending";
constexpr absl::string_view kCancelled = "TaskRunCancelled";

// TaskRunSpec.Validate: exactly one of the two, and that one right.
void ValidateRefOrSpec(const ValidationContext& context,
                       const v1::TaskRunSpec& spec, const FieldPath& path) {
  if (!spec.has_task_ref() && !spec.has_task_spec()) {
    context.Error("one-of-none", path, "this TaskRun has nothing to run")
        .set_hint("give it a taskRef or a taskSpec");
  } else if (spec.has_task_ref() && spec.has_task_spec()) {
    context
        .Error("one-of-many", path.Field("taskSpec"),
               "this TaskRun has a taskRef and a taskSpec")
        .set_hint("take one of the two away");
  }
  if (spec.has_task_ref()) {
    ValidateRef(context, spec.task_ref(), path.Field("taskRef"));
  }
  if (!spec.has_task_spec()) return;
  const FieldPath task_spec = path.Field("taskSpec");
  if (context.flags.InlineSpecDisabled("taskrun")) {
    context
        .Error("inline-spec-disabled", task_spec,
               "no Task may be embedded in a TaskRun here")
        .set_hint(
            "refer to a Task of its own, or take \"taskrun\" out of "
            "disable-inline-spec");
  }
  ValidateTaskSpec(context, spec.task_spec(), task_spec);
}

// validateInlineParameters: the run's parameters count as the Task's.
void ValidateInlineParams(const ValidationContext& context,
                          const v1::TaskRunSpec& spec, const FieldPath& path) {
  if (!spec.has_task_spec()) return;
  const FieldPath task_spec = path.Field("taskSpec");
  InlineParams params;
  params.AddRunParams(spec.params());
  if (!spec.task_spec().steps().empty())
    RequireInlineValues(context, spec.params(), {}, path.Field("params"));
  params.Declare(context, spec.task_spec().params(), task_spec.Field("params"));
  // The rest is the Task's own, whose names have been looked at.
  ValidateParamNameFormat(context, spec.params(), path.Field("params"));
  const DeclaredParams scope(params.specs());
  ValidateArrayUsage(context, spec.task_spec(), scope, task_spec);
  ValidateParamUsage(context, spec.task_spec(), scope, task_spec);
  RequireInlineProperties(context, spec.task_spec().params(), scope,
                          task_spec.Field("params"));
}

// ValidateWorkspaceBindings: case doesn't count.
void ValidateBindingNames(const ValidationContext& context,
                          const WorkspaceBindings& bindings,
                          const FieldPath& path) {
  if (bindings.size() < 2) return;
  absl::flat_hash_map<std::string, int> first;
  for (int i = 0; i < bindings.size(); ++i) {
    const std::string& name = bindings[i].name();
    const auto [known, added] = first.emplace(absl::AsciiStrToLower(name), i);
    if (added) continue;
    const FieldPath at = path.Index(i);
    v1::Diagnostic& error = context.Error(
        "duplicate-name", at.Field("name"),
        absl::StrCat("the workspace \"", name, "\" is bound twice"));
    error.set_hint("remove one of the two; case doesn't count here");
    context.Related(error, path.Index(known->second), "the first");
  }
}

// validateDebug
void ValidateDebug(const ValidationContext& context,
                   const v1::TaskRunDebug& debug, const FieldPath& path) {
  RequireApiFields(context, v1::API_FIELDS_ALPHA, "debug", path);
  if (!debug.has_breakpoints()) return;
  const FieldPath breakpoints = path.Field("breakpoints");
  const std::string& on_failure = debug.breakpoints().on_failure();
  if (on_failure.empty()) {
    context
        .Error("missing-field", breakpoints,
               "these breakpoints do not say onFailure")
        .set_hint("write \"onFailure: enabled\"");
  } else if (on_failure != "enabled") {
    context
        .Error("invalid-value", breakpoints.Field("onFailure"),
               absl::StrCat("\"", on_failure, "\" is no value of onFailure"))
        .set_hint("the only one is \"enabled\"");
  }
  const FieldPath steps = breakpoints.Field("beforeSteps");
  absl::flat_hash_map<absl::string_view, int> first;
  for (int i = 0; i < debug.breakpoints().before_steps_size(); ++i) {
    const std::string& step = debug.breakpoints().before_steps(i);
    const auto [known, added] = first.emplace(step, i);
    if (added) continue;
    v1::Diagnostic& error = context.Error(
        "duplicate-value", steps.Index(i),
        absl::StrCat("the step \"", step, "\" stands here twice"));
    error.set_hint("remove one of the two");
    context.Related(error, steps.Index(known->second), "the first");
  }
}

void ValidateStatus(const ValidationContext& context,
                    const v1::TaskRunSpec& spec, const FieldPath& path) {
  const std::string& status = spec.status();
  if (!status.empty() && status != kCancelled && status != kPending) {
    const std::string near = DidYouMean(status, {kCancelled, kPending});
    context
        .Error("invalid-value", path.Field("status"),
               absl::StrCat("\"", status, "\" is no status of a TaskRun"))
        .set_hint(near.empty() ? absl::StrCat("use \"", kCancelled, "\" or \"",
                                              kPending, "\"")
                               : near);
  }
  if (status.empty() && !spec.status_message().empty()) {
    context
        .Error("forbidden-field", path.Field("statusMessage"),
               "there is a statusMessage and no status")
        .set_hint("take it away, or set status");
  }
}

void ValidateNotNegative(const ValidationContext& context,
                         const v1::TaskRunSpec& spec, const FieldPath& path) {
  // v1beta1 does not look.
  if (spec.retries() < 0 && !context.v1beta1) {
    context
        .Error("invalid-value", path.Field("retries"),
               absl::StrCat(spec.retries(), " retries"))
        .set_hint("at least 0");
  }
  const auto timeout = ParseDurationNs(spec.timeout());
  if (spec.has_timeout() && timeout && *timeout < 0) {
    context
        .Error("invalid-value", path.Field("timeout"),
               absl::StrCat("the timeout ", spec.timeout(), " is negative"))
        .set_hint("\"0\" is no limit");
  }
}

void ValidateSpec(const ValidationContext& context, const v1::TaskRunSpec& spec,
                  const FieldPath& path) {
  ValidateRefOrSpec(context, spec, path);
  ValidateParamValues(context, spec.params(), path.Field("params"));
  ValidateInlineParams(context, spec, path);
  const FieldPath workspaces = path.Field("workspaces");
  ValidateWorkspaceBindings(context, spec.workspaces(), workspaces);
  ValidateBindingNames(context, spec.workspaces(), workspaces);
  if (spec.has_debug())
    ValidateDebug(context, spec.debug(), path.Field("debug"));
  ValidateRunSettings(context, spec, path);
  ValidateStatus(context, spec, path);
  ValidateNotNegative(context, spec, path);
  ValidateRunPodTemplate(context, spec.pod_template(),
                         path.Field("podTemplate"));
  if (spec.has_resources()) {
    context
        .Error("removed-field", path.Field("resources"),
               "Tekton has removed PipelineResources")
        .set_hint("use params and workspaces");
  }
}

}  // namespace

// TaskRun.Validate
void ValidateTaskRun(const ValidationContext& context,
                     const v1::TaskRun& task_run) {
  const FieldPath root("");
  const FieldPath spec = root.Field("spec");
  ValidateMetadata(context, task_run.metadata(), root.Field("metadata"));
  if (task_run.spec().status() == kPending && HasStarted(task_run.status())) {
    context
        .Error("invalid-value", spec.Field("status"),
               "a TaskRun that has started can't be pending")
        .set_hint(absl::StrCat("use \"", kCancelled, "\" to stop it"));
  }
  ValidateSpec(context, task_run.spec(), spec);
}

}  // namespace colocation
