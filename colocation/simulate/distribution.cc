#include "colocation/simulate/distribution.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "colocation/syntax/duration.h"

namespace colocation::simulate {

v1::Distribution DistributionOf(std::vector<Moment> values) {
  v1::Distribution distribution;
  if (values.empty()) return distribution;
  absl::c_sort(values);
  const size_t n = values.size();
  const auto at = [&](size_t percent) {
    return FormatDurationNs(values[(n * percent + 99) / 100 - 1]);
  };
  absl::int128 sum = 0;
  for (const Moment value : values) sum += value;
  distribution.set_count(static_cast<int64_t>(n));
  distribution.set_min(FormatDurationNs(values.front()));
  distribution.set_p50(at(50));
  distribution.set_p90(at(90));
  distribution.set_p99(at(99));
  distribution.set_max(FormatDurationNs(values.back()));
  distribution.set_mean(FormatDurationNs(static_cast<Moment>(sum / n)));
  return distribution;
}

}  // namespace colocation::simulate
