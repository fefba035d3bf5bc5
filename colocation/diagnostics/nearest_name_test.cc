#include "colocation/diagnostics/nearest_name.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct DistanceCase {
  absl::string_view a, b;
  int distance;
};

constexpr DistanceCase kDistanceCases[] = {
    {"", "", 0},
    {"a", "", 1},
    {"", "ab", 2},
    {"build", "build", 0},
    {"biuld", "build", 1},
    {"uint-test", "unit-test", 1},
    {"kitten", "sitting", 3},
    {"abc", "xyz", 3},
};

TEST(NearestNameTest, CountsEdits) {
  for (const DistanceCase& c : kDistanceCases) {
    EXPECT_EQ(EditDistance(c.a, c.b, 10), c.distance) << c.a << " " << c.b;
    EXPECT_EQ(EditDistance(c.b, c.a, 10), c.distance) << c.a << " " << c.b;
  }
  EXPECT_EQ(EditDistance("abcdef", "uvwxyz", 2), 3);
}

TEST(NearestNameTest, SuggestsOnlyWhatCouldBeMeant) {
  EXPECT_EQ(NearestName("uint-test", {"lint", "unit-test"}), "unit-test");
  EXPECT_EQ(NearestName("RunAfter", {"retries", "runAfter"}), "runAfter");
  EXPECT_EQ(NearestName("x", {"deploy"}), "");
  EXPECT_EQ(NearestName("x", {"y"}), "");
  EXPECT_EQ(NearestName("x", {"X"}), "X");
  EXPECT_EQ(NearestName("x", {"xy"}), "xy");
  EXPECT_EQ(NearestName("build", {"build"}), "");
  EXPECT_EQ(NearestName("test", {"rest", "best"}), "rest");
  EXPECT_EQ(DidYouMean("biuld", {"build"}), "did you mean \"build\"?");
  EXPECT_EQ(DidYouMean("biuld", {}), "");
}

TEST(NearestNameTest, LooksAtTheFirstOfMany) {
  std::vector<absl::string_view> names(kComparedNames, "lint");
  names.back() = "unit-test";
  EXPECT_EQ(NearestName("uint-test", names), "unit-test");
  names.back() = "lint";
  names.push_back("unit-test");
  EXPECT_EQ(NearestName("uint-test", names), "");
}

}  // namespace
}  // namespace colocation
