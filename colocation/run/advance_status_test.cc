// Deadlines, what a Pod is told, what the status says, and what AdvanceRun
// refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "colocation/run/advance.h"
#include "colocation/run/control_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

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

// The Pod that was seen first is the run's; who has its name later is not.
TEST(PodTest, AnotherOneOfItsNameSaysNothing) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  v1::Pod* pod = observed.add_pods();
  pod->mutable_metadata()->set_name(plan.pods(0).name());
  pod->mutable_metadata()->set_uid("first");
  pod->mutable_status()->set_phase("Running");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  ASSERT_EQ(observed.status().pods(0).uid(), "first");

  pod->mutable_metadata()->set_uid("second");
  pod->mutable_status()->set_phase("Succeeded");
  v1::ContainerStatus* container =
      pod->mutable_status()->add_container_statuses();
  container->set_name(plan.tasks(0).units(0).steps(0));
  container->mutable_state()->mutable_terminated()->set_message(
      R"([{"key":"End","value":"succeeded/1","type":3}])");
  const v1::RunStatus status = AdvanceRun(plan, observed)->status();
  EXPECT_EQ(status.conditions(0).status(), "Unknown");
  EXPECT_EQ(status.pods(0).uid(), "first");
  EXPECT_NE(status.pods(0).missing_since(), "");
}

TEST(PodTest, ActionsNameItsUid) {
  Control control(PlanOf(RunOf({"name: a"}), kEach));
  control.Play("");
  const v1::Observation observed = [&] {
    v1::Observation seen = control.cluster().Observe();
    seen.set_spec_status("Cancelled");
    return seen;
  }();
  const v1::Advance next =
      *AdvanceRun(PlanOf(RunOf({"name: a"}), kEach), observed);
  ASSERT_EQ(next.actions_size(), 1);
  EXPECT_EQ(next.actions(0).annotate_pod().uid(),
            observed.pods(0).metadata().uid());
  EXPECT_NE(next.actions(0).annotate_pod().uid(), "");
}

TEST(PodTest, IsNotDeletedWhileOnlyItsPhaseIsLate) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}), kOne);
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  // Its image came too late: it ended as a placeholder, and the run's time is
  // up.
  v1::Pod* pod = observed.add_pods();
  pod->mutable_metadata()->set_name(plan.pods(0).name());
  pod->mutable_status()->set_phase("Running");
  v1::ContainerStatus* container =
      pod->mutable_status()->add_container_statuses();
  container->set_name(plan.tasks(0).units(0).steps(0));
  container->mutable_state()->mutable_terminated()->set_message(
      R"([{"key":"Reason","value":"Placeholder","type":3}])");
  observed.set_now("2027-01-15T09:02:00Z");
  v1::Advance next = *AdvanceRun(plan, observed);
  EXPECT_TRUE(next.done());
  EXPECT_EQ(next.actions_size(), 0);
  // One that still waits can't end by itself.
  container->mutable_state()->mutable_waiting()->set_reason("ImagePullBackOff");
  container->mutable_state()->clear_terminated();
  next = *AdvanceRun(plan, observed);
  ASSERT_EQ(next.actions_size(), 1);
  EXPECT_EQ(next.actions(0).delete_pod().pod(), plan.pods(0).name());
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
      {"version", [](v1::ColocationPlan* p) { p->set_version(3); }},
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

}  // namespace
}  // namespace colocation
