#include "cli/podman/expansion.h"

#include "absl/strings/str_cat.h"

namespace colocation::podman {
namespace {

// Calls `literal` and `reference` for the parts of `text`, in order.
template <typename Literal, typename Reference>
void ForEachPart(absl::string_view text, Literal literal, Reference reference) {
  while (true) {
    const size_t dollar = text.find('$');
    literal(text.substr(0, dollar));
    if (dollar == absl::string_view::npos) return;
    text.remove_prefix(dollar + 1);
    if (!text.empty() && text.front() == '$') {
      literal("$");
      text.remove_prefix(1);
      continue;
    }
    const size_t close =
        !text.empty() && text.front() == '(' ? text.find(')') : text.npos;
    if (close == absl::string_view::npos) {
      literal("$");
      continue;
    }
    reference(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  }
}

}  // namespace

std::string Expand(absl::string_view text, const Variables& variables) {
  std::string result;
  ForEachPart(
      text,
      [&](absl::string_view literal) { absl::StrAppend(&result, literal); },
      [&](absl::string_view name) {
        if (const auto found = variables.find(name); found != variables.end()) {
          result += found->second;
        } else {
          absl::StrAppend(&result, "$(", name, ")");
        }
      });
  return result;
}

std::vector<std::string> UnknownReferences(absl::string_view text,
                                           const Variables& variables) {
  std::vector<std::string> result;
  ForEachPart(
      text, [](absl::string_view) {},
      [&](absl::string_view name) {
        if (variables.find(name) == variables.end()) result.emplace_back(name);
      });
  return result;
}

}  // namespace colocation::podman
