// How a project tests that its pipeline is planned as it expects.
#include "examples/cpp/shared_pods.h"

#include <string>

#include "gtest/gtest.h"

namespace {

constexpr char kPipeline[] = R"(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: build}
spec:
  workspaces: [{name: source}]
  tasks:
  - name: clone
    workspaces: [{name: source}]
    taskSpec:
      workspaces: [{name: source}]
      steps: [{image: busybox, script: git clone}]
  - name: test
    runAfter: [clone]
    workspaces: [{name: source}]
    taskSpec:
      workspaces: [{name: source}]
      steps: [{image: busybox, script: make test}]
  - name: notify
    taskSpec: {steps: [{image: busybox, script: echo}]}
)";

TEST(SharedPodsTest, TestRunsWhereTheSourcesAre) {
  const auto plan = PlanText("build.yaml", kPipeline);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(SharedPods(*plan),
            "build-clone-pod: clone test\n"
            "build-notify-pod: notify\n");
}

TEST(SharedPodsTest, AnErrorSaysWhere) {
  std::string typo = kPipeline;
  typo.replace(typo.find("[clone]"), 7, "[clnoe]");
  const auto plan = PlanText("build.yaml", typo);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().message().find("build.yaml:14:16: error: "), 0u)
      << plan.status();
}

}  // namespace
