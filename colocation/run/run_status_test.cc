// What the status says: of the run, and of the TaskRuns.
#include "colocation/run/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/run/advance.h"
#include "colocation/run/control_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

// "input op [values]" of each.
template <typename Whens>
std::string WhensOf(const Whens& whens) {
  std::vector<std::string> told;
  for (const v1::WhenExpression& when : whens) {
    told.push_back(absl::StrCat(when.input(), " ", when.operator_(), " [",
                                absl::StrJoin(when.values(), " "), "]"));
  }
  return absl::StrJoin(told, "; ");
}

std::string SkippedWhens(const v1::RunStatus& status, const std::string& task) {
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    if (skipped.name() == task) return WhensOf(skipped.when_expressions());
  }
  return "not skipped";
}

std::string ChildWhens(const v1::RunStatus& status, const std::string& task) {
  for (const v1::ChildReference& child : status.child_references()) {
    if (child.pipeline_task_name() == task) {
      return WhensOf(child.when_expressions());
    }
  }
  return "no child";
}

TEST(WhenExpressionsTest, HaveTheirValues) {
  const std::string yaml =
      RunOf({"name: first",
             "name: gate, when: [{input: $(params.go), operator: in, values: "
             "[\"yes\"]}]",
             "name: uses, when: [{input: $(tasks.first.results.r), operator: "
             "notin, values: [\"no\"]}, {input: $(params.go), operator: in, "
             "values: [\"no\"]}]",
             "name: never, when: [{input: $(tasks.first.results.r), operator: "
             "in, values: [\"no\", maybe]}]",
             "finally:",
             "name: f, when: [{input: $(tasks.gate.status), operator: in, "
             "values: [None]}]",
             "name: g, when: [{input: $(tasks.status), operator: in, values: "
             "[Failed]}]"},
            "  params: [{name: go, value: \"no\"}]\n");
  Control control(PlanOf(absl::StrCat(yaml, "    params: [{name: go}]\n")));
  control.Play("ok:first ok:uses ok:f");
  const v1::RunStatus& status = control.last().status();
  EXPECT_EQ(status.conditions(0).reason(), "Completed");
  EXPECT_EQ(SkippedWhens(status, "gate"), "no in [yes]");
  EXPECT_EQ(SkippedWhens(status, "never"), "yes in [no maybe]");
  EXPECT_EQ(SkippedWhens(status, "g"), "Completed in [Failed]");
  EXPECT_EQ(ChildWhens(status, "uses"), "yes notin [no]; no in [no]");
  // As in Tekton's: the status was known only while it had no TaskRun.
  EXPECT_EQ(ChildWhens(status, "f"), "$(tasks.gate.status) in [None]");
}

TEST(WhenExpressionsTest, StayWhereAResultIsMissing) {
  Control control(
      PlanOf(RunOf({"name: a",
                    "name: b, runAfter: [a], when: [{input: "
                    "$(tasks.a.results.r), operator: in, values: [x]}]"})));
  control.Play("fail:a");
  // Tekton puts in what a failed task gave, too.
  EXPECT_EQ(SkippedWhens(control.last().status(), "b"), "yes in [x]");
  Control none(
      PlanOf(RunOf({"name: a",
                    "name: b, runAfter: [a], when: [{input: "
                    "$(tasks.a.results.r), operator: in, values: [x]}]"})));
  none.Play("kill:a");
  EXPECT_EQ(SkippedWhens(none.last().status(), "b"),
            "$(tasks.a.results.r) in [x]");
}

TEST(DisplayNameTest, HasTheValuesOfParamsAndMatrix) {
  const std::string yaml = absl::StrCat(
      RunOf({"name: a, displayName: First $(params.who), params: [{name: who, "
             "value: $(params.name)}], taskSpec: {params: [{name: who}], "
             "steps: [{name: s, image: i, command: [c]}]}",
             "name: m, displayName: On $(params.os), matrix: {params: [{name: "
             "os, value: [linux, mac]}]}, taskSpec: {params: [{name: os}], "
             "steps: [{name: s, image: i, command: [c]}]}"},
            "  params: [{name: name, value: you}]\n"),
      "    params: [{name: name}]\n");
  Control control(PlanOf(yaml));
  control.Play("");
  std::vector<std::string> names;
  for (const v1::ChildReference& child :
       control.last().status().child_references()) {
    names.push_back(child.display_name());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("First you", "On linux", "On mac"));
}

TEST(SkippedTasksTest, APlainCancellationListsNoNewOnes) {
  Control control(PlanOf(
      RunOf({"name: a",
             "name: b, when: [{input: x, operator: in, values: [\"y\"]}]",
             "name: c, runAfter: [a]", "finally:", "name: f"}),
      kEach));
  control.Play("stop:Cancelled");
  const v1::RunStatus& status = control.last().status();
  ASSERT_EQ(status.conditions(0).reason(), "Cancelled");
  std::vector<std::string> names;
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    names.push_back(skipped.name());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("b"));
}

TEST(SkippedTasksTest, AFailureBeforeTheCancellationStays) {
  Control control(
      PlanOf(RunOf({"name: a", "name: b", "name: c, runAfter: [a]"}), kEach));
  control.Play("fail:a stop:Cancelled");
  EXPECT_EQ(control.Summary(),
            "a:Failed(StepFailed) b:Failed(TaskRunCancelled) "
            "c:skipped(PipelineRun was stopping) | Cancelled");
}

// What a Pod's status says of units that each have one step.
v1::Pod EndedPod(const v1::ColocationPlan& plan,
                 const std::vector<std::string>& ends) {
  v1::Pod pod;
  pod.mutable_metadata()->set_name(plan.pods(0).name());
  pod.mutable_status()->set_phase("Failed");
  for (size_t t = 0; t < ends.size(); ++t) {
    v1::ContainerStatus* container =
        pod.mutable_status()->add_container_statuses();
    container->set_name(plan.tasks(static_cast<int>(t)).units(0).steps(0));
    container->mutable_state()->mutable_terminated()->set_message(
        absl::StrCat(R"([{"key":"End","value":")", ends[t], R"(","type":3}])"));
  }
  return pod;
}

TEST(SkippedTasksTest, WhatATimeoutCutsShortStopsTheOthers) {
  const v1::ColocationPlan plan = PlanOf(RunOf(
      {"name: a", "name: b, runAfter: [a]"}, "  timeouts: {pipeline: 1h}\n"));
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  observed.set_now("2027-01-15T09:00:01Z");
  *observed.add_pods() =
      EndedPod(plan, {"failed/1/TaskRunCancelled", "skipped/PIPELINE_TIMEOUT"});
  const v1::RunStatus status = AdvanceRun(plan, observed)->status();
  EXPECT_EQ(status.conditions(0).reason(), "PipelineRunTimeout");
  ASSERT_EQ(status.skipped_tasks_size(), 1);
  EXPECT_EQ(status.skipped_tasks(0).reason(), "PipelineRun was stopping");
}

TEST(RunConditionTest, IsNotStoppingWhereNothingRuns) {
  const v1::ColocationPlan plan =
      PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"}));
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  // The launcher of `b` has not said yet that it is skipped.
  *observed.add_pods() = EndedPod(plan, {"failed/1/StepFailed"});
  observed.mutable_pods(0)->mutable_status()->set_phase("Running");
  EXPECT_EQ(AdvanceRun(plan, observed)->status().conditions(0).reason(),
            "Running");
}

TEST(FinallyStartTest, IsKnownWhereNothingWasSeenOfFinallyButItsEnd) {
  const v1::ColocationPlan plan =
      PlanOf(RunOf({"name: a", "finally:", "name: f"}));
  Control control(plan);
  control.Play("");
  // Both end before the controller looks again.
  control.cluster().Finish("a", true);
  control.cluster().Finish("f", true);
  control.Play("");
  EXPECT_EQ(control.Summary(), "a:Succeeded f:Succeeded | Succeeded");
  EXPECT_NE(control.last().status().finally_start_time(), "");
}

TEST(FinallyStartTest, IsNotTheRunsWhereThePlanSkipsATaskOfIt) {
  Control control(PlanOf(
      RunOf({"name: a", "finally:",
             "name: f, when: [{input: x, operator: in, values: [\"y\"]}]"})));
  control.Play("");
  EXPECT_EQ(control.last().status().finally_start_time(), "");
  control.Play("pass:60 ok:a");
  EXPECT_EQ(control.last().status().finally_start_time(),
            "2027-01-15T08:01:00Z");
}

TEST(FinallyStartTest, IsNotWhereFinallyWasNotReached) {
  Control control(PlanOf(RunOf({"name: a", "finally:", "name: f"}), kEach));
  control.Play("stop:Cancelled");
  EXPECT_EQ(control.last().status().finally_start_time(), "");
}

// ---------------------------------------------------------------------------
// What TaskRuns say

const v1::TaskRunStatus& StatusOf(const Control& control,
                                  const std::string& name) {
  for (const v1::TaskRunRecord& record : control.last().status().task_runs()) {
    if (record.name() == name) return record.status();
  }
  ADD_FAILURE() << "no TaskRun " << name;
  return v1::TaskRunStatus::default_instance();
}

TEST(TaskRunStatusTest, SaysWhyItWasStopped) {
  Control cancelled(PlanOf(RunOf({"name: a"}), kEach));
  cancelled.Play("stop:Cancelled");
  EXPECT_EQ(StatusOf(cancelled, "run-a").conditions(0).message(),
            "TaskRun \"run-a\" was cancelled. TaskRun cancelled as the "
            "PipelineRun it belongs to has been cancelled.");
  Control late(
      PlanOf(RunOf({"name: a"}, "  timeouts: {pipeline: 1h}\n"), kEach));
  late.Play("pass:3660");
  EXPECT_EQ(StatusOf(late, "run-a").conditions(0).message(),
            "TaskRun \"run-a\" was cancelled. TaskRun cancelled as the "
            "PipelineRun it belongs to has timed out.");
}

TEST(TaskRunStatusTest, AMissingResultIsToldAsTektonTellsIt) {
  Control control(PlanOf(RunOf(
      {"name: make",
       "name: use, params: [{name: p, value: $(tasks.make.results.r)}]"})));
  control.Play("none:make");
  EXPECT_EQ(control.last().status().conditions(0).message(),
            "Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0, Failed "
            "Validation: 1 (task \"make\" completed successfully but did not "
            "emit the result \"r\", which is referenced by task \"use\")");
  // It has no TaskRun.
  EXPECT_EQ(control.last().status().child_references_size(), 1);
  EXPECT_EQ(StatusOf(control, "run-use").pod_name(), "");
}

TEST(TaskRunStatusTest, EachRepeatedAttemptIsCounted) {
  const v1::ColocationPlan plan = PlanOf(RunOf({"name: a, retries: 2"}));
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  *observed.mutable_status() = AdvanceRun(plan, observed)->status();
  *observed.add_pods() = EndedPod(plan, {"succeeded/3"});
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, observed);
  ASSERT_TRUE(next.ok());
  const v1::TaskRunStatus& status = next->status().task_runs(0).status();
  ASSERT_EQ(status.retries_status_size(), 2);
  EXPECT_EQ(status.retries_status(1).pod_name(), "run-pod");
  EXPECT_EQ(status.retries_status(1).conditions(0).status(), "False");
  EXPECT_EQ(status.attempts(), 3);
}

// ---------------------------------------------------------------------------
// TaskRuns to make

v1::ColocationPlan PlanWithSpecs(const std::string& yaml) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(kOne);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_keep_specs(true);
  Planned planned = PlanYaml(yaml, request);
  EXPECT_THAT(planned.errors, ::testing::IsEmpty()) << yaml;
  return planned.plan;
}

std::vector<v1::PutTaskRun> PutsOf(const v1::Advance& next) {
  std::vector<v1::PutTaskRun> puts;
  for (const v1::Action& action : next.actions()) {
    if (action.has_put_task_run()) puts.push_back(action.put_task_run());
  }
  return puts;
}

TEST(PutTaskRunTest, IsAskedForUntilItIsThere) {
  const v1::ColocationPlan plan = PlanWithSpecs(
      RunOf({"name: a",
             "name: b, params: [{name: p, value: $(tasks.a.results.r)}], "
             "taskSpec: {params: [{name: p}], steps: [{name: s, image: i, "
             "command: [echo, $(params.p)]}]}"}));
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  v1::Advance next = *AdvanceRun(plan, observed);
  std::vector<v1::PutTaskRun> puts = PutsOf(next);
  // `b` has not started.
  ASSERT_EQ(puts.size(), size_t{1});
  const v1::TaskRun& made = puts[0].task_run();
  EXPECT_EQ(made.metadata().name(), "run-a");
  EXPECT_EQ(made.metadata().labels().at("tekton.dev/pipelineTask"), "a");
  EXPECT_EQ(made.metadata().labels().at("tekton.dev/pipelineRun"), "run");
  EXPECT_EQ(made.metadata().labels().at("tekton.dev/pipeline"), "run");
  EXPECT_EQ(made.metadata().labels().at("tekton.dev/memberOf"), "tasks");
  EXPECT_EQ(made.spec().service_account_name(), "default");
  EXPECT_EQ(made.spec().task_spec().results(0).name(), "r");
  EXPECT_EQ(puts[0].task_spec().steps(0).name(), "s");
  EXPECT_FALSE(made.spec().has_managed_by());

  *observed.mutable_status() = next.status();
  EXPECT_EQ(PutsOf(*AdvanceRun(plan, observed)).size(), size_t{1});
  observed.add_task_runs("run-a");
  EXPECT_EQ(PutsOf(*AdvanceRun(plan, observed)).size(), size_t{0});
}

TEST(PutTaskRunTest, HasTheResultsThatItUses) {
  const v1::ColocationPlan plan = PlanWithSpecs(
      RunOf({"name: a",
             "name: b, params: [{name: p, value: $(tasks.a.results.r)}], "
             "taskSpec: {params: [{name: p}], steps: [{name: s, image: i, "
             "command: [echo, $(params.p)]}]}",
             "finally:",
             "name: f, params: [{name: p, value: $(tasks.b.status)}], "
             "taskSpec: {params: [{name: p}], steps: [{name: s, image: i, "
             "command: [echo, $(params.p)]}]}"}));
  Control control(plan);
  control.Play("ok:a ok:b ok:f");
  const std::vector<v1::PutTaskRun> puts = control.cluster().task_runs;
  ASSERT_EQ(puts.size(), size_t{3});
  EXPECT_EQ(puts[1].task_run().spec().params(0).value().string_value(), "yes");
  EXPECT_EQ(puts[1].task_spec().steps(0).command(1), "yes");
  EXPECT_EQ(puts[2].task_run().spec().params(0).value().string_value(),
            "Succeeded");
  EXPECT_EQ(puts[2].task_run().metadata().labels().at("tekton.dev/memberOf"),
            "finally");
}

TEST(PutTaskRunTest, OneOfEachCombinationAndItsValuesFirst) {
  const v1::ColocationPlan plan = PlanWithSpecs(RunOf(
      {"name: m, params: [{name: z, value: all}], matrix: {params: [{name: x, "
       "value: [one, two]}]}, taskSpec: {params: [{name: x}, {name: z}], "
       "steps: [{name: s, image: i, command: [$(params.x)]}]}"}));
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  const v1::Advance next = *AdvanceRun(plan, observed);
  const std::vector<v1::PutTaskRun> puts = PutsOf(next);
  ASSERT_EQ(puts.size(), size_t{2});
  EXPECT_EQ(puts[1].task_run().metadata().name(), "run-m-1");
  ASSERT_EQ(puts[1].task_run().spec().params_size(), 2);
  EXPECT_EQ(puts[1].task_run().spec().params(0).value().string_value(), "two");
  EXPECT_EQ(puts[1].task_run().spec().params(1).name(), "z");
  EXPECT_EQ(puts[1].task_spec().steps(0).command(0), "two");
  // childReferences name them.
  EXPECT_EQ(next.status().child_references(1).name(), "run-m-1");
}

TEST(PutTaskRunTest, NoneWithoutSpecs) {
  v1::Observation observed;
  observed.set_now("2027-01-15T08:00:00Z");
  EXPECT_TRUE(
      PutsOf(*AdvanceRun(PlanOf(RunOf({"name: a"})), observed)).empty());
}

TEST(PutTaskRunTest, IsAskedForWhenTheRunIsOver) {
  const v1::ColocationPlan plan = PlanWithSpecs(RunOf({"name: a"}));
  Control control(plan);
  control.Play("ok:a");
  v1::Observation observed;
  observed.set_now("2027-02-01T00:00:00Z");
  *observed.mutable_status() = control.last().status();
  EXPECT_EQ(PutsOf(*AdvanceRun(plan, observed)).size(), size_t{1});
}

}  // namespace
}  // namespace colocation
