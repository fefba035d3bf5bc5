#include "cli/report.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation::cli {
namespace {

// `text` as one word of a shell.
std::string ShellWord(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

absl::string_view KindName(v1::Need::Kind kind) {
  switch (kind) {
    case v1::Need::PIPELINE:
      return "Pipeline";
    case v1::Need::TASK:
      return "Task";
    case v1::Need::STEP_ACTION:
      return "StepAction";
    case v1::Need::SERVICE_ACCOUNT:
      return "ServiceAccount";
    default:
      return "object";
  }
}

// `text`, each line with `indent` before it.
std::string Indented(absl::string_view text, absl::string_view indent) {
  absl::ConsumeSuffix(&text, "\n");
  return absl::StrCat(
      indent, absl::StrReplaceAll(text, {{"\n", absl::StrCat("\n", indent)}}),
      "\n");
}

std::string NeedText(const v1::Need& need) {
  const std::string where =
      need.path().empty() ? "" : absl::StrCat("  (for ", need.path(), ")");
  if (need.kind() == v1::Need::IMAGE_CONFIG) {
    return absl::StrCat("- the ENTRYPOINT of the image ", need.name(), where,
                        "\n", "    give it:  --image-config ",
                        ShellWord(absl::StrCat(need.name(), "=COMMAND")), "\n",
                        "    look it up:  podman image inspect --format "
                        "'{{json .Config.Entrypoint}}' ",
                        ShellWord(need.name()), "\n");
  }
  if (!need.resolver().empty()) {
    v1::PlanRequest answer;
    v1::ResolvedReference* resolved = answer.add_resolved();
    resolved->set_resolver(need.resolver());
    *resolved->mutable_params() = need.params();
    resolved->mutable_document()->set_name("FILE");
    return absl::StrCat(
        "- the ", KindName(need.kind()), " that the resolver \"",
        need.resolver(), "\" finds", where, "\n",
        "    put it into a FILE, and give it with  --resolved MAP.yaml,  "
        "which says\n",
        Indented(ToYaml(answer), "      "));
  }
  return absl::StrCat("- the ", KindName(need.kind()), " \"", need.name(), "\"",
                      where, "\n",
                      "    name the file or directory that has it, too\n");
}

}  // namespace

std::string Count(int number, absl::string_view what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

std::string CountsText(const v1::Diagnostics& diagnostics) {
  int errors = 0;
  int warnings = 0;
  for (const v1::Diagnostic& diagnostic : diagnostics.diagnostics()) {
    (diagnostic.severity() == v1::SEVERITY_WARNING ? warnings : errors) += 1;
  }
  std::vector<std::string> counts;
  if (errors > 0) counts.push_back(Count(errors, "error"));
  if (warnings > 0) counts.push_back(Count(warnings, "warning"));
  return absl::StrJoin(counts, ", ");
}

std::string DiagnosticsText(const v1::Diagnostics& diagnostics, bool color) {
  std::string text;
  for (const v1::Diagnostic& diagnostic : diagnostics.diagnostics()) {
    absl::StrAppend(&text, ToDisplayString(diagnostic, color));
  }
  return text;
}

std::string NeedsText(const v1::Needs& needs) {
  if (needs.needs().empty()) return "";
  std::string text = "\nNeeded before there can be a plan:\n";
  for (const v1::Need& need : needs.needs()) {
    absl::StrAppend(&text, NeedText(need));
  }
  return text;
}

std::string ReportJson(const v1::Diagnostics& diagnostics,
                       const v1::Needs& needs) {
  v1::Report report;
  *report.mutable_diagnostics() = diagnostics.diagnostics();
  *report.mutable_needs() = needs.needs();
  return absl::StrCat(ToJson(report), "\n");
}

}  // namespace colocation::cli
