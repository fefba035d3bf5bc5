#include "colocation/validate/variables.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// What stands in `text` before the first `end`; false where a line break or the
// text's end comes first.
bool UpTo(absl::string_view text, absl::string_view end,
          absl::string_view* before) {
  const size_t at = text.find(end);
  if (at == absl::string_view::npos) return false;
  *before = text.substr(0, at);
  return !absl::StrContains(*before, '\n');
}

// Reads what follows the prefix; the length of it, or zero where it is no
// reference.
size_t ReadName(absl::string_view text, VariableReference* reference) {
  reference->dotted = absl::StartsWith(text, ".");
  if (reference->dotted) {
    if (!UpTo(text.substr(1), ")", &reference->name)) return 0;
    return reference->name.size() + 2;
  }
  for (const auto& [start, end] :
       {std::pair("[\"", "\"])"), std::pair("['", "'])")}) {
    if (!absl::StartsWith(text, start)) continue;
    if (!UpTo(text.substr(2), end, &reference->name)) return 0;
    return reference->name.size() + 5;
  }
  return 0;
}

}  // namespace

bool VariableReference::TooManyDots() const {
  return dotted && std::count(name.begin(), name.end(), '.') > 1;
}

absl::string_view VariableReference::WithoutKey() const {
  return dotted ? name.substr(0, name.find('.')) : name;
}

absl::string_view VariableReference::Key() const {
  const size_t dot = dotted ? name.find('.') : absl::string_view::npos;
  return dot == absl::string_view::npos ? absl::string_view()
                                        : name.substr(dot + 1);
}

void ForEachVariable(absl::string_view text, absl::string_view prefix,
                     absl::FunctionRef<void(const VariableReference&)> found) {
  for (size_t at = text.find("$("); at != absl::string_view::npos;
       at = text.find("$(", at)) {
    absl::string_view rest = text.substr(at + 2);
    VariableReference reference;
    size_t length = 0;
    if (absl::ConsumePrefix(&rest, prefix)) {
      length = ReadName(rest, &reference);
    }
    if (length == 0) {
      at += 2;
      continue;
    }
    length += 2 + prefix.size();
    reference.text = text.substr(at, length);
    found(reference);
    at += length;
  }
}

std::string WithoutIndex(absl::string_view name) {
  std::string trimmed;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '[') {
      size_t end = i + 1;
      while (end < name.size() && absl::ascii_isdigit(name[end])) ++end;
      if (end < name.size() && name[end] == '*') ++end;
      if (end < name.size() && name[end] == ']') {
        i = end;
        continue;
      }
    }
    trimmed.push_back(name[i]);
  }
  return trimmed;
}

absl::string_view WithoutStar(absl::string_view name) {
  return absl::StripSuffix(name, "[*]");
}

}  // namespace colocation
