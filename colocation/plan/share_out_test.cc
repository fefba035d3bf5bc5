#include "colocation/plan/share_out.h"

#include <cstdint>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using absl::int128;

struct ShareCase {
  const char* name;
  int64_t total;
  std::vector<int64_t> weights;
  int64_t grain;
  std::vector<int64_t> parts;
};

const ShareCase kCases[] = {
    {"ByWeight", 30, {10, 20, 30}, 1, {5, 10, 15}},
    {"WhatRoundingLeavesGoesToTheFirst", 10, {10, 10, 10}, 1, {4, 3, 3}},
    {"AllWhereThereIsEnough", 60, {10, 20, 30}, 100, {10, 20, 30}},
    {"NeverMoreThanTheWeights", 99, {10, 20}, 1, {10, 20}},
    {"WhatACoarseGrainLeavesGoesToTheFirst", 50, {40, 30, 30}, 20, {40, 10, 0}},
    {"NothingForNoWeight", 5, {0, 10, 0}, 1, {0, 5, 0}},
    {"NoWeights", 5, {}, 1, {}},
    {"NothingToShare", 0, {1, 2}, 1, {0, 0}},
};

TEST(ShareOutTest, Cases) {
  for (const ShareCase& c : kCases) {
    SCOPED_TRACE(c.name);
    const std::vector<int128> parts =
        ShareOut(c.total, {c.weights.begin(), c.weights.end()}, c.grain);
    EXPECT_EQ(parts, std::vector<int128>(c.parts.begin(), c.parts.end()));
  }
}

TEST(ShareOutTest, AddsUpAndFits) {
  constexpr int kSeed = 3;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", case ", i));
    std::vector<int128> weights(1 + random() % 6);
    int128 sum = 0;
    for (int128& weight : weights) {
      // Up to a petabyte in billionths.
      weight = int128(random() % 1000) << (random() % 80);
      sum += weight;
    }
    const int128 total = sum / static_cast<int64_t>(1 + random() % 5);
    const std::vector<int128> parts =
        ShareOut(total, weights, 1 + random() % 1000);
    int128 all = 0;
    for (size_t w = 0; w < weights.size(); ++w) {
      EXPECT_GE(parts[w], 0);
      EXPECT_LE(parts[w], weights[w]);
      all += parts[w];
    }
    EXPECT_EQ(all, total);
  }
}

TEST(MultiplyDivideTest, IsExactWhereTheProductIsSmall) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const int128 a = random(), b = random(), c = 1 + random();
    EXPECT_EQ(MultiplyDivide(a, b, c), a * b / c);
  }
}

TEST(MultiplyDivideTest, IsExactWhereTheProductIsLarge) {
  const int128 big = int128(1) << 120;
  EXPECT_EQ(MultiplyDivide(big, big, big), big);
  EXPECT_EQ(MultiplyDivide(big, big - 1, big), big - 1);
  EXPECT_EQ(MultiplyDivide(big + 5, 3, 7),
            (big + 5) / 7 * 3 + (big + 5) % 7 * 3 / 7);
}

}  // namespace
}  // namespace colocation
