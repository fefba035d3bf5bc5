#include "colocation/cel/check.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation::cel {
namespace {

std::string Fault(std::string_view text) {
  const auto fault = Check(text);
  return fault ? absl::StrCat(fault->offset, ": ", fault->message) : "";
}

TEST(CheckTest, WhatTektonCompiles) {
  for (const std::string_view text : {
           "'a' == 'a'",
           "'$(params.x)' == 'a' && \"$(tasks.a.results.b)\" != 'c'",
           "'x' in ['a', 'b'] || !('y' in [])",
           "size('a') > 1 ? 'a'.startsWith('b') : false",
           "1 + 1",
           "-9223372036854775808 < 0x7f - 2 * (3 % 2)",
           "1u + 2u == 3u && 1.5e3 > .5 && -2.0 < 1e1",
           "r'\\d' + 'a\\n\\x41\\u00e4\\101' + '''long\n'string''' == ''",
           "b'a' + br\"\\z\" == b''",
           "'a'.matches('^a$') && matches('a', 'b')",
           "[1, 2].all(x, x > 0) && [1].exists_one(i, i == 1)",
           "['a'].map(x, x + 'b').filter(y, y != '')[0] == 'ab'",
           "[1, 2, 3].map(x, x > 1, string(x)) == ['2']",
           "{'a': 1}['a'] + {'a': 1}.a == 2",
           "'a' in {'a': 1, 'b': 2} && has({'a': 1}.a)",
           "[1, 'a'][0] == 1 && dyn(1) == 'a'",
           "int('1') + int(1.0) == 2 && string(1) == '1' && bool('true')",
           "type(1) == int && type('a') != string && null == null",
           "timestamp('2024-01-01T00:00:00Z').getFullYear('UTC') == 2024",
           "timestamp(0) + duration('1s') - timestamp(1) == duration('0s')",
           "duration('1h').getMinutes() > 3 // a comment",
           "[] == [1] && {} == {'a': 'b'} && [1,] == [1] && [,] == []",
           "[[1]].all(l, l.exists(x, x == 1))",
           "true && !!false && --1 == 1",
       }) {
    EXPECT_EQ(Fault(text), "") << text;
  }
}

TEST(CheckTest, WhatItRefuses) {
  struct Case {
    std::string_view text;
    std::string_view fault;
  };
  constexpr Case kCases[] = {
      {"$(params.x) == 'a'", "0: \"$\" has no meaning here"},
      {"params.x == 'a'", "0: there is no variable \"params\" here"},
      {"'a' =", "4: \"=\" has no meaning here"},
      {"'a' ==", "6: an expression is expected, not the end"},
      {"('a' == 'a'", "11: \")\" is missing at the end"},
      {"'a' 'b'", "4: \"'b'\" is not expected here"},
      {"'a", "0: this string does not end"},
      {"'a\n'", "0: this string does not end"},
      {"'\\d' == ''", "1: there is no such escape in a string"},
      {"1 == 'a'", "2: \"_==_\" is not for (int, string)"},
      {"1 < 1.0", "2: \"_<_\" is not for (int, double)"},
      {"1 + 'a'", "2: \"_+_\" is not for (int, string)"},
      {"!'a'", "0: \"!_\" is not for (string)"},
      {"'a' && true", "4: \"_&&_\" is not for (string, bool)"},
      {"true ? 1 : 'a'", "5: \"_?_:_\" is not for (bool, int, string)"},
      {"1 in ['a']", "2: \"_in_\" is not for (int, list(string))"},
      {"nowhere('a')", "0: there is no function \"nowhere\""},
      {"'a'.size(1)", "3: \"size\" is not for (string, int)"},
      {"'a'.b", "3: a string has no fields"},
      {"has('a')", "0: has() is for a field: has(a.b)"},
      {"['a'].all(x, x)", "5: this has to be a bool, not a string"},
      {"['a'].all(1, true)", "10: the name of a variable is expected here"},
      {"1.all(x, true)", "1: a int has no elements to go through"},
      {"9223372036854775808 > 0", "0: this number is too large"},
      {"size('a',) > 0", "9: an expression is expected after \",\""},
      {"for == 1", "0: \"for\" is reserved"},
      {"in", "0: an expression is expected, not \"in\""},
      {"'a' == \"b", "7: this string does not end"},
      {"a ? b", "5: \":\" is missing at the end"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Fault(c.text), c.fault) << c.text;
}

TEST(CheckTest, NestingIsLimited) {
  EXPECT_EQ(Fault(std::string(100, '(') + "1" + std::string(100, ')')), "");
  EXPECT_NE(Fault(std::string(100000, '(')), "");
  EXPECT_NE(Fault(std::string(100000, '[')), "");
  std::string chain = "{}";
  for (int i = 0; i < 100000; ++i) chain += ".a";
  EXPECT_NE(Fault(chain), "");
  std::string sum = "1";
  for (int i = 1; i < 2000; ++i) sum += "+1";
  EXPECT_EQ(Fault(sum), "");
  EXPECT_NE(Fault(sum + "+1"), "");
}

std::string ConditionFault(std::string_view text) {
  const auto fault = CheckCondition(text);
  return fault ? absl::StrCat(fault->offset, ": ", fault->message) : "";
}

TEST(CheckTest, WhatIsACondition) {
  for (const std::string_view text : {
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
    EXPECT_EQ(ConditionFault(text), "") << text;
  }
}

TEST(CheckTest, WhatIsNoCondition) {
  struct Case {
    std::string_view text;
    std::string_view fault;
  };
  constexpr Case kCases[] = {
      {"1 + 1", "2: this has to be a bool, not a int"},
      {"'a'", "0: this has to be a bool, not a string"},
      {"'a' == 1", "4: \"_==_\" is not for (string, int)"},
      {"'a' && true", "4: \"_&&_\" is not for (string, bool)"},
      {"foo == 'a'", "0: there is no variable \"foo\" here"},
      {"'a'.foo()", "3: there is no function \"foo\""},
      {"'a' ==", "6: an expression is expected, not the end"},
      {"('a' == 'a'", "11: \")\" is missing at the end"},
      {"'a", "0: this string does not end"},
      {"'a' == 'a' 'b'", "11: \"'b'\" is not expected here"},
      {"'a' in 'abc'", "4: \"_in_\" is not for (string, string)"},
      {"1 - 'a' == 2", "2: \"_-_\" is not for (int, string)"},
      {"[1].all(x, x > 0) && x", "21: there is no variable \"x\" here"},
      {"", "0: an expression is expected, not the end"},
      {"true ? 1 : 'a'", "5: \"_?_:_\" is not for (bool, int, string)"},
      {"12abc", "2: \"abc\" is not expected here"},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(ConditionFault(c.text), c.fault) << c.text;
}

TEST(CheckTest, ConditionsThatNestTooDeepAreRefused) {
  EXPECT_NE(ConditionFault(std::string(100000, '(')), "");
  EXPECT_NE(ConditionFault(std::string(100000, '[')), "");
  EXPECT_NE(ConditionFault(std::string(100000, '!')), "");
}

}  // namespace
}  // namespace colocation::cel
