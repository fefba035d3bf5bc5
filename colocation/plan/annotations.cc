#include "colocation/plan/annotations.h"

#include <string>

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

}  // namespace

void CheckAnnotations(const ResolvedRun& run, DiagnosticList* diagnostics) {
  constexpr char kMetadata[] = "metadata.annotations";
  const auto& of_run = run.identity.annotations();
  for (const char* name : {kShareClaims, kAllowNotShared}) {
    CheckValue(of_run, name, run.subject, kMetadata, diagnostics);
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
