#include "cli/run_summary.h"

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

constexpr char kPlan[] = R"pb(
  tasks {
    name: "clone"
    units { name: "clone" }
  }
  tasks {
    name: "lint"
    units { name: "lint" }
  }
  tasks {
    name: "test"
    units { name: "test-0" }
    units { name: "test-1" }
  }
  tasks { name: "ask" }
  tasks {
    name: "deploy"
    units { name: "deploy" }
  }
  tasks {
    name: "notify"
    units { name: "notify" }
  }
  pods { install { launch { tasks { name: "lint" continue_on_error: true } } } }
)pb";

constexpr char kStatus[] = R"pb(
  task_runs {
    pipeline_task_name: "clone"
    unit: "clone"
    status {
      attempts: 2
      conditions { status: "True" reason: "Succeeded" }
    }
  }
  task_runs {
    pipeline_task_name: "lint"
    unit: "lint"
    status {
      attempts: 1
      conditions { status: "False" reason: "StepFailed" message: "it failed" }
    }
  }
  task_runs {
    pipeline_task_name: "test"
    unit: "test-0"
    status {
      attempts: 1
      conditions { status: "False" reason: "StepFailed" }
      steps {
        name: "set-up"
        state { terminated { exit_code: 1 } }
        termination_reason: "Continued"
      }
      steps {
        name: "run"
        container: "test-0-run"
        state { terminated { exit_code: 3 } }
        termination_reason: "Error"
      }
      steps {
        name: "after"
        state { terminated { exit_code: 1 } }
        termination_reason: "Skipped"
      }
    }
  }
  task_runs {
    pipeline_task_name: "test"
    unit: "test-1"
    status {
      attempts: 1
      conditions { status: "False" reason: "TaskRunCancelled" }
    }
  }
  skipped_tasks { name: "deploy" reason: "PipelineRun was stopping" }
)pb";

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

RunFacts Facts() {
  RunFacts facts;
  facts.start_ns = 1'000'000'000;
  facts.times = [](absl::string_view unit) {
    using Times = std::pair<int64_t, int64_t>;
    return unit == "clone"    ? Times(1'400'000'000, 2'900'000'000)
           : unit == "test-0" ? Times(3'000'000'000, 66'000'000'000)
           : unit == "test-1" ? Times(3'000'000'000, 5'000'000'000)
                              : Times(3'000'000'000, 4'000'000'000);
  };
  facts.message = [](absl::string_view unit) {
    return std::string(unit == "lint" ? "step \"check\" exited with code 9"
                                      : "");
  };
  facts.lines = [](absl::string_view container) {
    return container == "test-0-run"
               ? std::vector<std::string>{"one", "two\033[2J"}
               : std::vector<std::string>();
  };
  return facts;
}

TEST(RunSummaryTest, SaysHowEachTaskWent) {
  EXPECT_EQ(SummaryText(Parse<v1::ColocationPlan>(kPlan),
                        Parse<v1::RunStatus>(kStatus), Facts(), {.width = 100}),
            R"(TASK    OUTCOME      ATTEMPTS  START  DURATION  WHY
clone   succeeded    2         +0.4s  1.5s
lint    failed       1         +2.0s  1.0s      step "check" exited with code 9; the run goes on
                                                (onError: continue)
test-0  failed       1         +2.0s  1m 3s     step run: exit code 3
test-1  cancelled    1         +2.0s  2.0s
ask     not started  -         -      -
deploy  skipped      -         -      -         the run is stopping, as a task has failed
notify  not started  -         -      -

test-0: last lines of step run
  one
  two\x1b[2J
)");
}

TEST(RunSummaryTest, NamesWhatFailed) {
  EXPECT_EQ(FailedText(Parse<v1::ColocationPlan>(kPlan),
                       Parse<v1::RunStatus>(kStatus), Facts()),
            "test-0 (step run: exit code 3), test-1 (was cancelled)");
  EXPECT_EQ(FailedText({}, {}, Facts()), "");
}

struct StepCase {
  const char* name;
  const char* step;
  const char* why;
};

class FailedStepTest : public testing::TestWithParam<StepCase> {};

TEST_P(FailedStepTest, SaysWhy) {
  v1::ColocationPlan plan;
  plan.add_tasks()->set_name("t");
  v1::RunStatus status;
  v1::TaskRunRecord* record = status.add_task_runs();
  record->set_pipeline_task_name("t");
  v1::Condition* condition = record->mutable_status()->add_conditions();
  condition->set_status("False");
  condition->set_reason("TaskRunFailed");
  condition->set_message("no step says why");
  *record->mutable_status()->add_steps() =
      Parse<v1::StepState>(GetParam().step);
  EXPECT_EQ(FailedText(plan, status, Facts()),
            std::string("t (") + GetParam().why + ")");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FailedStepTest,
    testing::ValuesIn<StepCase>({
        {"ExitCode", R"pb(name: "s"
                          state { terminated { exit_code: 126 } })pb",
         "step s: exit code 126"},
        {"Timeout", R"pb(name: "s"
                         state { terminated { exit_code: 1 } }
                         termination_reason: "TimeoutExceeded")pb",
         "step s: ran out of time"},
        {"Memory", R"pb(name: "s"
                        state { terminated { exit_code: 137 } }
                        termination_reason: "OOMKilled")pb",
         "step s: out of memory"},
        {"NoStep", R"pb(name: "s")pb", "no step says why"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation::cli
