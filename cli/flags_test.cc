#include "cli/flags.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

constexpr Flag kTable[] = {
    {"output", 'o', "text|yaml", "How to print it.", " plan render "},
    {"param", 'p', "NAME=VALUE", "A parameter.", " plan "},
    {"keep", 0, "", "Leave things behind."},
};

// "flag=value ... : operand ...", or the error.
std::string Parse(const std::vector<std::string>& arguments) {
  const absl::StatusOr<ParsedArguments> parsed =
      ParseArguments(kTable, arguments);
  if (!parsed.ok()) return std::string(parsed.status().message());
  std::string text;
  for (const auto& [name, value] : parsed->flags) {
    absl::StrAppend(&text, name, "=", value, " ");
  }
  absl::StrAppend(&text, ":");
  for (const std::string& operand : parsed->operands) {
    absl::StrAppend(&text, " ", operand);
  }
  return text;
}

struct Case {
  const char* name;
  std::vector<std::string> arguments;
  const char* expected;
};

class ParseTest : public testing::TestWithParam<Case> {};

TEST_P(ParseTest, Gives) {
  EXPECT_EQ(Parse(GetParam().arguments), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Flags, ParseTest,
    testing::ValuesIn(std::vector<Case>{
        {"Nothing", {}, ":"},
        {"OperandsKeepTheirOrder", {"b", "a"}, ": b a"},
        {"ValueAfterEquals", {"--output=yaml", "f"}, "output=yaml : f"},
        {"ValueAsNextArgument", {"--output", "yaml", "f"}, "output=yaml : f"},
        {"FlagsMayFollowOperands", {"f", "-o", "yaml"}, "output=yaml : f"},
        {"LetterWithValueAttached", {"-oyaml"}, "output=yaml :"},
        {"LetterWithEquals", {"-o=yaml"}, "output=yaml :"},
        {"ValueMayHoldEquals", {"--param=a=b=c"}, "param=a=b=c :"},
        {"ValueMayBeginWithDash", {"-p", "-x=1"}, "param=-x=1 :"},
        {"ValueMayBeEmpty", {"--param="}, "param= :"},
        {"Repeated", {"-p", "a=1", "-p", "b=2"}, "param=a=1 param=b=2 :"},
        {"Switch", {"--keep", "f"}, "keep=true : f"},
        {"SwitchOff", {"--keep=false"}, "keep=false :"},
        {"DashIsAnOperand", {"-"}, ": -"},
        {"DoubleDashEndsFlags", {"--", "--keep", "-"}, ": --keep -"},
        {"UnknownFlagGetsAHint",
         {"--outptu=yaml"},
         "there is no flag --outptu; did you mean \"--output\"?"},
        {"UnknownFlag", {"--zzz"}, "there is no flag --zzz"},
        {"UnknownLetter", {"-z"}, "there is no flag -z"},
        {"ValueMissing",
         {"--output"},
         "--output needs a value: --output text|yaml"},
        {"ValueNotAmongTheChoices",
         {"-o", "yml"},
         "--output=yml: the value must be one of text, yaml; did you mean "
         "\"yaml\"?"},
        {"SwitchWithValue",
         {"--keep=maybe"},
         "--keep is a switch, it takes no value"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(FlagsTest, TheLastValueCounts) {
  const std::vector<std::string> arguments = {"-p", "a",      "-p",
                                              "b",  "--keep", "--keep=false"};
  const auto parsed = ParseArguments(kTable, arguments);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->Get("param", "x"), "b");
  EXPECT_EQ(parsed->Get("output", "text"), "text");
  EXPECT_FALSE(parsed->Has("keep"));
  EXPECT_EQ(parsed->All("param"), (std::vector<std::string>{"a", "b"}));
}

TEST(FlagsTest, CommandsHaveTheirOwnFlags) {
  std::vector<std::string> names;
  for (const Flag& flag : FlagsOf(kTable, "render")) {
    names.emplace_back(flag.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"output", "keep"}));
}

TEST(FlagsTest, HelpFitsTheScreen) {
  constexpr Flag kLong[] = {
      {"x", 'x', "",
       "Words and words and words and words and words and words and words and "
       "words and words."}};
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(FlagsHelp(kLong), '\n'))) {
    EXPECT_LE(line.size(), 80u) << line;
  }
  EXPECT_EQ(FlagsHelp(absl::MakeSpan(kTable).subspan(0, 1)),
            "  -o, --output text|yaml\n        How to print it.\n");
}

}  // namespace
}  // namespace colocation::cli
