// The rules for PipelineRuns, as pipeline_test.cc has those for Pipelines.
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/validate/validate_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

std::string RunOf(absl::string_view spec,
                  absl::string_view version = "tekton.dev/v1") {
  return absl::StrCat("{apiVersion: ", version,
                      ", kind: PipelineRun, metadata: {name: r}, spec: {", spec,
                      "}}");
}

struct Case {
  absl::string_view name;
  absl::string_view spec;
  absl::string_view faults;
};

class PipelineRunTest : public testing::TestWithParam<Case> {};

TEST_P(PipelineRunTest, IsFoundAt) {
  EXPECT_EQ(FaultsOf(RunOf(GetParam().spec)), GetParam().faults);
}

constexpr Case kCases[] = {
    {"GoodRun",
     "pipelineRef: {name: p}, params: [{name: x, value: a}], workspaces: "
     "[{name: "
     "w, emptyDir: {}}], status: Cancelled, timeouts: {pipeline: 2h, tasks: "
     "1h, "
     "finally: 1h}, taskRunSpecs: [{pipelineTaskName: a, timeout: 30m}]",
     ""},
    {"NothingToRun", "", "spec: one-of-none"},
    {"BothToRun",
     "pipelineRef: {name: p}, pipelineSpec: {tasks: [{name: a, taskRef: {name: "
     "t}}]}",
     "spec.pipelineSpec: one-of-many"},
    {"ParamsWorkspacesAndStatus",
     "pipelineRef: {name: p}, params: [{name: x, value: [a, "
     "$(tasks.a.results.r)]}, {name: X, value: b}], workspaces: [{name: w, "
     "emptyDir: {}}, {name: w, emptyDir: {}}], status: cancelled",
     "spec.params[0].value[1]: forbidden-variable\n"
     "spec.params[1].name: duplicate-name\n"
     "spec.status: invalid-value\n"
     "spec.workspaces[1].name: duplicate-name"},
    {"TimeoutsWithinTheDefault",
     "pipelineRef: {name: p}, timeouts: {tasks: 61m}, taskRunSpecs: "
     "[{pipelineTaskName: a, timeout: 62m}]",
     "spec.taskRunSpecs[0].timeout: timeout-too-long\n"
     "spec.timeouts.tasks: timeout-too-long"},
    {"TimeoutsTogether",
     "pipelineRef: {name: p}, timeouts: {pipeline: 1h, tasks: 40m, finally: "
     "30m}, taskRunSpecs: [{pipelineTaskName: a, timeout: -1s}]",
     "spec.taskRunSpecs[0].timeout: invalid-value\n"
     "spec.timeouts.finally: timeout-too-long\n"
     "spec.timeouts.tasks: timeout-too-long"},
    {"ParamsReachIntoEmbeddedSpecs",
     "params: [{name: x, value: a}], pipelineSpec: {params: [{name: e}], "
     "tasks: "
     "[{name: a, params: [{name: z, value: $(params.x)$(params.v)}], taskSpec: "
     "{params: [{name: u}], steps: [{image: i, script: "
     "$(params.x)$(params.e)$(params.z)$(params.u)$(params.w)}]}}], finally: "
     "[{name: f, taskRef: {name: t}, params: [{name: p, value: "
     "$(params.nowhere)}]}]}",
     "spec.pipelineSpec.tasks[0].params[0].value: unknown-param\n"
     "spec.pipelineSpec.tasks[0].taskSpec.steps[0].script: unknown-param"},
    {"NamesAndKeysOfAllParams",
     "params: [{name: 1x, value: a}, {name: o, value: {a.b: c}}, {name: m}], "
     "pipelineSpec: {params: [{name: 2y}, {name: q, type: object}], tasks: "
     "[{name: a, params: [{name: 3z, value: b}], taskSpec: {steps: [{image: "
     "i}]}}]}",
     "spec.params[0].name: invalid-name\n"
     "spec.params[1].value.a.b: invalid-name\n"
     "spec.params[2]: invalid-value\n"
     "spec.pipelineSpec.params[0].name: invalid-name\n"
     "spec.pipelineSpec.params[1]: missing-field\n"
     "spec.pipelineSpec.tasks[0].params[0].name: invalid-name"},
    {"FaultsOfTheEmbeddedPipeline",
     "pipelineSpec: {tasks: [{name: a, taskRef: {name: t}, runAfter: [b], "
     "workspaces: [{name: w}]}]}",
     "spec.pipelineSpec.tasks[0].runAfter[0]: unknown-task"},
};

INSTANTIATE_TEST_SUITE_P(, PipelineRunTest, testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(PipelineRunV1beta1Test, TimeoutsAndWorkspaces) {
  EXPECT_EQ(FaultsOf(RunOf("timeout: -1h, timeouts: {pipeline: 1h}, resources: "
                           "[], pipelineSpec: {tasks: [{name: a, taskRef: "
                           "{name: t}, workspaces: [{name: w}, {name: v, "
                           "workspace: u}]}]}",
                           "tekton.dev/v1beta1")),
            "spec.pipelineSpec.tasks[0].workspaces[1].workspace: "
            "unknown-workspace\n"
            "spec.resources: removed-field\n"
            "spec.timeout: invalid-value\n"
            "spec.timeout: one-of-many");
}

TEST(PipelineRunHintTest, NearestStatus) {
  EXPECT_EQ(HintsOf(RunOf("pipelineRef: {name: p}, status: cancelled")),
            "spec.status: did you mean \"Cancelled\"?");
}

}  // namespace
}  // namespace colocation
