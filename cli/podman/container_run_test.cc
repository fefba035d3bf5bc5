#include "cli/podman/container_run.h"

#include <string>

#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

struct Utf8Case {
  const char* name;
  std::string text;
  std::string expected;
};

class ToValidUtf8Test : public testing::TestWithParam<Utf8Case> {};

TEST_P(ToValidUtf8Test, ReplacesWhatIsInvalid) {
  EXPECT_EQ(ToValidUtf8(GetParam().text), GetParam().expected);
}

constexpr char kBad[] = "\xef\xbf\xbd";

INSTANTIATE_TEST_SUITE_P(
    Cases, ToValidUtf8Test,
    testing::ValuesIn<Utf8Case>({
        {"Empty", "", ""},
        {"Ascii", "plain\n", "plain\n"},
        {"TwoThreeFourBytes", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"CutOff", "a\xe2\x82", std::string("a") + kBad + kBad},
        {"LoneContinuation", "\x80z", std::string(kBad) + "z"},
        {"Overlong", "\xc0\xaf", std::string(kBad) + kBad},
        {"OverlongThree", "\xe0\x80\x80", std::string(kBad) + kBad + kBad},
        {"Surrogate", "\xed\xa0\x80", std::string(kBad) + kBad + kBad},
        {"TooLarge", "\xf4\x90\x80\x80",
         std::string(kBad) + kBad + kBad + kBad},
        {"LeadThenAscii", "\xc3z", std::string(kBad) + "z"},
        {"NoLead", "\xff", kBad},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace colocation::podman
