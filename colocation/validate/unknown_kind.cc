#include "colocation/validate/unknown_kind.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

constexpr absl::string_view kGroup = "tekton.dev";

// Kinds that are read here.
constexpr absl::string_view kKinds[] = {"Pipeline", "PipelineRun", "StepAction",
                                        "Task", "TaskRun"};

struct RemovedKind {
  absl::string_view kind;
  absl::string_view hint;
};

constexpr RemovedKind kRemovedKinds[] = {
    {"ClusterTask",
     "make it a Task, and refer to it with the cluster resolver"},
    {"Condition", "use `when` of the pipeline task"},
    {"PipelineResource", "use parameters, results and workspaces"},
    {"Run", "a custom task's run is a CustomRun of tekton.dev/v1beta1"},
};

// "tekton", "tekton.io", "Tekton.dev", "pipeline.tekton.dev", "tektn.dev".
bool LooksLikeTheGroup(absl::string_view group) {
  const std::string lower = absl::AsciiStrToLower(group);
  return absl::StrContains(lower, "tekton") ||
         !NearestName(lower, {kGroup}).empty();
}

}  // namespace

void WarnOfUnknownKind(const v1::OtherObject& object,
                       DiagnosticList* diagnostics) {
  const absl::string_view version = object.api_version();
  const std::string& kind = object.kind();
  const size_t slash = version.find('/');
  const bool core = slash == absl::string_view::npos && version == "v1";
  const absl::string_view group =
      core ? absl::string_view() : version.substr(0, slash);
  const Subject subject(object.origin(), kind, object.name());
  const std::vector<absl::string_view> kinds(std::begin(kKinds),
                                             std::end(kKinds));

  if (group == kGroup && slash != absl::string_view::npos) {
    if (kind == "VerificationPolicy") {
      // pkg/trustedresources/verify.go: one that matches is enforced whatever
      // trusted-resources-verification-no-match-policy says.
      diagnostics
          ->Warning("not-verified", subject, "kind",
                    "the signatures that this policy asks for are not verified")
          .set_hint("verify what a resolver fetches where it is fetched");
      return;
    }
    if (kind == "CustomRun") return;
    for (const RemovedKind& removed : kRemovedKinds) {
      if (kind != removed.kind) continue;
      diagnostics
          ->Warning("unknown-kind", subject, "kind",
                    absl::StrCat("Tekton has no ", kind,
                                 " any more, so this object was not checked"))
          .set_hint(std::string(removed.hint));
      return;
    }
    std::string hint = DidYouMean(kind, kinds);
    if (hint.empty()) {
      // Every letter may differ in case.
      for (const absl::string_view known : kinds) {
        if (!absl::EqualsIgnoreCase(kind, known)) continue;
        hint = absl::StrCat("did you mean \"", known, "\"?");
      }
    }
    diagnostics
        ->Warning("unknown-kind", subject, "kind",
                  absl::StrCat("Tekton has no kind \"", kind,
                               "\", so this object was not checked"))
        .set_hint(std::move(hint));
    return;
  }
  if (!absl::c_linear_search(kKinds, kind) &&
      NearestName(kind, kinds).empty()) {
    return;
  }
  // The core group has no such kinds; other groups may.
  if (!core && !LooksLikeTheGroup(group)) return;
  if (core && !absl::c_linear_search(kKinds, kind)) return;
  diagnostics
      ->Warning("unknown-kind", subject, "apiVersion",
                absl::StrCat("\"", version,
                             "\" is not Tekton's, so this object was not "
                             "checked"))
      .set_hint(absl::StrCat(
          "use ", kind == "StepAction" ? "tekton.dev/v1beta1" : "tekton.dev/v1",
          " for Tekton's own kinds"));
}

}  // namespace colocation
