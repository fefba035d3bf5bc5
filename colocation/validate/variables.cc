#include "colocation/validate/variables.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "colocation/syntax/expression.h"

namespace colocation {

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
  VariableScanner scanner(text, prefix);
  while (const std::optional<VariableUse> use = scanner.Next()) {
    found({use->whole, use->name, !use->quoted});
  }
}

std::string WithoutIndex(absl::string_view name) {
  std::string buffer;
  return std::string(TrimIndices(name, &buffer));
}

absl::string_view WithoutStar(absl::string_view name) {
  return absl::StripSuffix(name, "[*]");
}

}  // namespace colocation
