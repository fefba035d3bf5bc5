// pkg/apis/pipeline/v1/pipeline_validation.go
#include "colocation/validate/pipeline_workspaces.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

std::string UndeclaredHint(absl::string_view name,
                           const WorkspaceNames& declared) {
  constexpr size_t kFew = 8;
  // To sort them for each error would take the square of their number.
  if (declared.size() > kComparedNames) {
    return "declare it under workspaces of the pipeline";
  }
  std::vector<absl::string_view> names(declared.begin(), declared.end());
  std::sort(names.begin(), names.end());
  const std::string near = DidYouMean(name, names);
  if (!near.empty()) return near;
  if (names.empty() || names.size() > kFew)
    return "declare it under workspaces of the pipeline";
  return absl::StrCat("declared are: ", absl::StrJoin(names, ", "));
}

WorkspaceNames DeclaredNames(const v1::PipelineSpec& pipeline) {
  WorkspaceNames names;
  names.reserve(pipeline.workspaces_size());
  for (const auto& workspace : pipeline.workspaces())
    names.insert(workspace.name());
  return names;
}

}  // namespace

// validatePipelineWorkspacesDeclarations
void ValidateWorkspaceDeclarations(const ValidationContext& context,
                                   const v1::PipelineSpec& pipeline,
                                   const FieldPath& path) {
  const FieldPath list = path.Field("workspaces");
  WorkspaceNames seen;
  for (int i = 0; i < pipeline.workspaces_size(); ++i) {
    const std::string& name = pipeline.workspaces(i).name();
    const FieldPath workspace = list.Index(i);
    if (name.empty()) {
      context.Error("missing-field", workspace.Field("name"),
                    "a workspace needs a name");
    }
    if (!seen.insert(name).second) {
      context
          .Error("duplicate-name", workspace.Field("name"),
                 absl::StrCat("the workspace \"", name, "\" is declared twice"))
          .set_hint("take one of the two out");
    }
  }
}

// PipelineTask.validateWorkspaces
void ValidateTaskWorkspaces(const ValidationContext& context,
                            const v1::PipelineTask& task,
                            const WorkspaceNames& declared,
                            const FieldPath& path) {
  const FieldPath list = path.Field("workspaces");
  WorkspaceNames seen;
  for (int i = 0; i < task.workspaces_size(); ++i) {
    const v1::WorkspacePipelineTaskBinding& binding = task.workspaces(i);
    const FieldPath at = list.Index(i);
    if (!seen.insert(binding.name()).second) {
      context
          .Error("duplicate-name", at.Field("name"),
                 absl::StrCat("the workspace \"", binding.name(),
                              "\" of the task is given twice"))
          .set_hint("take one of the two out");
    }
    const bool same_name = binding.workspace().empty();
    const std::string& name = same_name ? binding.name() : binding.workspace();
    if (declared.contains(name)) continue;
    context
        .Error("unknown-workspace", at.Field(same_name ? "name" : "workspace"),
               absl::StrCat("the pipeline has no workspace \"", name, "\""))
        .set_hint(UndeclaredHint(name, declared));
  }
}

// validatePipelineWorkspacesUsage
void ValidateWorkspaceUsage(const ValidationContext& context,
                            const v1::PipelineSpec& pipeline,
                            const FieldPath& path) {
  const WorkspaceNames declared = DeclaredNames(pipeline);
  const FieldPath tasks = path.Field("tasks");
  for (int i = 0; i < pipeline.tasks_size(); ++i) {
    ValidateTaskWorkspaces(context, pipeline.tasks(i), declared,
                           tasks.Index(i));
  }
  const FieldPath finally = path.Field("finally");
  for (int i = 0; i < pipeline.finally_size(); ++i) {
    ValidateTaskWorkspaces(context, pipeline.finally(i), declared,
                           finally.Index(i));
  }
}

// v1beta1/pipelinerun_validation.go, validatePropagatedWorkspaces. What one
// task names counts as declared for it and for those after it.
void ValidatePropagatedWorkspaces(const ValidationContext& context,
                                  const v1::PipelineRunSpec& run,
                                  const FieldPath& path) {
  const v1::PipelineSpec& pipeline = run.pipeline_spec();
  WorkspaceNames declared = DeclaredNames(pipeline);
  for (const auto& binding : run.workspaces()) declared.insert(binding.name());
  const auto check = [&](const PipelineTasks& tasks, const FieldPath& list) {
    for (int i = 0; i < tasks.size(); ++i) {
      for (const auto& binding : tasks[i].workspaces())
        declared.insert(binding.name());
      ValidateTaskWorkspaces(context, tasks[i], declared, list.Index(i));
    }
  };
  check(pipeline.tasks(), path.Field("tasks"));
  check(pipeline.finally(), path.Field("finally"));
}

}  // namespace colocation
