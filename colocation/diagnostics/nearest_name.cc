#include "colocation/diagnostics/nearest_name.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace colocation {
namespace {

// A row of the table, of a name of usual length without an allocation.
using Row = absl::InlinedVector<int, 64>;

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b, int limit) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  if (std::abs(n - m) > limit) return limit + 1;
  // Three rows of the table: the two before the current one, and itself.
  Row before(m + 1), previous(m + 1), row(m + 1);
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
  const size_t most = std::min<size_t>(candidates.size(), kComparedNames);
  for (const absl::string_view candidate :
       absl::MakeConstSpan(candidates).first(most)) {
    if (candidate == name || candidate.empty()) continue;
    // A difference in case alone is the smallest there is.
    const int distance = absl::EqualsIgnoreCase(candidate, name)
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
