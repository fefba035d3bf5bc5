#include "colocation/simulate/chance.h"

#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace colocation::simulate {
namespace {

TEST(ChanceTest, EveryPartOfTheQuestionCounts) {
  const uint64_t draw = Draw(1, Purpose::kDuration, 2, 3, 4, 5);
  EXPECT_EQ(draw, Draw(1, Purpose::kDuration, 2, 3, 4, 5));
  const std::set<uint64_t> others = {draw,
                                     Draw(9, Purpose::kDuration, 2, 3, 4, 5),
                                     Draw(1, Purpose::kFailure, 2, 3, 4, 5),
                                     Draw(1, Purpose::kDuration, 9, 3, 4, 5),
                                     Draw(1, Purpose::kDuration, 2, 9, 4, 5),
                                     Draw(1, Purpose::kDuration, 2, 3, 9, 5),
                                     Draw(1, Purpose::kDuration, 2, 3, 4, 9)};
  EXPECT_EQ(others.size(), 7u);
}

TEST(ChanceTest, BelowIsEvenAndStaysBelow) {
  EXPECT_EQ(Below(0, 10), 0);
  EXPECT_EQ(Below(~uint64_t{0}, 10), 9);
  std::vector<int> counts(10);
  for (uint64_t i = 0; i < 100'000; ++i) ++counts[Below(Mixed(i), 10)];
  // Six standard deviations of a binomial distribution are 570.
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 570);
}

TEST(ChanceTest, SpreadReachesBothEnds) {
  EXPECT_EQ(Spread(0, 1000, 20), 800);
  EXPECT_EQ(Spread(~uint64_t{0}, 1000, 20), 1200);
  EXPECT_EQ(Spread(12345, 1000, 0), 1000);
  EXPECT_EQ(Spread(12345, 0, 20), 0);
}

TEST(ChanceTest, IntervalsAreMinusTheLogarithm) {
  constexpr int64_t kMean = 60'000'000'000;
  for (const double u : {1.0, 0.75, 0.5, 0.3, 0.1, 1e-3, 1e-9}) {
    const auto draw = static_cast<uint64_t>(std::ldexp(u, 64) * (1 - 1e-16));
    EXPECT_NEAR(static_cast<double>(ExponentialInterval(draw, kMean)),
                -static_cast<double>(kMean) * std::log(u), 100.0)
        << u;
  }
  EXPECT_GT(ExponentialInterval(0, kMean), 44 * kMean);
}

TEST(ChanceTest, IntervalsHaveTheirMean) {
  int64_t sum = 0;
  for (uint64_t i = 0; i < 100'000; ++i) {
    sum += ExponentialInterval(Mixed(i), 1'000'000);
  }
  // Six standard deviations of the mean are 19,000.
  EXPECT_NEAR(static_cast<double>(sum) / 100'000, 1'000'000, 19'000);
}

}  // namespace
}  // namespace colocation::simulate
