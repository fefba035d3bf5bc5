// Chance without state: a number for each question, the same for the same seed.
//
// What a unit of a run takes must not depend on what happened before it was
// asked, so that both executions, and two simulations that differ in one
// setting, see the same durations and failures. So nothing is drawn from a
// sequence: the number is a hash of the seed and of what it is for (the
// finalizer of SplitMix64: Steele, Lea, Flood 2014). Integers only: the same on
// every machine.
#ifndef COLOCATION_SIMULATE_CHANCE_H_
#define COLOCATION_SIMULATE_CHANCE_H_

#include <cstdint>

#include "absl/numeric/int128.h"

namespace colocation::simulate {

inline uint64_t Mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// What a number is drawn for.
enum class Purpose : uint64_t { kDuration = 1, kFailure = 2, kArrival = 3 };

inline uint64_t Draw(uint64_t seed, Purpose purpose, uint64_t workload,
                     uint64_t run, uint64_t unit, uint64_t attempt) {
  uint64_t x = Mixed(seed ^ static_cast<uint64_t>(purpose));
  x = Mixed(x ^ workload);
  x = Mixed(x ^ run);
  x = Mixed(x ^ unit);
  return Mixed(x ^ attempt);
}

// Evenly among 0 to n-1, n > 0; off by less than n / 2^64.
inline int64_t Below(uint64_t draw, int64_t n) {
  return static_cast<int64_t>(
      absl::Uint128High64(absl::uint128(draw) * absl::uint128(n)));
}

// `duration` give or take `percent` of it, evenly.
inline int64_t Spread(uint64_t draw, int64_t duration, int percent) {
  const int64_t reach =
      static_cast<int64_t>(absl::int128(duration) * percent / 100);
  return reach == 0 ? duration : duration - reach + Below(draw, 2 * reach + 1);
}

// An interval of a Poisson process with that mean: -mean · ln(u), u the draw as
// a number in (0, 1]. The binary logarithm comes bit by bit, by squaring.
inline int64_t ExponentialInterval(uint64_t draw, int64_t mean) {
  // u = m · 2^-k with m in [1, 2), as 1.63 fixed point.
  uint64_t m = draw | 1;
  int64_t k = 1;
  while (m >> 63 == 0) {
    m <<= 1;
    ++k;
  }
  uint64_t log_of_m = 0;
  for (int bit = 0; bit < 32; ++bit) {
    const absl::uint128 square = absl::uint128(m) * m;
    const bool two_or_more = absl::Uint128High64(square) >> 63 != 0;
    m = absl::Uint128High64(two_or_more ? square : square << 1);
    log_of_m = log_of_m << 1 | (two_or_more ? 1 : 0);
  }
  // -log2(u) with 32 bits after the point, times ln 2 with 32 bits.
  const absl::uint128 log2 = (absl::uint128(k) << 32) - absl::uint128(log_of_m);
  constexpr uint64_t kLn2 = 0xb17217f8;
  return static_cast<int64_t>(
      absl::Uint128Low64((log2 * kLn2 >> 32) * absl::uint128(mean) >> 32));
}

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_CHANCE_H_
