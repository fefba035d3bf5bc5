#include "colocation/simulate/usage.h"

#include <string>
#include <vector>

#include "colocation/simulate/distribution.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::simulate {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(SecondsTextTest, HasThreeDigitsAtMost) {
  EXPECT_EQ(SecondsText(0), "0");
  EXPECT_EQ(SecondsText(999'999), "0");
  EXPECT_EQ(SecondsText(1'500'000'000), "1.500");
  EXPECT_EQ(SecondsText(absl::int128(1'000'000'000'000'000'000) * 1'000'000),
            "1000000000000000");
}

TEST(TimeSumTest, SumsUnitsOverTime) {
  NameTable resources;
  ASSERT_EQ(resources.Index("cpu"), kCpu);
  ASSERT_EQ(resources.Index("memory"), kMemory);
  TimeSum sum;
  // Half a CPU, in thousandths, for a minute, twice.
  const Amounts amounts = {500, 0};
  sum.Add(amounts, 60 * kSecond);
  sum.Add(amounts, 60 * kSecond);
  google::protobuf::Map<std::string, std::string> written;
  sum.Write(resources, &written);
  EXPECT_THAT(written, UnorderedElementsAre(Pair("cpu", "60")));
}

TEST(DistributionTest, PercentilesAreByNearestRank) {
  std::vector<Moment> values;
  for (int i = 100; i >= 1; --i) values.push_back(i * kSecond);
  const v1::Distribution found = DistributionOf(values);
  EXPECT_EQ(found.count(), 100);
  EXPECT_EQ(found.min(), "1s");
  EXPECT_EQ(found.p50(), "50s");
  EXPECT_EQ(found.p90(), "1m30s");
  EXPECT_EQ(found.p99(), "1m39s");
  EXPECT_EQ(found.max(), "1m40s");
  EXPECT_EQ(found.mean(), "50.5s");
}

TEST(DistributionTest, OneValueIsAllOfThem) {
  const v1::Distribution found = DistributionOf({7 * kSecond});
  EXPECT_EQ(found.min(), "7s");
  EXPECT_EQ(found.p50(), "7s");
  EXPECT_EQ(found.p99(), "7s");
  EXPECT_EQ(found.max(), "7s");
}

TEST(DistributionTest, OfNothingSaysNothing) {
  EXPECT_EQ(DistributionOf({}).count(), 0);
  EXPECT_EQ(DistributionOf({}).max(), "");
}

TEST(DistributionTest, TheMeanDoesNotOverflow) {
  EXPECT_EQ(DistributionOf({kLatest, kLatest, kLatest}).mean(),
            DistributionOf({kLatest}).mean());
}

}  // namespace
}  // namespace colocation::simulate
