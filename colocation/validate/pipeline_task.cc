// pkg/apis/pipeline/v1/pipeline_validation.go, PipelineTask's methods.
#include "colocation/validate/pipeline_task.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/pipeline_spec.h"
#include "colocation/validate/ref.h"
#include "colocation/validate/task_spec.h"

namespace colocation {
namespace {

// ValidateName
void ValidateName(const ValidationContext& context,
                  const v1::PipelineTask& task, const FieldPath& path) {
  if (IsDns1123Label(task.name())) return;
  v1::Diagnostic& error = context.Error(
      "invalid-name", path.Field("name"),
      task.name().empty()
          ? "a pipeline task needs a name"
          : absl::StrCat("\"", task.name(),
                         "\" can't be the name of a pipeline task"));
  error.set_hint(
      "use lower-case letters, digits and \"-\", not at an end, at most 63");
}

// validateRefOrSpec
void ValidateRefOrSpec(const ValidationContext& context,
                       const v1::PipelineTask& task, const FieldPath& path) {
  std::vector<absl::string_view> given;
  if (task.has_task_ref()) given.push_back("taskRef");
  if (task.has_task_spec()) given.push_back("taskSpec");
  if (task.has_pipeline_ref()) {
    RequireApiFields(context, v1::API_FIELDS_ALPHA, "pipelineRef",
                     path.Field("pipelineRef"));
    given.push_back("pipelineRef");
  }
  if (task.has_pipeline_spec()) {
    RequireApiFields(context, v1::API_FIELDS_ALPHA, "pipelineSpec",
                     path.Field("pipelineSpec"));
    given.push_back("pipelineSpec");
  }
  if (given.size() > 1) {
    context
        .Error("one-of-many", path.Field(given.back()),
               absl::StrCat("a pipeline task has only one of ",
                            absl::StrJoin(given, ", ")))
        .set_hint("take all but one of them out");
  } else if (given.empty()) {
    const bool alpha = context.flags.api_fields == v1::API_FIELDS_ALPHA;
    context
        .Error("one-of-none", path,
               absl::StrCat("the pipeline task \"", task.name(),
                            "\" has nothing to run"))
        .set_hint(alpha ? "give it a taskRef, taskSpec, pipelineRef or "
                          "pipelineSpec"
                        : "give it a taskRef or a taskSpec");
  }
}

// validateEnabledInlineSpec
void ValidateEnabledInlineSpec(const ValidationContext& context,
                               const v1::PipelineTask& task,
                               const FieldPath& path) {
  if (!context.flags.InlineSpecDisabled("pipeline")) return;
  const auto refuse = [&](absl::string_view field) {
    context
        .Error("inline-spec-disabled", path.Field(field),
               "nothing may be embedded in a pipeline here")
        .set_hint(
            "refer to an object of its own, or take \"pipeline\" out of "
            "disable-inline-spec");
  };
  if (task.has_task_spec()) refuse("taskSpec");
  if (task.has_pipeline_spec()) refuse("pipelineSpec");
}

// validateEmbeddedOrType: with steps it is a Task, and nothing else.
void ValidateEmbeddedOrType(const ValidationContext& context,
                            const v1::EmbeddedTask& embedded,
                            const FieldPath& path) {
  if (embedded.task_spec().steps().empty()) return;
  const auto refuse = [&](absl::string_view field) {
    context
        .Error("forbidden-field", path.Field(field),
               absl::StrCat(field,
                            " is for custom tasks, and those have no "
                            "steps"))
        .set_hint("take it out");
  };
  if (!embedded.api_version().empty()) refuse("apiVersion");
  if (!embedded.kind().empty()) refuse("kind");
}

// ValidateOnError
void ValidateOnError(const ValidationContext& context,
                     const v1::PipelineTask& task, const FieldPath& path) {
  const std::string& on_error = task.on_error();
  if (on_error.empty() || absl::StartsWith(on_error, "$(params")) return;
  const FieldPath at = path.Field("onError");
  RequireApiFields(context, v1::API_FIELDS_BETA, "onError", at);
  if (on_error != "continue" && on_error != "stopAndFail") {
    v1::Diagnostic& error = context.Error(
        "invalid-value", at,
        absl::StrCat("\"", on_error, "\" is no value of onError"));
    const std::string near = DidYouMean(on_error, {"continue", "stopAndFail"});
    error.set_hint(near.empty() ? "use \"continue\" or \"stopAndFail\"" : near);
  }
  if (on_error == "continue" && task.retries() > 0) {
    context
        .Error("on-error-with-retries", at,
               "a task that is tried again can't have onError: continue")
        .set_hint("take onError or retries out");
  }
}

// isValidAPIVersion
bool IsGroupAndVersion(absl::string_view version) {
  const size_t slash = version.find('/');
  return slash != absl::string_view::npos && slash > 0 &&
         slash + 1 < version.size() &&
         version.find('/', slash + 1) == absl::string_view::npos;
}

void ValidateCustomApiVersion(const ValidationContext& context,
                              const std::string& version,
                              absl::string_view kind, const FieldPath& path) {
  if (version.empty()) {
    context.Error("missing-field", path, "a custom task needs an apiVersion")
        .set_hint(
            kind == "ClusterTask"
                ? "Tekton has removed ClusterTasks: refer to a Task, or use "
                  "\"resolver: cluster\" with params kind, name and namespace"
                : "for a Task of Tekton's, leave kind out or write Task");
  } else if (!IsGroupAndVersion(version)) {
    context
        .Error("invalid-value", path,
               absl::StrCat("\"", version, "\" is no apiVersion"))
        .set_hint("write GROUP/VERSION, such as example.dev/v1");
  }
}

// validateCustomTask. A reference has a kind by default, Task.
void ValidateCustomTask(const ValidationContext& context,
                        const v1::PipelineTask& task, bool defaulted,
                        const FieldPath& path) {
  if (task.has_task_ref()) {
    const FieldPath ref = path.Field("taskRef");
    const bool defaults_to_task = defaulted &&
                                  task.task_ref().resolver().empty() &&
                                  (!task.task_ref().name().empty() ||
                                   context.flags.default_resolver_type.empty());
    if (task.task_ref().kind().empty() && !defaults_to_task) {
      context.Error("missing-field", ref.Field("kind"),
                    "a reference to a custom task needs a kind");
    }
    ValidateCustomApiVersion(context, task.task_ref().api_version(),
                             task.task_ref().kind(), ref.Field("apiVersion"));
  }
  if (task.has_task_spec()) {
    const FieldPath spec = path.Field("taskSpec");
    if (task.task_spec().kind().empty()) {
      context.Error("missing-field", spec.Field("kind"),
                    "an embedded custom task needs a kind");
    }
    ValidateCustomApiVersion(context, task.task_spec().api_version(),
                             task.task_spec().kind(), spec.Field("apiVersion"));
  }
}

// validateTask. The code of v1beta1 doesn't look at pipelines in pipelines.
void ValidateWhatItRuns(const ValidationContext& context,
                        const v1::PipelineTask& task, const FieldPath& path) {
  if (task.has_task_spec()) {
    ValidateTaskSpec(context, task.task_spec().task_spec(),
                     path.Field("taskSpec"));
  }
  if (task.has_task_ref()) {
    ValidateRef(context, task.task_ref(), path.Field("taskRef"));
  }
  if (context.v1beta1) return;
  if (task.has_pipeline_ref()) {
    ValidateRef(context, task.pipeline_ref(), path.Field("pipelineRef"));
  }
  if (task.has_pipeline_spec()) {
    ValidatePipelineSpec(context, task.pipeline_spec(), /*defaulted=*/false,
                         path.Field("pipelineSpec"));
  }
}

// v1beta1/pipeline_validation.go, PipelineTask.Validate
void ValidateNoResources(const ValidationContext& context,
                         const v1::PipelineTask& task, const FieldPath& path) {
  if (!task.has_resources()) return;
  context
      .Error("removed-field", path.Field("resources"),
             "Tekton has removed PipelineResources")
      .set_hint("use params, results and workspaces");
}

bool IsOwnKind(absl::string_view kind) {
  return kind.empty() || kind == "Task";
}

}  // namespace

bool IsCustomTask(const v1::PipelineTask& task) {
  return (task.has_task_ref() && (!IsOwnKind(task.task_ref().kind()) ||
                                  !task.task_ref().api_version().empty())) ||
         (task.has_task_spec() && (!IsOwnKind(task.task_spec().kind()) ||
                                   !task.task_spec().api_version().empty()));
}

void ValidatePipelineTask(const ValidationContext& context,
                          const v1::PipelineTask& task, bool defaulted,
                          const FieldPath& path) {
  ValidateName(context, task, path);
  ValidateRefOrSpec(context, task, path);
  ValidateEnabledInlineSpec(context, task, path);
  if (task.has_task_spec()) {
    ValidateEmbeddedOrType(context, task.task_spec(), path.Field("taskSpec"));
  }
  ValidateNoResources(context, task, path);
  ValidateOnError(context, task, path);
  if (IsCustomTask(task)) {
    ValidateCustomTask(context, task, defaulted, path);
  } else {
    ValidateWhatItRuns(context, task, path);
  }
}

}  // namespace colocation
