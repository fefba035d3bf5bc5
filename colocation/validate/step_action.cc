// pkg/apis/pipeline/v1beta1/stepaction_validation.go; what v1alpha1 has beside
// it is in pkg/apis/pipeline/v1alpha1/stepaction_validation.go.
#include "colocation/validate/step_action.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/validate/declared_params.h"
#include "colocation/validate/metadata.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/param_usage.h"
#include "colocation/validate/results.h"
#include "colocation/validate/steps.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

void ValidateImage(const ValidationContext& context,
                   const v1::StepActionSpec& spec, const FieldPath& path) {
  if (!spec.image().empty()) return;
  context.Error("missing-field", path, "this StepAction has no image")
      .set_hint("give it an image");
}

void ValidateScript(const ValidationContext& context,
                    const v1::StepActionSpec& spec, const FieldPath& path) {
  if (spec.script().empty()) return;
  const FieldPath script = path.Field("script");
  if (!spec.command().empty()) {
    context
        .Error("one-of-many", script,
               "this StepAction has a script and a command")
        .set_hint("take one of the two away; a script may have args");
  }
  ValidateWindowsScript(context, spec.script(), script);
  // validateNoParamSubstitutionsInScript
  ForEachVariable(spec.script(), "params", [&](const VariableReference& use) {
    context
        .Error("forbidden-variable", script,
               absl::StrCat(use.text,
                            ": a StepAction's script can't use parameters"))
        .set_hint(
            "put it into env and use the variable in the script: a parameter "
            "would be run as part of it");
  });
}

// Calls `visit` with the texts in which parameters are looked for, and whether
// each is an element of a list (validateStepActionVariables).
void ForEachText(
    const v1::StepActionSpec& spec, const FieldPath& path,
    absl::FunctionRef<void(absl::string_view, bool, const FieldPath&)> visit) {
  visit(spec.image(), false, path.Field("image"));
  visit(spec.script(), false, path.Field("script"));
  const FieldPath command = path.Field("command");
  for (int i = 0; i < spec.command_size(); ++i) {
    visit(spec.command(i), true, command.Index(i));
  }
  const FieldPath args = path.Field("args");
  for (int i = 0; i < spec.args_size(); ++i) {
    visit(spec.args(i), true, args.Index(i));
  }
  const FieldPath env = path.Field("env");
  for (int i = 0; i < spec.env_size(); ++i) {
    const FieldPath at = env.Index(i);
    visit(spec.env(i).value(), false, at.Field("value"));
  }
  const FieldPath mounts = path.Field("volumeMounts");
  for (int i = 0; i < spec.volume_mounts_size(); ++i) {
    const FieldPath at = mounts.Index(i);
    visit(spec.volume_mounts(i).name(), false, at.Field("name"));
  }
}

// validateUsageOfDeclaredParameters, validateStepActionArrayUsage
void ValidateParams(const ValidationContext& context,
                    const v1::StepActionSpec& spec, const FieldPath& path) {
  const FieldPath params = path.Field("params");
  ValidateObjectsHaveProperties(context, spec.params(), params);
  ValidateParamTypes(context, spec.params(), params);
  ValidateNoDuplicateParams(context, spec.params(), params);
  ValidateParamNameFormat(context, spec.params(), params);
  const DeclaredParams scope(spec.params());
  ForEachText(spec, path,
              [&](absl::string_view text, bool element, const FieldPath& at) {
                if (!HasReference(text)) return;
                ValidateDeclaredUse(context, text, scope, at);
                if (element) {
                  ValidateArrayIsAlone(context, text, scope, at);
                } else {
                  ValidateNoArray(context, text, scope, at);
                }
              });
}

// validateVolumeMounts
void ValidateMountNames(const ValidationContext& context,
                        const v1::StepActionSpec& spec, const FieldPath& path) {
  const FieldPath mounts = path.Field("volumeMounts");
  for (int i = 0; i < spec.volume_mounts_size(); ++i) {
    const std::string& name = spec.volume_mounts(i).name();
    bool alone = false;
    ForEachVariable(name, "params", [&](const VariableReference& use) {
      alone = use.text == name;
    });
    if (alone) continue;
    const FieldPath at = mounts.Index(i);
    context
        .Error("invalid-value", at.Field("name"),
               absl::StrCat("\"", name,
                            "\" is not a parameter that names the volume"))
        .set_hint(
            "a StepAction has no volumes: write \"$(params.NAME)\" and let the "
            "Task say which");
  }
}

// The parameters that the default of `spec` refers to, as v1alpha1 reads them:
// what is between "$(params." and ")".
std::vector<absl::string_view> ReferredTo(const v1::ParamSpec& spec) {
  std::vector<absl::string_view> names;
  ForEachVariable(spec.default_().string_value(), "params",
                  [&](const VariableReference& use) {
                    absl::string_view name = use.text;
                    absl::ConsumePrefix(&name, "$(params.");
                    absl::ConsumeSuffix(&name, ")");
                    names.push_back(name);
                  });
  return names;
}

// v1alpha1/stepaction_validation.go, validateDefaultParameterReferences: the
// defaults can be filled in one after another.
void ValidateDefaults(const ValidationContext& context, const ParamSpecs& specs,
                      const FieldPath& path) {
  const DeclaredParams scope(specs);
  struct Waiting {
    int index;
    std::vector<absl::string_view> on;
  };
  std::vector<Waiting> waiting;
  absl::flat_hash_set<absl::string_view> done;
  for (int i = 0; i < specs.size(); ++i) {
    Waiting param{i, ReferredTo(specs[i])};
    if (param.on.empty()) {
      done.insert(specs[i].name());
      continue;
    }
    bool known = true;
    for (const absl::string_view name : param.on) {
      if (scope.Contains(name)) continue;
      known = false;
      const FieldPath at = path.Index(i);
      context
          .Error("unknown-param", at.Field("default"),
                 absl::StrCat("the default refers to a parameter \"", name,
                              "\" that is not declared"))
          .set_hint(UnknownParamHint(name, scope));
    }
    if (known) waiting.push_back(std::move(param));
  }
  for (size_t before = 0; before != waiting.size();) {
    before = waiting.size();
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                                 [&](const Waiting& param) {
                                   for (const absl::string_view name : param.on)
                                     if (!done.contains(name)) return false;
                                   done.insert(specs[param.index].name());
                                   return true;
                                 }),
                  waiting.end());
  }
  for (const Waiting& param : waiting) {
    const FieldPath at = path.Index(param.index);
    context
        .Error("param-cycle", at.Field("default"),
               absl::StrCat("the default of \"", specs[param.index].name(),
                            "\" waits for itself, or for one that does"))
        .set_hint("break the cycle of defaults that refer to each other");
  }
}

}  // namespace

void ValidateStepAction(const ValidationContext& context,
                        const v1::StepAction& step_action) {
  const FieldPath root("");
  const FieldPath path = root.Field("spec");
  const v1::StepActionSpec& spec = step_action.spec();
  ValidateMetadata(context, step_action.metadata(), root.Field("metadata"));
  ValidateImage(context, spec, path);
  ValidateScript(context, spec, path);
  ValidateParams(context, spec, path);
  const FieldPath script = path.Field("script");
  ValidateResultPaths(context, spec.script(), "step.results", spec.results(),
                      script);
  ValidateResultPaths(context, spec.script(), "results", spec.results(),
                      script);
  ValidateStepResults(context, spec.results(), /*defaulted=*/true,
                      path.Field("results"));
  ValidateMountNames(context, spec, path);
  if (step_action.api_version() == "tekton.dev/v1alpha1") {
    ValidateDefaults(context, spec.params(), path.Field("params"));
  }
}

}  // namespace colocation
