// What holds of every simulation, on random runs in random clusters:
//
//   * after every event: no node is oversubscribed, and no Pod waits that fits
//     somewhere (the scheduler tries only what changed; this tries everything);
//   * nothing starts before what it depends on has ended, and no step before
//     its Pod has its node and its volumes;
//   * node time adds up: the sum over Pods is what is reported;
//   * the same request gives the same bytes, and a run takes the same under
//   both
//     executions where nothing costs anything and all fits.
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/colocation.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/execution.h"
#include "colocation/simulate/layout.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/simulate/simulate.h"
#include "colocation/simulate/workload_model.h"
#include "colocation/syntax/duration.h"
#include "gtest/gtest.h"

namespace colocation::simulate {
namespace {

struct RandomSimulation {
  v1::SimulationRequest request;
  // By task: what it comes after.
  std::map<std::string, std::vector<std::string>> after;
};

int Pick(std::mt19937& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

RandomSimulation Make(uint32_t seed) {
  std::mt19937 random(seed);
  RandomSimulation made;
  const int tasks = Pick(random, 1, 6);
  std::string text =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
      "spec:\n  workspaces: [{name: v, emptyDir: {}}, {name: w, emptyDir: "
      "{}}]\n  pipelineSpec:\n    workspaces: [{name: v}, {name: w}]\n"
      "    tasks:\n";
  for (int t = 0; t < tasks; ++t) {
    const std::string name = absl::StrCat("t", t);
    std::string after;
    for (int p = 0; p < t; ++p) {
      if (Pick(random, 0, 2) != 0) continue;
      absl::StrAppend(&after, after.empty() ? "" : ", ", "t", p);
      made.after[name].push_back(absl::StrCat("t", p));
    }
    const char* workspaces[] = {"[]", "[{name: v}]", "[{name: w}]",
                                "[{name: v}, {name: w}]"};
    const char* workspace = workspaces[Pick(random, 0, 3)];
    absl::StrAppend(&text, "      - name: ", name, "\n        runAfter: [",
                    after, "]\n        retries: ", Pick(random, 0, 1),
                    "\n        workspaces: ", workspace,
                    "\n        taskSpec:\n          workspaces: ", workspace,
                    "\n          steps:\n");
    for (int s = Pick(random, 1, 2); s > 0; --s) {
      absl::StrAppend(&text, "            - name: s", s,
                      "\n              image: i", Pick(random, 0, 2),
                      "\n              command: [c]\n              "
                      "computeResources: {requests: {cpu: ",
                      Pick(random, 0, 3), "00m, memory: ", Pick(random, 0, 2),
                      "Gi}}\n");
    }
  }
  v1::SimulatedWorkload* workload = made.request.add_workloads();
  v1::PlanRequest plan_request;
  v1::Document* document = plan_request.add_documents();
  document->set_name("run.yaml");
  document->set_content(text);
  plan_request.mutable_options()->set_controlled(true);
  if (Pick(random, 0, 2) == 0) {
    plan_request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  }
  const auto plan = PlanRun(plan_request);
  EXPECT_TRUE(plan.ok()) << plan.status() << text;
  if (plan.ok()) *workload->mutable_plan() = *plan;
  workload->mutable_durations()->set_spread_percent(Pick(random, 0, 50));
  v1::TaskDuration* first = workload->mutable_durations()->add_tasks();
  first->set_name("t0");
  first->set_failures_per_thousand(Pick(random, 0, 300));
  workload->mutable_arrivals()->set_count(Pick(random, 1, 12));
  workload->mutable_arrivals()->set_interval(
      absl::StrCat(Pick(random, 0, 20), "s"));
  workload->mutable_arrivals()->set_random(true);

  v1::SimulationCluster* cluster = made.request.mutable_cluster();
  for (int n = Pick(random, 1, 4); n > 0; --n) {
    v1::SimulatedNode* node = cluster->add_nodes();
    node->set_name(absl::StrCat("n", n));
    node->set_zone(absl::StrCat("z", Pick(random, 0, 1)));
    (*node->mutable_allocatable())["cpu"] =
        absl::StrCat(Pick(random, 5, 20), "00m");
    (*node->mutable_allocatable())["memory"] =
        absl::StrCat(Pick(random, 2, 10), "Gi");
    node->set_max_pods(Pick(random, 1, 8));
    node->set_max_volumes(Pick(random, 0, 3));
    if (Pick(random, 0, 4) > 0) continue;
    v1::ClusterEvent* event = cluster->add_events();
    event->set_at(absl::StrCat(Pick(random, 0, 200), "s"));
    (Pick(random, 0, 1) == 0 ? *event->mutable_cordon()
                             : *event->mutable_remove()) = node->name();
  }
  if (Pick(random, 0, 1) == 0) {
    v1::NodeGroup* group = cluster->add_node_groups();
    group->mutable_node()->set_name("g");
    group->mutable_node()->set_zone("z0");
    (*group->mutable_node()->mutable_allocatable())["cpu"] = "2";
    (*group->mutable_node()->mutable_allocatable())["memory"] = "8Gi";
    group->set_max_size(Pick(random, 1, 3));
    group->set_scale_down_after("30s");
  }
  v1::SimulatedStorageClass* storage = cluster->add_storage_classes();
  storage->set_zonal(Pick(random, 0, 1) == 0);
  storage->set_volume_binding_mode(
      Pick(random, 0, 1) == 0 ? "Immediate" : "WaitForFirstConsumer");
  const char* modes[] = {"workspaces", "pipelineruns", "isolate-pipelinerun",
                         "disabled"};
  cluster->mutable_tekton()->set_coschedule(modes[Pick(random, 0, 3)]);
  made.request.set_seed(seed);
  made.request.set_detailed_runs(100);
  return made;
}

int64_t Ns(const std::string& text) {
  return ParseDurationNs(text).value_or(-1);
}

// Returns the scheduler's first fault.
std::string FaultWhileRunning(const v1::SimulationRequest& request,
                              v1::ExecutionKind kind) {
  DiagnosticList diagnostics;
  ClusterModel cluster = ReadCluster(request.cluster(), &diagnostics);
  const v1::SimulatedWorkload& workload = request.workloads(0);
  const std::vector<WorkloadModel> workloads = {
      ReadWorkload(workload.plan(), workload.durations(), workload.arrivals(),
                   &diagnostics)};
  EXPECT_FALSE(diagnostics.has_errors());
  Scheduler scheduler(cluster);
  const std::vector<Layout> layouts = {
      (kind == v1::POD_PER_TASK ? PodPerTaskLayout : ColocatedLayout)(
          workload.plan(), workloads[0], &cluster, &scheduler)};
  scheduler.Start();
  std::string fault;
  ExecutionInput input;
  input.cluster = &cluster;
  input.scheduler = &scheduler;
  input.workloads = workloads;
  input.layouts = layouts;
  input.seed = request.seed();
  input.observer = [&](Moment moment) {
    if (!fault.empty()) return;
    fault = scheduler.CheckInvariants();
    if (!fault.empty()) absl::StrAppend(&fault, " at ", moment);
  };
  Execute(input);
  return fault;
}

void CheckTimes(const RandomSimulation& made,
                const v1::ExecutionResult& execution) {
  int64_t cpu_nanos = 0;
  const int64_t end = Ns(execution.end());
  for (const v1::SimulatedRun& run : execution.detailed()) {
    std::map<std::string, int64_t> ended;
    for (const v1::SimulatedUnit& unit : run.units()) {
      if (!unit.end().empty()) ended[unit.task()] = Ns(unit.end());
    }
    for (const v1::SimulatedUnit& unit : run.units()) {
      if (unit.start().empty()) continue;
      EXPECT_GE(Ns(unit.start()), Ns(run.arrival()));
      EXPECT_GE(Ns(unit.start()), Ns(unit.ready()));
      const auto after = made.after.find(unit.task());
      if (after == made.after.end()) continue;
      for (const std::string& parent : after->second) {
        if (ended.contains(parent)) {
          EXPECT_GE(Ns(unit.start()), ended[parent])
              << unit.task() << " after " << parent;
        }
      }
    }
    for (const v1::SimulatedPod& pod : run.pods()) {
      if (pod.node().empty()) continue;
      EXPECT_GE(Ns(pod.scheduled()), Ns(pod.created()));
      const auto cpu = pod.requests().find("cpu");
      const int64_t until = pod.ended().empty() ? end : Ns(pod.ended());
      EXPECT_GE(until, Ns(pod.scheduled()));
      if (cpu == pod.requests().end()) continue;
      const Amounts amount = [&] {
        NameTable names;
        names.Index("cpu");
        names.Index("memory");
        return AmountsOf(pod.requests(), &names);
      }();
      cpu_nanos += amount[kCpu] * ((until - Ns(pod.scheduled())) / 1000);
    }
  }
  // In thousandths of a CPU second; both are rounded down.
  const auto reported = execution.requested_seconds().find("cpu");
  std::string digits =
      reported == execution.requested_seconds().end() ? "0" : reported->second;
  const double seconds = std::stod(digits);
  EXPECT_NEAR(seconds, static_cast<double>(cpu_nanos) / 1e9, 0.01);
}

TEST(InvariantsTest, HoldOnRandomSimulations) {
  int deadlocks = 0;
  int successes = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const RandomSimulation made = Make(seed);
    if (!made.request.workloads(0).has_plan()) return;
    EXPECT_EQ(FaultWhileRunning(made.request, v1::POD_PER_TASK), "");
    EXPECT_EQ(FaultWhileRunning(made.request, v1::COLOCATED), "");
    const auto result = Simulate(made.request);
    ASSERT_TRUE(result.ok()) << result.status();
    const auto again = Simulate(made.request);
    EXPECT_EQ(result->ShortDebugString(), again->ShortDebugString());
    for (const v1::ExecutionResult& execution : result->executions()) {
      EXPECT_EQ(execution.succeeded() + execution.failed() +
                    execution.timed_out() + execution.deadlocked(),
                execution.runs());
      deadlocks += static_cast<int>(execution.deadlocked());
      successes += static_cast<int>(execution.succeeded());
      CheckTimes(made, execution);
    }
    if (HasFailure()) return;
  }
  // The generator covers both.
  EXPECT_GT(deadlocks, 25);
  EXPECT_GT(successes, 250);
}

}  // namespace
}  // namespace colocation::simulate
