#include "colocation/plan/containers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "colocation/plan/cel_support.h"
#include "colocation/plan/late_references.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/probes.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

// Tekton's, for a script that names no interpreter (pkg/pod/script.go,
// defaultScriptPreamble).
constexpr char kScriptPreamble[] = "#!/bin/sh\nset -e\n";

v1::ValueType ToValueType(const std::string& type) {
  return type == "array"    ? v1::VALUE_TYPE_ARRAY
         : type == "object" ? v1::VALUE_TYPE_OBJECT
                            : v1::VALUE_TYPE_STRING;
}

std::vector<absl::string_view> PartsOf(absl::string_view path) {
  return absl::StrSplit(path, '/', [](absl::string_view part) {
    return !part.empty() && part != ".";
  });
}

// Whether `path` is that directory or below it; both have no "..".
bool IsInside(absl::string_view path, absl::string_view directory) {
  const std::vector<absl::string_view> parts = PartsOf(path);
  const std::vector<absl::string_view> of_directory = PartsOf(directory);
  return parts.size() >= of_directory.size() &&
         std::equal(of_directory.begin(), of_directory.end(), parts.begin());
}

// What steps and sidecars have in common.
class Wrapper {
 public:
  Wrapper(const Wrapping& wrapping, int unit)
      : w_(wrapping),
        placed_(wrapping.units[unit]),
        task_(wrapping.run.tasks[placed_.task]),
        unit_(unit),
        result_{*wrapping.pod->add_containers(),
                *wrapping.pod->mutable_install()
                     ->mutable_launch()
                     ->add_containers(),
                ""} {}

  WrappedContainer Step(int index) {
    const v1::Step& step = placed_.unit->spec.steps(index);
    path_ = absl::StrCat(task_.task_path, ".steps[", index, "]");
    Identify(placed_.steps[index], step.name(), v1::CONTAINER_ROLE_STEP);
    Common(step);
    // Only steps have the Pod template's variables, which win.
    for (const v1::EnvVar& env : PodTemplateOf(task_, *placed_.unit).env())
      AddEnv(env, absl::StrCat(path_, ".env"));
    w_.volumes.AddStepMounts(unit_, step, placed_.steps[index], path_,
                             Container().mutable_volume_mounts());

    v1::LaunchContainer& launch = result_.launch;
    launch.set_step_directory(absl::StrCat("step-", step.name()));
    launch.set_continue_on_error(step.on_error() == "continue");
    if (step.has_timeout()) {
      launch.set_timeout_ns(ParseDurationNs(step.timeout()).value_or(0));
    }
    launch.set_stdout_path(step.stdout_config().path());
    launch.set_stderr_path(step.stderr_config().path());
    late_ = late_ || HasLateReference(launch.stdout_path()) ||
            HasLateReference(launch.stderr_path());
    for (int i = 0; i < step.when_size(); ++i) When(step.when(i), i);
    for (const v1::StepResult& result : step.results()) {
      v1::DeclaredResult* declared = launch.add_results();
      declared->set_name(result.name());
      declared->set_type(
          ToValueType(result.properties_size() > 0 && result.type().empty()
                          ? "object"
                          : result.type()));
    }
    return Finish();
  }

  WrappedContainer Sidecar(int index) {
    const v1::Sidecar& sidecar = placed_.unit->spec.sidecars(index);
    path_ = absl::StrCat(task_.task_path, ".sidecars[", index, "]");
    Identify(placed_.sidecars[index], sidecar.name(),
             v1::CONTAINER_ROLE_SIDECAR);
    Common(sidecar);
    w_.volumes.AddSidecarMounts(unit_, sidecar, placed_.sidecars[index], path_,
                                Container().mutable_volume_mounts());
    *Container().mutable_ports() = sidecar.ports();
    if (!sidecar.termination_message_path().empty()) {
      Container().set_termination_message_path(
          sidecar.termination_message_path());
      result_.launch.set_termination_message_path(
          sidecar.termination_message_path());
    }
    if (!sidecar.termination_message_policy().empty()) {
      Container().set_termination_message_policy(
          sidecar.termination_message_policy());
    }
    if (sidecar.stdin()) Container().set_stdin(true);
    if (sidecar.stdin_once()) Container().set_stdin_once(true);
    if (sidecar.tty()) Container().set_tty(true);
    SetProbes(sidecar, task_.task_subject, path_, &result_.launch,
              w_.diagnostics);
    Restart(sidecar.restart_policy());
    return Finish();
  }

 private:
  v1::Container& Container() { return *result_.planned.mutable_container(); }

  void Identify(const std::string& name, const std::string& step,
                v1::ContainerRole role) {
    Container().set_name(name);
    result_.planned.set_role(role);
    result_.planned.set_task(task_.name);
    result_.planned.set_unit(placed_.name);
    result_.planned.set_step(step);
    result_.launch.set_name(name);
    result_.launch.set_role(role);
    result_.launch.set_task(task_.name);
    result_.launch.set_unit(placed_.name);
    result_.launch.set_step(step);
  }

  template <typename C>
  void Common(const C& c) {
    Container().set_image(c.image());
    if (!c.image_pull_policy().empty()) {
      Container().set_image_pull_policy(c.image_pull_policy());
    }
    if (c.has_security_context()) {
      *Container().mutable_security_context() = c.security_context();
    }
    for (v1::VolumeDevice& device :
         w_.volumes.Devices(unit_, c.volume_devices(), path_)) {
      *Container().add_volume_devices() = std::move(device);
    }
    *Container().mutable_env_from() = c.env_from();
    for (int i = 0; i < c.env_size(); ++i) {
      AddEnv(c.env(i), absl::StrCat(path_, ".env[", i, "]"));
    }
    result_.launch.set_working_dir(c.working_dir());
    late_ = late_ || HasLateReference(c.working_dir());
    CommandLine(c);
  }

  // A sidecar that Kubernetes itself keeps (an init container) would run, and
  // hold its memory and ports, as long as the whole Pod. What is left of that
  // for one task is that it is started again (pkg/pod/pod.go,
  // EnableKubernetesSidecar).
  void Restart(const std::string& policy) {
    result_.launch.set_restart(w_.native_sidecars || policy == "Always");
    if (policy.empty() || policy == "Always" || policy == "Never") return;
    w_.diagnostics
        ->Error("not-supported", task_.task_subject,
                absl::StrCat(path_, ".restartPolicy"),
                absl::StrCat("a sidecar is restarted always or never, not \"",
                             policy, "\""))
        .set_hint("use Always");
  }

  void AddEnv(const v1::EnvVar& env, const std::string& path) {
    v1::EnvVar* in_pod = Container().add_env();
    *in_pod = env;
    w_.own_fields->Replace(unit_, path, in_pod);
    if (HasLateReference(env.value())) {
      in_pod->set_value(WithDollarsKept(env.value()));
    }
    if (!HasLateReference(env.value()) && !RefersToLateEnv(env.value())) return;
    late_ = true;
    v1::LaunchEnvVar* late = result_.launch.add_env();
    late->set_name(env.name());
    late->set_value(env.value());
  }

  // Kubernetes puts values of earlier variables in for "$(VAR)", and with them
  // the references in those.
  bool RefersToLateEnv(absl::string_view value) const {
    for (const v1::LaunchEnvVar& late : result_.launch.env()) {
      if (absl::StrContains(value, absl::StrCat("$(", late.name(), ")"))) {
        return true;
      }
    }
    return false;
  }

  template <typename C>
  void CommandLine(const C& c) {
    for (const char* word : {"/colocation/program/launcher", "run"}) {
      Container().add_command(word);
    }
    Container().add_command(Container().name());
    Container().add_command("--");
    *Container().mutable_args() = c.args();
    if (!c.script().empty()) {
      Script(c.script());
    } else if (!c.command().empty()) {
      for (const std::string& word : c.command()) AddWord(word);
    } else if (HasLateReference(c.image())) {
      w_.diagnostics
          ->Error("unknown-entrypoint", task_.task_subject,
                  absl::StrCat(path_, ".image"),
                  "nobody can know the ENTRYPOINT of an image that a result "
                  "names")
          .set_hint("give a command here");
    } else if (const v1::ImageConfig* image = w_.images->Find(
                   c.image(), !c.args().empty(), task_.task_subject,
                   absl::StrCat(path_, ".image"))) {
      for (const std::string& word : image->entrypoint()) AddWord(word);
      if (c.args().empty()) *Container().mutable_args() = image->cmd();
    }
    if (c.args().empty()) return;
    for (std::string& arg : *Container().mutable_args()) {
      if (!HasLateReference(arg)) continue;
      late_ = true;
      arg = WithDollarsKept(arg);
    }
  }

  void AddWord(const std::string& word) {
    if (!HasLateReference(word)) {
      Container().add_command(word);
      return;
    }
    late_ = true;
    Container().add_command(WithDollarsKept(word));
  }

  void Script(const std::string& script) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(script);
    if (absl::StartsWith(text, "#!win")) {
      w_.diagnostics
          ->Error("not-supported", task_.task_subject,
                  absl::StrCat(path_, ".script"),
                  "the launcher does not run on Windows")
          .set_hint("use a Linux image and script");
      return;
    }
    result_.launch.set_script(true);
    result_.script = absl::StartsWith(text, "#!")
                         ? script
                         : absl::StrCat(kScriptPreamble, script);
    late_ = late_ || HasLateReference(script);
  }

  void When(const v1::WhenExpression& when, int index) {
    v1::When* launch = result_.launch.add_when();
    if (!when.cel().empty()) {
      RequireSupported(when.cel(), task_.task_subject,
                       absl::StrCat(path_, ".when[", index, "].cel"),
                       *w_.diagnostics);
      launch->set_cel(when.cel());
      return;
    }
    launch->set_input(when.input());
    launch->set_operator_(when.operator_());
    *launch->mutable_values() = when.values();
  }

  // The launcher starts the process there, and makes the directory where it is
  // missing. In a volume it has to be its work: the kubelet would make it as
  // root, and before earlier tasks have run. Anywhere else only the kubelet's
  // side can make it, if the step has no right to write there, and does so as
  // for Tekton.
  void SetWorkingDir() {
    const std::string& path = result_.launch.working_dir();
    if (!absl::StartsWith(path, "/") || HasLateReference(path) ||
        absl::StrContains(path, "..")) {
      return;
    }
    for (const v1::VolumeMount& mount : Container().volume_mounts()) {
      if (IsInside(path, mount.mount_path())) return;
    }
    Container().set_working_dir(path);
  }

  WrappedContainer Finish() {
    SetWorkingDir();
    result_.launch.set_late(late_);
    return std::move(result_);
  }

  const Wrapping& w_;
  const PlacedUnit& placed_;
  const ResolvedTask& task_;
  const int unit_;
  std::string path_;
  bool late_ = false;
  WrappedContainer result_;
};

}  // namespace

WrappedContainer WrapStep(const Wrapping& wrapping, int unit, int index) {
  return Wrapper(wrapping, unit).Step(index);
}

WrappedContainer WrapSidecar(const Wrapping& wrapping, int unit, int index) {
  return Wrapper(wrapping, unit).Sidecar(index);
}

}  // namespace colocation
