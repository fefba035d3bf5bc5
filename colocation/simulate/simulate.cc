#include "colocation/simulate/simulate.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/check/check.h"
#include "colocation/colocation.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/execution.h"
#include "colocation/simulate/layout.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/simulate/workload_model.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/quantity.h"

namespace colocation {
namespace {

using simulate::ClusterModel;
using simulate::Layout;
using simulate::Scheduler;
using simulate::WorkloadModel;

// Runs times units; about 200 bytes each.
constexpr int64_t kMostUnits = 20'000'000;

// What the simulated cluster has room for on one node, for the planner. What
// others use all the time is not there.
void AddNodes(const v1::SimulationCluster& simulated, v1::Cluster* cluster) {
  const auto add = [&](const v1::SimulatedNode& from) {
    v1::Node* node = cluster->add_nodes();
    node->mutable_metadata()->set_name(from.name());
    *node->mutable_metadata()->mutable_labels() = from.labels();
    if (!from.zone().empty()) {
      (*node->mutable_metadata()
            ->mutable_labels())["topology.kubernetes.io/zone"] = from.zone();
    }
    node->mutable_spec()->set_unschedulable(from.cordoned());
    auto& allocatable = *node->mutable_status()->mutable_allocatable();
    allocatable = from.allocatable();
    for (const auto& [resource, text] : from.in_use()) {
      const auto all = allocatable.find(resource);
      if (all == allocatable.end()) continue;
      const auto whole = Quantity::Parse(all->second);
      const auto used = Quantity::Parse(text);
      if (!whole || !used) continue;
      all->second =
          Quantity::FromNanos(
              std::max(absl::int128(0), whole->nanos() - used->nanos()),
              whole->notation())
              .ToString();
    }
  };
  for (const v1::SimulatedNode& node : simulated.nodes()) add(node);
  for (const v1::NodeGroup& group : simulated.node_groups()) add(group.node());
}

// The plan of a workload for the nodes that are simulated, unless its request
// has others. What does not fit there even so is planned as if nothing were
// known of nodes: that it can't run is what the simulation is to show.
absl::StatusOr<v1::ColocationPlan> PlanFor(
    const v1::SimulatedWorkload& workload,
    const v1::SimulationCluster& cluster) {
  if (!workload.request().cluster().nodes().empty()) {
    return PlanRun(workload.request());
  }
  v1::PlanRequest request = workload.request();
  AddNodes(cluster, request.mutable_cluster());
  auto& durations =
      *request.mutable_options()->mutable_fit()->mutable_durations();
  for (const v1::TaskDuration& task : workload.durations().tasks()) {
    if (task.duration().empty() || durations.contains(task.name()) ||
        ParseDurationNs(task.duration()).value_or(-1) < 0) {
      continue;
    }
    durations[task.name()] = task.duration();
  }
  absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  return plan.ok() ? std::move(plan) : PlanRun(workload.request());
}

// The plans of all workloads.
absl::StatusOr<std::vector<v1::ColocationPlan>> PlansOf(
    const v1::SimulationRequest& request) {
  std::vector<v1::ColocationPlan> plans;
  for (const v1::SimulatedWorkload& workload : request.workloads()) {
    if (workload.has_request()) {
      absl::StatusOr<v1::ColocationPlan> plan =
          PlanFor(workload, request.cluster());
      if (!plan.ok()) return plan.status();
      plans.push_back(*std::move(plan));
      continue;
    }
    v1::Diagnostics faults = CheckPlan(workload.plan());
    if (!faults.diagnostics().empty()) {
      return ToStatus(absl::StatusCode::kInvalidArgument, faults);
    }
    plans.push_back(workload.plan());
  }
  return plans;
}

// What plans have that the scheduler here doesn't know.
void AddNotes(const std::vector<v1::ColocationPlan>& plans,
              v1::SimulationResult* result) {
  std::set<std::string> notes;
  for (const v1::ColocationPlan& plan : plans) {
    for (const v1::PlannedPod& pod : plan.pods()) {
      const v1::Affinity& affinity = pod.spec().affinity();
      const auto note = [&](bool there, const char* what) {
        if (!there) return;
        notes.insert(
            absl::StrCat("Pod ", pod.name(), ": ", what, " is not simulated"));
      };
      note(affinity.has_pod_affinity(), "its podAffinity");
      note(affinity.has_pod_anti_affinity(), "its podAntiAffinity");
      note(!affinity.node_affinity()
                .preferred_during_scheduling_ignored_during_execution()
                .empty(),
           "its preferred nodeAffinity");
      note(!pod.spec().topology_spread_constraints().empty(),
           "its topologySpreadConstraints");
      note(!pod.spec().priority_class_name().empty(), "its priority");
    }
  }
  for (const std::string& note : notes) result->add_notes(note);
}

v1::ExecutionResult ExecuteAs(v1::ExecutionKind kind,
                              const v1::SimulationRequest& request,
                              const std::vector<v1::ColocationPlan>& plans,
                              const std::vector<WorkloadModel>& workloads,
                              ClusterModel cluster) {
  Scheduler scheduler(cluster);
  std::vector<Layout> layouts;
  for (size_t w = 0; w < workloads.size(); ++w) {
    layouts.push_back((kind == v1::POD_PER_TASK ? simulate::PodPerTaskLayout
                                                : simulate::ColocatedLayout)(
        plans[w], workloads[w], &cluster, &scheduler));
  }
  scheduler.Start();
  simulate::ExecutionInput input;
  input.cluster = &cluster;
  input.scheduler = &scheduler;
  input.workloads = workloads;
  input.layouts = layouts;
  input.seed = request.seed();
  input.detailed_runs =
      request.detailed_runs() > 0 ? request.detailed_runs() : 1;
  return simulate::Execute(input);
}

}  // namespace

absl::StatusOr<v1::SimulationResult> Simulate(
    const v1::SimulationRequest& request) {
  absl::StatusOr<std::vector<v1::ColocationPlan>> plans = PlansOf(request);
  if (!plans.ok()) return plans.status();

  DiagnosticList diagnostics;
  const Subject subject({}, "SimulationRequest", "");
  if (plans->empty()) {
    diagnostics.Error("simulation-value", subject, "workloads",
                      "there has to be one at least");
  }
  const ClusterModel cluster =
      simulate::ReadCluster(request.cluster(), &diagnostics);
  std::vector<WorkloadModel> workloads;
  int64_t units = 0;
  for (size_t w = 0; w < plans->size(); ++w) {
    const v1::SimulatedWorkload& workload =
        request.workloads(static_cast<int>(w));
    workloads.push_back(simulate::ReadWorkload(
        (*plans)[w], workload.durations(), workload.arrivals(), &diagnostics));
    units += int64_t{workloads.back().runs} *
             static_cast<int64_t>(workloads.back().units.size() + 1);
  }
  if (diagnostics.has_errors()) {
    return ToStatus(absl::StatusCode::kInvalidArgument, diagnostics.Sorted());
  }
  if (units > kMostUnits) {
    diagnostics
        .Error("limit-simulated-units", subject, "workloads",
               absl::StrCat("these are ", units,
                            " units of work in all runs together; at most ",
                            kMostUnits, " are simulated"))
        .set_hint("simulate fewer runs");
    return ToStatus(absl::StatusCode::kResourceExhausted, diagnostics.Sorted());
  }
  v1::SimulationResult result;
  for (const v1::ExecutionKind kind : {v1::POD_PER_TASK, v1::COLOCATED}) {
    *result.add_executions() =
        ExecuteAs(kind, request, *plans, workloads, cluster);
  }
  AddNotes(*plans, &result);
  return result;
}

}  // namespace colocation
