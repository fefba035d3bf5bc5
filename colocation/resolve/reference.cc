#include "colocation/resolve/reference.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// Takes a name in brackets and quotes, `["a.b"]` or `['a.b']`, off the front.
bool ConsumeQuotedName(absl::string_view* text, absl::string_view* name) {
  if (text->size() < 5 || (*text)[0] != '[') return false;
  const char quote = (*text)[1];
  if (quote != '"' && quote != '\'') return false;
  const size_t end = text->find(quote, 2);
  if (end == absl::string_view::npos || end == 2 || end + 1 >= text->size() ||
      (*text)[end + 1] != ']') {
    return false;
  }
  *name = text->substr(2, end - 2);
  text->remove_prefix(end + 2);
  return true;
}

bool IsIndex(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) {
    return false;
  }
  if (text == "*") return true;
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Takes an index, "[0]" or "[*]", off the end.
absl::string_view ConsumeIndex(absl::string_view* text) {
  const size_t bracket = text->rfind('[');
  if (bracket == absl::string_view::npos || !IsIndex(text->substr(bracket))) {
    return {};
  }
  const absl::string_view index = text->substr(bracket);
  *text = text->substr(0, bracket);
  return index;
}

bool IsNameWithDots(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-' || c == '.';
  });
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
  for (size_t at = text.find("$("); at != absl::string_view::npos;
       at = text.find("$(", at)) {
    const size_t close = text.find(')', at);
    if (close == absl::string_view::npos) return;
    const size_t inner = text.substr(0, close).rfind("$(");
    found(text.substr(inner + 2, close - inner - 2));
    at = close + 1;
  }
}

std::optional<absl::string_view> WholeReference(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "$(") || !absl::ConsumeSuffix(&text, ")")) {
    return {};
  }
  if (absl::StrContains(text, ")") || absl::StrContains(text, "$(")) return {};
  return text;
}

bool IsPlain(absl::string_view inside) {
  ConsumeIndex(&inside);
  return IsNameWithDots(inside);
}

std::string ResultReference::ToString() const {
  switch (field) {
    case Field::kAggregateStatus:
      return absl::StrCat(scope, ".status");
    case Field::kStatus:
      return absl::StrCat(scope, ".", owner, ".status");
    case Field::kReason:
      return absl::StrCat(scope, ".", owner, ".reason");
    case Field::kResult:
      break;
  }
  const bool dots = absl::StrContains(result, ".");
  return absl::StrCat(scope, ".", owner, ".results", dots ? "['" : ".", result,
                      dots ? "']" : "", suffix);
}

std::optional<ResultReference> ParseResultReference(absl::string_view inside) {
  ResultReference reference;
  for (const absl::string_view scope : {"tasks", "finally", "steps"}) {
    if (!absl::StartsWith(inside, scope) || inside.size() == scope.size() ||
        inside[scope.size()] != '.') {
      continue;
    }
    reference.scope = std::string(scope);
    inside.remove_prefix(scope.size() + 1);
  }
  if (reference.scope.empty()) return {};
  const bool of_tasks = reference.scope == "tasks";
  if (of_tasks && inside == "status") {
    reference.field = ResultReference::Field::kAggregateStatus;
    return reference;
  }
  // The name of a task or step has no dots and no brackets.
  const size_t end = inside.find_first_of(".[");
  if (end == absl::string_view::npos || end == 0) return {};
  if (!IsNameWithDots(inside.substr(0, end))) return {};
  reference.owner = std::string(inside.substr(0, end));
  inside.remove_prefix(end);
  if (of_tasks && (inside == ".status" || inside == ".reason")) {
    reference.field = inside == ".status" ? ResultReference::Field::kStatus
                                          : ResultReference::Field::kReason;
    return reference;
  }
  if (!absl::ConsumePrefix(&inside, ".results")) return {};
  absl::string_view name;
  if (!ConsumeQuotedName(&inside, &name)) {
    if (!absl::ConsumePrefix(&inside, ".")) return {};
    const size_t stop = std::min(inside.find_first_of(".["), inside.size());
    name = inside.substr(0, stop);
    inside.remove_prefix(stop);
  }
  if (!IsNameWithDots(name)) return {};
  reference.result = std::string(name);
  reference.suffix = std::string(inside);
  if (inside.empty() || IsIndex(inside)) return reference;
  // One key; an index behind it is taken for a part of the key.
  if (!absl::ConsumePrefix(&inside, ".")) return {};
  ConsumeIndex(&inside);
  if (!IsNameWithDots(inside) || absl::StrContains(inside, ".")) return {};
  return reference;
}

std::optional<ResultReference> ParseTaskReference(absl::string_view inside) {
  if (!absl::StartsWith(inside, "tasks.")) return {};
  return ParseResultReference(inside);
}

std::optional<Variable> ParseVariable(absl::string_view inside,
                                      absl::string_view prefix) {
  if (!absl::ConsumePrefix(&inside, prefix)) return {};
  Variable variable;
  if (ConsumeQuotedName(&inside, &variable.name)) {
    if (!inside.empty() && !IsIndex(inside)) return {};
    variable.suffix = inside;
    return variable;
  }
  if (!absl::ConsumePrefix(&inside, ".") || inside.empty()) return {};
  variable.suffix = ConsumeIndex(&inside);
  variable.name = inside;
  return variable;
}

std::optional<Variable> ParseParam(absl::string_view inside) {
  absl::ConsumePrefix(&inside, "inputs.");
  return ParseVariable(inside, "params");
}

}  // namespace colocation
