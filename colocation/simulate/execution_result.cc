#include "colocation/simulate/execution_result.h"

#include <string>
#include <utility>
#include <vector>

#include "colocation/simulate/distribution.h"
#include "colocation/simulate/why_stuck.h"
#include "colocation/syntax/duration.h"

namespace colocation::simulate {
namespace {

void Tell(const World& world, RunId id, v1::SimulatedRun* told) {
  const RunState& run = world.runs[id];
  const WorkloadModel& workload = world.WorkloadOf(run);
  const Layout& layout = world.LayoutOf(run);
  const auto moment = [](Moment at, std::string* text) {
    if (at != kNever) *text = FormatDurationNs(at);
  };
  told->set_index(id);
  told->set_name(workload.name);
  moment(run.arrival, told->mutable_arrival());
  told->set_outcome(run.outcome);
  moment(run.end, told->mutable_end());
  if (run.end != kNever)
    moment(run.end - run.arrival, told->mutable_makespan());
  told->set_reason(run.reason);
  moment(run.stuck_since, told->mutable_stuck_since());
  for (const PodId pod_id : run.pods) {
    const PodState& pod = world.pods[pod_id];
    v1::SimulatedPod* out = told->add_pods();
    out->set_name(PodName(world, pod));
    out->set_placeholder(pod.model < 0);
    if (pod.model >= 0) {
      for (const int task : layout.pods[pod.model].tasks) {
        out->add_tasks(workload.tasks[task].name);
      }
    }
    const Amounts& requests =
        world.scheduler.shape(pod.candidate.shape).requests;
    for (size_t r = 0; r < requests.size(); ++r) {
      if (requests[r] == 0) continue;
      (*out->mutable_requests())[world.cluster.resources.Name(
          static_cast<int>(r))] = AmountText(static_cast<int>(r), requests[r]);
    }
    if (pod.node >= 0) out->set_node(world.scheduler.node(pod.node).name);
    moment(pod.created, out->mutable_created());
    moment(pod.scheduled, out->mutable_scheduled());
    moment(pod.volumes_ready, out->mutable_volumes_ready());
    if (pod.started != kNever &&
        (pod.ended == kNever || pod.started <= pod.ended)) {
      moment(pod.started, out->mutable_started());
    }
    moment(pod.ended, out->mutable_ended());
    out->set_unschedulable(pod.unschedulable);
    out->set_stuck(pod.stuck);
  }
  for (size_t u = 0; u < run.units.size(); ++u) {
    const UnitState& unit = run.units[u];
    v1::SimulatedUnit* out = told->add_units();
    out->set_name(workload.units[u].name);
    out->set_task(workload.tasks[workload.units[u].task].name);
    if (unit.pod >= 0) out->set_pod(PodName(world, world.pods[unit.pod]));
    out->set_outcome(unit.phase == UnitState::Phase::kEnded
                         ? unit.outcome
                         : v1::UNIT_NEVER_STARTED);
    out->set_reason(unit.reason);
    out->set_attempts(unit.attempts);
    moment(unit.ready, out->mutable_ready());
    moment(unit.start, out->mutable_start());
    if (unit.start != kNever || unit.outcome == v1::UNIT_FAILED) {
      moment(unit.end, out->mutable_end());
    }
  }
}

}  // namespace

v1::ExecutionResult ResultOf(World* ended) {
  World& world = *ended;
  v1::ExecutionResult result;
  if (!world.input.layouts.empty()) {
    result.set_kind(world.input.layouts[0].kind);
    result.set_description(world.input.layouts[0].description);
  }
  std::vector<Moment> makespans;
  std::vector<Moment> first_steps;
  std::vector<RunId> told;
  int32_t told_stuck = 0;
  result.set_runs(static_cast<int64_t>(world.runs.size()));
  for (size_t i = 0; i < world.runs.size(); ++i) {
    RunState& run = world.runs[i];
    if (run.end == kNever) run.outcome = v1::RUN_DEADLOCKED;
    switch (run.outcome) {
      case v1::RUN_SUCCEEDED:
        result.set_succeeded(result.succeeded() + 1);
        break;
      case v1::RUN_FAILED:
        result.set_failed(result.failed() + 1);
        break;
      case v1::RUN_TIMED_OUT:
        result.set_timed_out(result.timed_out() + 1);
        break;
      default:
        result.set_deadlocked(result.deadlocked() + 1);
    }
    const bool ended =
        run.outcome == v1::RUN_SUCCEEDED || run.outcome == v1::RUN_FAILED;
    if (ended) makespans.push_back(run.end - run.arrival);
    if (ended && run.first_step != kNever) {
      first_steps.push_back(run.first_step - run.arrival);
    }
    const bool stuck = run.outcome == v1::RUN_DEADLOCKED;
    if (static_cast<int64_t>(i) < world.input.detailed_runs ||
        (stuck && told_stuck < world.input.detailed_runs)) {
      told_stuck += stuck;
      told.push_back(static_cast<RunId>(i));
    }
  }
  // What is still there counts up to the end.
  for (const PodState& pod : world.pods) {
    if (pod.phase == PodPhase::kEnded || pod.node < 0) continue;
    const Amounts& requests =
        world.scheduler.shape(pod.candidate.shape).requests;
    world.usage.requested.Add(requests, world.end - pod.scheduled);
    if (pod.model < 0)
      world.usage.placeholders.Add(requests, world.end - pod.scheduled);
  }
  world.now = world.end;
  for (NodeId node = 0; node < world.scheduler.node_count(); ++node) {
    if (world.scheduler.present(node)) world.CloseNode(node);
  }
  *result.mutable_makespan() = DistributionOf(std::move(makespans));
  *result.mutable_first_step() = DistributionOf(std::move(first_steps));
  *result.mutable_pending() = DistributionOf(std::move(world.usage.pending));
  result.set_pods(static_cast<int64_t>(world.pods.size()));
  result.set_placeholders(world.usage.placeholder_pods);
  result.set_volumes(world.usage.volumes_made);
  result.set_attachments(world.usage.attachments);
  result.set_image_pulls(world.usage.image_pulls);
  world.usage.requested.Write(world.cluster.resources,
                              result.mutable_requested_seconds());
  world.usage.placeholders.Write(world.cluster.resources,
                                 result.mutable_placeholder_seconds());
  world.usage.allocatable.Write(world.cluster.resources,
                                result.mutable_allocatable_seconds());
  for (size_t r = 0; r < world.usage.peak_permille.size(); ++r) {
    if (world.usage.peak_permille[r] == 0) continue;
    (*result.mutable_peak_permille())[world.cluster.resources.Name(
        static_cast<int>(r))] = world.usage.peak_permille[r];
  }
  if (world.usage.scaled_node_time > 0) {
    result.set_scaled_node_seconds(SecondsText(world.usage.scaled_node_time));
  }
  result.set_nodes_added(world.usage.nodes_added);
  result.set_end(FormatDurationNs(world.end));
  for (const RunId run : told) Tell(world, run, result.add_detailed());
  return result;
}

}  // namespace colocation::simulate
