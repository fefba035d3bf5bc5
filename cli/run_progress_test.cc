#include "cli/run_progress.h"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

class RunProgressTest : public testing::Test {
 protected:
  RunProgressTest() {
    v1::PlannedPod* pod = plan_.add_pods();
    pod->set_name("pod");
    const auto add = [&](const char* name, const char* unit, const char* step,
                         v1::ContainerRole role) {
      v1::PlannedContainer* container = pod->add_containers();
      container->mutable_container()->set_name(name);
      container->set_unit(unit);
      container->set_step(step);
      container->set_role(role);
    };
    add("build-step-compile", "build", "compile", v1::CONTAINER_ROLE_STEP);
    add("build-sidecar-db", "build", "db", v1::CONTAINER_ROLE_SIDECAR);
    add("test-step-run", "test", "run", v1::CONTAINER_ROLE_STEP);
  }

  RunProgress Progress(ProgressOptions options = {}) {
    return RunProgress(plan_, std::move(options), &out_);
  }

  static v1::ContainerStatus Ended(const char* container) {
    v1::ContainerStatus status;
    status.set_name(container);
    status.mutable_state()->mutable_terminated();
    return status;
  }

  v1::ColocationPlan plan_;
  std::ostringstream out_;
};

TEST_F(RunProgressTest, LogLinesSayTaskAndStep) {
  RunProgress progress = Progress();
  progress.OnLog("build-step-compile", "hello");
  progress.OnLog("build-sidecar-db", "up");
  progress.OnLog("colocation-install", "oops");
  EXPECT_EQ(out_.str(),
            "[build : compile] hello\n[build : db] up\n"
            "[colocation-install] oops\n");
}

TEST_F(RunProgressTest, TasksAreToldApartByColour) {
  RunProgress progress = Progress({.color = true});
  progress.OnLog("build-step-compile", "x");
  progress.OnLog("test-step-run", "x");
  EXPECT_EQ(out_.str(),
            "\033[36m[build : compile]\033[0m x\n"
            "\033[33m[test : run]\033[0m x\n");
}

TEST_F(RunProgressTest, TellsOfStartAndEnd) {
  RunProgress progress = Progress();
  progress.OnEvent("build-step-compile/start-1",
                   R"({"attempt":1,"timeUnixNs":1})");
  progress.OnEvent("build-step-compile/again-1",
                   R"({"outcome":"OUTCOME_FAILED","message":"exit code 1"})");
  progress.OnEvent("build-step-compile/start-2",
                   R"({"attempt":2,"timeUnixNs":1})");
  progress.OnEvent("build-step-compile/step-2", R"({"attempt":2})");
  progress.OnEvent("build-sidecar-db/ready-1", R"({})");
  progress.OnEvent("build-step-compile/end",
                   R"({"outcome":"OUTCOME_SUCCEEDED","startUnixNs":1000000000,)"
                   R"("endUnixNs":2500000000,"results":[{"name":"digest",)"
                   R"("type":"VALUE_TYPE_STRING","value":"x"}]})");
  progress.OnContainer(Ended("build-step-compile"));
  EXPECT_EQ(out_.str(),
            "==> build started\n"
            "==> build failed and is tried again: exit code 1\n"
            "==> build started again (attempt 2)\n"
            "==> build succeeded in 1.5s\n");
  EXPECT_EQ(progress.TimesOf("build"),
            (std::pair<int64_t, int64_t>(1'000'000'000, 2'500'000'000)));
  EXPECT_EQ(progress.TimesOf("test"), (std::pair<int64_t, int64_t>()));
}

TEST_F(RunProgressTest, TellsWhyATaskFailed) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end",
                   R"({"outcome":"OUTCOME_FAILED","reason":"StepFailed",)"
                   R"("message":"exit code 2","startUnixNs":0,)"
                   R"("endUnixNs":63000000000})");
  progress.OnContainer(Ended("test-step-run"));
  EXPECT_EQ(out_.str(), "==> test failed after 1m 3s: exit code 2\n");
}

TEST_F(RunProgressTest, TellsWhatStoppedATask) {
  RunProgress progress = Progress();
  progress.OnEvent(
      "test-step-run/end",
      R"({"outcome":"OUTCOME_FAILED","reason":"TaskRunCancelled"})");
  progress.OnEvent("build-step-compile/end",
                   R"({"outcome":"OUTCOME_FAILED","reason":"TaskRunTimeout"})");
  progress.OnPodOver("pod");
  EXPECT_EQ(out_.str(),
            "==> test was cancelled after 0.0s\n"
            "==> build ran out of time after 0.0s\n");
}

constexpr char kSucceeded[] = R"({"outcome":"OUTCOME_SUCCEEDED"})";

TEST_F(RunProgressTest, ATasksLastLinesComeBeforeItsEnd) {
  RunProgress progress = Progress();
  progress.OnEvent("build-step-compile/end", kSucceeded);
  progress.OnLog("build-step-compile", "late");
  progress.OnContainer(Ended("build-step-compile"));
  EXPECT_EQ(out_.str(),
            "[build : compile] late\n==> build succeeded in 0.0s\n");
}

TEST_F(RunProgressTest, WhatFollowsFromAnEndComesAfterIt) {
  RunProgress progress = Progress();
  progress.OnEvent("build-step-compile/end", kSucceeded);
  progress.OnEvent("test-step-run/start-1", R"({"attempt":1})");
  progress.OnLog("test-step-run", "first");
  progress.OnLog("build-step-compile", "late");
  EXPECT_EQ(out_.str(), "[build : compile] late\n");
  progress.OnContainer(Ended("build-step-compile"));
  progress.OnLog("test-step-run", "second");
  EXPECT_EQ(out_.str(),
            "[build : compile] late\n==> build succeeded in 0.0s\n"
            "==> test started\n[test : run] first\n[test : run] second\n");
}

TEST_F(RunProgressTest, LinesOfOthersDontWait) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/start-1", R"({"attempt":1})");
  progress.OnEvent("build-step-compile/end", kSucceeded);
  progress.OnLog("test-step-run", "meanwhile");
  EXPECT_EQ(out_.str(), "==> test started\n[test : run] meanwhile\n");
}

TEST_F(RunProgressTest, ASidecarThatStillRunsHoldsNothingBack) {
  RunProgress progress = Progress();
  progress.OnEvent("build-step-compile/end", kSucceeded);
  progress.OnContainer(Ended("build-step-compile"));
  EXPECT_EQ(out_.str(), "==> build succeeded in 0.0s\n");
}

TEST_F(RunProgressTest, ThePodsEndHoldsNothingBack) {
  RunProgress progress = Progress();
  progress.OnEvent("build-step-compile/end", kSucceeded);
  EXPECT_EQ(out_.str(), "");
  progress.OnPodOver("pod");
  EXPECT_EQ(out_.str(), "==> build succeeded in 0.0s\n");
}

TEST_F(RunProgressTest, TheTimeIsBeforeEachLine) {
  RunProgress progress = Progress({.timestamp = [] { return "NOW "; }});
  progress.OnLog("build-step-compile", "x");
  progress.OnEvent("test-step-run/start-1", R"({"attempt":1})");
  progress.OnNote("look");
  EXPECT_EQ(out_.str(),
            "NOW [build : compile] x\nNOW ==> test started\n"
            "NOW colocate: look\n");
}

TEST_F(RunProgressTest, OnlyTheLinesThatWereAskedForAreShown) {
  for (const char* wanted : {"build", "build/db"}) {
    out_.str("");
    RunProgress progress = Progress({.logs = {wanted}});
    progress.OnLog("build-step-compile", "compiles");
    progress.OnLog("build-sidecar-db", "is up");
    progress.OnLog("test-step-run", "tests");
    EXPECT_EQ(out_.str(),
              std::string(wanted) == "build"
                  ? "[build : compile] compiles\n[build : db] is up\n"
                  : "[build : db] is up\n");
    EXPECT_EQ(progress.LastLines("test-step-run"),
              std::vector<std::string>{"tests"});
  }
}

TEST_F(RunProgressTest, TheLastTenLinesAreKept) {
  RunProgress progress = Progress();
  for (int i = 0; i < 30; ++i) {
    progress.OnLog("test-step-run", std::to_string(i));
  }
  const std::vector<std::string> last = progress.LastLines("test-step-run");
  ASSERT_EQ(last.size(), 10u);
  EXPECT_EQ(last.front(), "20");
  EXPECT_EQ(last.back(), "29");
}

TEST_F(RunProgressTest, TellsWhyATaskWasSkipped) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end", R"({"outcome":"OUTCOME_SKIPPED",)"
                                        R"("skipReason":"SKIP_REASON_WHEN"})");
  progress.OnContainer(Ended("test-step-run"));
  EXPECT_EQ(out_.str(), "==> test skipped: its when expressions do not hold\n");
}

TEST_F(RunProgressTest, TellsOfTasksThatAreSkippedWithoutAPodOnce) {
  v1::PlannedTask* task = plan_.add_tasks();
  task->set_name("test");
  task->add_units()->set_name("test");
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end", R"({"outcome":"OUTCOME_SKIPPED",)"
                                        R"("skipReason":"SKIP_REASON_WHEN"})");
  progress.OnContainer(Ended("test-step-run"));
  v1::RunStatus status;
  for (const char* name : {"test", "deploy"}) {
    v1::SkippedTask* skipped = status.add_skipped_tasks();
    skipped->set_name(name);
    skipped->set_reason("PipelineRun was stopping");
  }
  progress.OnStatus(status);
  progress.OnStatus(status);
  EXPECT_EQ(out_.str(),
            "==> test skipped: its when expressions do not hold\n"
            "==> deploy skipped: the run is stopping, as a task has failed\n");
}

TEST_F(RunProgressTest, WhatANewerLauncherAddsIsPassedOver) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/novelty", "{}");
  progress.OnEvent("test-step-run/end",
                   R"({"outcome":"OUTCOME_SUCCEEDED","novelty":1})");
  progress.OnContainer(Ended("test-step-run"));
  EXPECT_EQ(out_.str(), "==> test succeeded in 0.0s\n");
}

}  // namespace
}  // namespace colocation::cli
