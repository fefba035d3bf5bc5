#include "cli/explain_code.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ExplainCodeTest, SaysWhatIsWrongWithAnExampleAndTektonsRules) {
  const auto text = ExplainCode("unknown-task", 80);
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, StartsWith("unknown-task\n\nTasks of a pipeline\n"
                                "  a task that isn't in the pipeline\n"
                                "\nFor example\n  runAfter: [uint-test]\n"));
  EXPECT_THAT(*text, HasSubstr("\nTekton's rules\n"));
}

TEST(ExplainCodeTest, KnowsTheCodesOfPlans) {
  const auto text = ExplainCode("not-implied", 80);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text,
            "not-implied\n\nIn a plan\n"
            "  a dependency that waiting does not ensure\n");
}

TEST(ExplainCodeTest, EveryCodeIsExplainedWithinTheWidth) {
  const std::vector<std::string> codes = DiagnosticCodes();
  EXPECT_GT(codes.size(), 100u);
  EXPECT_THAT(codes, Contains("yaml-syntax"));
  for (const std::string& code : codes) {
    const auto text = ExplainCode(code, 60);
    ASSERT_TRUE(text.has_value()) << code;
    for (absl::string_view line : absl::StrSplit(*text, '\n')) {
      // Only a word of its own may be longer.
      if (!absl::StrContains(absl::StripAsciiWhitespace(line), ' ')) continue;
      EXPECT_LE(line.size(), 70u) << line;
    }
    EXPECT_THAT(*text, testing::Not(HasSubstr("`"))) << code;
  }
}

TEST(ExplainCodeTest, AnUnknownCodeIsNothing) {
  EXPECT_FALSE(ExplainCode("no-such-code", 80).has_value());
}

}  // namespace
}  // namespace colocation::cli
