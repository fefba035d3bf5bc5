// pkg/apis/pipeline/v1/container_validation.go, Step.Validate;
// task_validation.go, StepList.Validate.
#include "colocation/validate/steps.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/artifacts.h"
#include "colocation/validate/mount_path.h"
#include "colocation/validate/ref.h"
#include "colocation/validate/results.h"
#include "colocation/validate/step_template.h"
#include "colocation/validate/step_view.h"
#include "colocation/validate/variables.h"
#include "colocation/validate/when.h"

namespace colocation {
namespace {

using StepNames = absl::flat_hash_map<absl::string_view, int>;

// "the step \"build\"", "step 2"
std::string Called(const StepView& view) {
  return view.step().name().empty()
             ? absl::StrCat("step ", view.index())
             : absl::StrCat("the step \"", view.step().name(), "\"");
}

// StepList.Validate; v1beta1/task_validation.go, validateStep. `path` is that
// of the spec.
void ValidateUniqueName(const ValidationContext& context, const StepView& view,
                        const v1::TaskSpec& spec, StepNames* names,
                        const FieldPath& path) {
  // The view's step may be a copy; its name isn't one.
  const std::string& name = spec.steps(view.index()).name();
  if (name.empty()) return;
  const auto [known, added] = names->emplace(name, view.index());
  if (added) return;
  v1::Diagnostic& error =
      context.Error("duplicate-name", view.path().Field("name"),
                    absl::StrCat("there are two steps \"", name, "\""));
  error.set_hint("give one of them another name");
  const FieldPath steps = path.Field("steps");
  context.Related(error, steps.Index(known->second), "the first");
}

// What a step must not have beside a reference to a StepAction.
void ValidateNothingBesideRef(const ValidationContext& context,
                              const StepView& view) {
  const v1::Step& step = view.step();
  const auto refuse = [&](bool given, absl::string_view field) {
    if (!given) return;
    context
        .Error("one-of-many", view.path().Field(field),
               absl::StrCat(Called(view),
                            " has a ref, and the StepAction says "
                            "its ",
                            field))
        .set_hint(absl::StrCat("take ", field,
                               " away, or give the StepAction a parameter"));
  };
  refuse(!step.image().empty(), "image");
  refuse(!step.command().empty(), "command");
  refuse(!step.args().empty(), "args");
  refuse(!step.script().empty(), "script");
  refuse(!step.working_dir().empty(), "workingDir");
  refuse(!step.env().empty() || step.env_empty(), "env");
  refuse(!step.volume_mounts().empty(), "volumeMounts");
  refuse(!step.results().empty(), "results");
}

void ValidateStepWithoutRef(const ValidationContext& context,
                            const StepView& view) {
  const v1::Step& step = view.step();
  if (!step.params().empty()) {
    context
        .Error("forbidden-field", view.path().Field("params"),
               absl::StrCat(Called(view), " has params and no ref"))
        .set_hint(
            "params are for a StepAction; declare the Task's under "
            "spec.params");
  }
  if (step.image().empty()) {
    context
        .Error("missing-field", view.path(),
               absl::StrCat(Called(view), " has no image"))
        .set_hint("give it an image, here or in stepTemplate, or a ref");
  }
  if (!step.script().empty() && !step.command().empty()) {
    v1::Diagnostic& error = context.Error(
        "one-of-many", view.path().Field("script"),
        absl::StrCat(Called(view), " has a script and a command"));
    error.set_hint("take one of the two away; a script may have args");
    context.Related(error, view.Of("command").Field("command"), "the command");
  }
}

void ValidateName(const ValidationContext& context, const StepView& view) {
  const std::string& name = view.step().name();
  if (name.empty() || IsDns1123Label(name)) return;
  context
      .Error("invalid-name", view.path().Field("name"),
             absl::StrCat("\"", name, "\" can't be the name of a step"))
      .set_hint(
          "lower-case letters, digits and \"-\", with a letter or digit at "
          "both ends, at most 63");
}

void ValidateTimeout(const ValidationContext& context, const StepView& view) {
  if (!view.step().has_timeout()) return;
  const auto timeout = ParseDurationNs(view.step().timeout());
  if (!timeout || *timeout >= 0) return;
  context
      .Error("invalid-value", view.path().Field("timeout"),
             absl::StrCat("the timeout of ", Called(view), " is negative"))
      .set_hint("leave it out where there is no limit");
}

void ValidateMounts(const ValidationContext& context, const StepView& view) {
  const v1::Step& step = view.step();
  for (int i = 0; i < step.volume_mounts_size(); ++i) {
    const v1::VolumeMount& mount = step.volume_mounts(i);
    int index = i;
    const FieldPath mounts =
        view.OfVolumeMount(i, &index).Field("volumeMounts");
    const FieldPath at = mounts.Index(index);
    if (absl::StrContains(mount.mount_path(), "tekton")) {
      const std::string clean = CleanPath(mount.mount_path());
      if (absl::StartsWith(clean, "/tekton/") &&
          !absl::StartsWith(clean, "/tekton/home")) {
        context
            .Error("mount-path-conflict", at.Field("mountPath"),
                   absl::StrCat("\"", mount.mount_path(),
                                "\" is within /tekton, which is Tekton's own"))
            .set_hint("mount it elsewhere; /tekton/home is allowed");
      }
    }
    if (absl::StartsWith(mount.name(), "tekton-internal-")) {
      context
          .Error("reserved-name", at.Field("name"),
                 absl::StrCat("the volume \"", mount.name(),
                              "\" is one of Tekton's own"))
          .set_hint("names that begin with \"tekton-internal-\" are reserved");
    }
  }
}

void ValidateOnError(const ValidationContext& context, const StepView& view) {
  const std::string& on_error = view.step().on_error();
  if (on_error.empty() || on_error == "continue" || on_error == "stopAndFail" ||
      absl::StartsWith(on_error, "$(params")) {
    return;
  }
  const std::string near = DidYouMean(on_error, {"continue", "stopAndFail"});
  context
      .Error("invalid-value", view.path().Field("onError"),
             absl::StrCat("\"", on_error, "\" is no value of onError"))
      .set_hint(near.empty() ? "use \"continue\" or \"stopAndFail\"" : near);
}

void ValidateGates(const ValidationContext& context, const StepView& view) {
  const v1::Step& step = view.step();
  ValidateWindowsScript(context, step.script(), view.path().Field("script"));
  if (step.has_stdout_config()) {
    RequireApiFields(context, v1::API_FIELDS_ALPHA, "stdoutConfig",
                     view.path().Field("stdoutConfig"));
  }
  if (step.has_stderr_config()) {
    RequireApiFields(context, v1::API_FIELDS_ALPHA, "stderrConfig",
                     view.path().Field("stderrConfig"));
  }
}

// Calls `visit` with the texts that can't wait for the step to start: all but
// env, command, args and the script.
void ForEachEarlyText(
    const StepView& view,
    absl::FunctionRef<void(absl::string_view, const FieldPath&)> visit) {
  const v1::Step& step = view.step();
  const auto text = [&](const std::string& value, absl::string_view field) {
    if (HasReference(value)) visit(value, view.Of(field).Field(field));
  };
  text(step.name(), "name");
  text(step.image(), "image");
  text(step.image_pull_policy(), "imagePullPolicy");
  text(step.working_dir(), "workingDir");
  const FieldPath sources = view.Of("envFrom").Field("envFrom");
  for (int i = 0; i < step.env_from_size(); ++i) {
    const v1::EnvFromSource& source = step.env_from(i);
    const FieldPath at = sources.Index(i);
    visit(source.prefix(), at.Field("prefix"));
    visit(source.config_map_ref().name(), at.Field("configMapRef"));
    visit(source.secret_ref().name(), at.Field("secretRef"));
  }
  for (int i = 0; i < step.volume_mounts_size(); ++i) {
    const v1::VolumeMount& mount = step.volume_mounts(i);
    int index = i;
    const FieldPath mounts =
        view.OfVolumeMount(i, &index).Field("volumeMounts");
    const FieldPath at = mounts.Index(index);
    visit(mount.name(), at.Field("name"));
    visit(mount.mount_path(), at.Field("mountPath"));
    visit(mount.sub_path(), at.Field("subPath"));
  }
  const FieldPath devices = view.path().Field("volumeDevices");
  for (int i = 0; i < step.volume_devices_size(); ++i) {
    const v1::VolumeDevice& device = step.volume_devices(i);
    const FieldPath at = devices.Index(i);
    visit(device.name(), at.Field("name"));
    visit(device.device_path(), at.Field("devicePath"));
  }
}

// validateStepResultReference, validateStepArtifactsReference
void ValidateEarlyTexts(const ValidationContext& context,
                        const StepView& view) {
  const auto forbid_result = [&](absl::string_view text,
                                 const FieldPath& path) {
    if (!RefersToStepResult(text)) return;
    context
        .Error("forbidden-variable", path,
               "the result of a step can't be used here")
        .set_hint("it can in env, command and args");
  };
  ForEachEarlyText(view, [&](absl::string_view text, const FieldPath& path) {
    if (!HasReference(text)) return;
    forbid_result(text, path);
    if (!RefersToStepArtifact(text)) return;
    context
        .Error("forbidden-variable", path,
               "the artifact of a step can't be used here")
        .set_hint("it can in env, command, args and script");
  });
  if (HasReference(view.step().script())) {
    forbid_result(view.step().script(), view.path().Field("script"));
  }
}

// validateArtifactsReferencesInStep
void ValidateArtifactsGate(const ValidationContext& context,
                           const StepView& view) {
  if (context.flags.artifacts) return;
  const v1::Step& step = view.step();
  const auto check = [&](absl::string_view text, const FieldPath& path) {
    if (!HasReference(text) ||
        (!RefersToStepArtifact(text) && !RefersToTaskArtifact(text))) {
      return;
    }
    RequireFlag(context, false, "enable-artifacts", "an artifact", path);
  };
  check(step.script(), view.path().Field("script"));
  const FieldPath command = view.Of("command").Field("command");
  for (int i = 0; i < step.command_size(); ++i) {
    check(step.command(i), command.Index(i));
  }
  const FieldPath args = view.Of("args").Field("args");
  for (int i = 0; i < step.args_size(); ++i) check(step.args(i), args.Index(i));
  for (int i = 0; i < step.env_size(); ++i) {
    if (!HasReference(step.env(i).value())) continue;
    int index = i;
    const FieldPath env = view.OfEnv(i, &index).Field("env");
    const FieldPath at = env.Index(index);
    check(step.env(i).value(), at.Field("value"));
  }
}

void ValidateStep(const ValidationContext& context, const StepView& view) {
  const v1::Step& step = view.step();
  ValidateArtifactsGate(context, view);
  if (step.has_ref()) {
    ValidateRef(context, step.ref(), view.path().Field("ref"));
    ValidateNothingBesideRef(context, view);
  } else {
    ValidateStepWithoutRef(context, view);
  }
  ValidateName(context, view);
  ValidateTimeout(context, view);
  ValidateMounts(context, view);
  ValidateOnError(context, view);
  ValidateGates(context, view);
  ValidateEarlyTexts(context, view);
  if (!step.results().empty() || step.results_empty()) {
    ValidateResultPaths(context, step.script(), "step.results", step.results(),
                        view.path().Field("script"));
    ValidateStepResults(context, step.results(), /*defaulted=*/false,
                        view.path().Field("results"));
  }
  ValidateWhen(context, step.when(), view.path().Field("when"));
}

// task_validation.go, TaskSpec.Validate, where merging fails
void ValidateTemplateMerge(const ValidationContext& context,
                           const v1::TaskSpec& spec, const FieldPath& path) {
  if (!spec.has_step_template()) return;
  for (int i = 0; i < spec.steps_size(); ++i) {
    if (spec.steps(i).has_ref() ||
        CanMergeWithTemplate(spec.step_template(), spec.steps(i))) {
      continue;
    }
    const FieldPath steps = path.Field("steps");
    v1::Diagnostic& error = context.Error(
        "template-merge", path.Field("stepTemplate"),
        absl::StrCat("this can't be merged into step ", i,
                     ", which has an env, volumeMount or volumeDevice twice"));
    error.set_hint("remove one of the two from the step");
    context.Related(error, steps.Index(i), "the step");
  }
}

}  // namespace

void ValidateSteps(const ValidationContext& context, const v1::TaskSpec& spec,
                   const FieldPath& path) {
  if (spec.steps().empty()) {
    context.Error("missing-field", path, "this Task has no steps")
        .set_hint("give it one: \"steps: [{image: ..., script: ...}]\"");
    return;
  }
  ValidateTemplateMerge(context, spec, path);
  StepNames names;
  ForEachStep(spec, path, context.v1beta1, [&](const StepView& view) {
    ValidateUniqueName(context, view, spec, &names, path);
    ValidateStep(context, view);
  });
}

void ValidateWindowsScript(const ValidationContext& context,
                           absl::string_view script, const FieldPath& path) {
  if (!absl::StartsWith(absl::StripAsciiWhitespace(script), "#!win")) return;
  RequireApiFields(context, v1::API_FIELDS_ALPHA, "a script for Windows", path);
}

}  // namespace colocation
