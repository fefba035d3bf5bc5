#include "cli/run_words.h"

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

TEST(DurationTextTest, TenthsThenMinutes) {
  EXPECT_EQ(DurationText(0), "0.0s");
  EXPECT_EQ(DurationText(-5), "0.0s");
  EXPECT_EQ(DurationText(1'540'000'000), "1.5s");
  EXPECT_EQ(DurationText(63'000'000'000), "1m 3s");
}

TEST(SkipTextTest, EveryReasonHasWords) {
  for (int number = v1::SkipReason_MIN + 1; number <= v1::SkipReason_MAX;
       ++number) {
    const auto reason = static_cast<v1::SkipReason>(number);
    EXPECT_NE(SkipText(reason), "no reason given") << number;
  }
}

TEST(SkipTextTest, TektonsReasonsHaveTheSameWords) {
  EXPECT_EQ(SkippedText("When Expressions evaluated to false"),
            SkipText(v1::SKIP_REASON_WHEN));
  EXPECT_EQ(SkippedText("PipelineRun was stopping"),
            SkipText(v1::SKIP_REASON_STOPPING));
  EXPECT_EQ(SkippedText("PipelineRun was gracefully cancelled"),
            SkipText(v1::SKIP_REASON_CANCELLED));
}

TEST(SkipTextTest, AnUnknownReasonStaysWhatItIs) {
  EXPECT_EQ(SkippedText("Something new"), "Something new");
}

TEST(FailureTextTest, SaysWhatStoppedATask) {
  EXPECT_EQ(FailureText("StepFailed"), "failed");
  EXPECT_EQ(FailureText("TaskRunCancelled"), "was cancelled");
  EXPECT_EQ(FailureText("TaskRunTimeout"), "ran out of time");
}

}  // namespace
}  // namespace colocation::cli
