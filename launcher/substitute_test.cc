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
  EXPECT_EQ(JudgeTaskWhen({when}).kind, WhenVerdict::Kind::kHold);
}

TEST(SubstituteWhenTest, ListAsValueStandsForItsElements) {
  std::string problem;
  const When when =
      SubstituteWhen({"x", "in", {"$(tasks.a.results.list[*])", "w"}, ""},
                     TestReplacements(), &problem);
  EXPECT_EQ(when.values, (std::vector<std::string>{"x", "y z", "w"}));
  EXPECT_EQ(JudgeTaskWhen({when}).kind, WhenVerdict::Kind::kHold);
}

When Cel(const std::string& expression) { return {"", "", {}, expression}; }

std::string_view Text(const WhenVerdict& verdict) {
  return verdict.kind == WhenVerdict::Kind::kHold        ? "hold"
         : verdict.kind == WhenVerdict::Kind::kDoNotHold ? "don't hold"
                                                         : "fail";
}

TEST(JudgeWhenTest, EachMustHold) {
  const When holds = {"x", "in", {"x"}, ""};
  const When does_not = {"x", "notin", {"x"}, ""};
  struct Case {
    std::vector<When> when;
    std::string_view of_task;
    std::string_view of_step;
  };
  const Case kCases[] = {
      {{}, "hold", "hold"},
      {{holds, holds}, "hold", "hold"},
      {{holds, does_not}, "don't hold", "don't hold"},
      {{{"x", "notin", {}, ""}}, "hold", "hold"},
      {{{"x", "in", {}, ""}}, "don't hold", "don't hold"},
      {{Cel("1 < 2"), holds}, "hold", "hold"},
      {{Cel("1 < 2"), does_not}, "don't hold", "don't hold"},
      {{holds, Cel("2 < 1")}, "don't hold", "don't hold"},
      {{Cel("'a")}, "fail", "fail"},
      {{Cel("'a'")}, "fail", "fail"},
      {{Cel("duration('1h') == duration('1m')")}, "fail", "fail"},
      // Tekton evaluates all of a task's, and of a step's up to one that is
      // false; what has no CEL comes last.
      {{does_not, Cel("'a")}, "fail", "fail"},
      {{Cel("false"), Cel("'a")}, "fail", "don't hold"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Text(JudgeTaskWhen(c.when)), c.of_task);
    EXPECT_EQ(Text(JudgeStepWhen(c.when)), c.of_step);
  }
}

TEST(SubstituteWhenTest, CelIsSubstitutedAsText) {
  std::string problem;
  Replacements replacements;
  replacements.results = {{"a", "r", ParseValue("it's")},
                          {"a", "injected", ParseValue("' != '' || '")}};
  EXPECT_EQ(SubstituteWhen(Cel("'$(tasks.a.results.r)' == 'x'"), replacements,
                           &problem)
                .cel,
            "'it's' == 'x'");
  EXPECT_EQ(Text(JudgeTaskWhen(
                {SubstituteWhen(Cel("'$(tasks.a.results.injected)' == 'x'"),
                                replacements, &problem)})),
            "don't hold");
}

}  // namespace
}  // namespace colocation::launcher
