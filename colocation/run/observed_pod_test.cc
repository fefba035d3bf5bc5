// What the states and termination messages of a unit's containers come to: a
// table.
#include "colocation/run/observed_pod.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/run/control_testing.h"
#include "colocation/run/run_index.h"

namespace colocation {
namespace {

// A step of two, "s" and "t", as its container has ended.
struct Ended {
  int32_t exit_code = 0;
  const char* reason = "Completed";
  std::string message;
};

struct EndCase {
  const char* name;  // the claim
  const char* task;  // more of the task
  Ended first;
  Ended last;
  // "Succeeded/1 r=yes", "Failed/1 StepOOM: why", "Skipped/0"; "" for no end
  const char* end;
};

std::string End(const std::string& end, const std::string& more = "") {
  return absl::StrCat(R"([{"key":"End","value":")", end, R"(","type":3})", more,
                      "]");
}

std::string Result(const char* key, const char* value, int type = 1) {
  return absl::StrCat(R"(,{"key":")", key, R"(","value":")", value,
                      R"(","type":)", type, "}");
}

const EndCase kEndCases[] = {
    {"TheLaunchersWordCounts",
     "",
     {},
     {0, "Completed", End("succeeded/1", Result("r", "yes"))},
     "Succeeded/1 r=yes"},
    {"AStepThatFailsIsNamedAsInATaskRun",
     "",
     {7, "Error", ""},
     {1, "Error", End("failed/1/StepFailed")},
     "Failed/1 StepFailed: \"step-s\" exited with code 7: Error"},
    // OOM.
    {"AChildThatWasOomKilledFailsTheTask",
     "",
     {},
     {0, "OOMKilled", End("succeeded/1", Result("r", "yes"))},
     "Failed/1 StepOOM: OOMKilled r=yes"},
    {"SoDoesOneOfAnEarlierStep",
     "",
     {0, "OOMKilled", ""},
     {0, "Completed", End("succeeded/1")},
     "Failed/1 StepOOM: OOMKilled"},
    {"AfterARetryTheLauncherKnows",
     "retries: 1, ",
     {},
     {0, "OOMKilled", End("succeeded/2")},
     "Succeeded/2"},
    {"AnOomThatIsIgnoredIsIgnored",
     "onError: continue, ",
     {},
     {0, "OOMKilled", End("succeeded/1")},
     "Failed/1 FailureIgnored: OOMKilled"},
    {"TheStepThatWasOomKilledIsTold",
     "",
     {1, "Error", ""},
     {137, "OOMKilled", End("failed/1/StepFailed")},
     "Failed/1 StepOOM: \"step-t\" exited with code 137: OOMKilled"},
    {"AKilledLauncherOfAStepThatWasOomKilled",
     "",
     {},
     {137, "OOMKilled", ""},
     "Failed/1 StepOOM: \"step-t\" exited with code 137: OOMKilled"},
    {"OneThatOnlyTheLauncherHasSeen",
     "",
     {},
     {0, "Completed", End("failed/1/StepOOM")},
     "Failed/1 StepOOM: OOMKilled"},
    {"AStepsTimeoutIsTold",
     "",
     {1, "Error", R"([{"key":"Reason","value":"TimeoutExceeded","type":3}])"},
     {1, "Error", End("failed/1/StepFailed")},
     "Failed/1 StepFailed: \"step-s\" exited because the step exceeded the "
     "specified timeout limit"},
    // Ends that can't be.
    {"NegativeAttempts",
     "",
     {},
     {0, "Completed", End("succeeded/-5")},
     "Failed/1 StepFailed"},
    {"NoAttempt",
     "",
     {},
     {0, "Completed", End("succeeded/0")},
     "Failed/1 StepFailed"},
    {"MoreAttemptsThanThereMayBe",
     "retries: 2, ",
     {},
     {0, "Completed", End("succeeded/4")},
     "Failed/1 StepFailed"},
    {"AsManyAsThereMayBe",
     "retries: 2, ",
     {},
     {0, "Completed", End("succeeded/3")},
     "Succeeded/3"},
    {"AttemptsThatAreNoNumber",
     "",
     {},
     {0, "Completed", End("succeeded/1000000000000")},
     "Failed/1 StepFailed"},
    {"SkippedForNoReasonThatThereIs",
     "",
     {},
     {0, "Completed", End("skipped/BECAUSE")},
     "Failed/1 StepFailed"},
    {"Skipped", "", {}, {0, "Completed", End("skipped/WHEN")}, "Skipped/0"},
    {"CutToItsOutcome",
     "",
     {},
     {0, "Completed", End("succeeded")},
     "Succeeded/1"},
    // Results.
    {"OnlyDeclaredResultsCount",
     "",
     {},
     {0, "Completed",
      End("succeeded/1", absl::StrCat(Result("x", "no"), Result("r", "yes")))},
     "Succeeded/1 r=yes"},
    {"TheLastOfTwoCounts",
     "",
     {},
     {0, "Completed",
      End("succeeded/1", absl::StrCat(Result("r", "no"), Result("r", "yes")))},
     "Succeeded/1 r=yes"},
};

v1::Pod PodOf(const v1::ColocationPlan& plan, const Ended& first,
              const Ended& last) {
  v1::Pod pod;
  pod.mutable_metadata()->set_name(plan.pods(0).name());
  pod.mutable_status()->set_phase("Running");
  const v1::PlannedUnit& unit = plan.tasks(0).units(0);
  for (const auto& [name, ended] :
       {std::pair(unit.steps(0), first), std::pair(unit.steps(1), last)}) {
    v1::ContainerStatus* status =
        pod.mutable_status()->add_container_statuses();
    status->set_name(name);
    v1::ContainerStateTerminated* state =
        status->mutable_state()->mutable_terminated();
    state->set_exit_code(ended.exit_code);
    state->set_reason(ended.reason);
    state->set_message(ended.message);
  }
  return pod;
}

std::string Told(const std::optional<launcher::TaskEnd>& end) {
  if (!end) return "";
  std::string told =
      absl::StrCat(end->outcome == launcher::Outcome::kSucceeded ? "Succeeded"
                   : end->outcome == launcher::Outcome::kFailed  ? "Failed"
                                                                 : "Skipped",
                   "/", end->attempts);
  if (end->outcome == launcher::Outcome::kFailed) {
    absl::StrAppend(&told, " ", end->reason);
    if (!end->message.empty()) absl::StrAppend(&told, ": ", end->message);
  }
  for (const launcher::ResultValue& result : end->results) {
    absl::StrAppend(&told, " ", result.name, "=", result.value);
  }
  return told;
}

v1::ColocationPlan PlanOfTwoSteps(const std::string& more) {
  return PlanOf(RunOf({absl::StrCat(
      "name: a, ", more,
      "taskSpec: {results: [{name: r}], steps: [{name: s, image: i, command: "
      "[c], results: [{name: o}]}, {name: t, image: i, command: [c]}]}")}));
}

TEST(ObservedPodTest, EndsOfUnits) {
  for (const EndCase& c : kEndCases) {
    const v1::ColocationPlan plan = PlanOfTwoSteps(c.task);
    const absl::StatusOr<RunIndex> index = IndexRun(plan);
    ASSERT_TRUE(index.ok());
    const v1::Pod pod = PodOf(plan, c.first, c.last);
    const ObservedPod observed(pod, plan.pods(0));
    EXPECT_EQ(Told(observed.EndOf(plan.tasks(0).units(0), index->launch[0])),
              c.end)
        << c.name;
  }
}

TEST(ObservedPodTest, AStepHasTheResultsThatItDeclares) {
  const v1::ColocationPlan plan = PlanOfTwoSteps("");
  const v1::Pod pod =
      PodOf(plan,
            {0, "Completed",
             absl::StrCat(R"([{"key":"ExitCode","value":"3","type":3})",
                          Result("o", "mine", 4), Result("p", "not", 4), "]")},
            {0, "Completed", End("succeeded/1")});
  v1::TaskRunStatus status;
  ObservedPod(pod, plan.pods(0)).AddStates(plan.tasks(0).units(0), &status);
  ASSERT_EQ(status.steps_size(), 2);
  const v1::StepState& step = status.steps(0);
  EXPECT_EQ(step.name(), "s");
  EXPECT_EQ(step.container(), plan.tasks(0).units(0).steps(0));
  ASSERT_EQ(step.results_size(), 1);
  EXPECT_EQ(step.results(0).name(), "o");
  EXPECT_EQ(step.results(0).value().string_value(), "mine");
  // Its failure was ignored: the container's own exit code says nothing.
  EXPECT_EQ(step.termination_reason(), "Continued");
  EXPECT_EQ(step.state().terminated().exit_code(), 3);
}

TEST(ObservedPodTest, AllHaveTerminatedWhenNoneIsMissing) {
  const v1::ColocationPlan plan = PlanOfTwoSteps("");
  v1::Pod pod = PodOf(plan, {}, {});
  EXPECT_TRUE(ObservedPod(pod, plan.pods(0)).AllTerminated());
  pod.mutable_status()->mutable_container_statuses()->RemoveLast();
  EXPECT_FALSE(ObservedPod(pod, plan.pods(0)).AllTerminated());
}

}  // namespace
}  // namespace colocation
