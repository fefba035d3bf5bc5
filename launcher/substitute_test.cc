#include "launcher/substitute.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colocation::launcher {
namespace {

Replacements TestReplacements() {
  Replacements replacements;
  replacements.results = {
      {"a", "text", ParseValue("t", ValueType::kString)},
      {"a", "dotted.name", ParseValue("d", ValueType::kString)},
      {"a", "dotted.map", ParseValue(R"({"k":"w"})", ValueType::kObject)},
      {"a", "list", ParseValue(R"(["x","y z"])", ValueType::kArray)},
      {"a", "empty", ParseValue("[]", ValueType::kArray)},
      {"a", "map", ParseValue(R"({"k":"v"})", ValueType::kObject)},
      {"a", "nested",
       ParseValue("$(tasks.a.results.text)", ValueType::kString)},
  };
  replacements.statuses = {{"a", "Succeeded", "Succeeded"},
                           {"a-b", "Failed", "StepFailed"}};
  replacements.aggregate_status = "Failed";
  replacements.retry_count = 2;
  replacements.step_result =
      [](std::string_view step,
         std::string_view result) -> std::optional<std::string> {
    if (step != "s") return std::nullopt;
    if (result == "text") return "st\n";
    if (result == "quoted") return "\"q\"";
    if (result == "list") return R"(["p","q"])";
    if (result == "empty") return "[]";
    return std::nullopt;
  };
  return replacements;
}

struct ArgumentCase {
  const char* name;
  const char* argument;
  std::vector<std::string> words;
  const char* problem = "";
};

const ArgumentCase kArgumentCases[] = {
    {"PlainText", "a$b", {"a$b"}},
    {"String", "<$(tasks.a.results.text)>", {"<t>"}},
    {"Twice", "$(tasks.a.results.text)$(tasks.a.results.text)", {"tt"}},
    {"DoubleQuotedName", R"($(tasks.a.results["text"]))", {"t"}},
    {"SingleQuotedName", "$(tasks.a.results['dotted.name'])", {"d"}},
    {"Element", "$(tasks.a.results.list[1])", {"y z"}},
    {"ElementOfQuotedName", "$(tasks.a.results['list'][0])", {"x"}},
    {"ElementTooFar",
     "$(tasks.a.results.list[2])",
     {"$(tasks.a.results.list[2])"},
     "there is no element 2 in result \"list\" of \"a\", which has 2"},
    {"Entry", "$(tasks.a.results.map.k)", {"v"}},
    {"EntryOfQuotedName", "$(tasks.a.results['map'][k])", {"v"}},
    {"EntryThatIsNotThere",
     "$(tasks.a.results.map.x)",
     {"$(tasks.a.results.map.x)"}},
    {"WholeList", "$(tasks.a.results.list[*])", {"x", "y z"}},
    {"WholeListWithoutStar", "$(tasks.a.results.list)", {"x", "y z"}},
    {"EmptyList", "$(tasks.a.results.empty[*])", {}},
    {"WholeListInsideAText",
     "-$(tasks.a.results.list[*])",
     {"-$(tasks.a.results.list[*])"}},
    {"StarOfAString",
     "$(tasks.a.results.text[*])",
     {"$(tasks.a.results.text[*])"}},
    {"WhatIsInsertedIsNotLookedInto",
     "$(tasks.a.results.nested)",
     {"$(tasks.a.results.text)"}},
    {"UnknownTask", "$(tasks.b.results.text)", {"$(tasks.b.results.text)"}},
    {"UnknownReference", "$(params.x)", {"$(params.x)"}},
    {"ReferenceInsideAnUnknownOne", "$($(tasks.a.results.text))", {"$(t)"}},
    {"Unfinished", "$(tasks.a.results.text", {"$(tasks.a.results.text"}},
    {"Status",
     "$(tasks.a.status)/$(tasks.a-b.reason)",
     {"Succeeded/StepFailed"}},
    {"AggregateStatus", "$(tasks.status)", {"Failed"}},
    {"RetryCount", "$(context.task.retry-count)", {"2"}},
    {"EntryOfDottedName", "$(tasks.a.results[\"dotted.map\"].k)", {"w"}},
    {"StepString", "$(steps.s.results.text)", {"st\n"}},
    {"StepJsonString", "$(steps.s.results.quoted)", {"q"}},
    {"StepElement", "$(steps.s.results.list[1])", {"q"}},
    {"StepList", "$(steps.s.results.list[*])", {"p", "q"}},
    {"StepListWithoutStar", "$(steps.s.results.list)", {""}},
    {"StepEmptyList", "$(steps.s.results.empty[*])", {""}},
    {"StepWithoutResult",
     "$(steps.t.results.text)",
     {"$(steps.t.results.text)"}},
};

class SubstituteArgumentTest : public ::testing::TestWithParam<ArgumentCase> {};

TEST_P(SubstituteArgumentTest, Gives) {
  std::string problem;
  EXPECT_EQ(
      SubstituteArgument(GetParam().argument, TestReplacements(), &problem),
      GetParam().words);
  EXPECT_EQ(problem, GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(, SubstituteArgumentTest,
                         ::testing::ValuesIn(kArgumentCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(SubstituteWhenTest, ListAsInputIsComparedAsJson) {
  std::string problem;
  const When when = SubstituteWhen(
      {"$(tasks.a.results.list[*])", "in", {R"(["x","y z"])"}, ""},
      TestReplacements(), &problem);
  EXPECT_TRUE(AllHold({when}));
}

TEST(SubstituteWhenTest, ListAsValueStandsForItsElements) {
  std::string problem;
  const When when =
      SubstituteWhen({"x", "in", {"$(tasks.a.results.list[*])", "w"}, ""},
                     TestReplacements(), &problem);
  EXPECT_EQ(when.values, (std::vector<std::string>{"x", "y z", "w"}));
  EXPECT_TRUE(AllHold({when}));
}

TEST(AllHoldTest, EachMustHold) {
  const When in = {"x", "in", {"x"}, ""};
  const When not_in = {"x", "notin", {"x"}, ""};
  EXPECT_TRUE(AllHold({}));
  EXPECT_TRUE(AllHold({in, in}));
  EXPECT_FALSE(AllHold({in, not_in}));
  EXPECT_TRUE(AllHold({{"x", "notin", {}, ""}}));
  EXPECT_FALSE(AllHold({{"x", "in", {}, ""}}));
}

}  // namespace
}  // namespace colocation::launcher
