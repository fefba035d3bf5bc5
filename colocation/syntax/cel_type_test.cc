#include "colocation/syntax/cel_type.h"

#include <string>

#include "gtest/gtest.h"

namespace colocation {
namespace {

TEST(CelConditionError, AcceptsConditions) {
  for (const absl::string_view text : {
           "true",
           "'a' == 'a'",
           "'a' == \"b\" || 1 < 2 && !false",
           "!('a' in ['a', 'b'])",
           "'release-1'.matches('^release-[0-9]+$')",
           "'abc'.startsWith('a') ? true : false",
           "size('abc') >= 2",
           "[1, 2].all(x, x > 0) && ['a'].exists(y, y == 'a')",
           "{'a': 1}['a'] == 1",
           "{'a': true}.a",
           "1 + 2 * 3 - 4 == 3 % 2",
           "1.5e3 > .5",
           "0xff == 255 && 1u == 2u",
           "r'\\d' == '''a\nb'''",
           "type(1) == int",
           "timestamp('2024-01-01T00:00:00Z').getFullYear() == 2024",
           "-1 < 0 // a comment",
           "int('3') == 3",
       }) {
    EXPECT_EQ(CelConditionError(text).value_or(""), "") << text;
  }
}

TEST(CelConditionError, SaysWhatIsWrong) {
  const std::pair<absl::string_view, absl::string_view> kCases[] = {
      {"1 + 1", "it gives an int, not a Boolean"},
      {"'a'", "it gives text, not a Boolean"},
      {"'a' == 1", "\"==\" does not take text and an int"},
      {"'a' && true", "\"&&\" does not take text"},
      {"foo == 'a'", "there is no variable \"foo\""},
      {"'a'.foo()", "there is no function \"foo\""},
      {"'a' ==", "it ends too early"},
      {"('a' == 'a'", "expected \")\""},
      {"'a", "a text is not closed"},
      {"'a' == 'a' 'b'", "there is an unexpected \"'\""},
      {"'a' in 'abc'", "\"in\" does not take text"},
      {"1 - 'a' == 2", "\"-\" does not take an int and text"},
      {"[1].all(x, x > 0) && x", "there is no variable \"x\""},
      {"", "it ends too early"},
      {"true ? 1 : 'a'", "\"?:\" does not take an int and text"},
      {"12abc", "there is an unexpected \"a\""},
  };
  for (const auto& [text, error] : kCases) {
    EXPECT_EQ(CelConditionError(text).value_or(""), error) << text;
  }
}

TEST(CelConditionError, DeepNestingIsRefused) {
  EXPECT_EQ(CelConditionError(std::string(100000, '(')), "it nests too deep");
  EXPECT_EQ(CelConditionError(std::string(100000, '[')), "it nests too deep");
  EXPECT_TRUE(CelConditionError(std::string(100000, '!')));
}

}  // namespace
}  // namespace colocation
