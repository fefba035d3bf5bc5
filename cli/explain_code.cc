#include "cli/explain_code.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/render/text_layout.h"

namespace colocation::cli {
namespace {

// The pages as they are, in quotes.
constexpr absl::string_view kDiagnosticsPage =
#include "cli/diagnostics_page.inc"
    ;
constexpr absl::string_view kPlanChecksPage =
#include "cli/plan_checks_page.inc"
    ;
constexpr absl::string_view kRulesPage =
#include "cli/rules_page.inc"
    ;

// A row of a table in a page, below the heading of its section.
struct Row {
  std::string section;
  std::vector<std::string> cells;
};

// "`a`, `b`" or "a `b`" without the marks of Markdown.
std::string Plain(absl::string_view text) {
  std::string plain;
  while (!text.empty()) {
    // "[text](address)"
    const size_t close = text.find("](");
    if (text[0] == '[' && close != absl::string_view::npos) {
      const size_t end = text.find(')', close);
      absl::StrAppend(&plain, text.substr(1, close - 1));
      text.remove_prefix(end == absl::string_view::npos ? text.size()
                                                        : end + 1);
      continue;
    }
    if (text[0] != '`') plain.push_back(text[0]);
    text.remove_prefix(1);
  }
  return plain;
}

// The rows of all tables of `page` whose first column is a code or a rule.
std::vector<Row> RowsOf(absl::string_view page) {
  std::vector<Row> rows;
  std::string section;
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::ConsumePrefix(&line, "## ")) {
      section = std::string(line);
      continue;
    }
    if (!absl::ConsumePrefix(&line, "| `")) continue;
    absl::ConsumeSuffix(&line, "|");
    Row row{section, {}};
    for (absl::string_view cell :
         absl::StrSplit(absl::StrCat("`", line), " | ")) {
      row.cells.emplace_back(absl::StripAsciiWhitespace(cell));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The words in backquotes of a cell.
std::vector<std::string> Quoted(absl::string_view cell) {
  std::vector<std::string> words;
  const std::vector<absl::string_view> parts = absl::StrSplit(cell, '`');
  for (size_t i = 1; i < parts.size(); i += 2) words.emplace_back(parts[i]);
  return words;
}

bool Names(absl::string_view cell, absl::string_view code) {
  for (const std::string& word : Quoted(cell)) {
    if (word == code) return true;
  }
  return false;
}

void AppendWrapped(absl::string_view heading, absl::string_view text, int width,
                   std::string* out) {
  absl::StrAppend(out, "\n", heading, "\n");
  for (const std::string& line : Wrapped(text, width - 2)) {
    absl::StrAppend(out, "  ", line, "\n");
  }
}

}  // namespace

std::vector<std::string> DiagnosticCodes() {
  std::set<std::string> codes;
  for (const absl::string_view page : {kDiagnosticsPage, kPlanChecksPage}) {
    for (const Row& row : RowsOf(page)) {
      for (std::string& code : Quoted(row.cells[0])) {
        codes.insert(std::move(code));
      }
    }
  }
  return {codes.begin(), codes.end()};
}

std::optional<std::string> ExplainCode(absl::string_view code, int width) {
  std::string text;
  for (const absl::string_view page : {kDiagnosticsPage, kPlanChecksPage}) {
    for (const Row& row : RowsOf(page)) {
      if (!Names(row.cells[0], code) || row.cells.size() < 2) continue;
      const bool of_input = page == kDiagnosticsPage;
      if (text.empty()) absl::StrAppend(&text, code, "\n");
      AppendWrapped(of_input ? row.section : "In a plan", Plain(row.cells[1]),
                    width, &text);
      if (row.cells.size() > 2 && !row.cells[2].empty()) {
        AppendWrapped("For example", Plain(row.cells[2]), width, &text);
      }
    }
  }
  if (text.empty()) return std::nullopt;
  std::string rules;
  for (const Row& row : RowsOf(kRulesPage)) {
    if (row.cells.size() < 4 || !Names(row.cells[1], code)) continue;
    absl::StrAppend(&rules, rules.empty() ? "\nTekton's rules\n" : "", "  ",
                    Plain(row.cells[0]), "\n");
    for (const std::string& line : Wrapped(Plain(row.cells[3]), width - 6)) {
      absl::StrAppend(&rules, "      ", line, "\n");
    }
  }
  return absl::StrCat(text, rules);
}

}  // namespace colocation::cli
