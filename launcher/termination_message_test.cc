#include "launcher/termination_message.h"

#include <gtest/gtest.h>

#include <string>

namespace colocation::launcher {
namespace {

// 2024-06-01T12:30:45.678Z
constexpr int64_t kTime = 1'717'245'045'678'000'000;

TEST(MessageLimitTest, IsTheKubeletsShare) {
  EXPECT_EQ(MessageLimit(1), 4096u);
  EXPECT_EQ(MessageLimit(3), 4096u);
  EXPECT_EQ(MessageLimit(4), 3072u);
  EXPECT_EQ(MessageLimit(200), 61u);
}

TEST(FormatTimeTest, IsRfc3339WithMilliseconds) {
  EXPECT_EQ(FormatTime(kTime), "2024-06-01T12:30:45.678Z");
  EXPECT_EQ(FormatTime(5'000'000), "1970-01-01T00:00:00.005Z");
}

TEST(FormatMessageTest, LeavesOutWhatMattersLeast) {
  TerminationMessage message;
  message.task_results = {{"t", ValueType::kString, "tv"}};
  message.step_results = {{"s", ValueType::kString, "sv"}};
  message.started_unix_ns = kTime;
  message.reason = "Cancelled";
  const std::string step = R"({"key":"s","value":"sv","type":4})";
  const std::string task = R"({"key":"t","value":"tv","type":1})";
  const std::string started =
      R"({"key":"StartedAt","value":"2024-06-01T12:30:45.678Z","type":3})";
  const std::string reason = R"({"key":"Reason","value":"Cancelled","type":3})";
  const struct {
    std::string text;
    bool complete;
  } kSteps[] = {
      {"[" + step + "," + task + "," + started + "," + reason + "]", true},
      {"[" + step + "," + task + "," + reason + "]", true},
      {"[" + task + "," + reason + "]", true},
      {"[" + task + "]", true},
  };
  std::string text;
  for (const auto& expected : kSteps) {
    EXPECT_TRUE(FormatMessage(message, expected.text.size(), &text));
    EXPECT_EQ(text, expected.text);
  }
  EXPECT_FALSE(FormatMessage(message, task.size() + 1, &text));
  EXPECT_EQ(text, "");
}

TEST(FormatMessageTest, ResultsThatDoNotFitLeaveTheRest) {
  TerminationMessage message;
  message.task_results = {{"t", ValueType::kString, std::string(4096, 'x')}};
  message.started_unix_ns = kTime;
  std::string text;
  EXPECT_FALSE(FormatMessage(message, 4096, &text));
  EXPECT_EQ(text, R"([{"key":"StartedAt","value":"2024-06-01T12:30:45.678Z",)"
                  R"("type":3}])");
}

TEST(FormatMessageTest, TheEndOfTheUnitStaysToTheLast) {
  TerminationMessage message;
  message.task_results = {{"t", ValueType::kString, "tv"}};
  message.reason = "TimeoutExceeded";
  message.end = "failed/2/TaskRunTimeout";
  const std::string end =
      R"({"key":"End","value":"failed/2/TaskRunTimeout","type":3})";
  std::string text;
  EXPECT_FALSE(FormatMessage(message, end.size() + 2, &text));
  EXPECT_EQ(text, "[" + end + "]");
  EXPECT_FALSE(FormatMessage(message, end.size() + 1, &text));
  EXPECT_EQ(text, R"([{"key":"End","value":"failed","type":3}])");
}

TEST(FormatMessageTest, LocalResultsAreLeftOutTheLongestFirst) {
  TerminationMessage message;
  message.task_results = {{"url", ValueType::kString, std::string(90, 'u')},
                          {"digest", ValueType::kString, "sha256:1"},
                          {"log", ValueType::kString, std::string(100, 'l')}};
  message.local_results = {"log", "url"};
  message.end = "succeeded/1";
  std::string text;
  std::vector<std::string> left_out;
  EXPECT_TRUE(FormatMessage(message, 4096, &text, &left_out));
  EXPECT_TRUE(left_out.empty());
  EXPECT_TRUE(FormatMessage(message, text.size() - 1, &text, &left_out));
  EXPECT_EQ(left_out, std::vector<std::string>{"log"});
  const std::string needed = R"([{"key":"digest","value":"sha256:1","type":1},)"
                             R"({"key":"End","value":"succeeded/1","type":3}])";
  left_out.clear();
  EXPECT_TRUE(FormatMessage(message, needed.size(), &text, &left_out));
  EXPECT_EQ(text, needed);
  EXPECT_EQ(left_out, (std::vector<std::string>{"log", "url"}));
  EXPECT_FALSE(FormatMessage(message, needed.size() - 1, &text));
}

// The planner's cap (colocation/plan/pod_caps.cc).
TEST(EndTextTest, ASuccessAndAPlaceholderFitIntoAPodOf240Containers) {
  TaskEnd end;
  end.outcome = Outcome::kSucceeded;
  end.attempts = 1;
  TerminationMessage message;
  message.end = EndText(end);
  std::string text;
  EXPECT_TRUE(FormatMessage(message, MessageLimit(241), &text));
  EXPECT_EQ(text, R"([{"key":"End","value":"succeeded/1","type":3}])");
  TerminationMessage placeholder;
  placeholder.reason = kPlaceholder;
  EXPECT_TRUE(FormatMessage(placeholder, MessageLimit(241), &text));
  EXPECT_EQ(text, R"([{"key":"Reason","value":"Placeholder","type":3}])");
}

TEST(EndTextTest, FitsIntoAPodOf200Containers) {
  TaskEnd end;
  end.outcome = Outcome::kSucceeded;
  end.attempts = 12;
  EXPECT_EQ(EndText(end), "succeeded/12");
  end.outcome = Outcome::kFailed;
  end.reason = "StepFailed";
  EXPECT_EQ(EndText(end), "failed/12/StepFailed");
  end.outcome = Outcome::kSkipped;
  end.skip_reason = SkipReason::kPipelineTimeout;
  EXPECT_EQ(EndText(end), "skipped/PIPELINE_TIMEOUT");
  TerminationMessage message;
  message.end = EndText(end);
  std::string text;
  EXPECT_TRUE(FormatMessage(message, MessageLimit(201), &text));
}

TEST(FormatMessageTest, NothingToSayIsAnEmptyMessage) {
  std::string text = "before";
  EXPECT_TRUE(FormatMessage({}, 10, &text));
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace colocation::launcher
