#include "colocation/resolve/reference.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// Takes a name in brackets and quotes, `["a.b"]` or `['a.b']`, off the front.
bool ConsumeQuotedName(absl::string_view* text, std::string* name) {
  if (text->size() < 4 || (*text)[0] != '[') return false;
  const char quote = (*text)[1];
  if (quote != '"' && quote != '\'') return false;
  const size_t end = text->find(quote, 2);
  if (end == absl::string_view::npos || end + 1 >= text->size() ||
      (*text)[end + 1] != ']') {
    return false;
  }
  *name = std::string(text->substr(2, end - 2));
  text->remove_prefix(end + 2);
  return true;
}

bool IsIndex(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]"))
    return false;
  if (text == "*") return true;
  if (text.empty()) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return true;
}

// Splits "name[0]" into the name and its index.
void SplitIndex(absl::string_view text, std::string* name, std::string* index) {
  const size_t bracket = text.rfind('[');
  if (bracket != absl::string_view::npos && IsIndex(text.substr(bracket))) {
    *index = std::string(text.substr(bracket));
    text = text.substr(0, bracket);
  }
  *name = std::string(text);
}

}  // namespace

std::string ReplaceReferences(
    absl::string_view text,
    absl::FunctionRef<std::optional<std::string>(absl::string_view)> found) {
  std::string replaced;
  size_t done = 0;
  for (size_t at = text.find("$("); at != absl::string_view::npos;
       at = text.find("$(", at)) {
    const size_t close = text.find(')', at);
    if (close == absl::string_view::npos) break;
    // "$(a $(b))" holds one reference, "b".
    const size_t inner = text.substr(0, close).rfind("$(");
    const auto value = found(text.substr(inner + 2, close - inner - 2));
    if (value) {
      replaced.append(text.data() + done, inner - done);
      replaced.append(*value);
      done = close + 1;
    }
    at = close + 1;
  }
  replaced.append(text.data() + done, text.size() - done);
  return replaced;
}

void ForEachReference(absl::string_view text,
                      absl::FunctionRef<void(absl::string_view)> found) {
  ReplaceReferences(
      text, [&](absl::string_view inside) -> std::optional<std::string> {
        found(inside);
        return std::nullopt;
      });
}

std::optional<absl::string_view> WholeReference(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "$(") || !absl::ConsumeSuffix(&text, ")"))
    return {};
  if (absl::StrContains(text, ")") || absl::StrContains(text, "$(")) return {};
  return text;
}

std::string TaskReference::ToString() const {
  switch (field) {
    case Field::kAggregateStatus:
      return "tasks.status";
    case Field::kStatus:
      return absl::StrCat("tasks.", task, ".status");
    case Field::kReason:
      return absl::StrCat("tasks.", task, ".reason");
    case Field::kResult:
      break;
  }
  const bool dots = absl::StrContains(result, ".");
  return absl::StrCat("tasks.", task, ".results", dots ? "['" : ".", result,
                      dots ? "']" : "", suffix);
}

std::optional<TaskReference> ParseTaskReference(absl::string_view inside) {
  TaskReference reference;
  if (!absl::ConsumePrefix(&inside, "tasks.")) return {};
  if (inside == "status") {
    reference.field = TaskReference::Field::kAggregateStatus;
    return reference;
  }
  // A task's name has no dots and no brackets.
  const size_t end = inside.find_first_of(".[");
  if (end == absl::string_view::npos || end == 0) return {};
  reference.task = std::string(inside.substr(0, end));
  inside.remove_prefix(end);
  if (inside == ".status" || inside == ".reason") {
    reference.field = inside == ".status" ? TaskReference::Field::kStatus
                                          : TaskReference::Field::kReason;
    return reference;
  }
  if (!absl::ConsumePrefix(&inside, ".results")) return {};
  if (ConsumeQuotedName(&inside, &reference.result)) {
    reference.suffix = std::string(inside);
    const bool key = absl::StartsWith(inside, ".") && inside.size() > 1;
    if (inside.empty() || key || IsIndex(inside)) return reference;
    return {};
  }
  if (!absl::ConsumePrefix(&inside, ".")) return {};
  const size_t stop = std::min(inside.find_first_of(".["), inside.size());
  if (stop == 0) return {};
  reference.result = std::string(inside.substr(0, stop));
  inside.remove_prefix(stop);
  if (!inside.empty() && inside[0] == '[' && !IsIndex(inside)) return {};
  reference.suffix = std::string(inside);
  return reference;
}

std::optional<Variable> ParseVariable(absl::string_view inside,
                                      absl::string_view prefix) {
  if (!absl::ConsumePrefix(&inside, prefix)) return {};
  Variable variable;
  if (ConsumeQuotedName(&inside, &variable.name)) {
    if (!inside.empty() && !IsIndex(inside) && inside[0] != '.') return {};
    if (!inside.empty() && inside[0] == '.') {
      absl::StrAppend(&variable.name, inside);
    } else {
      variable.suffix = std::string(inside);
    }
    return variable;
  }
  if (!absl::ConsumePrefix(&inside, ".") || inside.empty()) return {};
  SplitIndex(inside, &variable.name, &variable.suffix);
  return variable;
}

}  // namespace colocation
