#include "cli/podman/expansion.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Variables& kVariables = *new Variables{
    {"A", "1"}, {"LOOP", "$(LOOP)"}, {"EMPTY", ""}, {"with.dot", "dotted"}};

struct ExpansionCase {
  const char* name;
  const char* text;
  const char* expected;
};

class ExpandTest : public testing::TestWithParam<ExpansionCase> {};

TEST_P(ExpandTest, Expands) {
  EXPECT_EQ(Expand(GetParam().text, kVariables), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ExpandTest,
                         testing::ValuesIn<ExpansionCase>({
                             {"TextStays", "plain", "plain"},
                             {"EmptyStaysEmpty", "", ""},
                             {"ReferenceIsReplaced", "a $(A) b", "a 1 b"},
                             {"ReferencesTouch", "$(A)$(A)", "11"},
                             {"EmptyValueReplaces", "<$(EMPTY)>", "<>"},
                             {"UnknownStays", "$(tasks.x.results.y)",
                              "$(tasks.x.results.y)"},
                             {"ValueIsNotExpandedAgain", "$(LOOP)", "$(LOOP)"},
                             {"AnyTextNames", "$(with.dot)", "dotted"},
                             {"DoubledDollarEscapes", "$$(A)", "$(A)"},
                             {"EscapedDollarThenReference", "$$$(A)", "$1"},
                             {"TwoEscapes", "$$$$(A)", "$$(A)"},
                             {"DoubledDollarAlone", "$$", "$"},
                             {"DollarAtTheEnd", "a$", "a$"},
                             {"DollarBeforeOther", "$A ${A} $", "$A ${A} $"},
                             {"UnclosedStays", "$(A", "$(A"},
                             {"UnclosedAtTheEnd", "$(A)$(", "1$("},
                             {"NestedEndsAtFirstClose", "$(a$(A))", "$(a$(A))"},
                             {"EmptyNameStays", "$()", "$()"},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(UnknownReferencesTest, NamesThoseWithoutVariable) {
  EXPECT_THAT(UnknownReferences("$(A)/$(B)/$$(C)/$(D)", kVariables),
              ElementsAre("B", "D"));
  EXPECT_THAT(UnknownReferences("$(A)", kVariables), IsEmpty());
}

}  // namespace
}  // namespace colocation::podman
