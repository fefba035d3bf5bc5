#include "colocation/run/advance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/run/fake_cluster_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

// A controller and its cluster.
class Control {
 public:
  explicit Control(v1::ColocationPlan plan)
      : plan_(std::move(plan)), cluster_(plan_) {}

  FakeCluster& cluster() { return cluster_; }
  const v1::Advance& last() const { return last_; }

  // Until nothing is left to do for now.
  void Work() {
    for (int i = 0; i < 20; ++i) {
      const absl::StatusOr<v1::Advance> next =
          AdvanceRun(plan_, cluster_.Observe());
      ASSERT_TRUE(next.ok()) << next.status();
      last_ = *next;
      cluster_.Do(last_);
      if (last_.actions().empty()) return;
    }
    FAIL() << "it never rests: " << last_.ShortDebugString();
  }

  // "ok:a ok:b=RESULT fail:b kill:c evict:POD vanish:POD break:a stop:Cancelled
  // pass:60 none:a lose:x": what happens, one after the other; none is a
  // success without results, lose deletes what runs an external task. A Pod is
  // named by a task in it.
  void Play(const std::string& script) {
    Work();
    for (const absl::string_view event :
         absl::StrSplit(script, ' ', absl::SkipEmpty())) {
      const std::pair<std::string, std::string> word =
          absl::StrSplit(event, absl::MaxSplits(':', 1));
      Happen(word.first, word.second);
      Work();
    }
  }

  std::string Summary() const {
    return colocation::Summary(plan_, last_.status());
  }
  // Without Pods' names: "create:{a,b} gate:{c}".
  std::string Done() const {
    std::vector<std::string> words;
    for (const std::string& action : cluster_.done) {
      const std::pair<std::string, std::string> word =
          absl::StrSplit(action, absl::MaxSplits(':', 1));
      std::string what = word.second;
      for (const v1::PlannedPod& pod : plan_.pods()) {
        if (pod.name() == what) {
          what = absl::StrCat("{", absl::StrJoin(pod.tasks(), ","), "}");
        }
      }
      words.push_back(absl::StrCat(word.first, ":", what));
    }
    return absl::StrJoin(words, " ");
  }

 private:
  std::string PodOf(const std::string& task) const {
    for (const v1::PlannedTask& planned : plan_.tasks()) {
      if (planned.name() == task) return planned.pod();
    }
    ADD_FAILURE() << "no task " << task;
    return "";
  }

  void Happen(const std::string& what, const std::string& to) {
    const std::vector<std::string> running = cluster_.Running();
    std::string unit = to;
    std::string result = "yes";
    if (const size_t equals = to.find('='); equals != to.npos) {
      unit = to.substr(0, equals);
      result = absl::StrReplaceAll(to.substr(equals + 1), {{"\\n", "\n"}});
    }
    const bool runs =
        std::find(running.begin(), running.end(), unit) != running.end();
    if (what == "ok" || what == "fail" || what == "none" || what == "kill") {
      ASSERT_TRUE(runs) << to << " does not run";
    }
    int64_t seconds = 0;
    if (what == "ok") cluster_.Finish(unit, true, result);
    if (what == "none") cluster_.Finish(to, true, "");
    if (what == "fail") cluster_.Finish(to, false);
    if (what == "kill") cluster_.Kill(to);
    if (what == "evict") cluster_.Evict(PodOf(to));
    if (what == "vanish") cluster_.Vanish(PodOf(to));
    if (what == "break") cluster_.BreakImage(to);
    if (what == "lose") cluster_.DeleteExternal(to);
    if (what == "stop") cluster_.spec_status = to;
    if (what == "pass" && absl::SimpleAtoi(to, &seconds)) {
      cluster_.PassSeconds(seconds);
    }
  }

  const v1::ColocationPlan plan_;
  FakeCluster cluster_;
  v1::Advance last_;
};

v1::ColocationPlan PlanOf(const std::string& yaml,
                          v1::Policy policy = v1::POLICY_PIPELINERUN) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  Planned planned = PlanYaml(yaml, request);
  EXPECT_THAT(planned.errors, ::testing::IsEmpty()) << yaml;
  return planned.plan;
}

// A run of `tasks`, lines of YAML of which each is one task: "name: a, ..." is
// enough; one step is added, and with `r` after the name a result "r". Those
// after "finally:" are that.
std::string RunOf(const std::vector<std::string>& tasks,
                  const std::string& more = "") {
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
      "metadata: {name: run}\nspec:\n" +
      more + "  pipelineSpec:\n    tasks:\n";
  for (const std::string& task : tasks) {
    if (task == "finally:") {
      yaml += "    finally:\n";
      continue;
    }
    yaml += absl::StrCat("    - {", task);
    if (!absl::StrContains(task, "taskRef") &&
        !absl::StrContains(task, "taskSpec")) {
      yaml +=
          ", taskSpec: {results: [{name: r}], steps: [{name: s, image: i, "
          "command: [c]}]}";
    }
    yaml += "}\n";
  }
  return yaml;
}

// ---------------------------------------------------------------------------
// What is done, and how it ends

struct Scenario {
  const char* name;
  std::vector<std::string> tasks;
  v1::Policy policy;
  const char* script;
  const char* summary;
  const char* done;
};

const v1::Policy kOne = v1::POLICY_PIPELINERUN;
const v1::Policy kEach = v1::POLICY_ISOLATED;

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
     "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
     "f:skipped(PipelineRun was gracefully cancelled) | Cancelled",
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

// ---------------------------------------------------------------------------
// Deadlines, of Pods that don't answer

constexpr char kTimeouts[] =
    "  timeouts: {pipeline: 1h, tasks: 40m, finally: 20m}\n";

TEST(DeadlineTest, APodThatDoesNotStopIsGivenUp) {
  Control control(
      PlanOf(RunOf({"name: a", "name: b, runAfter: [a]", "finally:", "name: f"},
                   kTimeouts),
             kEach));
  control.Play("");
  EXPECT_EQ(control.last().look_again(), "2027-01-15T08:40:00Z");
  control.Play("pass:2400");
  // The launchers have the time to say how it ended.
  EXPECT_EQ(control.Summary(),
            "a:Running b:- f:- | PipelineRunTimeout"
            "RunningFinally");
  control.Play("pass:60 ok:f");
  EXPECT_EQ(control.Summary(),
            "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
            "f:Succeeded | PipelineRunTimeout");
  EXPECT_EQ(control.Done(), "create:{a} delete:{a} create:{f}");
}

TEST(DeadlineTest, FinallyHasItsOwn) {
  Control control(
      PlanOf(RunOf({"name: a", "finally:", "name: f"}, kTimeouts), kEach));
  control.Play("ok:a pass:1260");
  EXPECT_EQ(control.Summary(),
            "a:Succeeded f:Failed(TaskRunCancelled) | "
            "Failed");
}

TEST(DeadlineTest, WhatHasNotStartedIsSkipped) {
  Control control(PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"},
                               "  timeouts: {pipeline: 1h}\n"),
                         kEach));
  control.Play("pass:3600 ok:a");
  EXPECT_EQ(control.Summary(),
            "a:Succeeded b:skipped(PipelineRun timeout has been reached) | "
            "PipelineRunTimeout");
}

TEST(DeadlineTest, LaterPodsHaveWhatIsLeft) {
  Control control(
      PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"}, kTimeouts), kEach));
  control.Play("pass:600 ok:a");
  const v1::Pod* pod = control.cluster().Manifest("run-b-pod");
  ASSERT_NE(pod, nullptr);
  const std::string install =
      absl::StrJoin(pod->spec().init_containers(0).args(), "");
  EXPECT_THAT(install, HasSubstr(R"("pipelineTimeoutNs":3000000000000)"));
  EXPECT_THAT(install, HasSubstr(R"("tasksTimeoutNs":1800000000000)"));
}

// ---------------------------------------------------------------------------
// What a Pod is told, and made of

TEST(PodTest, ALaterOneKnowsOfItsGatesFromTheStart) {
  Control control(PlanOf(
      RunOf({"name: a",
             "name: b, params: [{name: p, value: $(tasks.a.results.r)}]"}),
      kEach));
  control.Play("ok:a");
  const v1::Pod* pod = control.cluster().Manifest("run-b-pod");
  ASSERT_NE(pod, nullptr);
  EXPECT_THAT(pod->metadata().annotations().at("gate.colocation.dev/a"),
              HasSubstr(R"("results":[{"name":"r","type":"VALUE_TYPE_STRING",)"
                        R"("value":"yes"}])"));
}

std::string LateImageRun() {
  return "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
         "metadata: {name: run}\nspec:\n  pipelineSpec:\n    tasks:\n"
         "    - {name: a, taskSpec: {results: [{name: r}], steps: [{name: s, "
         "image: i, command: [c]}]}}\n"
         "    - {name: b, params: [{name: image, value: "
         "$(tasks.a.results.r)}], taskSpec: {params: [{name: image}], steps: "
         "[{name: s, image: $(params.image), command: [c], args: "
         "[$(params.image)]}]}}\n"
         "    - {name: c, runAfter: [b], taskSpec: {steps: [{name: s, image: "
         "i, command: [c]}]}}\n";
}

TEST(PodTest, AnImageThatIsAResultIsPutIn) {
  Control control(PlanOf(LateImageRun(), kEach));
  control.Play("ok:a");
  const v1::Pod* pod = control.cluster().Manifest("run-b-pod");
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(pod->spec().containers(0).image(), "yes");
  // Arguments are the launcher's.
  EXPECT_EQ(pod->spec().containers(0).args(0), "$(tasks.a.results.r)");
}

// ---------------------------------------------------------------------------
// The status

TEST(RunStatusTest, HasWhatTektonReports) {
  const std::string yaml =
      RunOf({"name: a", "finally:", "name: f"}, "  # nothing\n") +
      "    results: [{name: out, value: "
      "$(tasks.a.results.r)}]\n";
  Control control(PlanOf(yaml, kOne));
  control.Play("ok:a ok:f");
  const v1::RunStatus& status = control.last().status();
  EXPECT_EQ(status.conditions(0).status(), "True");
  EXPECT_EQ(status.conditions(0).message(),
            "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0");
  EXPECT_EQ(status.start_time(), "2027-01-15T08:00:00Z");
  EXPECT_EQ(status.completion_time(), "2027-01-15T08:00:00Z");
  EXPECT_EQ(status.finally_start_time(), "2027-01-15T08:00:00Z");
  ASSERT_EQ(status.results_size(), 1);
  EXPECT_EQ(status.results(0).value().string_value(), "yes");
  ASSERT_EQ(status.child_references_size(), 2);
  EXPECT_EQ(status.child_references(0).kind(), "TaskRun");
  EXPECT_EQ(status.child_references(0).name(), "run-a");
  EXPECT_EQ(status.task_runs(0).status().pod_name(), "run-pod");
  EXPECT_EQ(status.task_runs(0).status().steps(0).name(), "s");
  EXPECT_EQ(
      status.task_runs(0).status().steps(0).state().terminated().exit_code(),
      0);
  EXPECT_EQ(status.task_runs(0).status().results(0).name(), "r");
}

TEST(RunStatusTest, AResultThatASuccessfulTaskDidNotGiveFailsTheRun) {
  const std::string yaml =
      RunOf({"name: a"}) +
      "    results: [{name: out, value: $(tasks.a.results.r)}]\n";
  Control control(PlanOf(yaml, kOne));
  control.Play("none:a");
  EXPECT_EQ(control.Summary(), "a:Succeeded | CouldntGetPipelineResult");
  EXPECT_THAT(control.last().status().conditions(0).message(),
              HasSubstr("invalid pipelineresults [out]"));
}

TEST(RunStatusTest, AResultOfATaskThatFailedIsLeftOut) {
  const std::string yaml =
      RunOf({"name: a"}) +
      "    results: [{name: out, value: $(tasks.a.results.r)}]\n";
  Control control(PlanOf(yaml, kOne));
  control.Play("kill:a");
  EXPECT_EQ(control.Summary(), "a:Failed(StepFailed) | Failed");
  EXPECT_EQ(control.last().status().results_size(), 0);
}

TEST(RunStatusTest, AConditionThatStaysKeepsItsTime) {
  Control control(PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"}), kOne));
  control.Play("");
  const std::string before =
      control.last().status().conditions(0).last_transition_time();
  control.Play("pass:100");
  EXPECT_EQ(control.last().status().conditions(0).last_transition_time(),
            before);
  control.Play("ok:a");
  EXPECT_NE(control.last().status().conditions(0).last_transition_time(),
            before);
}

TEST(RunStatusTest, WhatHasEndedStaysWhateverIsSeenAfterwards) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  Control control(plan);
  control.Play("ok:a");
  v1::Observation later;
  later.set_now("2027-02-01T00:00:00Z");
  later.set_spec_status("Cancelled");
  *later.mutable_status() = control.last().status();
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, later);
  ASSERT_TRUE(next.ok());
  EXPECT_TRUE(next->done());
  EXPECT_EQ(next->actions_size(), 0);
  EXPECT_EQ(next->status().SerializeAsString(),
            control.last().status().SerializeAsString());
}

TEST(RunStatusTest, PendingDoesNothing) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  observed.set_spec_status("PipelineRunPending");
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, observed);
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->done());
  EXPECT_EQ(next->actions_size(), 0);
  EXPECT_EQ(next->status().conditions(0).reason(), "PipelineRunPending");
}

// Times and timeouts at the ends of what can be written.
TEST(AdvanceRunTest, ATimeoutOfCenturiesNeverPasses) {
  v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  constexpr int64_t kLongest = std::numeric_limits<int64_t>::max();
  plan.mutable_timeouts()->set_pipeline_ns(kLongest);
  plan.mutable_timeouts()->set_tasks_ns(kLongest);
  v1::Observation observed;
  for (const char* now : {"2027-01-15T08:00:00Z", "9999-12-31T23:59:59Z"}) {
    observed.set_now(now);
    const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, observed);
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(next->actions_size(), 1);
    EXPECT_EQ(next->look_again(), "");
  }
  observed.set_now("0001-01-01T00:00:00Z");
  EXPECT_FALSE(AdvanceRun(plan, observed).ok());
}

// ---------------------------------------------------------------------------
// What it refuses

TEST(AdvanceRunTest, NeedsTheTime) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  EXPECT_EQ(AdvanceRun(plan, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(AdvanceRunTest, RefusesAPlanThatDoesNotHoldTogether) {
  const v1::ColocationPlan plan =
      PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"}), kOne);
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  const std::pair<const char*, void (*)(v1::ColocationPlan*)> kBreaks[] = {
      {"version", [](v1::ColocationPlan* p) { p->set_version(2); }},
      {"circle",
       [](v1::ColocationPlan* p) { p->mutable_tasks(0)->add_wait_for("b"); }},
      {"no task \"x\"",
       [](v1::ColocationPlan* p) { p->mutable_tasks(0)->add_wait_for("x"); }},
      {"no Pod",
       [](v1::ColocationPlan* p) { p->mutable_tasks(0)->set_pod("x"); }},
      {"no Pod",
       [](v1::ColocationPlan* p) { p->mutable_tasks(0)->clear_placement(); }},
      {"no task \"a\"", [](v1::ColocationPlan* p) { p->clear_tasks(); }},
      {"no steps",
       [](v1::ColocationPlan* p) {
         p->mutable_tasks(0)->mutable_units(0)->clear_steps();
       }},
      {"launch spec",
       [](v1::ColocationPlan* p) {
         p->mutable_pods(0)->mutable_install()->clear_launch();
       }},
  };
  for (const auto& [message, change] : kBreaks) {
    v1::ColocationPlan broken = plan;
    change(&broken);
    const absl::Status status = AdvanceRun(broken, observed).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
}

// ---------------------------------------------------------------------------
// Images that are put into running Pods

// Builds an image, then runs it; c comes after, and f at the end.
std::vector<std::string> BuildAndRun(const std::string& more = "") {
  return {
      "name: a",
      absl::StrCat("name: b, ", more,
                   "taskSpec: {results: [{name: r}], steps: [{name: s, image: "
                   "$(tasks.a.results.r), command: [c]}]}"),
      "name: c, runAfter: [b]", "finally:", "name: f"};
}

v1::ColocationPlan PatchedPlan(const std::vector<std::string>& tasks,
                               v1::Policy policy = v1::POLICY_PIPELINERUN,
                               const std::string& more = "") {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_patch_images(true);
  request.mutable_options()->set_launcher_image("launcher");
  Planned planned = PlanYaml(RunOf(tasks, more), request);
  EXPECT_THAT(planned.errors, ::testing::IsEmpty());
  return planned.plan;
}

// "ok:a" gives the image "yes", "ok:a=x" the image x.
struct ImageScenario {
  const char* name;
  std::vector<std::string> tasks;
  const char* script;
  const char* summary;
  const char* done;
};

const ImageScenario kImageScenarios[] = {
    {"TheImageIsPutInWhenItIsBuilt", BuildAndRun(), "ok:a ok:b ok:c ok:f",
     "a:Succeeded b:Succeeded c:Succeeded f:Succeeded | Succeeded",
     "create:{a,b,c,f} images:{a,b,c,f}"},
    {"ABuildThatFailsLeavesThePlaceholder", BuildAndRun(), "fail:a ok:f",
     "a:Failed(StepFailed) b:skipped(PipelineRun was stopping) "
     "c:skipped(PipelineRun was stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageOfATaskThatIsSkippedIsNotPutIn",
     BuildAndRun("when: [{input: $(tasks.a.results.r), operator: in, values: "
                 "[other]}], "),
     "ok:a ok:c ok:f",
     "a:Succeeded b:skipped(When Expressions evaluated to false) c:Succeeded "
     "f:Succeeded | Completed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AResultThatIsMissingIsNoImage", BuildAndRun(), "none:a ok:f",
     "a:Succeeded b:Failed(InvalidTaskResultReference) c:skipped(PipelineRun "
     "was stopping) f:Succeeded | PipelineValidationFailed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"ATextThatIsNoImagesNameFailsTheTask", BuildAndRun(), "ok:a=app\\n ok:f",
     "a:Succeeded b:Failed(TaskRunImagePullFailed) c:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageThatCannotBePulledFailsItsTask", BuildAndRun(),
     "ok:a=no-such-image ok:f",
     "a:Succeeded b:Failed(TaskRunImagePullFailed) c:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} images:{a,b,c,f} gate:{a,b,c,f}"},
    {"TheLaunchersImageIsThereAlready", BuildAndRun(),
     "ok:a=launcher ok:b ok:c ok:f",
     "a:Succeeded b:Succeeded c:Succeeded f:Succeeded | Succeeded",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"CancelledNeedsNoImage", BuildAndRun(), "stop:Cancelled",
     "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
     "c:skipped(PipelineRun was stopping) f:skipped(PipelineRun was gracefully "
     "cancelled) | Cancelled",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"CancelledRunFinallyNeedsNoImage", BuildAndRun(),
     "stop:CancelledRunFinally ok:f",
     "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
     "c:skipped(PipelineRun was stopping) f:Succeeded | Cancelled",
     "create:{a,b,c,f} gate:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageForFinallyIsPutIn",
     {"name: a", "finally:",
      "name: f, taskSpec: {steps: [{name: s, image: $(tasks.a.results.r), "
      "command: [c]}]}"},
     "ok:a ok:f",
     "a:Succeeded f:Succeeded | Succeeded",
     "create:{a,f} images:{a,f}"},
};

class ImageScenarioTest : public ::testing::TestWithParam<ImageScenario> {};

TEST_P(ImageScenarioTest, EndsSo) {
  const ImageScenario& scenario = GetParam();
  Control control(PatchedPlan(scenario.tasks));
  control.Play(scenario.script);
  EXPECT_EQ(control.Summary(), scenario.summary);
  EXPECT_EQ(control.Done(), scenario.done);
  EXPECT_TRUE(control.last().done());
}

INSTANTIATE_TEST_SUITE_P(, ImageScenarioTest,
                         ::testing::ValuesIn(kImageScenarios),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

// A controller that was restarted after it had put the image in, or before: it
// sees which.
TEST(ImageTest, WhatIsPutInIsSeenInThePod) {
  Control control(PatchedPlan(BuildAndRun()));
  control.Play("ok:a");
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  v1::Observation seen = control.cluster().Observe();
  absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->actions_size(), 0) << next->ShortDebugString();

  for (v1::Container& container :
       *seen.mutable_pods(0)->mutable_spec()->mutable_containers()) {
    if (container.name() == "b-step-s") container.set_image("launcher");
  }
  next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_EQ(next->actions_size(), 1) << next->ShortDebugString();
  EXPECT_EQ(next->actions(0).put_images().pod(), plan.pods(0).name());
  EXPECT_EQ(next->actions(0).put_images().images().at("b-step-s"), "yes");
}

// Whoever admits Pods may write another name for either.
TEST(ImageTest, AnImageThatIsRewrittenOnItsWayIsNotPutInAgain) {
  Control control(PatchedPlan(BuildAndRun()));
  control.Play("ok:a");
  v1::Observation seen = control.cluster().Observe();
  v1::PodSpec* spec = seen.mutable_pods(0)->mutable_spec();
  for (v1::Container& init : *spec->mutable_init_containers()) {
    init.set_image("mirror/launcher");
  }
  for (v1::Container& container : *spec->mutable_containers()) {
    container.set_image("mirror/" + container.image());
  }
  const absl::StatusOr<v1::Advance> next =
      AdvanceRun(PatchedPlan(BuildAndRun()), seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->actions_size(), 0) << next->ShortDebugString();
}

// The launcher's image runs as root, which the author forbids: only the image
// that is put in can be started.
TEST(ImageTest, APlaceholderThatCannotStartMayBeReplaced) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  Control control(plan);
  control.Play("ok:a");
  v1::Observation seen = control.cluster().Observe();
  const auto see = [&](const std::string& tried) {
    for (auto& status : *seen.mutable_pods(0)
                             ->mutable_status()
                             ->mutable_container_statuses()) {
      if (status.name() != "b-step-s") continue;
      status.set_image(tried);
      status.mutable_state()->Clear();
      status.mutable_state()->mutable_waiting()->set_reason(
          "CreateContainerConfigError");
    }
  };
  see("launcher");
  absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Summary(plan, next->status()),
            "a:Succeeded b:Running c:- f:- | Running");
  see("yes");
  next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Summary(plan, next->status()),
              HasSubstr("b:Failed(CreateContainerConfigError)"));
}

TEST(ImageTest, ThePlaceholderOfADeletedPodIsNotAnImageThatCannotBePulled) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  Control control(plan);
  control.Play("ok:a=no-such-image");
  EXPECT_THAT(
      control.last().status().task_runs(1).status().conditions(0).message(),
      HasSubstr("no-such-image"));
  Control other(plan);
  other.Play("ok:a");
  v1::Observation seen = other.cluster().Observe();
  seen.mutable_pods(0)->mutable_metadata()->set_deletion_timestamp(seen.now());
  for (auto& status :
       *seen.mutable_pods(0)->mutable_status()->mutable_container_statuses()) {
    if (status.name() != "b-step-s") continue;
    status.mutable_state()->Clear();
    status.mutable_state()->mutable_terminated()->set_message(
        R"([{"key":"Reason","value":"Placeholder","type":3}])");
  }
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Summary(plan, next->status()), HasSubstr("b:Running"));
}

TEST(ImageTest, AnImageThatIsKnownWhenThePodIsCreatedIsInIt) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun(), kEach);
  Control control(plan);
  control.Play("ok:a");
  const v1::Pod* pod = control.cluster().Manifest(plan.tasks(1).pod());
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(pod->spec().containers(0).image(), "yes");
  EXPECT_EQ(control.Done(), "create:{a} create:{b}");
}

}  // namespace
}  // namespace colocation
