#include "colocation/plan/late_references.h"

namespace colocation {

bool HasLateReference(absl::string_view text) {
  if (!MayHoldReference(text)) return false;
  bool late = false;
  ForEachReference(text, [&](absl::string_view inside) {
    late = late || inside == "context.task.retry-count" ||
           ParseResultReference(inside).has_value();
  });
  return late;
}

void ForEachTaskReference(
    absl::string_view text,
    absl::FunctionRef<void(const ResultReference&)> found) {
  if (!MayHoldReference(text)) return;
  ForEachReference(text, [&](absl::string_view inside) {
    if (const auto reference = ParseTaskReference(inside)) found(*reference);
  });
}

}  // namespace colocation
