#include "colocation/validate/artifacts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// \$\(steps\.([^.]+)\.(?:inputs|outputs)(?:\.([^.^\$]+))?\), with "steps." or
// "tasks." as `prefix`.
bool RefersToArtifactOf(absl::string_view text, absl::string_view prefix) {
  for (size_t at = text.find("$("); at != absl::string_view::npos;
       at = text.find("$(", at + 2)) {
    absl::string_view rest = text.substr(at + 2);
    if (!absl::ConsumePrefix(&rest, prefix)) continue;
    const size_t dot = rest.find('.');
    if (dot == absl::string_view::npos || dot == 0) continue;
    rest.remove_prefix(dot + 1);
    if (!absl::ConsumePrefix(&rest, "inputs") &&
        !absl::ConsumePrefix(&rest, "outputs")) {
      continue;
    }
    if (absl::StartsWith(rest, ")")) return true;
    if (!absl::ConsumePrefix(&rest, ".")) continue;
    // The name may hold ")": it ends at the last one that can end it.
    const absl::string_view name = rest.substr(0, rest.find_first_of(".^$"));
    if (name.find(')', 1) != absl::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool RefersToStepArtifact(absl::string_view text) {
  return RefersToArtifactOf(text, "steps.") ||
         absl::StrContains(text, "$(step.artifacts.path)");
}

bool RefersToTaskArtifact(absl::string_view text) {
  return RefersToArtifactOf(text, "tasks.") ||
         absl::StrContains(text, "$(artifacts.path)");
}

// \$\(steps\..*?\.results\..*?\)
bool RefersToStepResult(absl::string_view text) {
  constexpr absl::string_view kStart = "$(steps.";
  constexpr absl::string_view kMiddle = ".results.";
  for (size_t at = text.find(kStart); at != absl::string_view::npos;
       at = text.find(kStart, at + 1)) {
    absl::string_view line = text.substr(at + kStart.size());
    line = line.substr(0, line.find('\n'));
    const size_t middle = line.find(kMiddle);
    if (middle != absl::string_view::npos &&
        line.find(')', middle + kMiddle.size()) != absl::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace colocation
