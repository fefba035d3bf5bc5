#include "cli/man_page.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "colocation/version.h"

namespace colocation::cli {
namespace {

// Text that troff shows as it is: no escape, no hyphen for a minus, no request
// at the beginning of a line.
std::string Escaped(absl::string_view text) {
  std::string out = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}});
  if (absl::StartsWith(out, ".") || absl::StartsWith(out, "'")) {
    out.insert(0, "\\&");
  }
  return out;
}

// Paragraphs of wrapped lines.
void AppendText(absl::string_view text, std::string* out) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(out, line.empty() ? ".PP" : Escaped(line), "\n");
  }
}

// Lines as they are.
void AppendLiteral(absl::string_view text, std::string* out) {
  absl::StrAppend(out, ".PP\n.nf\n");
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(out, Escaped(line), "\n");
  }
  absl::StrAppend(out, ".fi\n");
}

void AppendFlag(const Flag& flag, std::string* out) {
  absl::StrAppend(out, ".TP\n");
  if (flag.letter != 0) {
    absl::StrAppend(out, "\\fB\\-", std::string(1, flag.letter), "\\fR, ");
  }
  absl::StrAppend(out, "\\fB\\-\\-", Escaped(flag.name), "\\fR");
  if (!flag.value.empty()) {
    absl::StrAppend(out, " \\fI", Escaped(flag.value), "\\fR");
  }
  absl::StrAppend(out, "\n", Escaped(flag.help), "\n");
}

}  // namespace

std::string ManPage() {
  std::string out = absl::StrCat(
      ".TH COLOCATE 1 \"\" \"colocate ", kVersion,
      "\" \"User Commands\"\n"
      ".SH NAME\n"
      "colocate \\- plan and run the tasks of a Tekton pipeline in shared "
      "Pods\n"
      ".SH SYNOPSIS\n"
      ".B colocate\n"
      "\\fICOMMAND FILE\\fR... [\\fIFLAG\\fR...]\n"
      ".SH DESCRIPTION\n");
  AppendText(Introduction(), &out);
  absl::StrAppend(&out, ".PP\n");
  AppendText(AboutFiles(), &out);
  absl::StrAppend(&out, ".SH COMMANDS\n");
  for (const Command& command : Commands()) {
    absl::StrAppend(&out, ".SS colocate ", command.name,
                    command.operands.empty() ? "" : " ",
                    Escaped(command.operands), "\n");
    AppendText(command.description, &out);
    for (const Flag& flag : FlagsOf(Flags(), command.name)) {
      if (!flag.commands.empty()) AppendFlag(flag, &out);
    }
    if (!command.examples.empty()) {
      absl::StrAppend(&out, ".PP\nExamples:\n");
      AppendLiteral(command.examples, &out);
    }
  }
  absl::StrAppend(&out, ".SH FLAGS OF ALL COMMANDS\n");
  for (const Flag& flag : Flags()) {
    if (flag.commands.empty()) AppendFlag(flag, &out);
  }
  absl::StrAppend(&out, ".SH EXIT STATUS\n");
  AppendText(AboutExitCodes(), &out);
  return out;
}

}  // namespace colocation::cli
