// pkg/apis/pipeline/v1/task_validation.go
#include "colocation/validate/task_spec.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/validate/mount_path.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/param_usage.h"
#include "colocation/validate/results.h"
#include "colocation/validate/step_view.h"
#include "colocation/validate/steps.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

// ValidateVolumes
void ValidateVolumes(const ValidationContext& context, const v1::TaskSpec& spec,
                     const FieldPath& path) {
  if (spec.volumes_size() < 2) return;
  const FieldPath volumes = path.Field("volumes");
  absl::flat_hash_map<absl::string_view, int> first;
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const auto [known, added] = first.emplace(spec.volumes(i).name(), i);
    if (added) continue;
    const FieldPath at = volumes.Index(i);
    v1::Diagnostic& error = context.Error(
        "duplicate-name", at.Field("name"),
        absl::StrCat("there are two volumes \"", spec.volumes(i).name(), "\""));
    error.set_hint("give one of them another name");
    context.Related(error, volumes.Index(known->second), "the first");
  }
}

// Where the volumes of steps and stepTemplate are mounted, and by whom.
absl::flat_hash_map<std::string, std::string> MountPaths(
    const v1::TaskSpec& spec) {
  absl::flat_hash_map<std::string, std::string> paths;
  for (int i = 0; i < spec.steps_size(); ++i) {
    for (const v1::VolumeMount& mount : spec.steps(i).volume_mounts()) {
      paths.emplace(CleanPath(mount.mount_path()),
                    absl::StrCat("a volume of step ", i));
    }
  }
  for (const v1::VolumeMount& mount : spec.step_template().volume_mounts()) {
    paths.emplace(CleanPath(mount.mount_path()), "a volume of stepTemplate");
  }
  return paths;
}

// validateDeclaredWorkspaces
void ValidateDeclaredWorkspaces(const ValidationContext& context,
                                const v1::TaskSpec& spec,
                                const FieldPath& path) {
  if (spec.workspaces().empty()) return;
  const FieldPath workspaces = path.Field("workspaces");
  absl::flat_hash_map<std::string, std::string> taken = MountPaths(spec);
  absl::flat_hash_map<absl::string_view, int> first;
  for (int i = 0; i < spec.workspaces_size(); ++i) {
    const v1::WorkspaceDeclaration& workspace = spec.workspaces(i);
    const FieldPath at = workspaces.Index(i);
    const auto [known, added] = first.emplace(workspace.name(), i);
    if (!added) {
      v1::Diagnostic& error =
          context.Error("duplicate-name", at.Field("name"),
                        absl::StrCat("the workspace \"", workspace.name(),
                                     "\" is declared twice"));
      error.set_hint("remove one of the two, or give it another name");
      context.Related(error, workspaces.Index(known->second), "the first");
    }
    const std::string mount_path =
        CleanPath(workspace.mount_path().empty()
                      ? absl::StrCat("/workspace/", workspace.name())
                      : workspace.mount_path());
    const auto [other, free] = taken.emplace(
        mount_path, absl::StrCat("the workspace \"", workspace.name(), "\""));
    if (free) continue;
    context
        .Error("mount-path-conflict", at.Field("mountPath"),
               absl::StrCat("the workspace \"", workspace.name(),
                            "\" would be mounted at \"", mount_path, "\", as ",
                            other->second, " is"))
        .set_hint("give it another mountPath");
  }
}

// Of a step or sidecar at `path`.
template <typename Container>
void ValidateUsedWorkspaces(const ValidationContext& context,
                            const v1::TaskSpec& spec,
                            const Container& container, absl::string_view what,
                            const FieldPath& path) {
  if (container.workspaces().empty()) return;
  const FieldPath workspaces = path.Field("workspaces");
  RequireApiFields(context, v1::API_FIELDS_BETA, what, workspaces);
  for (int i = 0; i < container.workspaces_size(); ++i) {
    const std::string& name = container.workspaces(i).name();
    if (absl::c_any_of(spec.workspaces(), [&](const auto& workspace) {
          return workspace.name() == name;
        })) {
      continue;
    }
    std::vector<absl::string_view> names;
    for (const auto& workspace : spec.workspaces()) {
      names.push_back(workspace.name());
    }
    std::string hint = DidYouMean(name, names);
    if (hint.empty()) {
      hint = names.empty()
                 ? std::string("declare it under workspaces")
                 : absl::StrCat("declared here: ", absl::StrJoin(names, ", "));
    }
    const FieldPath at = workspaces.Index(i);
    context
        .Error("unknown-workspace", at.Field("name"),
               absl::StrCat("this Task declares no workspace \"", name, "\""))
        .set_hint(std::move(hint));
  }
}

// validateWorkspaceUsages
void ValidateWorkspaceUsages(const ValidationContext& context,
                             const v1::TaskSpec& spec, const FieldPath& path) {
  const FieldPath steps = path.Field("steps");
  for (int i = 0; i < spec.steps_size(); ++i) {
    ValidateUsedWorkspaces(context, spec, spec.steps(i), "workspaces of a step",
                           steps.Index(i));
  }
  const FieldPath sidecars = path.Field("sidecars");
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    ValidateUsedWorkspaces(context, spec, spec.sidecars(i),
                           "workspaces of a sidecar", sidecars.Index(i));
  }
}

// container_validation.go, Sidecar.Validate; of v1beta1 only the name counts
// (v1beta1/task_validation.go, validateSidecarNames).
void ValidateSidecars(const ValidationContext& context,
                      const v1::TaskSpec& spec, const FieldPath& path) {
  const FieldPath sidecars = path.Field("sidecars");
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    const v1::Sidecar& sidecar = spec.sidecars(i);
    const FieldPath at = sidecars.Index(i);
    if (sidecar.name() == "tekton-log-results") {
      context
          .Error("reserved-name", at.Field("name"),
                 absl::StrCat("the sidecar \"", sidecar.name(),
                              "\" is one of Tekton's own"))
          .set_hint("give it another name");
    }
    if (context.v1beta1) continue;
    if (sidecar.image().empty()) {
      context.Error("missing-field", at, "this sidecar has no image")
          .set_hint("give it an image; stepTemplate is for steps only");
    }
    if (!sidecar.script().empty() && !sidecar.command().empty()) {
      context
          .Error("one-of-many", at.Field("script"),
                 "this sidecar has a script and a command")
          .set_hint("take one of the two away; a script may have args");
    }
  }
}

struct ContextVariables {
  absl::string_view prefix;
  std::vector<absl::string_view> names;
};

const std::vector<ContextVariables>& KnownContextVariables() {
  static const auto& known = *new std::vector<ContextVariables>{
      {"context.taskRun", {"name", "namespace", "uid"}},
      {"context.task", {"name", "retry-count"}},
  };
  return known;
}

// validateTaskContextVariables
void ValidateContextVariables(const ValidationContext& context,
                              absl::string_view text, const FieldPath& path) {
  if (!absl::StrContains(text, "$(context.task")) return;
  for (const ContextVariables& known : KnownContextVariables()) {
    ForEachVariable(text, known.prefix, [&](const VariableReference& use) {
      const std::string name = WithoutIndex(use.WithoutKey());
      if (!use.TooManyDots() && absl::c_linear_search(known.names, name)) {
        return;
      }
      const std::string near = DidYouMean(name, known.names);
      context
          .Error("unknown-variable", path,
                 absl::StrCat(use.text, ": there is no such variable"))
          .set_hint(near.empty()
                        ? absl::StrCat("of ", known.prefix, " there are ",
                                       absl::StrJoin(known.names, ", "))
                        : near);
    });
  }
}

void RefuseResources(const ValidationContext& context, const v1::TaskSpec& spec,
                     const FieldPath& path) {
  if (!spec.has_resources()) return;
  context
      .Error("removed-field", path.Field("resources"),
             "Tekton has removed PipelineResources")
      .set_hint("use params, results and workspaces");
}

}  // namespace

void ValidateTaskSpec(const ValidationContext& context,
                      const v1::TaskSpec& spec, const FieldPath& path) {
  ValidateVolumes(context, spec, path);
  ValidateDeclaredWorkspaces(context, spec, path);
  ValidateWorkspaceUsages(context, spec, path);
  ValidateSteps(context, spec, path);
  ValidateSidecars(context, spec, path);

  const FieldPath params = path.Field("params");
  ValidateParamTypes(context, spec.params(), params);
  ValidateNoDuplicateParams(context, spec.params(), params);
  ValidateParamEnums(context, spec.params(), params);
  ValidateParamNameFormat(context, spec.params(), params);
  ValidateArrayUsage(context, spec, DeclaredParams(spec.params()), path);

  ForEachStep(spec, path, context.v1beta1, [&](const StepView& view) {
    ForEachStepText(
        view, [&](absl::string_view text, StepField, const FieldPath& at) {
          ValidateContextVariables(context, text, at);
        });
    ValidateResultPaths(context, view.step().script(), "results",
                        spec.results(), view.path().Field("script"));
  });
  ValidateTaskResults(context, spec.results(), path.Field("results"));
  RefuseResources(context, spec, path);
}

void ValidateParamUsage(const ValidationContext& context,
                        const v1::TaskSpec& spec, const DeclaredParams& scope,
                        const FieldPath& path) {
  ForEachStep(spec, path, context.v1beta1, [&](const StepView& view) {
    ForEachStepText(view, [&](absl::string_view text, StepField field,
                              const FieldPath& at) {
      if (field == StepField::kOnError) {
        ValidateIsDeclared(context, text, scope, at);
      } else {
        ValidateDeclaredUse(context, text, scope, at);
      }
    });
  });
}

// validateStepArrayUsage
void ValidateArrayUsage(const ValidationContext& context,
                        const v1::TaskSpec& spec, const DeclaredParams& scope,
                        const FieldPath& path) {
  ForEachStep(spec, path, context.v1beta1, [&](const StepView& view) {
    ForEachStepText(view, [&](absl::string_view text, StepField field,
                              const FieldPath& at) {
      if (field == StepField::kText) {
        ValidateNoArray(context, text, scope, at);
      } else if (field == StepField::kElement) {
        ValidateArrayIsAlone(context, text, scope, at);
      }
    });
  });
}

}  // namespace colocation
