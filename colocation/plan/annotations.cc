#include "colocation/plan/annotations.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

template <typename Map>
void CheckValue(const Map& annotations, const char* name,
                const Subject& subject, const std::string& path,
                DiagnosticList* diagnostics) {
  const auto found = annotations.find(name);
  if (found == annotations.end() || found->second == "true" ||
      found->second == "false") {
    return;
  }
  diagnostics
      ->Warning(
          "annotation-value", subject, path,
          absl::StrCat("the annotation ", name, " has no effect: \"",
                       found->second, "\" is neither \"true\" nor \"false\""))
      .set_hint("write \"true\" or \"false\", in quotes");
}

constexpr char kMetadata[] = "metadata.annotations";

// pkg/reconciler/pipelinerun/affinity_assistant.go,
// cleanupAffinityAssistantsAndPVCs.
void WarnOfCleanup(const ResolvedRun& run, DiagnosticList* diagnostics) {
  constexpr char kCleanup[] = "tekton.dev/auto-cleanup-pvc";
  const bool has_template = std::any_of(
      run.workspaces.begin(), run.workspaces.end(), [](const RunWorkspace& w) {
        return w.binding.has_volume_claim_template();
      });
  if (!has_template || !IsTrue(run.identity.annotations(), kCleanup)) return;
  diagnostics
      ->Warning("annotation-not-honoured", run.subject, kMetadata,
                absl::StrCat("the annotation ", kCleanup,
                             " is not honoured: claims made for the run stay "
                             "until it is deleted"))
      .set_hint("delete the run when its claims are not needed any more");
}

}  // namespace

int32_t MaxParallel(const ResolvedRun& run) {
  const auto& annotations = run.identity.annotations();
  const auto found = annotations.find(kMaxParallel);
  int32_t most = 0;
  if (found == annotations.end() || !absl::SimpleAtoi(found->second, &most)) {
    return 0;
  }
  return most > 0 ? most : 0;
}

void CheckAnnotations(const ResolvedRun& run, DiagnosticList* diagnostics) {
  WarnOfCleanup(run, diagnostics);
  const auto& of_run = run.identity.annotations();
  for (const char* name : {kShareClaims, kAllowNotShared}) {
    CheckValue(of_run, name, run.subject, kMetadata, diagnostics);
  }
  const auto parallel = of_run.find(kMaxParallel);
  if (parallel != of_run.end() && MaxParallel(run) == 0) {
    diagnostics
        ->Warning(
            "annotation-value", run.subject, kMetadata,
            absl::StrCat("the annotation ", kMaxParallel, " has no effect: \"",
                         parallel->second, "\" is no positive number"))
        .set_hint("write how many tasks may run at once, in quotes: \"3\"");
  }
  // A TaskRun's annotations are those of its only task.
  if (of_run.contains(kOwnPod) && run.identity.kind() != "TaskRun") {
    diagnostics
        ->Warning(
            "annotation-value", run.subject, kMetadata,
            absl::StrCat("the annotation ", kOwnPod, " has no effect on a run"))
        .set_hint(
            "write it on the Task, or in spec.taskRunSpecs[].metadata of the "
            "run");
  }
  for (const ResolvedTask& task : run.tasks) {
    CheckValue(task.annotations, kOwnPod, task.subject,
               absl::StrCat(task.path, ".name"), diagnostics);
  }
}

}  // namespace colocation
