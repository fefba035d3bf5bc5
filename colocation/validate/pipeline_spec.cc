#include "colocation/validate/pipeline_spec.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "colocation/validate/matrix.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/pipeline_graph.h"
#include "colocation/validate/pipeline_names.h"
#include "colocation/validate/pipeline_params.h"
#include "colocation/validate/pipeline_references.h"
#include "colocation/validate/pipeline_results.h"
#include "colocation/validate/pipeline_task.h"
#include "colocation/validate/pipeline_workspaces.h"
#include "colocation/validate/when.h"

namespace colocation {
namespace {

// PipelineSpec.Validate
void ValidateNotEmpty(const ValidationContext& context,
                      const v1::PipelineSpec& spec, const FieldPath& path) {
  if (!spec.tasks().empty() || !spec.params().empty() ||
      !spec.workspaces().empty() || !spec.results().empty() ||
      !spec.finally().empty() || !spec.description().empty() ||
      !spec.display_name().empty() || spec.has_resources()) {
    return;
  }
  context.Error("empty-spec", path, "there is nothing in this pipeline")
      .set_hint("give it tasks");
}

// v1beta1/pipeline_validation.go, PipelineSpec.Validate
void ValidateNoResources(const ValidationContext& context,
                         const v1::PipelineSpec& spec, const FieldPath& path) {
  if (!spec.has_resources() || spec.resources().json() == "[]") return;
  context
      .Error("removed-field", path.Field("resources"),
             "Tekton has removed PipelineResources")
      .set_hint("use params, results and workspaces");
}

// PipelineTaskList.Validate: one name space for tasks and finally.
void ValidateUniqueTaskNames(const ValidationContext& context,
                             const v1::PipelineSpec& spec,
                             const FieldPath& path) {
  absl::flat_hash_map<absl::string_view, int> seen;
  seen.reserve(spec.tasks_size() + spec.finally_size());
  const FieldPath tasks = path.Field("tasks");
  const FieldPath finally = path.Field("finally");
  // Those of finally count on after those of tasks.
  const auto name_path = [&](int at) {
    const FieldPath task = at < spec.tasks_size()
                               ? tasks.Index(at)
                               : finally.Index(at - spec.tasks_size());
    return task.Field("name").ToString();
  };
  const auto check = [&](const std::string& name, int at) {
    const auto [first, is_new] = seen.emplace(name, at);
    if (is_new) return;
    const std::string here = name_path(at);
    const std::string there = name_path(first->second);
    v1::Diagnostic& error = context.Error(
        "duplicate-name", FieldPath(here),
        absl::StrCat("two tasks of the pipeline are named \"", name, "\""));
    error.set_hint("give one of them another name");
    context.Related(error, FieldPath(there), "the first is here");
  };
  for (int i = 0; i < spec.tasks_size(); ++i) check(spec.tasks(i).name(), i);
  for (int i = 0; i < spec.finally_size(); ++i)
    check(spec.finally(i).name(), spec.tasks_size() + i);
}

// validateTasksAndFinallySection
void ValidateFinallyHasTasks(const ValidationContext& context,
                             const v1::PipelineSpec& spec,
                             const FieldPath& path) {
  if (spec.finally().empty() || !spec.tasks().empty()) return;
  context
      .Error("missing-field", path.Field("finally"),
             "there are finally tasks, and no tasks before them")
      .set_hint("move them to tasks");
}

// validateFinalTasks
void ValidateFinallyHasNoRunAfter(const ValidationContext& context,
                                  const v1::PipelineSpec& spec,
                                  const FieldPath& path) {
  const FieldPath finally = path.Field("finally");
  for (int i = 0; i < spec.finally_size(); ++i) {
    if (spec.finally(i).run_after().empty()) continue;
    const FieldPath task = finally.Index(i);
    context
        .Error("forbidden-field", task.Field("runAfter"),
               "finally tasks run when all tasks have ended, all at once")
        .set_hint("take runAfter out");
  }
}

// ParamSpec.ValidateType, where no default has been set.
void ValidateTypesAreWritten(const ValidationContext& context,
                             const v1::PipelineSpec& spec,
                             const FieldPath& path) {
  const FieldPath params = path.Field("params");
  for (int i = 0; i < spec.params_size(); ++i) {
    if (!spec.params(i).type().empty()) continue;
    const FieldPath param = params.Index(i);
    context
        .Error("invalid-value", param.Field("type"),
               absl::StrCat("the parameter \"", spec.params(i).name(),
                            "\" has no type, and in a pipeline in a pipeline "
                            "Tekton sets none"))
        .set_hint("write type: string, array or object");
  }
}

void ValidateTasks(const ValidationContext& context, const PipelineTasks& tasks,
                   bool defaulted, const FieldPath& path) {
  for (int i = 0; i < tasks.size(); ++i) {
    const FieldPath task = path.Index(i);
    ValidatePipelineTask(context, tasks[i], defaulted, task);
    ValidateUniqueParams(context, tasks[i].params(), task.Field("params"));
    ValidateWhen(context, tasks[i].when(), task.Field("when"));
    ValidateMatrix(context, tasks[i], task);
  }
  ValidateMatrixResults(context, tasks, path);
}

}  // namespace

void ValidatePipelineSpec(const ValidationContext& context,
                          const v1::PipelineSpec& spec, bool defaulted,
                          const FieldPath& path) {
  ValidateNotEmpty(context, spec, path);
  ValidateNoResources(context, spec, path);

  const FieldPath params = path.Field("params");
  if (!defaulted) ValidateTypesAreWritten(context, spec, path);
  ValidateParamTypes(context, spec.params(), params);
  ValidateNoDuplicateParams(context, spec.params(), params);
  ValidateParamEnums(context, spec.params(), params);
  ValidateWorkspaceDeclarations(context, spec, path);

  ValidateUniqueTaskNames(context, spec, path);
  ValidateTasks(context, spec.tasks(), defaulted, path.Field("tasks"));
  ValidateTasks(context, spec.finally(), defaulted, path.Field("finally"));
  ValidateFinallyHasTasks(context, spec, path);
  ValidateFinallyHasNoRunAfter(context, spec, path);

  const PipelineNames names(spec);
  ValidateGraph(context, names, path);
  ValidateExpressionPrefixes(context, names, path);
  ValidateContextVariables(context, names, path);
  ValidateStatusVariables(context, names, path);
  ValidateResultsInFinally(context, names, path);
  ValidateNoResultsOfChildPipelines(context, names, path);
  ValidateArtifactReferences(context, names, path);
  ValidatePipelineResults(context, names, path);
}

}  // namespace colocation
