#include "colocation/syntax/quantity.h"

#include <string>

#include "gtest/gtest.h"

namespace colocation {
namespace {

struct ParseCase {
  absl::string_view text;
  absl::string_view canonical;  // "" where the text is no quantity
};

// The expected forms are what Kubernetes' Quantity.String() gives.
constexpr ParseCase kParseCases[] = {
    {"0", "0"},
    {"1", "1"},
    {"100m", "100m"},
    {"1000m", "1"},
    {"0.1", "100m"},
    {"1.5", "1500m"},
    {".5", "500m"},
    {"5.", "5"},
    {"+5", "5"},
    {"-5", "-5"},
    {"1k", "1k"},
    {"1000k", "1M"},
    {"1Ki", "1Ki"},
    {"1024Ki", "1Mi"},
    {"1.5Gi", "1536Mi"},
    {"0.5Ki", "512"},
    {"100Ki", "100Ki"},
    {"1e3", "1e3"},
    {"12e6", "12e6"},
    {"1E3", "1e3"},
    {"1E", "1E"},
    {"100e-3", "100e-3"},
    {"1n", "1n"},
    {"0.1n", "1n"},
    {"0.0000000001", "1n"},
    {"-0.0000000001", "-1n"},
    {"00012", "12"},
    {"9223372036854775807", "9223372036854775807"},
    {"99999999999999999999", "9223372036854775807"},
    {"8Ei", "9223372036854775807"},
    {"7Ei", "7Ei"},
    {"1000000000000000000000000000000000000000", "9223372036854775807"},
    {"0.00000000000000000000000000000000000000000001", "1n"},
    {"", ""},
    {"m", ""},
    {".", ""},
    {"1.2.3", ""},
    {"1 Gi", ""},
    {"1gi", ""},
    {"1K", ""},
    {"0x10", ""},
    {"1e", ""},
    {"1e+", ""},
    {"--1", ""},
    {"1Gi ", ""},
};

TEST(QuantityTest, ParsesAndPrintsAsKubernetes) {
  for (const ParseCase& c : kParseCases) {
    const auto quantity = Quantity::Parse(c.text);
    EXPECT_EQ(quantity ? quantity->ToString() : "", c.canonical) << c.text;
  }
}

TEST(QuantityTest, ComparesByValue) {
  EXPECT_EQ(*Quantity::Parse("1Ki"), *Quantity::Parse("1024"));
  EXPECT_LT(*Quantity::Parse("999m"), *Quantity::Parse("1"));
  EXPECT_LT(*Quantity::Parse("1G"), *Quantity::Parse("1Gi"));
}

TEST(QuantityTest, AddsExactly) {
  EXPECT_EQ((*Quantity::Parse("100m") + *Quantity::Parse("200m")).ToString(),
            "300m");
  EXPECT_EQ((*Quantity::Parse("1Gi") + *Quantity::Parse("1Mi")).ToString(),
            "1025Mi");
  EXPECT_EQ((Quantity() + *Quantity::Parse("3Mi")).ToString(), "3Mi");
  const Quantity most = *Quantity::Parse("9223372036854775807");
  EXPECT_EQ(most + most, most);
}

TEST(QuantityTest, RoundsUp) {
  EXPECT_EQ(Quantity::Parse("1.1")->CeilUnits(), 2);
  EXPECT_EQ(Quantity::Parse("-1.1")->CeilUnits(), -1);
  EXPECT_EQ(Quantity::Parse("1u")->CeilMillis(), 1);
}

}  // namespace
}  // namespace colocation
