#include "colocation/decode/scalar.h"

#include "gtest/gtest.h"

namespace colocation {
namespace {

struct ScalarCase {
  absl::string_view text;
  Scalar::Type type;
  absl::string_view json;
};

using enum Scalar::Type;

// What go.yaml.in/yaml/v2 and encoding/json make of each.
constexpr ScalarCase kCases[] = {
    {"", kNull, "null"},
    {"~", kNull, "null"},
    {"Null", kNull, "null"},
    {"yes", kBool, "true"},
    {"y", kBool, "true"},
    {"On", kBool, "true"},
    {"off", kBool, "false"},
    {"N", kBool, "false"},
    {"FALSE", kBool, "false"},
    {"tRue", kString, ""},
    {"nope", kString, ""},
    {"0", kInt, "0"},
    {"-12", kInt, "-12"},
    {"+12", kInt, "12"},
    {"0x1F", kInt, "31"},
    {"0o17", kInt, "15"},
    {"017", kInt, "15"},
    {"0b101", kInt, "5"},
    {"1_000", kInt, "1000"},
    {"9223372036854775807", kInt, "9223372036854775807"},
    {"18446744073709551615", kInt, "18446744073709551615"},
    {"-9223372036854775808", kInt, "-9223372036854775808"},
    {"18446744073709551616", kFloat, "18446744073709552000"},
    {"1.0", kFloat, "1"},
    {"1e3", kFloat, "1000"},
    {".5", kFloat, "0.5"},
    {"1.", kFloat, "1"},
    {"1e21", kFloat, "1e+21"},
    {"1e-7", kFloat, "1e-7"},
    {"089", kFloat, "89"},
    {"1.2.3", kString, ""},
    {"1.20.3-beta", kString, ""},
    {"2026-11-24", kString, ""},
    {"12:30", kString, ""},
    {"-", kString, ""},
    {"--x", kString, ""},
    {"0x", kString, ""},
    {"1 2", kString, ""},
    {"e3", kString, ""},
    {"<<", kString, ""},
};

TEST(ScalarTest, ResolvesAsKubernetes) {
  for (const ScalarCase& c : kCases) {
    const Scalar scalar = ResolvePlainScalar(c.text);
    EXPECT_EQ(scalar.type, c.type) << c.text;
    if (scalar.type != kString) {
      EXPECT_EQ(JsonText(scalar), std::string(c.json)) << c.text;
    }
  }
}

}  // namespace
}  // namespace colocation
