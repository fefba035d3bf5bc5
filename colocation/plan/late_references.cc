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

std::string WithDollarsKept(absl::string_view text) {
  std::string kept;
  size_t done = 0;
  ForEachReference(text, [&](absl::string_view inside) {
    if (inside != "context.task.retry-count" && !ParseTaskReference(inside)) {
      return;
    }
    // Where its "$(" begins.
    const size_t start = static_cast<size_t>(inside.data() - text.data()) - 2;
    size_t before = start;
    while (before > 0 && text[before - 1] == '$') --before;
    if ((start - before) % 2 == 0) return;
    kept.append(text.data() + done, start - done);
    kept.push_back('$');
    done = start;
  });
  return kept.append(text.data() + done, text.size() - done);
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
