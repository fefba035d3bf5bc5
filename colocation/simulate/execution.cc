#include "colocation/simulate/execution.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "colocation/simulate/chance.h"
#include "colocation/simulate/decision.h"
#include "colocation/simulate/event_queue.h"
#include "colocation/simulate/execution_result.h"
#include "colocation/simulate/node_groups.h"
#include "colocation/simulate/volumes.h"
#include "colocation/simulate/why_stuck.h"

namespace colocation::simulate {
namespace {

class Execution {
 public:
  explicit Execution(const ExecutionInput& input)
      : world_(input), groups_(&world_, &events_) {}

  v1::ExecutionResult Run();

 private:
  // -- Events ----------------------------------------------------------------
  void Start();
  void Handle(const Event& event);
  void Settle();

  // -- Runs and tasks --------------------------------------------------------
  void PlanArrivals();
  void Arrive(RunId run);
  void Begin(RunId run);
  void MakeVolumes(RunId run);
  void TaskReady(RunId run, int task);
  // Whether it ended by that.
  bool EndByDecision(RunId run, int task);
  void EndTask(RunId run, int task, v1::UnitOutcome outcome, bool by_when,
               const char* reason);
  void TellDependents(RunId run, int task);
  void EndRun(RunId run, v1::RunOutcome outcome);
  void StopUnit(RunState* run, int unit, v1::UnitOutcome outcome,
                const char* reason);
  void TasksTimeout(RunId run);
  void RunTimeout(RunId run);
  void DeclareStuck();
  void Progress(RunState* run) {
    run->progress = world_.now;
    world_.end = world_.now;
  }

  // -- Units -----------------------------------------------------------------
  void StartUnit(RunId run, int unit);
  void PlanStart(RunId run, int unit);
  Moment StepDuration(const RunState& run, int unit, int step) const;
  bool AttemptFails(const RunState& run, int unit) const;
  void EndAttempt(RunId run, int unit, bool failed, const char* reason);

  // -- Pods ------------------------------------------------------------------
  void PlanPod(RunId run, int model, Moment delay);
  void CreatePod(RunId run, int model);
  PodId NewPod(RunId run, int model, int assistant, Moment delay);
  void TrySchedule(PodId pod);
  void Assigned(PodId pod, NodeId node);
  void Unschedulable(PodId pod);
  void Serve(const std::vector<PodId>& served);
  void StartContainers(PodId pod);
  void EndPod(PodId pod);
  void LosePod(PodId pod);
  void Replace(PodId assistant, Moment delay);
  void ReplaceCordonedAssistants(RunId run);

  // -- Volumes and nodes -----------------------------------------------------
  void StartMaking(VolumeId volume);
  void Do(VolumeWork work, VolumeId volume);
  void Administer(const EventModel& event);
  void NodeReady(NodeId node);

  World world_;
  EventQueue events_;
  NodeGroups groups_;

  // Pods that wait for an Immediate claim.
  std::map<VolumeId, std::vector<PodId>> claim_waiters_;
  // By the assistant's Pod.
  std::map<PodId, std::vector<PodId>> followers_;
  // By ClusterModel.claims.
  std::vector<VolumeId> shared_claims_;
  int64_t next_zone_ = 0;

  // To be done before the next event.
  std::deque<std::pair<RunId, int>> ready_tasks_;
  std::deque<PodId> to_schedule_;
  std::deque<NodeId> changed_nodes_;

  // All runs that are stuck are known to be, unless something was planned
  // since: EventQueue::ever_hopeful of then.
  int64_t declared_ = -1;
};

// -- Events -------------------------------------------------------------------

void Execution::Start() {
  world_.TakeInNewNodes();
  for (NodeId node = 0; node < world_.scheduler.node_count(); ++node) {
    if (world_.scheduler.present(node)) world_.nodes[node].present_since = 0;
  }
  for (const ClaimModel& claim : world_.cluster.claims) {
    shared_claims_.push_back(world_.scheduler.AddVolume(claim.zone));
    world_.volumes.Add(claim.one_node, /*made=*/true);
    VolumeModel model;
    model.name = claim.name;
    model.one_node = claim.one_node;
    world_.volume_models.push_back(model);
  }
  for (size_t i = 0; i < world_.cluster.events.size(); ++i) {
    events_.Plan(world_.cluster.events[i].at, Event::kClusterEvent,
                 static_cast<int32_t>(i));
  }
  PlanArrivals();
  for (NodeId node = 0; node < world_.scheduler.node_count(); ++node) {
    groups_.MayBeIdle(node);
  }
}

v1::ExecutionResult Execution::Run() {
  Start();
  while (!events_.empty() && world_.open_runs > 0) {
    if (!events_.hopeful() &&
        (!groups_.any_blocked() || !events_.has_idle_checks())) {
      DeclareStuck();
    }
    const Event event = events_.Next();
    world_.now = event.at;
    Handle(event);
    Settle();
    if (world_.input.observer) world_.input.observer(world_.now);
  }
  if (world_.open_runs > 0) DeclareStuck();
  return ResultOf(&world_);
}

void Execution::Handle(const Event& event) {
  std::vector<PodId> served;
  switch (event.kind) {
    case Event::kArrive:
      return Arrive(event.a);
    case Event::kBegin:
      return Begin(event.a);
    case Event::kGate: {
      TaskState& task = world_.runs[event.a].tasks[event.b];
      if (--task.waits == 0) ready_tasks_.emplace_back(event.a, event.b);
      return;
    }
    case Event::kCreatePod:
      return CreatePod(event.a, event.b);
    case Event::kSchedule:
      if (world_.pods[event.a].phase == PodPhase::kNew) TrySchedule(event.a);
      return;
    case Event::kVolumeMade: {
      const VolumeWork work = world_.volumes.Made(event.a, &served);
      Do(work, event.a);
      Serve(served);
      const auto waiters = claim_waiters_.find(event.a);
      if (waiters == claim_waiters_.end()) return;
      for (const PodId pod : waiters->second) {
        if (world_.pods[pod].phase == PodPhase::kWaitsForClaim) {
          to_schedule_.push_back(pod);
        }
      }
      claim_waiters_.erase(waiters);
      return;
    }
    case Event::kVolumeAttached: {
      const VolumeWork work = world_.volumes.Attached(event.a, &served);
      Do(work, event.a);
      return Serve(served);
    }
    case Event::kVolumeDetached: {
      const VolumeWork work = world_.volumes.Detached(event.a, &served);
      Do(work, event.a);
      return Serve(served);
    }
    case Event::kStartUnit:
      if (world_.runs[event.a].units[event.b].generation == event.generation) {
        StartUnit(event.a, event.b);
      }
      return;
    case Event::kEndUnit:
      if (world_.runs[event.a].units[event.b].generation == event.generation) {
        EndAttempt(event.a, event.b,
                   AttemptFails(world_.runs[event.a], event.b),
                   "a step failed");
      }
      return;
    case Event::kTaskTimeout:
      if (world_.runs[event.a].units[event.b].generation == event.generation) {
        EndAttempt(event.a, event.b, true, "TaskRunTimeout");
      }
      return;
    case Event::kNodeReady:
      return NodeReady(event.a);
    case Event::kClusterEvent:
      return Administer(world_.cluster.events[event.a]);
    case Event::kNodeIdle:
      return groups_.NodeIdle(event.a, event.generation);
    case Event::kTasksTimeout:
      return TasksTimeout(event.a);
    case Event::kRunTimeout:
      return RunTimeout(event.a);
  }
}

void Execution::Settle() {
  while (true) {
    if (!ready_tasks_.empty()) {
      const auto [run, task] = ready_tasks_.front();
      ready_tasks_.pop_front();
      TaskReady(run, task);
    } else if (!to_schedule_.empty()) {
      const PodId pod = to_schedule_.front();
      to_schedule_.pop_front();
      if (world_.Alive(pod)) TrySchedule(pod);
    } else if (!changed_nodes_.empty()) {
      const NodeId node = changed_nodes_.front();
      if (const auto pod = world_.scheduler.NextFor(node)) {
        Assigned(*pod, node);
      } else {
        changed_nodes_.pop_front();
      }
    } else {
      return;
    }
  }
}

// -- Runs and tasks -----------------------------------------------------------

void Execution::PlanArrivals() {
  struct Arrival {
    Moment at;
    int workload;
    int64_t number;
  };
  std::vector<Arrival> arrivals;
  for (size_t w = 0; w < world_.input.workloads.size(); ++w) {
    const WorkloadModel& workload = world_.input.workloads[w];
    Moment at = workload.start;
    for (int32_t i = 0; i < workload.runs; ++i) {
      if (i > 0) {
        at = Later(
            at, workload.random
                    ? ExponentialInterval(Draw(world_.input.seed,
                                               Purpose::kArrival, w, i, 0, 0),
                                          workload.interval)
                    : workload.interval);
      }
      arrivals.push_back({at, static_cast<int>(w), i});
    }
  }
  absl::c_stable_sort(
      arrivals, [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  world_.runs.resize(arrivals.size());
  for (size_t i = 0; i < arrivals.size(); ++i) {
    world_.runs[i].workload = arrivals[i].workload;
    world_.runs[i].number = arrivals[i].number;
    world_.runs[i].arrival = arrivals[i].at;
    events_.Plan(arrivals[i].at, Event::kArrive, static_cast<int32_t>(i));
  }
  world_.open_runs = static_cast<int64_t>(world_.runs.size());
}

void Execution::Arrive(RunId id) {
  RunState& run = world_.runs[id];
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const Layout& layout = world_.LayoutOf(run);
  Progress(&run);
  run.tasks.resize(workload.tasks.size());
  run.units.resize(workload.units.size());
  run.pod_of.assign(layout.pods.size(), -1);
  run.pod_planned.assign(layout.pods.size(), 0);
  run.pod_gone.assign(layout.pods.size(), 0);
  run.open_tasks = static_cast<int>(workload.tasks.size());
  for (size_t t = 0; t < workload.tasks.size(); ++t) {
    run.tasks[t].waits = static_cast<int>(workload.tasks[t].wait_for.size());
    run.tasks[t].open_units = workload.tasks[t].units;
  }
  for (const PodModel& pod : layout.pods) {
    std::vector<int>& missing = run.start_missing.emplace_back();
    for (const std::vector<int>& tasks : pod.start_when) {
      missing.push_back(static_cast<int>(tasks.size()));
    }
  }
  if (workload.pipeline_timeout > 0) {
    events_.Plan(Later(world_.now, workload.pipeline_timeout),
                 Event::kRunTimeout, id);
  }
  if (workload.tasks_timeout > 0) {
    events_.Plan(Later(world_.now, workload.tasks_timeout),
                 Event::kTasksTimeout, id);
  }
  events_.Plan(Later(world_.now, world_.cluster.costs.reconcile), Event::kBegin,
               id);
}

void Execution::MakeVolumes(RunId id) {
  RunState& run = world_.runs[id];
  for (const VolumeModel& model : world_.LayoutOf(run).volumes) {
    if (model.claim >= 0) {
      run.volumes.push_back(shared_claims_[model.claim]);
      continue;
    }
    int zone = -1;
    if (model.immediate && model.zonal && world_.cluster.zones.size() > 0) {
      // A provisioner that knows no Pod takes one zone after the other.
      zone = static_cast<int>(next_zone_++ % world_.cluster.zones.size());
    }
    const VolumeId volume = world_.scheduler.AddVolume(zone);
    world_.volumes.Add(model.one_node, /*made=*/false);
    world_.volume_models.push_back(model);
    run.volumes.push_back(volume);
    ++world_.usage.volumes_made;
    if (model.immediate) StartMaking(volume);
  }
}

void Execution::Begin(RunId id) {
  RunState& run = world_.runs[id];
  if (run.end != kNever) return;
  Progress(&run);
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const Layout& layout = world_.LayoutOf(run);
  MakeVolumes(id);
  for (size_t a = 0; a < layout.assistants.size(); ++a) {
    run.assistants.push_back(NewPod(id, -1, static_cast<int>(a), 0));
  }
  if (!world_.per_task) {
    for (size_t p = 0; p < layout.pods.size(); ++p) {
      if (absl::c_any_of(run.start_missing[p],
                         [](int missing) { return missing == 0; })) {
        run.pod_planned[p] = 1;
        CreatePod(id, static_cast<int>(p));
      }
    }
  }
  for (size_t t = 0; t < workload.tasks.size(); ++t) {
    if (workload.tasks[t].never) {
      EndTask(id, static_cast<int>(t), v1::UNIT_SKIPPED,
              workload.tasks[t].never_by_when, "known when it was planned");
    }
  }
  for (size_t t = 0; t < workload.tasks.size(); ++t) {
    if (!workload.tasks[t].never && run.tasks[t].waits == 0 &&
        run.tasks[t].phase == TaskState::Phase::kWaiting) {
      ready_tasks_.emplace_back(id, static_cast<int>(t));
    }
  }
}

bool Execution::EndByDecision(RunId id, int task) {
  RunState& run = world_.runs[id];
  const Decision decision = Decide(world_.WorkloadOf(run), run, task);
  if (decision.outcome != v1::UNIT_OUTCOME_UNSPECIFIED) {
    EndTask(id, task, decision.outcome, decision.by_when, decision.reason);
    return true;
  }
  const std::string& refused = world_.LayoutOf(run).refused[task];
  if (!refused.empty()) {
    EndTask(id, task, v1::UNIT_FAILED, false, refused.c_str());
    return true;
  }
  run.tasks[task].phase = TaskState::Phase::kStarted;
  return false;
}

void Execution::TaskReady(RunId id, int task) {
  RunState& run = world_.runs[id];
  TaskState& state = run.tasks[task];
  if (run.end != kNever || state.phase != TaskState::Phase::kWaiting) return;
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const Layout& layout = world_.LayoutOf(run);
  const TaskModel& model = workload.tasks[task];
  state.phase = TaskState::Phase::kReady;
  Progress(&run);
  const int end = model.first_unit + model.units;
  for (int unit = model.first_unit; unit < end; ++unit) {
    run.units[unit].phase = UnitState::Phase::kReady;
    run.units[unit].ready = world_.now;
  }
  // Begin answers a run's arrival, and has waited already.
  const Moment delay =
      model.wait_for.empty() ? 0 : world_.cluster.costs.reconcile;
  if (model.external || model.units == 0) {
    if (EndByDecision(id, task)) return;
    if (model.units == 0) {
      EndTask(id, task, v1::UNIT_SKIPPED, false, "it has no combinations");
      return;
    }
    events_.Plan(Later(world_.now, delay), Event::kStartUnit, id,
                 model.first_unit, run.units[model.first_unit].generation);
    return;
  }
  if (world_.per_task) {
    if (EndByDecision(id, task)) return;
    for (int unit = model.first_unit; unit < end; ++unit) {
      PlanPod(id, layout.pod_of[unit], delay);
    }
    return;
  }
  const int pod_model = layout.pod_of[model.first_unit];
  if (run.pod_gone[pod_model] != 0) {
    if (!EndByDecision(id, task)) {
      EndTask(id, task, v1::UNIT_FAILED, false, "its Pod is gone");
    }
    return;
  }
  // Only in the Pod is it decided whether it runs.
  for (int unit = model.first_unit; unit < end; ++unit) PlanStart(id, unit);
}

void Execution::TellDependents(RunId id, int task) {
  RunState& run = world_.runs[id];
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const Layout& layout = world_.LayoutOf(run);
  // -1 for what is in no Pod.
  const auto pod_of = [&](int t) {
    const TaskModel& model = workload.tasks[t];
    return model.units == 0 ? -1 : layout.pod_of[model.first_unit];
  };
  const int here = pod_of(task);
  for (const int dependent : workload.tasks[task].waited_by) {
    const int there = pod_of(dependent);
    const bool gate = !world_.per_task && there >= 0 && there != here &&
                      run.pod_of[there] >= 0 && world_.cluster.costs.gate > 0;
    if (gate) {
      events_.Plan(Later(world_.now, world_.cluster.costs.gate), Event::kGate,
                   id, dependent);
    } else if (--run.tasks[dependent].waits == 0) {
      ready_tasks_.emplace_back(id, dependent);
    }
  }
  if (world_.per_task) return;
  for (size_t p = 0; p < layout.pods.size(); ++p) {
    if (run.pod_planned[p] != 0) continue;
    for (size_t s = 0; s < layout.pods[p].start_when.size(); ++s) {
      if (!absl::c_linear_search(layout.pods[p].start_when[s], task)) continue;
      if (--run.start_missing[p][s] == 0 && run.pod_planned[p] == 0) {
        PlanPod(id, static_cast<int>(p), world_.cluster.costs.reconcile);
      }
    }
  }
}

void Execution::EndTask(RunId id, int task, v1::UnitOutcome outcome,
                        bool by_when, const char* reason) {
  RunState& run = world_.runs[id];
  TaskState& state = run.tasks[task];
  if (state.phase == TaskState::Phase::kEnded) return;
  const TaskModel& model = world_.WorkloadOf(run).tasks[task];
  state.phase = TaskState::Phase::kEnded;
  state.outcome = outcome;
  state.by_when = by_when;
  Progress(&run);
  for (int u = 0; u < model.units; ++u) {
    StopUnit(&run, model.first_unit + u, outcome, reason);
  }
  if (outcome == v1::UNIT_FAILED && !model.continue_on_error) {
    run.failed = true;
    if (!model.finally &&
        !absl::c_linear_search(run.stopping_siblings, model.siblings)) {
      run.stopping_siblings.push_back(model.siblings);
    }
  }
  TellDependents(id, task);
  if (!world_.per_task && model.units > 0) {
    const int pod_model = world_.LayoutOf(run).pod_of[model.first_unit];
    if (pod_model >= 0 && run.pod_of[pod_model] >= 0) {
      PodState& pod = world_.pods[run.pod_of[pod_model]];
      if (--pod.open == 0 && pod.phase != PodPhase::kEnded) {
        EndPod(run.pod_of[pod_model]);
      }
    }
  }
  if (--run.open_tasks == 0) {
    EndRun(id, run.failed ? v1::RUN_FAILED : v1::RUN_SUCCEEDED);
    return;
  }
  ReplaceCordonedAssistants(id);
}

void Execution::StopUnit(RunState* run, int unit, v1::UnitOutcome outcome,
                         const char* reason) {
  UnitState& state = run->units[unit];
  if (state.phase == UnitState::Phase::kEnded) return;
  ++state.generation;
  state.phase = UnitState::Phase::kEnded;
  state.outcome = outcome;
  state.reason = reason;
  state.end = world_.now;
}

void Execution::EndRun(RunId id, v1::RunOutcome outcome) {
  RunState& run = world_.runs[id];
  if (run.end != kNever) return;
  run.end = world_.now;
  // Where only a timeout got it out of a deadlock, that is what it was.
  run.outcome =
      run.stuck && outcome == v1::RUN_FAILED ? v1::RUN_DEADLOCKED : outcome;
  Progress(&run);
  --world_.open_runs;
  // Copied: ending a Pod changes the list of none, but may create others'.
  const std::vector<PodId> pods = run.pods;
  for (const PodId pod : pods) EndPod(pod);
}

void Execution::TasksTimeout(RunId id) {
  RunState& run = world_.runs[id];
  if (run.end != kNever) return;
  const WorkloadModel& workload = world_.WorkloadOf(run);
  run.tasks_over = true;
  run.failed = true;
  for (size_t t = 0; t < workload.tasks.size(); ++t) {
    const TaskModel& model = workload.tasks[t];
    if (model.finally || run.end != kNever) continue;
    const TaskState::Phase phase = run.tasks[t].phase;
    if (phase == TaskState::Phase::kStarted) {
      if (world_.per_task) {
        for (int u = 0; u < model.units; ++u) {
          const PodId pod = run.units[model.first_unit + u].pod;
          if (world_.Alive(pod)) EndPod(pod);
        }
      }
      EndTask(id, static_cast<int>(t), v1::UNIT_CANCELLED, false,
              "the timeout of tasks is over");
    } else if (phase == TaskState::Phase::kReady) {
      EndTask(id, static_cast<int>(t), v1::UNIT_SKIPPED, false,
              "the timeout of tasks is over");
    }
  }
}

void Execution::RunTimeout(RunId id) {
  RunState& run = world_.runs[id];
  if (run.end != kNever) return;
  std::string why;
  if (!run.stuck && CanNeverRun(world_, run, &why)) {
    run.stuck = true;
    run.stuck_since = run.progress;
    run.reason = why;
  } else if (!run.stuck) {
    for (const PodId pod : run.pods) {
      if (world_.pods[pod].phase == PodPhase::kRunning || !world_.Alive(pod))
        continue;
      run.reason = WhyStuck(world_, pod);
      break;
    }
  }
  for (const PodId pod : run.pods) {
    if (world_.Alive(pod) && world_.pods[pod].phase != PodPhase::kRunning &&
        world_.pods[pod].stuck.empty()) {
      world_.pods[pod].stuck = WhyStuck(world_, pod);
    }
  }
  for (size_t u = 0; u < run.units.size(); ++u) {
    const bool running = run.units[u].phase == UnitState::Phase::kRunning;
    StopUnit(&run, static_cast<int>(u),
             running ? v1::UNIT_CANCELLED : v1::UNIT_NEVER_STARTED,
             "the pipeline's timeout is over");
  }
  for (TaskState& task : run.tasks) task.phase = TaskState::Phase::kEnded;
  EndRun(id, run.stuck ? v1::RUN_DEADLOCKED : v1::RUN_TIMED_OUT);
}

void Execution::DeclareStuck() {
  if (declared_ == events_.ever_hopeful()) return;
  declared_ = events_.ever_hopeful();
  for (RunState& run : world_.runs) {
    if (run.end != kNever || run.stuck) continue;
    run.stuck = true;
    run.stuck_since = run.progress;
    // What others wait for is named first: a Pod without a node before one
    // that waits for an assistant.
    const auto worse = [&](PodPhase phase) {
      for (const PodId pod : run.pods) {
        if (world_.pods[pod].phase != phase) continue;
        if (run.reason.empty()) run.reason = WhyStuck(world_, pod);
        world_.pods[pod].stuck = WhyStuck(world_, pod);
        if (world_.pods[pod].unschedulable.empty() &&
            phase == PodPhase::kPending) {
          world_.pods[pod].unschedulable =
              world_.scheduler.Unschedulable(world_.pods[pod].candidate);
        }
      }
    };
    worse(PodPhase::kPending);
    worse(PodPhase::kWaitsForVolumes);
    worse(PodPhase::kWaitsForAssistant);
    worse(PodPhase::kWaitsForClaim);
    if (run.reason.empty()) {
      run.reason = "its tasks wait for each other";
    }
  }
}

// -- Units --------------------------------------------------------------------

Moment Execution::StepDuration(const RunState& run, int unit, int step) const {
  const UnitModel& model = world_.WorkloadOf(run).units[unit];
  const TaskModel& task = world_.WorkloadOf(run).tasks[model.task];
  const uint64_t draw =
      Draw(world_.input.seed, Purpose::kDuration, run.workload, run.number,
           static_cast<uint64_t>(unit) << 16 | static_cast<uint64_t>(step),
           run.units[unit].attempts);
  return Spread(draw, model.steps[step], task.spread_percent);
}

bool Execution::AttemptFails(const RunState& run, int unit) const {
  const TaskModel& task =
      world_.WorkloadOf(run).tasks[world_.WorkloadOf(run).units[unit].task];
  const UnitState& state = run.units[unit];
  if (state.attempts <= task.failing_attempts) return true;
  return Below(Draw(world_.input.seed, Purpose::kFailure, run.workload,
                    run.number, unit, state.attempts),
               1000) < task.failures_per_thousand;
}

// When the Pod's containers are known to come up; else StartContainers does it.
void Execution::PlanStart(RunId id, int unit) {
  RunState& run = world_.runs[id];
  const Layout& layout = world_.LayoutOf(run);
  const int pod_model = layout.pod_of[unit];
  const PodId pod =
      world_.per_task ? run.units[unit].pod : run.pod_of[pod_model];
  if (pod < 0 || world_.pods[pod].phase != PodPhase::kRunning) return;
  const PodModel& model = layout.pods[pod_model];
  const int need = model.first_needs[layout.place_in_pod[unit]];
  events_.Plan(std::max(world_.now, world_.pods[pod].up[need]),
               Event::kStartUnit, id, unit, run.units[unit].generation);
}

void Execution::StartUnit(RunId id, int unit) {
  RunState& run = world_.runs[id];
  UnitState& state = run.units[unit];
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const Layout& layout = world_.LayoutOf(run);
  const int task = workload.units[unit].task;
  if (run.tasks[task].phase == TaskState::Phase::kReady &&
      EndByDecision(id, task)) {
    return;
  }
  Progress(&run);
  state.phase = UnitState::Phase::kRunning;
  ++state.attempts;
  ++state.generation;
  state.start = world_.now;
  if (run.first_step == kNever) run.first_step = world_.now;
  const int pod_model = layout.pod_of[unit];
  const PodId pod = pod_model < 0
                        ? -1
                        : (world_.per_task ? state.pod : run.pod_of[pod_model]);
  state.pod = pod;
  Moment end = world_.now;
  for (size_t s = 0; s < workload.units[unit].steps.size(); ++s) {
    if (pod >= 0) {
      const int need =
          layout.pods[pod_model].step_needs[layout.place_in_pod[unit]][s];
      end = std::max(end, world_.pods[pod].up[need]);
    }
    end = Later(end, StepDuration(run, unit, static_cast<int>(s)));
  }
  events_.Plan(end, Event::kEndUnit, id, unit, state.generation);
  // Tekton counts from the creation of the TaskRun, the launcher from the first
  // step.
  const Moment timeout = workload.tasks[task].timeout;
  if (timeout > 0) {
    const Moment since =
        world_.per_task && pod >= 0 ? world_.pods[pod].created : world_.now;
    const Moment deadline = std::max(world_.now, Later(since, timeout));
    if (deadline < end) {
      events_.Plan(deadline, Event::kTaskTimeout, id, unit, state.generation);
    }
  }
}

void Execution::EndAttempt(RunId id, int unit, bool failed,
                           const char* reason) {
  RunState& run = world_.runs[id];
  UnitState& state = run.units[unit];
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const int task = workload.units[unit].task;
  const TaskModel& model = workload.tasks[task];
  Progress(&run);
  ++state.generation;
  // A Pod that never ran was an attempt, too.
  if (state.phase != UnitState::Phase::kRunning) ++state.attempts;
  const PodId pod = state.pod;
  if (world_.per_task && world_.Alive(pod)) EndPod(pod);
  const bool can_retry = run.end == kNever && !run.tasks_over;
  if (failed && state.attempts <= model.retries && can_retry) {
    state.phase = UnitState::Phase::kReady;
    if (world_.per_task && !model.external) {
      PlanPod(id, world_.LayoutOf(run).pod_of[unit],
              world_.cluster.costs.reconcile);
      return;
    }
    if (model.external || world_.Alive(pod)) {
      events_.Plan(world_.now, Event::kStartUnit, id, unit, state.generation);
      return;
    }
  }
  StopUnit(&run, unit, failed ? v1::UNIT_FAILED : v1::UNIT_SUCCEEDED,
           failed ? reason : "");
  TaskState& task_state = run.tasks[task];
  task_state.failed |= failed;
  if (--task_state.open_units == 0) {
    EndTask(id, task, task_state.failed ? v1::UNIT_FAILED : v1::UNIT_SUCCEEDED,
            false, reason);
  }
}

// -- Pods ---------------------------------------------------------------------

void Execution::PlanPod(RunId id, int model, Moment delay) {
  world_.runs[id].pod_planned[model] = 1;
  if (delay == 0) {
    CreatePod(id, model);
  } else {
    events_.Plan(Later(world_.now, delay), Event::kCreatePod, id, model);
  }
}

void Execution::CreatePod(RunId id, int model_index) {
  RunState& run = world_.runs[id];
  if (run.end != kNever) return;
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const PodModel& model = world_.LayoutOf(run).pods[model_index];
  if (world_.per_task) {
    const int unit = model.units[0];
    UnitState& state = run.units[unit];
    if (state.phase == UnitState::Phase::kEnded) return;
    // Something may have failed since it became ready.
    if (state.attempts == 0 && model.units.size() == 1 &&
        StoppedFor(workload, run, workload.units[unit].task) &&
        workload.tasks[workload.units[unit].task].units == 1) {
      EndTask(id, workload.units[unit].task, v1::UNIT_SKIPPED, false,
              "another task failed");
      return;
    }
    const PodId pod = NewPod(id, model_index, model.assistant, 0);
    PodState& created = world_.pods[pod];
    created.open = 1;
    state.pod = pod;
    const Moment timeout = workload.tasks[workload.units[unit].task].timeout;
    if (timeout > 0) {
      events_.Plan(Later(world_.now, timeout), Event::kTaskTimeout, id, unit,
                   state.generation);
    }
    return;
  }
  int open = 0;
  for (const int task : model.tasks) {
    open += run.tasks[task].phase != TaskState::Phase::kEnded;
  }
  if (open == 0) return;
  // After a failure, a Pod is only created for its finally tasks.
  if (!run.stopping_siblings.empty() && !model.has_finally) {
    run.pod_gone[model_index] = 1;
    for (const int task : model.tasks) {
      if (run.tasks[task].phase != TaskState::Phase::kReady) continue;
      if (!EndByDecision(id, task)) {
        // Its failed siblings don't stop it, but there is no Pod.
        EndTask(id, task, v1::UNIT_SKIPPED, false, "another task failed");
      }
    }
    return;
  }
  const PodId pod = NewPod(id, model_index, -1, 0);
  world_.pods[pod].open = open;
  run.pod_of[model_index] = pod;
}

PodId Execution::NewPod(RunId id, int model, int assistant, Moment delay) {
  RunState& run = world_.runs[id];
  const Layout& layout = world_.LayoutOf(run);
  const PodId pod_id = static_cast<PodId>(world_.pods.size());
  PodState& pod = world_.pods.emplace_back();
  pod.run = id;
  pod.model = model;
  pod.assistant = assistant;
  pod.created = Later(world_.now, delay);
  pod.candidate.pod = pod_id;
  const bool placeholder = model < 0;
  pod.candidate.shape = placeholder ? layout.assistants[assistant].shape
                                    : layout.pods[model].shape;
  for (const int volume : placeholder ? layout.assistants[assistant].volumes
                                      : layout.pods[model].volumes) {
    pod.candidate.volumes.push_back(run.volumes[volume]);
  }
  world_.usage.placeholder_pods += placeholder;
  run.pods.push_back(pod_id);
  Progress(&run);
  events_.Plan(Later(pod.created, world_.cluster.costs.pod_scheduling),
               Event::kSchedule, pod_id);
  return pod_id;
}

void Execution::TrySchedule(PodId id) {
  PodState& pod = world_.pods[id];
  RunState& run = world_.runs[pod.run];
  pod.candidate.only_node = -1;
  if (pod.model >= 0 && pod.assistant >= 0) {
    const PodId assistant = run.assistants[pod.assistant];
    if (world_.pods[assistant].node < 0) {
      pod.phase = PodPhase::kWaitsForAssistant;
      followers_[assistant].push_back(id);
      return;
    }
    pod.candidate.only_node = world_.pods[assistant].node;
  }
  for (const VolumeId volume : pod.candidate.volumes) {
    if (world_.volume_models[volume].immediate &&
        !world_.volumes.made(volume)) {
      pod.phase = PodPhase::kWaitsForClaim;
      claim_waiters_[volume].push_back(id);
      return;
    }
  }
  pod.phase = PodPhase::kPending;
  const NodeId node = world_.scheduler.Submit(pod.candidate);
  if (node >= 0) {
    Assigned(id, node);
  } else {
    Unschedulable(id);
  }
}

void Execution::Unschedulable(PodId id) {
  PodState& pod = world_.pods[id];
  if (pod.run < world_.input.detailed_runs && pod.unschedulable.empty()) {
    pod.unschedulable = world_.scheduler.Unschedulable(pod.candidate);
  }
  groups_.ScaleUp(id);
  ReplaceCordonedAssistants(pod.run);
}

void Execution::Assigned(PodId id, NodeId node) {
  PodState& pod = world_.pods[id];
  pod.node = node;
  pod.scheduled = world_.now;
  pod.phase = PodPhase::kWaitsForVolumes;
  Progress(&world_.runs[pod.run]);
  if (pod.model >= 0) world_.usage.pending.push_back(world_.now - pod.created);
  world_.nodes[node].pods.push_back(id);
  ++world_.nodes[node].idle_generation;
  world_.NoteUse();
  pod.missing_volumes = static_cast<int>(pod.candidate.volumes.size());
  // Copied: Want may let other Pods go on.
  const auto volumes = pod.candidate.volumes;
  for (const VolumeId volume : volumes) {
    if (!world_.volumes.made(volume) && !world_.volumes.being_made(volume)) {
      // WaitForFirstConsumer: this is the first one.
      if (world_.volume_models[volume].zonal) {
        world_.scheduler.SetZone(volume, world_.scheduler.node(node).zone);
      }
      StartMaking(volume);
    }
    std::vector<PodId> served;
    const VolumeWork work = world_.volumes.Want(volume, id, node, &served);
    Do(work, volume);
    Serve(served);
  }
  if (volumes.empty()) StartContainers(id);
  // Another Pod with the volume may now fit where it did not before.
  if (!volumes.empty()) changed_nodes_.push_back(node);
  if (world_.pods[id].model < 0) {
    const auto followers = followers_.find(id);
    if (followers != followers_.end()) {
      for (const PodId follower : followers->second) {
        if (world_.pods[follower].phase == PodPhase::kWaitsForAssistant) {
          to_schedule_.push_back(follower);
        }
      }
      followers_.erase(followers);
    }
  }
}

void Execution::Serve(const std::vector<PodId>& served) {
  for (const PodId pod : served) {
    if (--world_.pods[pod].missing_volumes == 0) StartContainers(pod);
  }
}

void Execution::StartContainers(PodId id) {
  PodState& pod = world_.pods[id];
  RunState& run = world_.runs[pod.run];
  pod.phase = PodPhase::kRunning;
  pod.volumes_ready = world_.now;
  Moment at = Later(world_.now, world_.cluster.costs.pod_start);
  if (pod.model >= 0) {
    const PodModel& model = world_.LayoutOf(run).pods[pod.model];
    std::vector<Moment>& there = world_.nodes[pod.node].image_at;
    for (size_t i = 0; i < model.images.size(); ++i) {
      Moment& image = there[model.images[i]];
      if (image == kNever) {
        at = Later(at, world_.cluster.costs.PullOf(model.images[i]));
        image = at;
        ++world_.usage.image_pulls;
      } else {
        at = std::max(at, image);
      }
      // The first stands for the init containers, which podStart has.
      if (i > 0) at = Later(at, world_.cluster.costs.container_start);
      pod.up.push_back(at);
    }
    for (const int unit : model.units) {
      if (run.units[unit].phase == UnitState::Phase::kReady) {
        PlanStart(pod.run, unit);
      }
    }
  }
  pod.started = at;
}

void Execution::EndPod(PodId id) {
  PodState& pod = world_.pods[id];
  if (pod.phase == PodPhase::kEnded) return;
  const PodPhase phase = pod.phase;
  pod.phase = PodPhase::kEnded;
  pod.ended = world_.now;
  if (phase == PodPhase::kPending) world_.scheduler.Withdraw(id);
  if (pod.node < 0) return;
  const NodeId node = pod.node;
  world_.scheduler.Release(pod.candidate, node);
  std::vector<PodId>& there = world_.nodes[node].pods;
  there.erase(absl::c_find(there, id));
  const Amounts& requests =
      world_.scheduler.shape(pod.candidate.shape).requests;
  world_.usage.requested.Add(requests, world_.now - pod.scheduled);
  if (pod.model < 0)
    world_.usage.placeholders.Add(requests, world_.now - pod.scheduled);
  for (const VolumeId volume : pod.candidate.volumes) {
    std::vector<PodId> served;
    const VolumeWork work = world_.volumes.Leave(volume, id, &served);
    Do(work, volume);
    Serve(served);
  }
  changed_nodes_.push_back(node);
  groups_.MayBeIdle(node);
}

// Its node has gone.
void Execution::LosePod(PodId id) {
  const RunId run_id = world_.pods[id].run;
  const int model_index = world_.pods[id].model;
  if (model_index < 0) {
    Replace(id, 0);
    return;
  }
  RunState& run = world_.runs[run_id];
  const PodModel& model = world_.LayoutOf(run).pods[model_index];
  EndPod(id);
  if (world_.per_task) {
    EndAttempt(run_id, model.units[0], true, "its node was removed");
    return;
  }
  run.pod_gone[model_index] = 1;
  for (const int unit : model.units) {
    if (run.units[unit].phase == UnitState::Phase::kRunning) {
      EndAttempt(run_id, unit, true, "its node was removed");
    }
  }
  for (const int task : model.tasks) {
    if (run.tasks[task].phase != TaskState::Phase::kReady) continue;
    if (!EndByDecision(run_id, task)) {
      EndTask(run_id, task, v1::UNIT_FAILED, false, "its Pod is gone");
    }
  }
}

// A StatefulSet makes its Pod anew.
void Execution::Replace(PodId id, Moment delay) {
  const RunId run_id = world_.pods[id].run;
  const int assistant = world_.pods[id].assistant;
  EndPod(id);
  if (world_.runs[run_id].end != kNever) return;
  const PodId next = NewPod(run_id, -1, assistant, delay);
  RunState& run = world_.runs[run_id];
  run.assistants[assistant] = next;
  // Followers that have no node yet wait for the new one.
  for (const PodId follower : run.pods) {
    PodState& pod = world_.pods[follower];
    if (pod.model < 0 || pod.assistant != assistant) continue;
    if (pod.phase == PodPhase::kPending) {
      world_.scheduler.Withdraw(follower);
    } else if (pod.phase != PodPhase::kWaitsForAssistant) {
      continue;
    }
    pod.phase = PodPhase::kWaitsForAssistant;
    followers_[next].push_back(follower);
  }
}

// createOrUpdateAffinityAssistant in pkg/reconciler/pipelinerun/
// affinity_assistant.go, whenever the run is reconciled.
void Execution::ReplaceCordonedAssistants(RunId id) {
  if (world_.cluster.tekton.keep_cordoned_assistant) return;
  const std::vector<PodId> assistants = world_.runs[id].assistants;
  for (const PodId assistant : assistants) {
    const PodState& pod = world_.pods[assistant];
    if (pod.phase == PodPhase::kRunning &&
        world_.scheduler.cordoned(pod.node)) {
      Replace(assistant, world_.cluster.costs.reconcile);
    }
  }
}

// -- Volumes and nodes --------------------------------------------------------

void Execution::StartMaking(VolumeId volume) {
  world_.volumes.StartMaking(volume);
  events_.Plan(Later(world_.now, world_.cluster.costs.volume_provision),
               Event::kVolumeMade, volume);
}

void Execution::Do(VolumeWork work, VolumeId volume) {
  if (work == VolumeWork::kAttach) {
    ++world_.usage.attachments;
    events_.Plan(Later(world_.now, world_.cluster.costs.volume_attach),
                 Event::kVolumeAttached, volume);
  } else if (work == VolumeWork::kDetach) {
    events_.Plan(Later(world_.now, world_.cluster.costs.volume_detach),
                 Event::kVolumeDetached, volume);
  }
}

void Execution::Administer(const EventModel& event) {
  const NodeId node = event.node;
  if (!world_.scheduler.present(node)) return;
  switch (event.kind) {
    case EventModel::kCordon:
      world_.scheduler.SetCordoned(node, true);
      return;
    case EventModel::kUncordon:
      world_.scheduler.SetCordoned(node, false);
      changed_nodes_.push_back(node);
      return;
    case EventModel::kRemove: {
      world_.CloseNode(node);
      const std::vector<PodId> pods = world_.nodes[node].pods;
      for (const PodId pod : pods) {
        if (world_.Alive(pod)) LosePod(pod);
      }
      groups_.NodeRemoved(node);
      return;
    }
  }
}

void Execution::NodeReady(NodeId node) {
  const std::vector<PodId> expected = groups_.NodeReady(node);
  world_.scheduler.SetPresent(node, true);
  world_.nodes[node].present_since = world_.now;
  world_.end = world_.now;
  while (const auto pod = world_.scheduler.NextFor(node)) Assigned(*pod, node);
  for (const PodId pod : expected) {
    // Others were faster.
    if (world_.pods[pod].phase == PodPhase::kPending) groups_.ScaleUp(pod);
  }
  groups_.MayBeIdle(node);
}

}  // namespace

v1::ExecutionResult Execute(const ExecutionInput& input) {
  return Execution(input).Run();
}

}  // namespace colocation::simulate
