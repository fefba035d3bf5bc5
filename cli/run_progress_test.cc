#include "cli/run_progress.h"

#include <sstream>

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

class RunProgressTest : public testing::Test {
 protected:
  RunProgressTest() {
    v1::PlannedPod* pod = plan_.add_pods();
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

  RunProgress Progress(bool color = false) {
    return RunProgress(plan_, color, &out_);
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
  RunProgress progress = Progress(true);
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
  EXPECT_EQ(out_.str(),
            "==> build started\n"
            "==> build failed and is tried again: exit code 1\n"
            "==> build started again (attempt 2)\n"
            "==> build succeeded in 1.5s\n");
}

TEST_F(RunProgressTest, TellsWhyATaskFailed) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end",
                   R"({"outcome":"OUTCOME_FAILED","reason":"StepFailed",)"
                   R"("message":"exit code 2","startUnixNs":0,)"
                   R"("endUnixNs":63000000000})");
  EXPECT_EQ(out_.str(),
            "==> test failed after 1m 3s (StepFailed): exit code 2\n");
}

TEST_F(RunProgressTest, TellsWhyATaskWasSkipped) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end", R"({"outcome":"OUTCOME_SKIPPED",)"
                                        R"("skipReason":"SKIP_REASON_WHEN"})");
  EXPECT_EQ(out_.str(), "==> test skipped: its when expressions do not hold\n");
}

TEST_F(RunProgressTest, TellsOfTasksThatAreSkippedWithoutAPodOnce) {
  v1::PlannedTask* task = plan_.add_tasks();
  task->set_name("test");
  task->add_units()->set_name("test");
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/end", R"({"outcome":"OUTCOME_SKIPPED",)"
                                        R"("skipReason":"SKIP_REASON_WHEN"})");
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
            "==> deploy skipped: PipelineRun was stopping\n");
}

TEST_F(RunProgressTest, WhatANewerLauncherAddsIsPassedOver) {
  RunProgress progress = Progress();
  progress.OnEvent("test-step-run/novelty", "{}");
  progress.OnEvent("test-step-run/end",
                   R"({"outcome":"OUTCOME_SUCCEEDED","novelty":1})");
  EXPECT_EQ(out_.str(), "==> test succeeded in 0.0s\n");
}

}  // namespace
}  // namespace colocation::cli
