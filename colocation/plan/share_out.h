// Sharing out a quantity: by weight, exactly, and to nobody more than fits.
#ifndef COLOCATION_PLAN_SHARE_OUT_H_
#define COLOCATION_PLAN_SHARE_OUT_H_

#include <vector>

#include "absl/numeric/int128.h"

namespace colocation {

// Parts of `total`, none above its weight, that add up to `total` or, where the
// weights add up to less, to their sum. Each is its share by weight, rounded
// down to a multiple of `grain`; what that leaves goes to the first ones that
// have room. Nothing is negative, `grain` is positive. O(weights).
std::vector<absl::int128> ShareOut(absl::int128 total,
                                   const std::vector<absl::int128>& weights,
                                   absl::int128 grain);

// `a` · `b` / `c`, rounded down, where the product may need more than 127 bits.
absl::int128 MultiplyDivide(absl::int128 a, absl::int128 b, absl::int128 c);

}  // namespace colocation

#endif  // COLOCATION_PLAN_SHARE_OUT_H_
