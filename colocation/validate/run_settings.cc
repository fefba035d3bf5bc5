#include "colocation/validate/run_settings.h"

#include <algorithm>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

// pkg/apis/pipeline/v1/taskrun_validation.go, validateStepSpecs and
// validateSidecarSpecs
void ValidateSpecs(const ValidationContext& context, const StepSpecs& specs,
                   absl::string_view what, const FieldPath& path) {
  RequireApiFields(context, v1::API_FIELDS_BETA, what, path);
  absl::flat_hash_map<std::string, int> first;
  for (int i = 0; i < specs.size(); ++i) {
    const FieldPath at = path.Index(i);
    const std::string& name = specs[i].name();
    if (name.empty()) {
      context
          .Error("missing-field", at,
                 absl::StrCat("this one of ", what, " does not say for whom"))
          .set_hint("give it a name");
      continue;
    }
    const auto [known, added] = first.emplace(absl::AsciiStrToLower(name), i);
    if (added) continue;
    v1::Diagnostic& error =
        context.Error("duplicate-name", at.Field("name"),
                      absl::StrCat("\"", name, "\" has settings twice"));
    error.set_hint("put them together; case doesn't count here");
    context.Related(error, path.Index(known->second), "the first");
  }
}

// taskrun_validation.go, validateTaskRunComputeResources
void ValidateComputeResources(const ValidationContext& context,
                              const StepSpecs& specs,
                              absl::string_view specs_name,
                              const FieldPath& path) {
  const FieldPath resources = path.Field("computeResources");
  RequireApiFields(context, v1::API_FIELDS_BETA, "computeResources", resources);
  const FieldPath list = path.Field(specs_name);
  for (int i = 0; i < specs.size(); ++i) {
    const v1::ResourceRequirements& own = specs[i].compute_resources();
    if (own.requests().empty() && own.limits().empty() &&
        own.claims().empty()) {
      continue;
    }
    v1::Diagnostic& error =
        context.Error("one-of-many", resources,
                      absl::StrCat("there are resources for the whole task and "
                                   "for the step \"",
                                   specs[i].name(), "\""));
    error.set_hint("take one of the two away");
    context.Related(error, list.Index(i), "those of the step");
    return;
  }
}

// What Tekton does with each of the two (taskrun_validation.go,
// TaskRunSpec.Validate; pipelinerun_validation.go, validateTaskRunSpec).
template <typename Settings>
void Validate(const ValidationContext& context, const Settings& settings,
              const FieldPath& path) {
  const absl::string_view steps =
      context.v1beta1 ? "stepOverrides" : "stepSpecs";
  const absl::string_view sidecars =
      context.v1beta1 ? "sidecarOverrides" : "sidecarSpecs";
  if (!settings.step_specs().empty() || settings.step_specs_empty()) {
    ValidateSpecs(context, settings.step_specs(), steps, path.Field(steps));
  }
  if (!settings.sidecar_specs().empty() || settings.sidecar_specs_empty()) {
    ValidateSpecs(context, settings.sidecar_specs(), sidecars,
                  path.Field(sidecars));
  }
  if (settings.has_compute_resources()) {
    ValidateComputeResources(context, settings.step_specs(), steps, path);
  }
}

}  // namespace

void ValidateRunSettings(const ValidationContext& context,
                         const v1::TaskRunSpec& settings,
                         const FieldPath& path) {
  Validate(context, settings, path);
}

void ValidateRunSettings(const ValidationContext& context,
                         const v1::PipelineTaskRunSpec& settings,
                         const FieldPath& path) {
  Validate(context, settings, path);
}

// taskrun_validation.go, validatePodTemplateEnv
void ValidatePodTemplate(const ValidationContext& context,
                         const v1::PodTemplate& pod_template,
                         const FieldPath& path) {
  const FieldPath env = path.Field("env");
  for (int i = 0; i < pod_template.env_size(); ++i) {
    const std::string& name = pod_template.env(i).name();
    if (!absl::c_linear_search(context.flags.default_forbidden_env, name)) {
      continue;
    }
    const FieldPath at = env.Index(i);
    context
        .Error("forbidden-value", at.Field("name"),
               absl::StrCat("the variable \"", name, "\" is not to be set"))
        .set_hint("this installation's default-forbidden-env names it");
  }
}

// SetDefaults in pipelinerun_defaults.go and taskrun_defaults.go has merged the
// two before.
void ValidateRunPodTemplate(const ValidationContext& context,
                            const v1::PodTemplate& pod_template,
                            const FieldPath& path) {
  ValidatePodTemplate(context, pod_template, path);
  if (context.flags.default_pod_template == nullptr) return;
  for (const v1::EnvVar& env : context.flags.default_pod_template->env()) {
    const bool own = absl::c_any_of(
        pod_template.env(),
        [&](const v1::EnvVar& other) { return other.name() == env.name(); });
    if (own || !absl::c_linear_search(context.flags.default_forbidden_env,
                                      env.name())) {
      continue;
    }
    context
        .Error("forbidden-value", path,
               absl::StrCat("this installation's default-pod-template sets "
                            "the variable \"",
                            env.name(), "\", which is not to be set"))
        .set_hint(
            "take it out of default-pod-template or of "
            "default-forbidden-env");
  }
}

bool HasStarted(const v1::RawValue& status) {
  constexpr absl::string_view kKey = "\"startTime\":";
  constexpr absl::string_view kNever = "\"0001-01-01T00:00:00Z\"";
  const absl::string_view json = status.json();
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    const absl::string_view rest = json.substr(i);
    if (depth == 1 && absl::StartsWith(rest, kKey)) {
      const absl::string_view value = rest.substr(kKey.size());
      return !absl::StartsWith(value, "null") &&
             !absl::StartsWith(value, kNever);
    }
    in_string = c == '"';
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
  }
  return false;
}

}  // namespace colocation
