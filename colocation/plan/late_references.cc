#include "colocation/plan/late_references.h"

#include "absl/strings/match.h"

namespace colocation {
namespace {

// "steps.NAME.results.RESULT", with whatever follows.
bool IsStepResult(absl::string_view inside) {
  return absl::StartsWith(inside, "steps.") &&
         absl::StrContains(inside, ".results");
}

}  // namespace

bool HasLateReference(absl::string_view text) {
  if (!absl::StrContains(text, "$(")) return false;
  bool late = false;
  ForEachReference(text, [&](absl::string_view inside) {
    late = late || inside == "context.task.retry-count" ||
           IsStepResult(inside) || ParseTaskReference(inside).has_value();
  });
  return late;
}

void ForEachTaskReference(absl::string_view text,
                          absl::FunctionRef<void(const TaskReference&)> found) {
  if (!absl::StrContains(text, "$(")) return;
  ForEachReference(text, [&](absl::string_view inside) {
    if (const auto reference = ParseTaskReference(inside)) found(*reference);
  });
}

}  // namespace colocation
