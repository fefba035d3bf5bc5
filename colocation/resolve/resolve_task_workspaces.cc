// What the workspaces of a task are, and where they are mounted: a part of
// TaskResolver.

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/resolve/texts.h"
#include "colocation/syntax/names.h"

namespace colocation {
namespace {

// The parts of both directories, joined.
std::string JoinDirectories(absl::string_view a, absl::string_view b) {
  if (a.empty() && b.empty()) return "";
  std::vector<absl::string_view> parts;
  for (const absl::string_view path : {a, b}) {
    for (absl::string_view part :
         absl::StrSplit(path, '/', absl::SkipEmpty())) {
      if (part != ".") parts.push_back(part);
    }
  }
  return absl::StrJoin(parts, "/");
}

// The workspaces that the texts of an embedded Task at `at` use. Those of too
// many parts are refused, also after "$$" (pkg/workspace/apply.go,
// FindWorkspacesUsedByTask).
std::set<std::string> WorkspacesUsed(const v1::TaskSpec& spec,
                                     const Subject& subject,
                                     const FieldPath& at,
                                     DiagnosticList* diagnostics) {
  std::set<std::string> used;
  const auto note = [&](const std::string& text, const FieldPath& path) {
    ForEachReference(text, [&](absl::string_view inside) {
      const auto variable = ParseVariable(inside, "workspaces");
      if (!variable) return;
      absl::string_view name = variable->name;
      if (absl::StartsWith(inside, "workspaces.")) {
        const size_t dot = name.find('.');
        if (dot != absl::string_view::npos &&
            absl::StrContains(name.substr(dot + 1), ".")) {
          diagnostics
              ->Error("unknown-variable", subject, path.ToString(),
                      absl::StrCat("$(", inside,
                                   "): a workspace has no such variable"))
              .set_hint(absl::StrCat("such as $(workspaces.",
                                     name.substr(0, dot), ".path)"));
          return;
        }
        name = name.substr(0, dot);
      }
      used.emplace(name);
    });
  };
  constexpr TextFields kFields =
      kScriptText | kCommandText | kWorkingDirText | kEnvText;
  ForEachStepText(spec, kFields | kParamText, at, note);
  ForEachSidecarText(spec, kFields, at, note);
  ForEachStepTemplateText(spec, kFields, at, note);
  return used;
}

}  // namespace

std::string ClaimOf(const v1::RunIdentity& run,
                    const v1::WorkspaceBinding& binding) {
  if (!binding.has_volume_claim_template()) {
    return binding.persistent_volume_claim().claim_name();
  }
  const std::string& name = binding.volume_claim_template().metadata().name();
  return absl::StrCat(name.empty() ? "pvc" : name, "-",
                      ShortHash(absl::StrCat(run.namespace_(), "/", run.name(),
                                             "/", binding.name())));
}

std::string TaskResolver::MountPathOf(
    const v1::WorkspaceDeclaration& declaration) {
  return declaration.mount_path().empty()
             ? absl::StrCat("/workspace/", declaration.name())
             : declaration.mount_path();
}

// The workspaces that Tekton gives to the TaskRun: those that the pipeline task
// maps, and those of the same name that an embedded Task's texts use
// (pkg/reconciler/pipelinerun/pipelinerun.go, getTaskrunWorkspaces and
// propagateWorkspaces).
std::vector<TaskResolver::Binding> TaskResolver::FindBindings(
    const v1::PipelineTask& pipeline_task, const v1::TaskSpec& spec,
    const ResolvedTask& task) {
  std::vector<Binding> bindings;
  const auto add = [&](absl::string_view name, absl::string_view of_run,
                       absl::string_view sub_path, std::string path) {
    const auto found = scope_.workspaces.find(of_run);
    if (found != scope_.workspaces.end()) {
      const std::string& of_binding =
          scope_.run.workspaces[found->second].binding.sub_path();
      bindings.push_back({std::string(name), found->second,
                          JoinDirectories(of_binding, sub_path),
                          std::move(path)});
      return;
    }
    const auto& all = spec.workspaces();
    const auto declared = std::find_if(
        all.begin(), all.end(),
        [&](const auto& declaration) { return declaration.name() == name; });
    if (declared != all.end() && declared->optional()) return;
    if (declared == all.end() && !pipeline_task.has_task_spec()) {
      // The Task doesn't want it: BindWorkspaces says so.
      bindings.push_back({std::string(name), -1, "", std::move(path)});
      return;
    }
    // Bound to nothing: said once.
    const auto& of_pipeline = scope_.pipeline.workspaces();
    const bool said = std::any_of(
        of_pipeline.begin(), of_pipeline.end(), [&](const auto& declared) {
          return !declared.optional() && declared.name() == of_run;
        });
    if (said) {
      bindings.push_back({std::string(name), -1, "", std::move(path)});
      return;
    }
    std::vector<absl::string_view> names;
    for (const RunWorkspace& workspace : scope_.run.workspaces) {
      names.push_back(workspace.name);
    }
    const std::string nearest = DidYouMean(of_run, names);
    diagnostics_
        .Error("unbound-workspace", task.subject, path,
               absl::StrCat("the run has no workspace \"", of_run, "\" for \"",
                            name, "\" of the Task"))
        .set_hint(!nearest.empty()
                      ? nearest
                      : absl::StrCat("bind it in the run: {name: ", of_run,
                                     ", emptyDir: {}}"));
    bindings.push_back({std::string(name), -1, "", std::move(path)});
  };
  for (int i = 0; i < pipeline_task.workspaces_size(); ++i) {
    const v1::WorkspacePipelineTaskBinding& binding =
        pipeline_task.workspaces(i);
    add(binding.name(),
        binding.workspace().empty() ? binding.name() : binding.workspace(),
        binding.sub_path(), absl::StrCat(task.path, ".workspaces[", i, "]"));
  }
  if (!pipeline_task.has_task_spec() || scope_.one_task) return bindings;
  absl::flat_hash_set<absl::string_view> mapped;
  for (const auto& given : pipeline_task.workspaces()) {
    mapped.insert(given.name());
  }
  for (const std::string& name : WorkspacesUsed(
           spec, task.task_subject, FieldPath(task.task_path), &diagnostics_)) {
    if (!mapped.contains(name))
      add(name, name, "", absl::StrCat(task.path, ".workspaces"));
  }
  return bindings;
}

// pkg/workspace/validate.go, ValidateBindings.
void TaskResolver::BindWorkspaces(const v1::PipelineTask& pipeline_task,
                                  v1::TaskSpec* spec, ResolvedTask* task) {
  const std::vector<Binding> bindings =
      FindBindings(pipeline_task, *spec, *task);
  // The first of each name.
  absl::flat_hash_map<absl::string_view, const Binding*> by_name;
  for (const Binding& binding : bindings) {
    by_name.emplace(binding.name, &binding);
  }
  std::vector<absl::string_view> declared;
  for (const v1::WorkspaceDeclaration& declaration : spec->workspaces()) {
    declared.push_back(declaration.name());
  }
  const absl::flat_hash_set<absl::string_view> is_declared(declared.begin(),
                                                           declared.end());
  std::vector<std::string> propagated;
  for (const Binding& binding : bindings) {
    if (is_declared.contains(binding.name)) continue;
    if (pipeline_task.has_task_spec()) {
      if (std::find(propagated.begin(), propagated.end(), binding.name) ==
          propagated.end()) {
        propagated.push_back(binding.name);
        continue;
      }
      // The TaskRun would have two declarations of the name
      // (pkg/reconciler/taskrun/taskrun.go, createPod).
      diagnostics_
          .Error("duplicate-name", task->subject, binding.path,
                 absl::StrCat("the workspace \"", binding.name,
                              "\" is given to the task twice"))
          .set_hint("remove one of the two");
      continue;
    }
    diagnostics_
        .Error("unknown-workspace", task->subject, binding.path,
               absl::StrCat("the Task declares no workspace \"", binding.name,
                            "\""))
        .set_hint(DidYouMean(binding.name, declared));
  }
  for (const std::string& name : propagated) {
    spec->add_workspaces()->set_name(name);
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

  for (const v1::WorkspaceDeclaration& declaration : spec->workspaces()) {
    TaskWorkspace& workspace = task->workspaces.emplace_back();
    workspace.name = declaration.name();
    workspace.mount_path = MountPathOf(declaration);
    workspace.read_only = declaration.read_only();
    workspace.isolated = isolated.contains(declaration.name());
    const auto bound = by_name.find(declaration.name());
    if (bound != by_name.end()) {
      workspace.run_workspace = bound->second->run_workspace;
      workspace.sub_path = bound->second->sub_path;
    } else if (declaration.optional()) {
      continue;
    } else if (scope_.flags.default_workspace_binding != nullptr) {
      BindToDefault(&workspace, *task);
    } else {
      std::vector<absl::string_view> given;
      for (const Binding& other : bindings) given.push_back(other.name);
      const std::string nearest = DidYouMean(declaration.name(), given);
      diagnostics_
          .Error("unbound-workspace", task->subject,
                 absl::StrCat(task->path, ".workspaces"),
                 absl::StrCat("the Task's workspace \"", declaration.name(),
                              "\" is not bound"))
          .set_hint(
              !nearest.empty() ? nearest
              : scope_.one_task
                  ? absl::StrCat("bind it: - {name: ", declaration.name(),
                                 ", emptyDir: {}}")
                  : absl::StrCat("add - {name: ", declaration.name(),
                                 ", workspace: ...} to the task's workspaces"));
    }
  }
}

// pkg/reconciler/taskrun/taskrun.go, updateTaskRunWithDefaultWorkspaces: each
// TaskRun has a workspace of its own.
void TaskResolver::BindToDefault(TaskWorkspace* workspace,
                                 const ResolvedTask& task) {
  const v1::WorkspaceBinding& binding = *scope_.flags.default_workspace_binding;
  std::vector<RunWorkspace>& all = scope_.run.workspaces;
  workspace->run_workspace = static_cast<int32_t>(all.size());
  workspace->sub_path = JoinDirectories(binding.sub_path(), "");
  workspace->per_unit =
      binding.has_empty_dir() || binding.has_volume_claim_template();
  RunWorkspace& own = all.emplace_back();
  own.name = absl::StrCat(task.name, "/", workspace->name);
  own.binding = binding;
  own.binding.set_name(own.name);
  own.volume =
      MakeDns1123Label(absl::StrCat("ws-", task.name, "-", workspace->name));
  own.claim = ClaimOf(scope_.run.identity, own.binding);
}

}  // namespace colocation
