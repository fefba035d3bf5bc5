#include "colocation/cel/evaluate.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace colocation::cel {
namespace {

std::string_view Outcome(std::string_view expression) {
  switch (Evaluate(expression).kind) {
    case Verdict::Kind::kTrue:
      return "true";
    case Verdict::Kind::kFalse:
      return "false";
    case Verdict::Kind::kFails:
      return "fails";
    case Verdict::Kind::kNotSupported:
      break;
  }
  return "not supported";
}

// What cel-go makes of thousands of expressions is in tests/parity; here is
// what it has no verdict for, and what people write.
TEST(EvaluateTest, Outcomes) {
  struct Case {
    std::string_view expression;
    std::string_view outcome;
  };
  constexpr Case kCases[] = {
      {"'main' == 'main' && 'v1.2'.matches('^v[0-9]+')", "true"},
      {"'main' in ['release', 'dev']", "false"},
      {"int('4') > 3 ? true : false", "true"},
      {"int('four') > 3", "fails"},
      {"'$(tasks.a.results.n)' == '4'", "false"},
      {"'a' == 'a' || 1/0 == 1", "true"},
      {"1/0 == 1 || 'a' == 'a'", "true"},
      {"1/0 == 1 && 'a' == 'a'", "fails"},
      {"'it's'", "fails"},
      {"'a'", "fails"},
      {"dyn('a')", "fails"},
      {"timestamp('2024-01-01T00:00:00Z') == timestamp(0)", "not supported"},
      {"duration('1h') > duration('1m') || true", "not supported"},
      {"true || duration('1h') > duration('1m')", "true"},
      {"{'a': 1, 'b': 2}.map(k, k) == ['a', 'b']", "not supported"},
      {"{'a': 1}.map(k, k) == ['a']", "true"},
      {"'a'.matches('\\\\p{L}')", "not supported"},
      {"'a'.matches('(') || true", "not supported"},
      {"double('inf') > 1.0", "not supported"},
      {"double('infantile') > 1.0", "not supported"},
      {"double('1,5') > 1.0", "fails"},
      {"has(dyn(1).a)", "not supported"},
      {"google.protobuf.Int32Value{value: 1} == 1", "not supported"},
      {"'\xff' == 'a'", "not supported"},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(Outcome(c.expression), c.outcome) << c.expression;
}

TEST(EvaluateTest, WhatIsNotSupportedIsFoundWithoutEvaluating) {
  struct Case {
    std::string_view expression;
    int offset;
  };
  constexpr Case kCases[] = {
      {"true || duration('1h') > duration('1m')", 8},
      {"'$(tasks.a.results.r)' == 'x' && 'b'.matches('\\\\pL')", 45},
      {"false && {1.0: 'a'}[1.0] == 'a'", 10},
      {"google.protobuf.Int32Value{value: 1} == 1 || true", 26},
      {"'x'.matches('^a$') || {'a': 1}.a == 1", -1},
      {"'not an expression", -1},
  };
  for (const Case& c : kCases) {
    const auto fault = FindNotSupported(c.expression);
    EXPECT_EQ(fault.has_value() ? static_cast<int>(fault->offset) : -1,
              c.offset)
        << c.expression;
  }
}

std::string Repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(EvaluateTest, WorkIsLimited) {
  // Each map() doubles what == has to look at.
  const std::string doubled = "[1]" + Repeated(".map(x, [x, x])", 60);
  EXPECT_EQ(Outcome(doubled + " == " + doubled), "not supported");
  const std::string types = "[1]" + Repeated(".map(x, {x: x})", 60);
  EXPECT_EQ(Outcome(types + " == " + types), "not supported");
  const std::string long_list = "[" + Repeated("1,", 1000) + "]";
  EXPECT_EQ(Outcome(long_list + ".all(a, " + long_list + ".all(b, " +
                    long_list + ".all(c, true)))"),
            "not supported");
  EXPECT_EQ(
      Outcome("'" + std::string(90'000, 'a') + "'.matches('(a*)*(a*)*(a*)*b')"),
      "false");
  EXPECT_EQ(
      Outcome("'" + std::string(90'000, 'a') + "'.matches('(a|b|c){900}')"),
      "not supported");
  EXPECT_EQ(Outcome("'" + std::string(100'000, 'a') + "' == ''"), "fails");
}

TEST(EvaluateTest, NestingIsLimitedAndLongChainsAreNot) {
  EXPECT_EQ(Outcome(Repeated("(", 100) + "true" + Repeated(")", 100)), "true");
  EXPECT_EQ(Outcome(Repeated("(", 20'000) + "true"), "fails");
  EXPECT_EQ(Outcome("true" + Repeated(" && true", 1'900)), "true");
  EXPECT_EQ(Outcome("0" + Repeated(" + 1", 1'900) + " == 1900"), "true");
  EXPECT_EQ(Outcome(Repeated("!", 50'000) + "true"), "true");
  // A chain in a chain in a chain ...
  std::string nested = "true";
  for (int i = 0; i < 20; ++i) {
    nested = "(" + nested + Repeated(" && true", 200) + ")";
  }
  EXPECT_EQ(Outcome(nested), "true");
}

}  // namespace
}  // namespace colocation::cel
