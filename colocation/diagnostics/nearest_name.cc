#include "colocation/diagnostics/nearest_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace colocation {

int EditDistance(absl::string_view a, absl::string_view b, int limit) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  if (std::abs(n - m) > limit) return limit + 1;
  // Three rows of the table: the two before the current one, and itself.
  std::vector<int> before(m + 1), previous(m + 1), row(m + 1);
  for (int j = 0; j <= m; ++j) previous[j] = j;
  for (int i = 1; i <= n; ++i) {
    row[0] = i;
    int least = i;
    for (int j = 1; j <= m; ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] =
          std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + !same});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return std::min(previous[m], limit + 1);
}

std::string NearestName(absl::string_view name,
                        const std::vector<absl::string_view>& candidates) {
  int best_distance =
      std::min<int>(3, static_cast<int>(name.size() + 2) / 3) + 1;
  absl::string_view best;
  const std::string lower = absl::AsciiStrToLower(name);
  for (absl::string_view candidate : candidates) {
    if (candidate == name || candidate.empty()) continue;
    // A difference in case alone is the smallest there is.
    const int distance = absl::AsciiStrToLower(candidate) == lower
                             ? 0
                             : EditDistance(name, candidate, best_distance - 1);
    // Something has to be left of it.
    const bool alike =
        static_cast<size_t>(distance) < std::max(name.size(), candidate.size());
    if (alike && distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

std::string DidYouMean(absl::string_view name,
                       const std::vector<absl::string_view>& candidates) {
  const std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"?");
}

}  // namespace colocation
