#include "colocation/resolve/reference.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct ReplaceCase {
  absl::string_view name;
  absl::string_view text;
  absl::string_view replaced;  // each reference to x becomes [x]
};

class ReplaceTest : public testing::TestWithParam<ReplaceCase> {};

TEST_P(ReplaceTest, Replaces) {
  EXPECT_EQ(ReplaceReferences(
                GetParam().text,
                [](absl::string_view inside) -> std::optional<std::string> {
                  if (inside == "unknown") return std::nullopt;
                  return absl::StrCat("[", inside, "]");
                }),
            GetParam().replaced);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplaceTest,
    testing::Values(
        ReplaceCase{"NothingToReplace", "plain $ text ()", "plain $ text ()"},
        ReplaceCase{"WholeText", "$(a)", "[a]"},
        ReplaceCase{"InTheMiddle", "x$(a)y", "x[a]y"},
        ReplaceCase{"Several", "$(a)$(b) $(a)", "[a][b] [a]"},
        ReplaceCase{"UnknownStays", "$(unknown)$(a)", "$(unknown)[a]"},
        ReplaceCase{"Unclosed", "$(a $(b", "$(a $(b"},
        ReplaceCase{"InnermostOfNested", "$(a $(b))", "$(a [b])"},
        ReplaceCase{"ShellSubstitutionHoldsOne", "$(cat $(p)/f)",
                    "$(cat [p]/f)"},
        ReplaceCase{"Empty", "$()", "[]"},
        ReplaceCase{"DollarBefore", "$$(a)", "$[a]"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ReplaceReferences, WhatIsPutInIsNotLookedAtAgain) {
  EXPECT_EQ(
      ReplaceReferences("$(a)", [](absl::string_view) { return "$(a)$(b)"; }),
      "$(a)$(b)");
}

struct ResultCase {
  absl::string_view inside;
  // "FIELD scope/owner/result/suffix", or nothing.
  absl::string_view parsed;
  absl::string_view written = {};  // Where it isn't `inside`.
};

std::string Text(const ResultReference& r) {
  const char* field = r.field == ResultReference::Field::kResult   ? "result"
                      : r.field == ResultReference::Field::kStatus ? "status"
                      : r.field == ResultReference::Field::kReason ? "reason"
                                                                   : "all";
  return absl::StrCat(field, " ", r.scope, "/", r.owner, "/", r.result, "/",
                      r.suffix);
}

TEST(ParseResultReference, Table) {
  const ResultCase kCases[] = {
      {"tasks.a.results.b", "result tasks/a/b/"},
      {"tasks.a-1.results.b_2", "result tasks/a-1/b_2/"},
      {"tasks.a.results.b[*]", "result tasks/a/b/[*]"},
      {"tasks.a.results.b[12]", "result tasks/a/b/[12]"},
      {"tasks.a.results.o.key", "result tasks/a/o/.key"},
      {"tasks.a.results.o.key[1]", "result tasks/a/o/.key[1]"},
      {"tasks.a.results['b.c']", "result tasks/a/b.c/"},
      {"tasks.a.results[\"b\"][0]", "result tasks/a/b/[0]",
       "tasks.a.results.b[0]"},
      {"finally.f.results.b", "result finally/f/b/"},
      {"steps.s.results.b", "result steps/s/b/"},
      {"tasks.a.status", "status tasks/a//"},
      {"tasks.a.reason", "reason tasks/a//"},
      {"tasks.status", "all tasks///"},
      // What is none.
      {"tasks.a.results.o.k.deeper", ""},
      {"tasks.a.results.", ""},
      {"tasks.a.results", ""},
      {"tasks.a.results.b[x]", ""},
      {"tasks.a.results.b[", ""},
      {"tasks.a.results.b[*]x", ""},
      {"tasks.a.results.b c", ""},
      {"tasks..results.b", ""},
      {"tasks.a.outputs.b", ""},
      {"steps.s.status", ""},
      {"params.tasks.a.results.b", ""},
      {"tasks", ""},
      {"", ""},
  };
  for (const ResultCase& c : kCases) {
    SCOPED_TRACE(c.inside);
    const auto parsed = ParseResultReference(c.inside);
    EXPECT_EQ(parsed ? Text(*parsed) : "", c.parsed);
    if (!parsed) continue;
    EXPECT_EQ(parsed->ToString(), c.written.empty() ? c.inside : c.written);
  }
}

TEST(ParseParam, Table) {
  struct Case {
    absl::string_view inside, name, suffix;
  };
  const Case kCases[] = {
      {"params.p", "p", ""},
      {"params.p[0]", "p", "[0]"},
      {"params.p[*]", "p", "[*]"},
      {"params.o.key", "o.key", ""},
      {"params[\"a.b\"]", "a.b", ""},
      {"params['a.b'][*]", "a.b", "[*]"},
      {"inputs.params.p", "p", ""},
      {"params.p[x]", "p[x]", ""},
      // What is none.
      {"params", "", ""},
      {"params.", "", ""},
      {"params['p'].key", "", ""},
      {"paramsx.p", "", ""},
      {"params['']", "", ""},
      {"tasks.a.results.b", "", ""},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.inside);
    const auto parsed = ParseParam(c.inside);
    EXPECT_EQ(parsed.has_value(), !c.name.empty());
    if (!parsed) continue;
    EXPECT_EQ(parsed->name, c.name);
    EXPECT_EQ(parsed->suffix, c.suffix);
  }
}

TEST(WholeReference, OnlyOneAndNothingElse) {
  EXPECT_EQ(WholeReference("$(a)"), "a");
  EXPECT_FALSE(WholeReference("$(a) "));
  EXPECT_FALSE(WholeReference("$(a)$(b)"));
  EXPECT_FALSE(WholeReference("$(a"));
  EXPECT_FALSE(WholeReference(""));
}

TEST(IsPlain, QuotesAndBlanksAreNot) {
  EXPECT_TRUE(IsPlain("params.p[0]"));
  EXPECT_TRUE(IsPlain("tasks.a.results.b[*]"));
  EXPECT_FALSE(IsPlain("params['p']"));
  EXPECT_FALSE(IsPlain("cat file"));
  EXPECT_FALSE(IsPlain(""));
}

}  // namespace
}  // namespace colocation
