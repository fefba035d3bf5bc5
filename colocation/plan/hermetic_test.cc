#include "colocation/plan/hermetic.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> ErrorsOf(absl::string_view of_step,
                                  absl::string_view of_pod) {
  return PlanYaml(
             absl::StrReplaceAll(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  taskRunTemplate: {podTemplate: {env: [OF_POD]}}
  pipelineSpec:
    tasks:
    - name: build
      taskSpec:
        steps:
        - name: first
          image: busybox
          command: [env]
        - name: second
          image: busybox
          command: [env]
          env: [{name: A, value: "1"}OF_STEP]
)y",
                                 {{"OF_STEP", of_step}, {"OF_POD", of_pod}}))
      .errors;
}

TEST(HermeticTest, VariableIsRefused) {
  EXPECT_THAT(
      ErrorsOf(", {name: TEKTON_HERMETIC, value: \"1\"}", ""),
      ElementsAre(AllOf(
          StartsWith("not-supported at "
                     "spec.pipelineSpec.tasks[0].taskSpec.steps[1].env[1]: "),
          HasSubstr("without a network"))));
  EXPECT_THAT(ErrorsOf("", "{name: TEKTON_HERMETIC, value: \"1\"}"),
              ElementsAre(StartsWith(
                  "not-supported at spec.pipelineSpec.tasks[0].name: ")));
}

TEST(HermeticTest, OtherRunsArePlanned) {
  EXPECT_THAT(ErrorsOf(", {name: TEKTON_HERMETIC, value: \"0\"}", ""),
              IsEmpty());
  EXPECT_THAT(ErrorsOf("", ""), IsEmpty());
}

}  // namespace
}  // namespace colocation
