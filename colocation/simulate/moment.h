// Moments and durations of a simulation: whole nanoseconds from its start.
#ifndef COLOCATION_SIMULATE_MOMENT_H_
#define COLOCATION_SIMULATE_MOMENT_H_

#include <algorithm>
#include <cstdint>
#include <limits>

namespace colocation::simulate {

using Moment = int64_t;

// Something that has not happened.
constexpr Moment kNever = -1;
// No moment is later (146 years).
constexpr Moment kLatest = std::numeric_limits<Moment>::max() / 2;

constexpr Moment kSecond = 1'000'000'000;

// Neither is negative. Stops at kLatest.
inline Moment Later(Moment moment, Moment duration) {
  return std::min(moment + std::min(duration, kLatest), kLatest);
}

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_MOMENT_H_
