#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// Three tasks and a matrix of two after the first of them, each with two cpus,
// where four may be in use and two may run at once.
constexpr char kRun[] = R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, annotations: {colocation.dev/max-parallel: "2"}}
spec:
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: a
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
    - name: b
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
    - name: c
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
    - name: m
      runAfter: [a]
      workspaces: [{name: w}]
      matrix: {params: [{name: p, value: [u, v]}]}
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
)";

v1::ColocationPlan FittedPlan() {
  v1::PlanRequest request;
  (*request.mutable_options()->mutable_fit()->mutable_limits())["cpu"] = "4";
  const Planned planned = PlanYaml(kRun, request);
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  return planned.plan;
}

TEST(CheckFitTest, AcceptsAFittedPlan) {
  const v1::ColocationPlan plan = FittedPlan();
  ASSERT_EQ(plan.pods_size(), 1);
  EXPECT_EQ(plan.pods(0).fit_size(), 2);
  EXPECT_EQ(plan.tasks(1).units(0).delayed_by_size() +
                plan.tasks(2).units(0).delayed_by_size(),
            1);
  const v1::Diagnostics faults = CheckPlan(plan);
  EXPECT_EQ(faults.diagnostics_size(), 0) << faults.ShortDebugString();
}

// Lets `unit` wait for `other`, everywhere where the plan says it.
void Delay(v1::ColocationPlan* plan, int task, int number,
           const std::string& other) {
  plan->mutable_tasks(task)->mutable_units(number)->add_delayed_by(other);
  v1::LaunchTask* launch =
      plan->mutable_pods(0)->mutable_install()->mutable_launch()->mutable_tasks(
          task);
  launch->mutable_units(number)->add_delayed_by(other);
  const std::string& step = plan->tasks(task).units(number).steps(0);
  for (auto& container : *plan->mutable_pods(0)->mutable_containers()) {
    if (container.container().name() != step) continue;
    v1::Barrier* barrier = container.add_barriers();
    barrier->set_event(v1::Barrier::UNIT_ENDED);
    barrier->set_unit(other);
  }
}

// Takes all delays of the unit away.
void Undelay(v1::ColocationPlan* plan, int task) {
  plan->mutable_tasks(task)->mutable_units(0)->clear_delayed_by();
  plan->mutable_pods(0)
      ->mutable_install()
      ->mutable_launch()
      ->mutable_tasks(task)
      ->mutable_units(0)
      ->clear_delayed_by();
  const std::string& step = plan->tasks(task).units(0).steps(0);
  for (auto& container : *plan->mutable_pods(0)->mutable_containers()) {
    if (container.container().name() == step) container.clear_barriers();
  }
}

int DelayedTask(const v1::ColocationPlan& plan) {
  for (int t = 0; t < plan.tasks_size(); ++t) {
    if (plan.tasks(t).units(0).delayed_by_size() > 0) return t;
  }
  return -1;
}

v1::FitLimit* LimitOf(v1::ColocationPlan* plan, const std::string& resource) {
  for (v1::FitLimit& limit : *plan->mutable_pods(0)->mutable_fit()) {
    if (limit.resource() == resource) return &limit;
  }
  ADD_FAILURE() << "no limit of " << resource;
  return plan->mutable_pods(0)->mutable_fit(0);
}

struct Corruption {
  const char* name;
  const char* code;
  std::function<void(v1::ColocationPlan*)> corrupt;
};

TEST(CheckFitTest, FindsCorruptions) {
  const Corruption corruptions[] = {
      {"WaitThatIsGoneBreaksTheProofOfTheCpu", "cover",
       [](v1::ColocationPlan* plan) { Undelay(plan, DelayedTask(*plan)); }},
      {"WaitThatIsGoneBreaksTheProofOfTheNumber", "fit",
       [](v1::ColocationPlan* plan) { Undelay(plan, DelayedTask(*plan)); }},
      {"LessIsThereThanThePeak", "fit",
       [](v1::ColocationPlan* plan) {
         LimitOf(plan, "cpu")->set_capacity("3999m");
       }},
      {"FewerMayRunThanThereAreChains", "fit",
       [](v1::ColocationPlan* plan) {
         LimitOf(plan, "tasks")->set_capacity("1");
       }},
      {"CapacityThatIsNoQuantity", "quantity",
       [](v1::ColocationPlan* plan) {
         LimitOf(plan, "cpu")->set_capacity("much");
       }},
      {"LimitOfWhatNobodyNeeds", "fit",
       [](v1::ColocationPlan* plan) {
         LimitOf(plan, "cpu")->set_resource("memory");
       }},
      {"LimitWithoutSource", "fit",
       [](v1::ColocationPlan* plan) { LimitOf(plan, "cpu")->clear_source(); }},
      {"LimitTwice", "duplicate-name",
       [](v1::ColocationPlan* plan) {
         *plan->mutable_pods(0)->add_fit() = *LimitOf(plan, "cpu");
       }},
      {"NoLimits", "fit",
       [](v1::ColocationPlan* plan) { plan->mutable_pods(0)->clear_fit(); }},
      {"UnitThatNoChainHas", "fit",
       [](v1::ColocationPlan* plan) {
         LimitOf(plan, "tasks")->mutable_cover(0)->clear_units();
       }},
      {"ChainOfUnitsThatRunAtOnce", "fit",
       [](v1::ColocationPlan* plan) {
         v1::FitLimit* limit = LimitOf(plan, "tasks");
         limit->clear_cover();
         v1::Chain* chain = limit->add_cover();
         chain->set_share("1");
         for (const char* unit : {"a", "b", "c", "m-0", "m-1"}) {
           chain->add_units(unit);
         }
       }},
      {"ShareThatIsNotOne", "fit",
       [](v1::ColocationPlan* plan) {
         for (v1::Chain& c : *LimitOf(plan, "tasks")->mutable_cover()) {
           c.set_share("500m");
         }
       }},
      {"NoDecision", "fit",
       [](v1::ColocationPlan* plan) {
         for (v1::Decision& d : *plan->mutable_decisions()) {
           if (d.code() == "serialised-to-fit") d.set_code("alone");
         }
       }},
      {"DelayByAUnitThatIsNotThere", "delay",
       [](v1::ColocationPlan* plan) { Delay(plan, 0, 0, "x"); }},
      {"DelayByItself", "delay",
       [](v1::ColocationPlan* plan) { Delay(plan, 0, 0, "a"); }},
      {"DelaysInACircle", "deadlock",
       [](v1::ColocationPlan* plan) {
         // It waits for `a` already, by its task.
         Delay(plan, 0, 0, "m-1");
       }},
      {"DelayOfTheUnitThatDecidesByAnotherOfItsMatrix", "deadlock",
       [](v1::ColocationPlan* plan) { Delay(plan, 3, 0, "m-1"); }},
      {"DelayThatIsImplied", "delay-not-minimal",
       [](v1::ColocationPlan* plan) { Delay(plan, 3, 0, "a"); }},
      {"LauncherDoesNotKnowOfTheDelay", "launch-units",
       [](v1::ColocationPlan* plan) {
         for (auto& task : *plan->mutable_pods(0)
                                ->mutable_install()
                                ->mutable_launch()
                                ->mutable_tasks()) {
           for (auto& unit : *task.mutable_units()) unit.clear_delayed_by();
         }
       }},
      {"ContainerDoesNotSayTheDelay", "barriers",
       [](v1::ColocationPlan* plan) {
         for (auto& c : *plan->mutable_pods(0)->mutable_containers()) {
           if (c.barriers_size() > 0 &&
               c.barriers(0).event() == v1::Barrier::UNIT_ENDED) {
             c.clear_barriers();
           }
         }
       }},
      // Waits of the pipeline's own are not replaced by delays.
      {"DependencyThatOnlyADelayKeeps", "not-implied",
       [](v1::ColocationPlan* plan) {
         plan->mutable_tasks(3)->clear_wait_for();
         Delay(plan, 3, 0, "a");
       }},
  };
  for (const Corruption& corruption : corruptions) {
    v1::ColocationPlan plan = FittedPlan();
    corruption.corrupt(&plan);
    std::set<std::string> codes;
    const v1::Diagnostics faults = CheckPlan(plan);
    for (const v1::Diagnostic& d : faults.diagnostics()) {
      codes.insert(d.code());
    }
    EXPECT_TRUE(codes.contains(corruption.code))
        << corruption.name << ": " << absl::StrJoin(codes, " ");
  }
}

}  // namespace
}  // namespace colocation
