#include "colocation/plan/share_out.h"

#include <algorithm>
#include <limits>

namespace colocation {

absl::int128 MultiplyDivide(absl::int128 a, absl::int128 b, absl::int128 c) {
  if (b == 0 || a <= std::numeric_limits<absl::int128>::max() / b) {
    return a * b / c;
  }
  // Long multiplication by the bits of `a`, reduced modulo `c` on the way:
  // quotient · c + rest = (bits of `a` so far) · b. `c` and the rest stay below
  // 2^126, so that twice the rest fits.
  absl::int128 quotient = 0, rest = 0;
  const absl::int128 whole = b / c, left = b % c;
  for (int bit = 126; bit >= 0; --bit) {
    quotient *= 2;
    rest *= 2;
    if (rest >= c) {
      rest -= c;
      quotient += 1;
    }
    if ((a >> bit & 1) == 0) continue;
    quotient += whole;
    rest += left;
    if (rest >= c) {
      rest -= c;
      quotient += 1;
    }
  }
  return quotient;
}

std::vector<absl::int128> ShareOut(absl::int128 total,
                                   const std::vector<absl::int128>& weights,
                                   absl::int128 grain) {
  absl::int128 sum = 0;
  for (const absl::int128 weight : weights) sum += weight;
  total = std::min(total, sum);
  std::vector<absl::int128> parts(weights.size(), 0);
  if (sum == 0) return parts;
  absl::int128 left = total;
  for (size_t i = 0; i < weights.size(); ++i) {
    parts[i] = total == sum
                   ? weights[i]
                   : MultiplyDivide(total, weights[i], sum) / grain * grain;
    left -= parts[i];
  }
  for (size_t i = 0; i < weights.size() && left > 0; ++i) {
    const absl::int128 more = std::min(left, weights[i] - parts[i]);
    parts[i] += more;
    left -= more;
  }
  return parts;
}

}  // namespace colocation
