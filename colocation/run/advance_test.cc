// What a controller does as a run goes on, and how the run ends: a table of
// scripts.
#include "colocation/run/advance.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "colocation/run/control_testing.h"

namespace colocation {
namespace {

struct Scenario {
  const char* name;
  std::vector<std::string> tasks;
  v1::Policy policy;
  const char* script;
  const char* summary;
  const char* done;
};

// Gives a list.
const std::string kLists =
    "{results: [{name: r, type: array}], steps: [{name: s, image: i, command: "
    "[c]}]}";
const std::string kOfX =
    "taskSpec: {params: [{name: x}], results: [{name: r}], steps: [{name: s, "
    "image: i, command: [c]}]}";
const std::string kMatrix =
    "matrix: {params: [{name: x, value: \"$(tasks.a.results.r[*])\"}]}, " +
    kOfX;
const std::string kMatrixOfString =
    "matrix: {params: [{name: x, value: $(tasks.a.results.r)}]}, " + kOfX;

const Scenario kScenarios[] = {
    {"OnePodRunsByItself",
     {"name: a", "name: b, runAfter: [a]"},
     kOne,
     "ok:a ok:b",
     "a:Succeeded b:Succeeded | Succeeded",
     "create:{a,b}"},
    {"APodIsCreatedWhenItsFirstTaskCanStart",
     {"name: a", "name: b, runAfter: [a]"},
     kEach,
     "",
     "a:Running b:- | Running",
     "create:{a}"},
    {"PodsFollowEachOther",
     {"name: a", "name: b, runAfter: [a]"},
     kEach,
     "ok:a ok:b",
     "a:Succeeded b:Succeeded | Succeeded",
     "create:{a} create:{b}"},
    {"AFailureLeavesLaterPodsUncreated",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "fail:a ok:f",
     "a:Failed(StepFailed) b:skipped(PipelineRun was stopping) f:Succeeded | "
     "Failed",
     "create:{a} create:{f}"},
    {"OtherPodsAreToldOfAFailure",
     {"name: a", "name: b", "name: c, runAfter: [b]"},
     kEach,
     "fail:a ok:b",
     "a:Failed(StepFailed) b:Succeeded c:skipped(PipelineRun was stopping) | "
     "Failed",
     "create:{a} create:{b} gate:{b}"},
    {"AFailureThatIsIgnoredStopsNothing",
     {"name: a, onError: continue", "name: b, runAfter: [a]"},
     kEach,
     "fail:a ok:b",
     "a:Failed(FailureIgnored) b:Succeeded | Succeeded",
     "create:{a} create:{b}"},
    {"ASkippedTaskMakesNoPod",
     {"name: a",
      "name: b, when: [{input: $(tasks.a.results.r), operator: in, values: "
      "[other]}]",
      "name: c, runAfter: [b]"},
     kEach,
     "ok:a ok:c",
     "a:Succeeded b:skipped(When Expressions evaluated to false) c:Succeeded "
     "| Completed",
     "create:{a} create:{c}"},
    {"AResultThatIsMissingFailsTheRun",
     {"name: a", "name: b, params: [{name: p, value: $(tasks.a.results.r)}]"},
     kEach,
     "none:a",
     "a:Succeeded b:Failed(InvalidTaskResultReference) | "
     "PipelineValidationFailed",
     "create:{a}"},
    {"AConditionWithoutAValueFailsTheRunByItsOwnReason",
     {"name: a",
      "name: b, onError: continue, when: [{cel: \"'$(tasks.a.results.r)' != "
      "'yes' || 1 / 0 > 0\"}]",
      "finally:", "name: f"},
     kEach,
     "ok:a",
     "a:Succeeded b:Failed(CELEvaluationFailed) f:skipped(PipelineRun was "
     "stopping) | CELEvaluationFailed",
     "create:{a}"},
    {"AConditionWithoutAValueInFinallyDoesToo",
     {"name: a", "finally:",
      "name: f, when: [{cel: \"'$(tasks.a.results.r)' != 'yes' || 1 / 0 > "
      "0\"}]"},
     kEach,
     "ok:a",
     "a:Succeeded f:Failed(CELEvaluationFailed) | CELEvaluationFailed",
     "create:{a}"},
    // Things that go wrong.
    {"AKilledLauncherIsAFailure",
     {"name: a", "finally:", "name: f"},
     kOne,
     "kill:a ok:f",
     "a:Failed(StepFailed) f:Succeeded | Failed",
     "create:{a,f}"},
    {"AnOomThatTheLauncherDidNotSeeStopsThePod",
     {"name: a", "name: b, runAfter: [a]", "name: c, runAfter: [b]",
      "finally:", "name: f"},
     kOne,
     "oom:a ok:b ok:f",
     "a:Failed(StepOOM) b:Succeeded c:skipped(PipelineRun was stopping) "
     "f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnOomOfOnePodLeavesLaterPodsUncreated",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "oom:a ok:f",
     "a:Failed(StepOOM) b:skipped(PipelineRun was stopping) f:Succeeded | "
     "Failed",
     "create:{a} create:{f}"},
    {"AnEvictedPodFailsWhatRan",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "evict:a ok:f",
     "a:Failed(PodEvicted) b:skipped(PipelineRun was stopping) f:Succeeded | "
     "Failed",
     "create:{a} create:{f}"},
    {"FinallyCannotRunInAPodThatIsGone",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kOne,
     "evict:a",
     "a:Failed(PodEvicted) b:skipped(PipelineRun was stopping) "
     "f:Failed(PodEvicted) | Failed",
     "create:{a,b,f}"},
    {"WhatEndedBeforeTheEvictionStays",
     {"name: a", "name: b, runAfter: [a]"},
     kOne,
     "ok:a evict:a",
     "a:Succeeded b:Failed(PodEvicted) | Failed",
     "create:{a,b}"},
    {"APodThatIsNotSeenForAMomentIsNotGone",
     {"name: a"},
     kOne,
     "vanish:a",
     "a:Pending | Running",
     "create:{a}"},
    {"APodThatVanishedIsGone",
     {"name: a", "finally:", "name: f"},
     kEach,
     "vanish:a pass:15 ok:f",
     "a:Failed(Failed) f:Succeeded | Failed",
     "create:{a} create:{f}"},
    {"AnImageThatCannotBePulledFailsItsTask",
     {"name: a", "name: b", "name: c, runAfter: [a]", "finally:", "name: f"},
     kOne,
     "break:a pass:1 ok:b ok:f",
     "a:Failed(TaskRunImagePullFailed) b:Succeeded c:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f} delete:{a,b,c,f}"},
    {"AnImageOfATaskThatIsSkippedDoesNotMatter",
     {"name: a",
      "name: b, when: [{input: $(tasks.a.results.r), operator: in, values: "
      "[other]}]",
      "finally:", "name: f"},
     kOne,
     "break:b pass:1 ok:a ok:f",
     "a:Succeeded b:skipped(When Expressions evaluated to false) f:Succeeded "
     "| Completed",
     "create:{a,b,f} gate:{a,b,f} delete:{a,b,f}"},
    // Being stopped.
    {"CancelledStopsEverything",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "stop:Cancelled",
     "a:Failed(TaskRunCancelled) b:- f:- | Cancelled",
     "create:{a} gate:{a}"},
    {"CancelledRunFinallyRunsIt",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "stop:CancelledRunFinally ok:f",
     "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
     "f:Succeeded | Cancelled",
     "create:{a} gate:{a} create:{f}"},
    {"StoppedRunFinallyLetsWhatRunsFinish",
     {"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
     kEach,
     "stop:StoppedRunFinally ok:a ok:f",
     "a:Succeeded b:skipped(PipelineRun was gracefully stopped) f:Succeeded | "
     "Cancelled",
     "create:{a} gate:{a} create:{f}"},
    // External tasks.
    {"ACustomTaskIsStartedAndWaitedFor",
     {"name: a",
      "name: x, runAfter: [a], taskRef: {apiVersion: example.dev/v1, kind: "
      "Wait}",
      "name: b, params: [{name: p, value: $(tasks.x.results.r)}]"},
     kOne,
     "ok:a ok:x ok:b",
     "a:Succeeded x:Succeeded b:Succeeded | Succeeded",
     "create:{a,b} start:x gate:{a,b}"},
    {"ACustomTaskIsCancelled",
     {"name: x, taskRef: {apiVersion: example.dev/v1, kind: Wait}",
      "name: b, runAfter: [x]"},
     kOne,
     "stop:CancelledRunFinally",
     "x:Failed(CustomRunCancelled) b:skipped(PipelineRun was stopping) | "
     "Failed",
     "start:x cancel:x"},
    // A matrix over results.
    {"AMatrixOverResultsIsFannedOutWhenTheyAreThere",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix,
      "name: b, params: [{name: p, value: \"$(tasks.m.results.r[*])\"}], "
      "taskSpec: {params: [{name: p, type: array}], steps: [{name: s, image: "
      "i, command: [c]}]}"},
     kEach,
     "ok:a=[\"1\",\"2\"] ok:run-m-1=two ok:run-m-0=one ok:b",
     "a:Succeeded m:Succeeded+Succeeded b:Succeeded | Succeeded",
     "create:{a} start:run-m-0(x=1) start:run-m-1(x=2) create:{b}"},
    {"OneCombinationHasNoIndex",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix},
     kEach,
     "ok:a=[\"1\"] ok:run-m",
     "a:Succeeded m:Succeeded | Succeeded",
     "create:{a} start:run-m(x=1)"},
    {"AnEmptyListSkipsTheTask",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix,
      "name: b, runAfter: [m]"},
     kEach,
     "ok:a=[]",
     "a:Succeeded m:skipped(Matrix Parameters have an empty array) "
     "b:skipped(Parent Tasks were skipped) | Completed",
     "create:{a}"},
    {"WhatIsNoListEndsTheRun",
     {"name: a", "name: m, onError: continue, " + kMatrixOfString, "name: b",
      "finally:", "name: f"},
     kEach,
     "ok:a ok:b",
     "a:Succeeded m:Failed(InvalidMatrixParameterTypes) b:Succeeded "
     "f:skipped(PipelineRun was stopping) | InvalidMatrixParameterTypes",
     "create:{a} create:{b}"},
    {"IncludeJoinsTheCombinationsOrAddsOne",
     {"name: a, taskSpec: " + kLists,
      "name: m, matrix: {params: [{name: x, value: "
      "\"$(tasks.a.results.r[*])\"}], include: [{params: [{name: x, value: "
      "\"2\"}, {name: z, value: z}]}, {params: [{name: x, value: \"3\"}]}]}, "
      "taskSpec: {params: [{name: x}, {name: z, default: d}], steps: [{name: "
      "s, image: i, command: [c]}]}"},
     kEach,
     "ok:a=[\"1\",\"2\"]",
     "a:Succeeded m:Running+Running+Running | Running",
     "create:{a} start:run-m-0(x=1) start:run-m-1(x=2,z=z) start:run-m-2(x=3)"},
    {"TheFirstOfTwoListsChangesFastest",
     {"name: a, taskSpec: " + kLists,
      "name: m, matrix: {params: [{name: x, value: "
      "\"$(tasks.a.results.r[*])\"}, {name: z, value: [p, q]}]}, taskSpec: "
      "{params: [{name: x}, {name: z}], steps: [{name: s, image: i, command: "
      "[c]}]}"},
     kEach,
     "ok:a=[\"1\",\"2\"]",
     "a:Succeeded m:Running+Running+Running+Running | Running",
     "create:{a} start:run-m-0(x=1,z=p) start:run-m-1(x=2,z=p) "
     "start:run-m-2(x=1,z=q) start:run-m-3(x=2,z=q)"},
    {"ACustomTasksResultIsAListIfItIsOneInJson",
     {"name: a, taskRef: {apiVersion: example.dev/v1, kind: Wait}",
      "name: m, " + kMatrix},
     kEach,
     "ok:a=[\"1\",\"2\"]",
     "a:Succeeded m:Running+Running | Running",
     "start:a start:run-m-0(x=1) start:run-m-1(x=2)"},
    {"OneThatFailsFailsTheMatrixOnceAllHaveEnded",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix,
      "name: b, runAfter: [m]", "finally:", "name: f"},
     kEach,
     "ok:a=[\"1\",\"2\"] fail:run-m-0 ok:run-m-1 ok:f",
     "a:Succeeded m:Failed(StepFailed)+Succeeded b:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a} start:run-m-0(x=1) start:run-m-1(x=2) create:{f}"},
    {"ATaskRunThatIsGoneIsMadeAgain",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix},
     kEach,
     "ok:a=[\"1\",\"2\"] ok:run-m-0 lose:run-m-0 lose:run-m-1 ok:run-m-1",
     "a:Succeeded m:Succeeded+Succeeded | Succeeded",
     "create:{a} start:run-m-0(x=1) start:run-m-1(x=2) start:run-m-1(x=2)"},
    {"ACancelledMatrixIsCancelled",
     {"name: a, taskSpec: " + kLists, "name: m, " + kMatrix},
     kEach,
     "ok:a=[\"1\",\"2\"] ok:run-m-1 stop:Cancelled",
     "a:Succeeded m:Failed(TaskRunCancelled)+Succeeded | Cancelled",
     "create:{a} start:run-m-0(x=1) start:run-m-1(x=2) cancel:m"},
};

class ScenarioTest : public ::testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, EndsSo) {
  const Scenario& scenario = GetParam();
  Control control(PlanOf(RunOf(scenario.tasks), scenario.policy));
  control.Play(scenario.script);
  EXPECT_EQ(control.Summary(), scenario.summary);
  EXPECT_EQ(control.Done(), scenario.done);
  const bool over = !absl::StrContains(scenario.summary, "| Running");
  EXPECT_EQ(control.last().done(), over);
}

INSTANTIATE_TEST_SUITE_P(, ScenarioTest, ::testing::ValuesIn(kScenarios),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace colocation
