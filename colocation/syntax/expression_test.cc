#include "colocation/syntax/expression.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// "a|b|": what is found in a text.
std::string Expressions(absl::string_view text) {
  std::string found;
  while (const auto expression = NextExpression(&text)) {
    absl::StrAppend(&found, *expression, "|");
  }
  return found;
}

std::string Variables(absl::string_view text, absl::string_view prefix) {
  std::string found;
  VariableScanner scanner(text, prefix);
  while (const auto use = scanner.Next()) {
    absl::StrAppend(&found, use->name, use->quoted ? "\"|" : "|");
  }
  return found;
}

struct TextCase {
  absl::string_view text;
  absl::string_view found;
};

TEST(ExpressionTest, Expressions) {
  constexpr TextCase kCases[] = {
      {"", ""},
      {"$(params.a)", "params.a|"},
      {"x$(a)$(b-c_d.0)y", "a|b-c_d.0|"},
      {"$(a[0]) $(a[*]) $(a[12])", "a[0]|a[*]|a[12]|"},
      {"$(a[]) $(a[x]) $(a[1*]) $(a[0].b)", ""},
      {"$(a['b']) $(a[\"b\"])", ""},
      {"$() $( a) $(a ) $(a", ""},
      {"$($(a))", "a|"},
      {"$$(a)", "a|"},
      {"$(a$(b)", "b|"},
      {"$(a[$(b)])", "b|"},
      {"$(\n$(c)", "c|"},
  };
  for (const TextCase& c : kCases) {
    EXPECT_EQ(Expressions(c.text), c.found) << c.text;
  }
}

TEST(ExpressionTest, Variables) {
  constexpr TextCase kCases[] = {
      {"$(params.a)", "a|"},
      {"$(params.a.b.c) $(params.)", "a.b.c||"},
      {"$(params[\"a.b\"]) $(params['c'])", "a.b\"|c\"|"},
      {"$(params.a[0]) $(params['a[*]'])", "a[0]|a[*]\"|"},
      {"$(params.a b) $(params.$(x))", "a b|$(x|"},
      {"$(params.a\n)$(params.b)", "b|"},
      {"$(params[\"a')$(params['b'])", "b\"|"},
      {"$(params['a)'])", "a)\"|"},
      {"$(paramsx.a) $(params) $(params[a]) $(context.params.a)", ""},
      {"$(params.a", ""},
      {"$$(params.a)", "a|"},
  };
  for (const TextCase& c : kCases) {
    EXPECT_EQ(Variables(c.text, "params"), c.found) << c.text;
  }
  EXPECT_EQ(Variables("$(context.pipelineRun.x)", "context.pipeline"), "");
  EXPECT_EQ(Variables("$(context.pipeline.x)", "context.pipeline"), "x|");
}

// What never ends is read once, not once for each beginning.
TEST(ExpressionTest, UnclosedVariablesTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 200000; ++i) {
    text += i % 3 == 0 ? "$(params['" : i % 3 == 1 ? "$(params[\"" : "$(params";
  }
  EXPECT_EQ(Variables(text, "params"), "");
  EXPECT_EQ(Expressions(text), "");
  std::string dots;
  for (int i = 0; i < 200000; ++i) dots += "$(params.";
  EXPECT_EQ(Variables(dots, "params"), "");
  EXPECT_EQ(Variables(dots + "\n", "params"), "");
}

TEST(ExpressionTest, ResultReferences) {
  const auto text = [](absl::string_view expression) {
    const auto reference = ParseResultExpression(expression);
    if (!reference) return std::string("none");
    return absl::StrCat(reference->of_finally ? "finally " : "",
                        reference->task, " ", reference->result, " ",
                        reference->index, " ", reference->key);
  };
  EXPECT_EQ(text("tasks.a.results.b"), "a b  ");
  EXPECT_EQ(text("finally.a.results.b"), "finally a b  ");
  EXPECT_EQ(text("tasks.a.results.b[*]"), "a b * ");
  EXPECT_EQ(text("tasks.a.results.b[12]"), "a b 12 ");
  EXPECT_EQ(text("tasks.a.results.b.k"), "a b  k");
  EXPECT_EQ(text("tasks..results."), "   ");
  for (const absl::string_view none :
       {"tasks.a.results.b.k.l", "tasks.a.results", "tasks.a.status",
        "steps.a.results.b", "params.a", "tasks.results.a.b", "tasks", ""}) {
    EXPECT_EQ(text(none), "none") << none;
  }
  EXPECT_TRUE(LooksLikeResult("tasks.a.results.b.k.l"));
  EXPECT_FALSE(LooksLikeResult("tasks.a.results"));
}

TEST(ExpressionTest, IndicesAreTrimmedWhereverTheyStand) {
  constexpr TextCase kCases[] = {
      {"a", "a"},     {"a[0]", "a"},           {"a[*]", "a"},    {"a[]", "a"},
      {"a[1*]", "a"}, {"a[0][1]b[*]c", "abc"}, {"a[x]", "a[x]"}, {"a[0", "a[0"},
      {"[3]", ""},    {"a[[0]]", "a[]"},
  };
  for (const TextCase& c : kCases) {
    std::string buffer;
    EXPECT_EQ(TrimIndices(c.text, &buffer), c.found) << c.text;
  }
}

TEST(ExpressionTest, WholeVariables) {
  for (const absl::string_view whole :
       {"$(params.a[*])", "$(params.a.b[*])", "$(params['a[*]'])",
        "$(params[\"a.b[*]\"])"}) {
    EXPECT_TRUE(IsWholeVariable(whole, "params")) << whole;
  }
  for (const absl::string_view part :
       {"$(params.a)", "$(params.a[0])", "x$(params.a[*])", "$(params.[*])",
        "$(params.a[*]) ", "$(params['a'][*])", "$(params.a b[*])", ""}) {
    EXPECT_FALSE(IsWholeVariable(part, "params")) << part;
  }
}

}  // namespace
}  // namespace colocation
