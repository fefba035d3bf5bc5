#include "colocation/resolve/replacements.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

v1::ParamValue Text(const std::string& text) {
  v1::ParamValue value;
  value.set_string_value(text);
  return value;
}

v1::ParamValue List(const std::vector<std::string>& items) {
  v1::ParamValue value;
  value.mutable_array_value()->mutable_items()->Assign(items.begin(),
                                                       items.end());
  return value;
}

v1::ParamValue Object(const std::string& key, const std::string& text) {
  v1::ParamValue value;
  (*value.mutable_object_value()->mutable_entries())[key] = text;
  return value;
}

// s="one", l=["a","b"], o={"k": "v"}; late: a text, a list and an object that
// are results.
Replacements Example(const Replacements* outer = nullptr) {
  Replacements r(outer);
  r.SetParam("s", Text("one"));
  r.SetParam("a.b", Text("dotted"));
  r.SetParam("l", List({"a", "b"}));
  r.SetParam("o", Object("k", "v"));
  r.SetParam("late", Text("$(tasks.t.results.r)"));
  r.SetParam("lates", Text("$(tasks.t.results.list[*])"));
  r.Set("context.pipeline.name", "pipe");
  return r;
}

TEST(Replacements, Apply) {
  const Replacements r = Example();
  const std::pair<absl::string_view, absl::string_view> kCases[] = {
      {"no reference", "no reference"},
      {"$(params.s)!", "one!"},
      {"$(params['s']) $(params[\"s\"]) $(inputs.params.s)", "one one one"},
      {"$(params.a.b) $(params['a.b'])", "dotted dotted"},
      {"$(params.l[1])$(params['l'][0])", "ba"},
      {"$(params.l[2])", "$(params.l[2])"},
      {"$(params.l[99999999999999999999])",
       "$(params.l[99999999999999999999])"},
      {"$(params.l)", "$(params.l)"},
      {"-$(params.l[*])", "-$(params.l[*])"},
      {"$(params.o.k)", "v"},
      {"$(params.o.none)", "$(params.o.none)"},
      {"$(params.o[*])", "$(params.o[*])"},
      {"$(params.none)", "$(params.none)"},
      {"$(context.pipeline.name)", "pipe"},
      {"$(late)", "$(late)"},
      {"$(params.late)", "$(tasks.t.results.r)"},
      {"$(params.lates[1])", "$(tasks.t.results.list[1])"},
      {"$(params.lates.key)", "$(tasks.t.results.list.key)"},
      {"$(tasks.t.results['r'])", "$(tasks.t.results.r)"},
      {"$(tasks.t.results.r)", "$(tasks.t.results.r)"},
  };
  for (const auto& [text, replaced] : kCases) {
    EXPECT_EQ(r.Apply(text), replaced);
  }
}

TEST(Replacements, ApplyToList) {
  const Replacements r = Example();
  const std::pair<std::vector<std::string>, std::string> kCases[] = {
      {{"x", "y"}, "x,y"},
      {{"$(params.l[*])"}, "a,b"},
      {{"$(params.l)", "$(params['l'][*])"}, "a,b,a,b"},
      {{"x$(params.l[*])"}, "x$(params.l[*])"},
      {{"-", "$(params.lates[*])", "$(params.s)"},
       "-,$(tasks.t.results.list[*]),one"},
  };
  for (const auto& [texts, replaced] : kCases) {
    v1::StringList list;
    list.mutable_items()->Assign(texts.begin(), texts.end());
    r.ApplyToList(list.mutable_items());
    EXPECT_EQ(absl::StrJoin(list.items(), ","), replaced);
  }
}

TEST(Replacements, AnEmptyListLeavesNoArgument) {
  Replacements r;
  r.SetParam("l", List({}));
  v1::StringList list;
  list.add_items("$(params.l[*])");
  r.ApplyToList(list.mutable_items());
  EXPECT_EQ(list.items_size(), 0);
}

TEST(Replacements, ApplyToValueMayChangeItsType) {
  const Replacements r = Example();
  v1::ParamValue value = Text("$(params.l[*])");
  r.ApplyToValue(&value);
  EXPECT_EQ(absl::StrJoin(value.array_value().items(), ","), "a,b");
  value = Text("$(params.o[*])");
  r.ApplyToValue(&value);
  EXPECT_EQ(value.object_value().entries().at("k"), "v");
  // Tekton knows no whole value in quotes.
  value = Text("$(params['l'][*])");
  r.ApplyToValue(&value);
  EXPECT_EQ(value.string_value(), "$(params['l'][*])");
  value = Text("$(params.s[*])");
  r.ApplyToValue(&value);
  EXPECT_EQ(value.string_value(), "$(params.s[*])");
  value = Object("k", "$(params.s)");
  r.ApplyToValue(&value);
  EXPECT_EQ(value.object_value().entries().at("k"), "one");
  value = List({"$(params.l[*])", "c"});
  r.ApplyToValue(&value);
  EXPECT_EQ(absl::StrJoin(value.array_value().items(), ","), "a,b,c");
}

TEST(Replacements, InnerScopeWins) {
  const Replacements outer = Example();
  Replacements inner(&outer);
  inner.SetParam("s", Text("two"));
  inner.Set("context.pipeline.name", "other");
  EXPECT_EQ(inner.Apply("$(params.s) $(params.l[0]) $(context.pipeline.name)"),
            "two a other");
}

TEST(Replacements, LaterVariablesInParameters) {
  Replacements later;
  later.Set("context.pipelineRun.name", "run-1");
  Replacements r(&later);
  r.SetParam("s", Text("for $(context.pipelineRun.name)"));
  EXPECT_EQ(r.Apply("$(params.s)"), "for $(context.pipelineRun.name)");
  r.ApplyToParams(later);
  EXPECT_EQ(r.Apply("$(params.s)"), "for run-1");
}

}  // namespace
}  // namespace colocation
