#include "colocation/plan/hermetic.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/plan/pod_settings.h"

namespace colocation {
namespace {

constexpr char kVariable[] = "TEKTON_HERMETIC";

bool IsSwitch(const v1::EnvVar& env) {
  return env.name() == kVariable && env.value() == "1";
}

void Refuse(const Subject& subject, const std::string& path,
            DiagnosticList* diagnostics) {
  diagnostics
      ->Error("not-supported", subject, path,
              "steps can't be run without a network here (hermetic execution)")
      .set_hint(
          "take it out, or keep the task's Pod off the network by a "
          "NetworkPolicy");
}

// The first variable of the task's steps that asks for it.
void RefuseVariables(const ResolvedTask& task, DiagnosticList* diagnostics) {
  for (const ResolvedUnit& unit : task.units) {
    for (const v1::EnvVar& env : PodTemplateOf(task, unit).env()) {
      if (!IsSwitch(env)) continue;
      Refuse(task.subject, absl::StrCat(task.path, ".name"), diagnostics);
      return;
    }
    for (int s = 0; s < unit.spec.steps_size(); ++s) {
      for (int e = 0; e < unit.spec.steps(s).env_size(); ++e) {
        if (!IsSwitch(unit.spec.steps(s).env(e))) continue;
        Refuse(task.task_subject,
               absl::StrCat(task.task_path, ".steps[", s, "].env[", e, "]"),
               diagnostics);
        return;
      }
    }
  }
}

}  // namespace

void RefuseHermeticAnnotations(const ResolvedRun& run,
                               DiagnosticList* diagnostics) {
  constexpr char kMode[] = "experimental.tekton.dev/execution-mode";
  const auto refuse = [&](const auto& annotations, const Subject& subject,
                          const std::string& path) {
    const auto found = annotations.find(kMode);
    if (found == annotations.end() || found->second != "hermetic") return;
    diagnostics
        ->Error("not-supported", subject, path,
                absl::StrCat("the launcher does not take the network from "
                             "steps, as the annotation ",
                             kMode, ": hermetic asks for"))
        .set_hint("remove the annotation, or let Tekton run this");
  };
  refuse(run.identity.annotations(), run.subject, "metadata.annotations");
  for (const ResolvedTask& task : run.tasks) {
    refuse(task.annotations, task.subject, absl::StrCat(task.path, ".name"));
  }
}

void RefuseHermeticVariables(const ResolvedRun& run,
                             DiagnosticList* diagnostics) {
  for (const ResolvedTask& task : run.tasks) RefuseVariables(task, diagnostics);
}

}  // namespace colocation
