#include "colocation/syntax/duration.h"

#include <limits>

#include "gtest/gtest.h"

namespace colocation {
namespace {

struct ParseCase {
  absl::string_view text;
  std::optional<int64_t> ns;
  absl::string_view printed;
};

// As Go's time.ParseDuration and Duration.String.
const ParseCase kParseCases[] = {
    {"0", 0, "0s"},
    {"-0", 0, "0s"},
    {"5s", 5'000'000'000, "5s"},
    {"1h0m0s", 3'600'000'000'000, "1h0m0s"},
    {"1h30m", 5'400'000'000'000, "1h30m0s"},
    {"90m", 5'400'000'000'000, "1h30m0s"},
    {"1.5s", 1'500'000'000, "1.5s"},
    {".5s", 500'000'000, "500ms"},
    {"1m0.5s", 60'500'000'000, "1m0.5s"},
    {"-1.5h", -5'400'000'000'000, "-1h30m0s"},
    {"100us", 100'000, "100\u00b5s"},
    {"100\u00b5s", 100'000, "100\u00b5s"},
    {"12ns", 12, "12ns"},
    {"0.1ns", 0, "0s"},
    {"2562047h47m16.854775807s", std::numeric_limits<int64_t>::max(),
     "2562047h47m16.854775807s"},
    {"2562047h47m16.854775808s", std::nullopt, ""},
    {"99999999999999999999h", std::nullopt, ""},
    {"", std::nullopt, ""},
    {"5", std::nullopt, ""},
    {"s", std::nullopt, ""},
    {".s", std::nullopt, ""},
    {"1d", std::nullopt, ""},
    {"1 h", std::nullopt, ""},
    {"1h ", std::nullopt, ""},
    {"--1h", std::nullopt, ""},
};

TEST(DurationTest, ReadsAndPrintsAsGo) {
  for (const ParseCase& c : kParseCases) {
    const auto ns = ParseDurationNs(c.text);
    EXPECT_EQ(ns, c.ns) << c.text;
    if (ns) {
      EXPECT_EQ(FormatDurationNs(*ns), c.printed) << c.text;
      EXPECT_EQ(ParseDurationNs(c.printed), ns) << c.text;
    }
  }
}

}  // namespace
}  // namespace colocation
