#include "colocation/plan/late_references.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct LateCase {
  const char* name;
  const char* text;
  bool late;
};

constexpr LateCase kCases[] = {
    {"Nothing", "plain", false},
    {"ResultOfATask", "a $(tasks.b.results.c) d", true},
    {"Status", "$(tasks.b.status)", true},
    {"AggregateStatus", "$(tasks.status)", true},
    {"ResultOfAStep", "$(steps.b.results.c)", true},
    {"NumberOfTheAttempt", "$(context.task.retry-count)", true},
    {"VariableOfTheContainer", "$(HOME)", false},
    {"Shell", "$(cat /tekton/results/x)", false},
    {"ShellAroundAReference", "$(echo $(tasks.b.results.c))", true},
    {"NotClosed", "$(tasks.b.results.c", false},
};

TEST(LateReferencesTest, Cases) {
  for (const LateCase& c : kCases) {
    EXPECT_EQ(HasLateReference(c.text), c.late) << c.name;
  }
}

TEST(LateReferencesTest, DollarsBeforeAReferenceAreKept) {
  const struct {
    const char* text;
    const char* in_pod;
  } kDollars[] = {
      {"$(tasks.a.results.r)", "$(tasks.a.results.r)"},
      {"$$(tasks.a.results.r)", "$$$(tasks.a.results.r)"},
      {"$$$(tasks.a.results.r)", "$$$(tasks.a.results.r)"},
      {"$$$$(tasks.a.results.r)", "$$$$$(tasks.a.results.r)"},
      {"a$$(tasks.status)b$$(tasks.a.status)",
       "a$$$(tasks.status)b$$$(tasks.a.status)"},
      {"$$(context.task.retry-count)", "$$$(context.task.retry-count)"},
      {"$$(steps.a.results.r)", "$$(steps.a.results.r)"},
      {"$$(HOME) $$ $x", "$$(HOME) $$ $x"},
      {"", ""},
  };
  for (const auto& c : kDollars) {
    EXPECT_EQ(WithDollarsKept(c.text), c.in_pod) << c.text;
  }
}

TEST(LateReferencesTest, EachReferenceToATask) {
  std::vector<std::string> found;
  ForEachTaskReference("$(tasks.a.results.b[0]) $(X) $(tasks.status)",
                       [&](const ResultReference& reference) {
                         found.push_back(reference.ToString());
                       });
  EXPECT_THAT(found,
              ::testing::ElementsAre("tasks.a.results.b[0]", "tasks.status"));
}

}  // namespace
}  // namespace colocation
