#include "colocation/simulate/execution.h"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "colocation/simulate/chance.h"
#include "colocation/simulate/distribution.h"
#include "colocation/simulate/execution_state.h"
#include "colocation/simulate/volumes.h"
#include "colocation/syntax/duration.h"

namespace colocation::simulate {
namespace {

struct Event {
  enum Kind : uint8_t {
    kArrive,
    kBegin,
    kGate,
    kCreatePod,
    kSchedule,
    kVolumeMade,
    kVolumeAttached,
    kVolumeDetached,
    kStartUnit,
    kEndUnit,
    kNodeReady,
    kClusterEvent,
    // These alone let nothing go on.
    kNodeIdle,
    kTaskTimeout,
    kTasksTimeout,
    kRunTimeout,
  };
  Moment at = 0;
  int64_t sequence = 0;
  Kind kind = kArrive;
  int32_t a = 0;
  int32_t b = 0;
  uint32_t generation = 0;

  // Of the same moment: the planned order.
  bool operator<(const Event& other) const {
    return at != other.at ? at > other.at : sequence > other.sequence;
  }
};

bool LetsGoOn(Event::Kind kind) { return kind < Event::kNodeIdle; }

// A sum over time, in units times nanoseconds.
class TimeSum {
 public:
  void Add(const Amounts& amounts, Moment duration) {
    if (sums_.size() < amounts.size()) sums_.resize(amounts.size());
    for (size_t r = 0; r < amounts.size(); ++r) {
      sums_[r] += absl::int128(amounts[r]) * duration;
    }
  }

  // By resource, in units times seconds with three digits after the point at
  // most.
  void Write(const NameTable& resources,
             google::protobuf::Map<std::string, std::string>* out) const {
    for (size_t r = 0; r < sums_.size(); ++r) {
      if (sums_[r] == 0) continue;
      (*out)[resources.Name(static_cast<int>(r))] =
          Text(sums_[r] / (static_cast<int>(r) == kCpu ? 1000 : 1));
    }
  }

  static std::string Text(absl::int128 nanos) {
    const absl::int128 millis = nanos / 1'000'000;
    const int64_t rest = static_cast<int64_t>(millis % 1000);
    // absl::int128 has no AlphaNum.
    std::string whole;
    for (absl::int128 rest_of = millis / 1000; rest_of > 0 || whole.empty();
         rest_of /= 10) {
      whole.insert(whole.begin(),
                   static_cast<char>('0' + static_cast<int>(rest_of % 10)));
    }
    return rest == 0 ? whole : absl::StrFormat("%s.%03d", whole, rest);
  }

 private:
  std::vector<absl::int128> sums_;
};

class Execution {
 public:
  explicit Execution(const ExecutionInput& input)
      : input_(input),
        cluster_(*input.cluster),
        scheduler_(*input.scheduler),
        per_task_(input.layouts.empty() ||
                  input.layouts[0].kind == v1::POD_PER_TASK) {}

  v1::ExecutionResult Run();

 private:
  // -- Events ----------------------------------------------------------------
  void Plan(Moment at, Event::Kind kind, int32_t a, int32_t b = 0,
            uint32_t generation = 0);
  void Handle(const Event& event);
  void Settle();

  // -- Runs and tasks --------------------------------------------------------
  void PlanArrivals();
  void Arrive(RunId run);
  void Begin(RunId run);
  void MakeVolumes(RunId run);
  void TaskReady(RunId run, int task);
  struct Decision {
    v1::UnitOutcome outcome = v1::UNIT_OUTCOME_UNSPECIFIED;  // none: it runs
    bool by_when = false;
    const char* reason = "";
  };
  Decision Decide(const RunState& run, int task) const;
  bool StoppedFor(const RunState& run, int task) const;
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
  bool Alive(PodId pod) const {
    return pod >= 0 && pods_[pod].phase != PodPhase::kEnded;
  }

  // -- Volumes and nodes -----------------------------------------------------
  void StartMaking(VolumeId volume);
  void Do(VolumeWork work, VolumeId volume);
  void Administer(const EventModel& event);
  void ScaleUp(PodId pod);
  void NodeReady(NodeId node);
  void NodeIdle(NodeId node, uint32_t generation);
  void MayBeIdle(NodeId node);
  void GrowNodeTables();
  void CloseNode(NodeId node);
  void NoteUse();

  // -- What is told ----------------------------------------------------------
  void DeclareStuck();
  bool CanNeverRun(const RunState& run, std::string* why) const;
  std::string WhyStuck(PodId pod) const;
  std::string WhyNoNode(const PodState& pod) const;
  std::string AssistantName(const PodState& pod) const;
  std::string PodName(const PodState& pod) const;
  bool Told(RunId run) const { return run < input_.detailed_runs; }
  void Tell(RunId id, v1::SimulatedRun* told) const;
  v1::ExecutionResult Result();

  const Layout& LayoutOf(const RunState& run) const {
    return input_.layouts[run.workload];
  }
  const WorkloadModel& WorkloadOf(const RunState& run) const {
    return input_.workloads[run.workload];
  }
  const VolumeModel& ModelOf(VolumeId volume) const {
    return volume_models_[volume];
  }
  void Progress(RunState* run) {
    run->progress = now_;
    end_ = now_;
  }

  const ExecutionInput& input_;
  const ClusterModel& cluster_;
  Scheduler& scheduler_;
  const bool per_task_;

  Moment now_ = 0;
  Moment end_ = 0;
  std::priority_queue<Event> events_;
  int64_t sequence_ = 0;
  // Events in the queue that may let something go on.
  int64_t hopeful_ = 0;
  int64_t idle_checks_ = 0;
  // All runs that are stuck are known to be, unless something is planned.
  bool declared_ = false;

  std::vector<RunState> runs_;
  int64_t open_runs_ = 0;
  std::vector<PodState> pods_;
  VolumeStates volumes_;
  std::vector<VolumeModel> volume_models_;
  // Pods that wait for an Immediate claim.
  std::map<VolumeId, std::vector<PodId>> claim_waiters_;
  // By the assistant's Pod.
  std::map<PodId, std::vector<PodId>> followers_;
  std::vector<VolumeId> shared_claims_;
  int64_t next_zone_ = 0;

  // To be done before the next event.
  std::deque<std::pair<RunId, int>> ready_tasks_;
  std::deque<PodId> to_schedule_;
  std::deque<NodeId> changed_nodes_;

  // By node.
  std::vector<std::vector<PodId>> pods_on_;
  // By image: when it is there; kNever where nobody has asked for it.
  std::vector<std::vector<Moment>> image_at_;
  std::vector<uint32_t> idle_generation_;
  std::vector<Moment> present_since_;
  // By group.
  std::vector<NodeId> templates_;
  std::vector<int32_t> group_size_;
  std::vector<int32_t> group_next_;
  struct Upcoming {
    NodeId node = 0;
    Amounts free;
    int32_t free_pods = 0;
    std::vector<PodId> pods;
  };
  std::vector<Upcoming> upcoming_;
  std::vector<PodId> blocked_;

  // What is counted.
  std::vector<Moment> pending_;
  TimeSum requested_, placeholders_, allocatable_;
  absl::int128 scaled_node_time_ = 0;
  int64_t nodes_added_ = 0;
  int64_t placeholder_pods_ = 0;
  int64_t volumes_made_ = 0;
  int64_t attachments_ = 0;
  int64_t image_pulls_ = 0;
  std::vector<int32_t> peak_permille_;
};

// -- Events -------------------------------------------------------------------

void Execution::Plan(Moment at, Event::Kind kind, int32_t a, int32_t b,
                     uint32_t generation) {
  events_.push({at, sequence_++, kind, a, b, generation});
  if (LetsGoOn(kind)) {
    ++hopeful_;
    declared_ = false;
  }
  if (kind == Event::kNodeIdle) ++idle_checks_;
}

v1::ExecutionResult Execution::Run() {
  for (NodeId node = 0; node < scheduler_.node_count(); ++node) {
    present_since_.push_back(0);
  }
  for (size_t g = 0; g < cluster_.groups.size(); ++g) {
    templates_.push_back(scheduler_.AddNode(cluster_.groups[g].node));
    group_size_.push_back(cluster_.groups[g].initial);
    group_next_.push_back(cluster_.groups[g].initial);
  }
  GrowNodeTables();
  peak_permille_.assign(scheduler_.resource_count(), 0);
  for (const ClaimModel& claim : cluster_.claims) {
    shared_claims_.push_back(scheduler_.AddVolume(claim.zone));
    volumes_.Add(claim.one_node, /*made=*/true);
    VolumeModel model;
    model.name = claim.name;
    model.one_node = claim.one_node;
    volume_models_.push_back(model);
  }
  for (size_t i = 0; i < cluster_.events.size(); ++i) {
    Plan(cluster_.events[i].at, Event::kClusterEvent, static_cast<int32_t>(i));
  }
  PlanArrivals();
  for (NodeId node = 0; node < scheduler_.node_count(); ++node) MayBeIdle(node);

  while (!events_.empty()) {
    if (open_runs_ == 0) break;
    if (hopeful_ == 0 && (blocked_.empty() || idle_checks_ == 0)) {
      DeclareStuck();
    }
    const Event event = events_.top();
    events_.pop();
    if (LetsGoOn(event.kind)) --hopeful_;
    if (event.kind == Event::kNodeIdle) --idle_checks_;
    now_ = event.at;
    Handle(event);
    Settle();
    if (input_.observer) input_.observer(now_);
  }
  if (open_runs_ > 0) DeclareStuck();
  return Result();
}

void Execution::Handle(const Event& event) {
  std::vector<PodId> served;
  switch (event.kind) {
    case Event::kArrive:
      return Arrive(event.a);
    case Event::kBegin:
      return Begin(event.a);
    case Event::kGate: {
      TaskState& task = runs_[event.a].tasks[event.b];
      if (--task.waits == 0) ready_tasks_.emplace_back(event.a, event.b);
      return;
    }
    case Event::kCreatePod:
      return CreatePod(event.a, event.b);
    case Event::kSchedule:
      if (pods_[event.a].phase == PodPhase::kNew) TrySchedule(event.a);
      return;
    case Event::kVolumeMade: {
      const VolumeWork work = volumes_.Made(event.a, &served);
      Do(work, event.a);
      Serve(served);
      const auto waiters = claim_waiters_.find(event.a);
      if (waiters == claim_waiters_.end()) return;
      for (const PodId pod : waiters->second) {
        if (pods_[pod].phase == PodPhase::kWaitsForClaim) {
          to_schedule_.push_back(pod);
        }
      }
      claim_waiters_.erase(waiters);
      return;
    }
    case Event::kVolumeAttached: {
      const VolumeWork work = volumes_.Attached(event.a, &served);
      Do(work, event.a);
      return Serve(served);
    }
    case Event::kVolumeDetached: {
      const VolumeWork work = volumes_.Detached(event.a, &served);
      Do(work, event.a);
      return Serve(served);
    }
    case Event::kStartUnit:
      if (runs_[event.a].units[event.b].generation == event.generation) {
        StartUnit(event.a, event.b);
      }
      return;
    case Event::kEndUnit:
      if (runs_[event.a].units[event.b].generation == event.generation) {
        EndAttempt(event.a, event.b, AttemptFails(runs_[event.a], event.b),
                   "a step failed");
      }
      return;
    case Event::kTaskTimeout:
      if (runs_[event.a].units[event.b].generation == event.generation) {
        EndAttempt(event.a, event.b, true, "TaskRunTimeout");
      }
      return;
    case Event::kNodeReady:
      return NodeReady(event.a);
    case Event::kClusterEvent:
      return Administer(cluster_.events[event.a]);
    case Event::kNodeIdle:
      return NodeIdle(event.a, event.generation);
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
      if (Alive(pod)) TrySchedule(pod);
    } else if (!changed_nodes_.empty()) {
      const NodeId node = changed_nodes_.front();
      if (const auto pod = scheduler_.NextFor(node)) {
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
  for (size_t w = 0; w < input_.workloads.size(); ++w) {
    const WorkloadModel& workload = input_.workloads[w];
    Moment at = workload.start;
    for (int32_t i = 0; i < workload.runs; ++i) {
      if (i > 0) {
        at = Later(at,
                   workload.random
                       ? ExponentialInterval(
                             Draw(input_.seed, Purpose::kArrival, w, i, 0, 0),
                             workload.interval)
                       : workload.interval);
      }
      arrivals.push_back({at, static_cast<int>(w), i});
    }
  }
  absl::c_stable_sort(
      arrivals, [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  runs_.resize(arrivals.size());
  for (size_t i = 0; i < arrivals.size(); ++i) {
    runs_[i].workload = arrivals[i].workload;
    runs_[i].number = arrivals[i].number;
    runs_[i].arrival = arrivals[i].at;
    Plan(arrivals[i].at, Event::kArrive, static_cast<int32_t>(i));
  }
  open_runs_ = static_cast<int64_t>(runs_.size());
}

void Execution::Arrive(RunId id) {
  RunState& run = runs_[id];
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
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
    Plan(Later(now_, workload.pipeline_timeout), Event::kRunTimeout, id);
  }
  if (workload.tasks_timeout > 0) {
    Plan(Later(now_, workload.tasks_timeout), Event::kTasksTimeout, id);
  }
  Plan(Later(now_, cluster_.costs.reconcile), Event::kBegin, id);
}

void Execution::MakeVolumes(RunId id) {
  RunState& run = runs_[id];
  for (const VolumeModel& model : LayoutOf(run).volumes) {
    if (model.claim >= 0) {
      run.volumes.push_back(shared_claims_[model.claim]);
      continue;
    }
    int zone = -1;
    if (model.immediate && model.zonal && cluster_.zones.size() > 0) {
      // A provisioner that knows no Pod takes one zone after the other.
      zone = static_cast<int>(next_zone_++ % cluster_.zones.size());
    }
    const VolumeId volume = scheduler_.AddVolume(zone);
    volumes_.Add(model.one_node, /*made=*/false);
    volume_models_.push_back(model);
    run.volumes.push_back(volume);
    ++volumes_made_;
    if (model.immediate) StartMaking(volume);
  }
}

void Execution::Begin(RunId id) {
  RunState& run = runs_[id];
  if (run.end != kNever) return;
  Progress(&run);
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
  MakeVolumes(id);
  for (size_t a = 0; a < layout.assistants.size(); ++a) {
    run.assistants.push_back(NewPod(id, -1, static_cast<int>(a), 0));
  }
  if (!per_task_) {
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

bool Execution::StoppedFor(const RunState& run, int task) const {
  const TaskModel& model = WorkloadOf(run).tasks[task];
  if (model.finally) return false;
  // Tasks that wait for the same start together: none of them stops another.
  return absl::c_any_of(run.stopping_siblings, [&](int siblings) {
    return siblings != model.siblings;
  });
}

// The order of rules of docs/launcher.md, "The decision".
Execution::Decision Execution::Decide(const RunState& run, int task) const {
  const TaskModel& model = WorkloadOf(run).tasks[task];
  if (StoppedFor(run, task)) {
    return {v1::UNIT_SKIPPED, false, "another task failed"};
  }
  const auto skipped = [&](int parent, bool by_when) {
    return run.tasks[parent].outcome == v1::UNIT_SKIPPED &&
           run.tasks[parent].by_when == by_when;
  };
  // A task that failed is taken to have given no results.
  const bool missing =
      absl::c_any_of(model.parents, [&](const std::pair<int, bool>& parent) {
        return parent.second &&
               run.tasks[parent.first].outcome != v1::UNIT_SUCCEEDED;
      });
  if (model.finally) {
    if (missing) return {v1::UNIT_SKIPPED, false, "a result is missing"};
    if (model.skipped) {
      return {v1::UNIT_SKIPPED, true, "its `when` doesn't hold"};
    }
    return {};
  }
  if (run.tasks_over) {
    return {v1::UNIT_SKIPPED, false, "the timeout of tasks is over"};
  }
  if (model.skipped) {
    return {v1::UNIT_SKIPPED, true, "its `when` doesn't hold"};
  }
  for (const auto& [parent, resource] : model.parents) {
    if (skipped(parent, false)) {
      return {v1::UNIT_SKIPPED, false, "a parent was skipped"};
    }
  }
  for (const auto& [parent, resource] : model.parents) {
    if (resource && (skipped(parent, true) || model.continue_on_error) &&
        run.tasks[parent].outcome != v1::UNIT_SUCCEEDED) {
      return {v1::UNIT_SKIPPED, false, "a result is missing"};
    }
  }
  if (missing) return {v1::UNIT_FAILED, false, "a result is missing"};
  return {};
}

bool Execution::EndByDecision(RunId id, int task) {
  RunState& run = runs_[id];
  const Decision decision = Decide(run, task);
  if (decision.outcome != v1::UNIT_OUTCOME_UNSPECIFIED) {
    EndTask(id, task, decision.outcome, decision.by_when, decision.reason);
    return true;
  }
  const std::string& refused = LayoutOf(run).refused[task];
  if (!refused.empty()) {
    EndTask(id, task, v1::UNIT_FAILED, false, refused.c_str());
    return true;
  }
  run.tasks[task].phase = TaskState::Phase::kStarted;
  return false;
}

void Execution::TaskReady(RunId id, int task) {
  RunState& run = runs_[id];
  TaskState& state = run.tasks[task];
  if (run.end != kNever || state.phase != TaskState::Phase::kWaiting) return;
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
  const TaskModel& model = workload.tasks[task];
  state.phase = TaskState::Phase::kReady;
  Progress(&run);
  const int end = model.first_unit + model.units;
  for (int unit = model.first_unit; unit < end; ++unit) {
    run.units[unit].phase = UnitState::Phase::kReady;
    run.units[unit].ready = now_;
  }
  // Begin answers a run's arrival, and has waited already.
  const Moment delay = model.wait_for.empty() ? 0 : cluster_.costs.reconcile;
  if (model.external || model.units == 0) {
    if (EndByDecision(id, task)) return;
    if (model.units == 0) {
      EndTask(id, task, v1::UNIT_SKIPPED, false, "it has no combinations");
      return;
    }
    Plan(Later(now_, delay), Event::kStartUnit, id, model.first_unit,
         run.units[model.first_unit].generation);
    return;
  }
  if (per_task_) {
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
  RunState& run = runs_[id];
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
  // -1 for what is in no Pod.
  const auto pod_of = [&](int t) {
    const TaskModel& model = workload.tasks[t];
    return model.units == 0 ? -1 : layout.pod_of[model.first_unit];
  };
  const int here = pod_of(task);
  for (const int dependent : workload.tasks[task].waited_by) {
    const int there = pod_of(dependent);
    const bool gate = !per_task_ && there >= 0 && there != here &&
                      run.pod_of[there] >= 0 && cluster_.costs.gate > 0;
    if (gate) {
      Plan(Later(now_, cluster_.costs.gate), Event::kGate, id, dependent);
    } else if (--run.tasks[dependent].waits == 0) {
      ready_tasks_.emplace_back(id, dependent);
    }
  }
  if (per_task_) return;
  for (size_t p = 0; p < layout.pods.size(); ++p) {
    if (run.pod_planned[p] != 0) continue;
    for (size_t s = 0; s < layout.pods[p].start_when.size(); ++s) {
      if (!absl::c_linear_search(layout.pods[p].start_when[s], task)) continue;
      if (--run.start_missing[p][s] == 0 && run.pod_planned[p] == 0) {
        PlanPod(id, static_cast<int>(p), cluster_.costs.reconcile);
      }
    }
  }
}

void Execution::EndTask(RunId id, int task, v1::UnitOutcome outcome,
                        bool by_when, const char* reason) {
  RunState& run = runs_[id];
  TaskState& state = run.tasks[task];
  if (state.phase == TaskState::Phase::kEnded) return;
  const TaskModel& model = WorkloadOf(run).tasks[task];
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
  if (!per_task_ && model.units > 0) {
    const int pod_model = LayoutOf(run).pod_of[model.first_unit];
    if (pod_model >= 0 && run.pod_of[pod_model] >= 0) {
      PodState& pod = pods_[run.pod_of[pod_model]];
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
  state.end = now_;
}

void Execution::EndRun(RunId id, v1::RunOutcome outcome) {
  RunState& run = runs_[id];
  if (run.end != kNever) return;
  run.end = now_;
  // Where only a timeout got it out of a deadlock, that is what it was.
  run.outcome =
      run.stuck && outcome == v1::RUN_FAILED ? v1::RUN_DEADLOCKED : outcome;
  Progress(&run);
  --open_runs_;
  // Copied: ending a Pod changes the list of none, but may create others'.
  const std::vector<PodId> pods = run.pods;
  for (const PodId pod : pods) EndPod(pod);
}

void Execution::TasksTimeout(RunId id) {
  RunState& run = runs_[id];
  if (run.end != kNever) return;
  const WorkloadModel& workload = WorkloadOf(run);
  run.tasks_over = true;
  run.failed = true;
  for (size_t t = 0; t < workload.tasks.size(); ++t) {
    const TaskModel& model = workload.tasks[t];
    if (model.finally || run.end != kNever) continue;
    const TaskState::Phase phase = run.tasks[t].phase;
    if (phase == TaskState::Phase::kStarted) {
      if (per_task_) {
        for (int u = 0; u < model.units; ++u) {
          const PodId pod = run.units[model.first_unit + u].pod;
          if (Alive(pod)) EndPod(pod);
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
  RunState& run = runs_[id];
  if (run.end != kNever) return;
  std::string why;
  if (!run.stuck && CanNeverRun(run, &why)) {
    run.stuck = true;
    run.stuck_since = run.progress;
    run.reason = why;
  } else if (!run.stuck) {
    for (const PodId pod : run.pods) {
      if (pods_[pod].phase == PodPhase::kRunning || !Alive(pod)) continue;
      run.reason = WhyStuck(pod);
      break;
    }
  }
  for (const PodId pod : run.pods) {
    if (Alive(pod) && pods_[pod].phase != PodPhase::kRunning &&
        pods_[pod].stuck.empty()) {
      pods_[pod].stuck = WhyStuck(pod);
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

// -- Units --------------------------------------------------------------------

Moment Execution::StepDuration(const RunState& run, int unit, int step) const {
  const UnitModel& model = WorkloadOf(run).units[unit];
  const TaskModel& task = WorkloadOf(run).tasks[model.task];
  const uint64_t draw =
      Draw(input_.seed, Purpose::kDuration, run.workload, run.number,
           static_cast<uint64_t>(unit) << 16 | static_cast<uint64_t>(step),
           run.units[unit].attempts);
  return Spread(draw, model.steps[step], task.spread_percent);
}

bool Execution::AttemptFails(const RunState& run, int unit) const {
  const TaskModel& task =
      WorkloadOf(run).tasks[WorkloadOf(run).units[unit].task];
  const UnitState& state = run.units[unit];
  if (state.attempts <= task.failing_attempts) return true;
  return Below(Draw(input_.seed, Purpose::kFailure, run.workload, run.number,
                    unit, state.attempts),
               1000) < task.failures_per_thousand;
}

// When the Pod's containers are known to come up; else StartContainers does it.
void Execution::PlanStart(RunId id, int unit) {
  RunState& run = runs_[id];
  const Layout& layout = LayoutOf(run);
  const int pod_model = layout.pod_of[unit];
  const PodId pod = per_task_ ? run.units[unit].pod : run.pod_of[pod_model];
  if (pod < 0 || pods_[pod].phase != PodPhase::kRunning) return;
  const PodModel& model = layout.pods[pod_model];
  const int need = model.first_needs[layout.place_in_pod[unit]];
  Plan(std::max(now_, pods_[pod].up[need]), Event::kStartUnit, id, unit,
       run.units[unit].generation);
}

void Execution::StartUnit(RunId id, int unit) {
  RunState& run = runs_[id];
  UnitState& state = run.units[unit];
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
  const int task = workload.units[unit].task;
  if (run.tasks[task].phase == TaskState::Phase::kReady &&
      EndByDecision(id, task)) {
    return;
  }
  Progress(&run);
  state.phase = UnitState::Phase::kRunning;
  ++state.attempts;
  ++state.generation;
  state.start = now_;
  if (run.first_step == kNever) run.first_step = now_;
  const int pod_model = layout.pod_of[unit];
  const PodId pod =
      pod_model < 0 ? -1 : (per_task_ ? state.pod : run.pod_of[pod_model]);
  state.pod = pod;
  Moment end = now_;
  for (size_t s = 0; s < workload.units[unit].steps.size(); ++s) {
    if (pod >= 0) {
      const int need =
          layout.pods[pod_model].step_needs[layout.place_in_pod[unit]][s];
      end = std::max(end, pods_[pod].up[need]);
    }
    end = Later(end, StepDuration(run, unit, static_cast<int>(s)));
  }
  Plan(end, Event::kEndUnit, id, unit, state.generation);
  // Tekton counts from the creation of the TaskRun, the launcher from the first
  // step.
  const Moment timeout = workload.tasks[task].timeout;
  if (timeout > 0) {
    const Moment since = per_task_ && pod >= 0 ? pods_[pod].created : now_;
    const Moment deadline = std::max(now_, Later(since, timeout));
    if (deadline < end) {
      Plan(deadline, Event::kTaskTimeout, id, unit, state.generation);
    }
  }
}

void Execution::EndAttempt(RunId id, int unit, bool failed,
                           const char* reason) {
  RunState& run = runs_[id];
  UnitState& state = run.units[unit];
  const WorkloadModel& workload = WorkloadOf(run);
  const int task = workload.units[unit].task;
  const TaskModel& model = workload.tasks[task];
  Progress(&run);
  ++state.generation;
  // A Pod that never ran was an attempt, too.
  if (state.phase != UnitState::Phase::kRunning) ++state.attempts;
  const PodId pod = state.pod;
  if (per_task_ && Alive(pod)) EndPod(pod);
  const bool can_retry = run.end == kNever && !run.tasks_over;
  if (failed && state.attempts <= model.retries && can_retry) {
    state.phase = UnitState::Phase::kReady;
    if (per_task_ && !model.external) {
      PlanPod(id, LayoutOf(run).pod_of[unit], cluster_.costs.reconcile);
      return;
    }
    if (model.external || Alive(pod)) {
      Plan(now_, Event::kStartUnit, id, unit, state.generation);
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
  runs_[id].pod_planned[model] = 1;
  if (delay == 0) {
    CreatePod(id, model);
  } else {
    Plan(Later(now_, delay), Event::kCreatePod, id, model);
  }
}

void Execution::CreatePod(RunId id, int model_index) {
  RunState& run = runs_[id];
  if (run.end != kNever) return;
  const WorkloadModel& workload = WorkloadOf(run);
  const PodModel& model = LayoutOf(run).pods[model_index];
  if (per_task_) {
    const int unit = model.units[0];
    UnitState& state = run.units[unit];
    if (state.phase == UnitState::Phase::kEnded) return;
    // Something may have failed since it became ready.
    if (state.attempts == 0 && model.units.size() == 1 &&
        StoppedFor(run, workload.units[unit].task) &&
        workload.tasks[workload.units[unit].task].units == 1) {
      EndTask(id, workload.units[unit].task, v1::UNIT_SKIPPED, false,
              "another task failed");
      return;
    }
    const PodId pod = NewPod(id, model_index, model.assistant, 0);
    PodState& created = pods_[pod];
    created.open = 1;
    state.pod = pod;
    const Moment timeout = workload.tasks[workload.units[unit].task].timeout;
    if (timeout > 0) {
      Plan(Later(now_, timeout), Event::kTaskTimeout, id, unit,
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
  pods_[pod].open = open;
  run.pod_of[model_index] = pod;
}

PodId Execution::NewPod(RunId id, int model, int assistant, Moment delay) {
  RunState& run = runs_[id];
  const Layout& layout = LayoutOf(run);
  const PodId pod_id = static_cast<PodId>(pods_.size());
  PodState& pod = pods_.emplace_back();
  pod.run = id;
  pod.model = model;
  pod.assistant = assistant;
  pod.created = Later(now_, delay);
  pod.candidate.pod = pod_id;
  const bool placeholder = model < 0;
  pod.candidate.shape = placeholder ? layout.assistants[assistant].shape
                                    : layout.pods[model].shape;
  for (const int volume : placeholder ? layout.assistants[assistant].volumes
                                      : layout.pods[model].volumes) {
    pod.candidate.volumes.push_back(run.volumes[volume]);
  }
  placeholder_pods_ += placeholder;
  run.pods.push_back(pod_id);
  Progress(&run);
  Plan(Later(pod.created, cluster_.costs.pod_scheduling), Event::kSchedule,
       pod_id);
  return pod_id;
}

void Execution::TrySchedule(PodId id) {
  PodState& pod = pods_[id];
  RunState& run = runs_[pod.run];
  pod.candidate.only_node = -1;
  if (pod.model >= 0 && pod.assistant >= 0) {
    const PodId assistant = run.assistants[pod.assistant];
    if (pods_[assistant].node < 0) {
      pod.phase = PodPhase::kWaitsForAssistant;
      followers_[assistant].push_back(id);
      return;
    }
    pod.candidate.only_node = pods_[assistant].node;
  }
  for (const VolumeId volume : pod.candidate.volumes) {
    if (ModelOf(volume).immediate && !volumes_.made(volume)) {
      pod.phase = PodPhase::kWaitsForClaim;
      claim_waiters_[volume].push_back(id);
      return;
    }
  }
  pod.phase = PodPhase::kPending;
  const NodeId node = scheduler_.Submit(pod.candidate);
  if (node >= 0) {
    Assigned(id, node);
  } else {
    Unschedulable(id);
  }
}

void Execution::Unschedulable(PodId id) {
  PodState& pod = pods_[id];
  if (Told(pod.run) && pod.unschedulable.empty()) {
    pod.unschedulable = scheduler_.Unschedulable(pod.candidate);
  }
  ScaleUp(id);
  ReplaceCordonedAssistants(pod.run);
}

void Execution::Assigned(PodId id, NodeId node) {
  PodState& pod = pods_[id];
  pod.node = node;
  pod.scheduled = now_;
  pod.phase = PodPhase::kWaitsForVolumes;
  Progress(&runs_[pod.run]);
  if (pod.model >= 0) pending_.push_back(now_ - pod.created);
  pods_on_[node].push_back(id);
  ++idle_generation_[node];
  NoteUse();
  pod.missing_volumes = static_cast<int>(pod.candidate.volumes.size());
  // Copied: Want may let other Pods go on.
  const auto volumes = pod.candidate.volumes;
  for (const VolumeId volume : volumes) {
    if (!volumes_.made(volume) && !volumes_.being_made(volume)) {
      // WaitForFirstConsumer: this is the first one.
      if (ModelOf(volume).zonal) {
        scheduler_.SetZone(volume, scheduler_.node(node).zone);
      }
      StartMaking(volume);
    }
    std::vector<PodId> served;
    const VolumeWork work = volumes_.Want(volume, id, node, &served);
    Do(work, volume);
    Serve(served);
  }
  if (volumes.empty()) StartContainers(id);
  // Another Pod with the volume may now fit where it did not before.
  if (!volumes.empty()) changed_nodes_.push_back(node);
  if (pods_[id].model < 0) {
    const auto followers = followers_.find(id);
    if (followers != followers_.end()) {
      for (const PodId follower : followers->second) {
        if (pods_[follower].phase == PodPhase::kWaitsForAssistant) {
          to_schedule_.push_back(follower);
        }
      }
      followers_.erase(followers);
    }
  }
}

void Execution::Serve(const std::vector<PodId>& served) {
  for (const PodId pod : served) {
    if (--pods_[pod].missing_volumes == 0) StartContainers(pod);
  }
}

void Execution::StartContainers(PodId id) {
  PodState& pod = pods_[id];
  RunState& run = runs_[pod.run];
  pod.phase = PodPhase::kRunning;
  pod.volumes_ready = now_;
  Moment at = Later(now_, cluster_.costs.pod_start);
  if (pod.model >= 0) {
    const PodModel& model = LayoutOf(run).pods[pod.model];
    std::vector<Moment>& there = image_at_[pod.node];
    for (size_t i = 0; i < model.images.size(); ++i) {
      Moment& image = there[model.images[i]];
      if (image == kNever) {
        at = Later(at, cluster_.costs.PullOf(model.images[i]));
        image = at;
        ++image_pulls_;
      } else {
        at = std::max(at, image);
      }
      // The first stands for the init containers, which podStart has.
      if (i > 0) at = Later(at, cluster_.costs.container_start);
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
  PodState& pod = pods_[id];
  if (pod.phase == PodPhase::kEnded) return;
  const PodPhase phase = pod.phase;
  pod.phase = PodPhase::kEnded;
  pod.ended = now_;
  if (phase == PodPhase::kPending) scheduler_.Withdraw(id);
  if (pod.node < 0) return;
  const NodeId node = pod.node;
  scheduler_.Release(pod.candidate, node);
  std::vector<PodId>& there = pods_on_[node];
  there.erase(absl::c_find(there, id));
  const Amounts& requests = scheduler_.shape(pod.candidate.shape).requests;
  requested_.Add(requests, now_ - pod.scheduled);
  if (pod.model < 0) placeholders_.Add(requests, now_ - pod.scheduled);
  for (const VolumeId volume : pod.candidate.volumes) {
    std::vector<PodId> served;
    const VolumeWork work = volumes_.Leave(volume, id, &served);
    Do(work, volume);
    Serve(served);
  }
  changed_nodes_.push_back(node);
  MayBeIdle(node);
}

// Its node has gone.
void Execution::LosePod(PodId id) {
  const RunId run_id = pods_[id].run;
  const int model_index = pods_[id].model;
  if (model_index < 0) {
    Replace(id, 0);
    return;
  }
  RunState& run = runs_[run_id];
  const PodModel& model = LayoutOf(run).pods[model_index];
  EndPod(id);
  if (per_task_) {
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
  const RunId run_id = pods_[id].run;
  const int assistant = pods_[id].assistant;
  EndPod(id);
  if (runs_[run_id].end != kNever) return;
  const PodId next = NewPod(run_id, -1, assistant, delay);
  RunState& run = runs_[run_id];
  run.assistants[assistant] = next;
  // Followers that have no node yet wait for the new one.
  for (const PodId follower : run.pods) {
    PodState& pod = pods_[follower];
    if (pod.model < 0 || pod.assistant != assistant) continue;
    if (pod.phase == PodPhase::kPending) {
      scheduler_.Withdraw(follower);
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
  if (cluster_.tekton.keep_cordoned_assistant) return;
  const std::vector<PodId> assistants = runs_[id].assistants;
  for (const PodId assistant : assistants) {
    const PodState& pod = pods_[assistant];
    if (pod.phase == PodPhase::kRunning && scheduler_.cordoned(pod.node)) {
      Replace(assistant, cluster_.costs.reconcile);
    }
  }
}

// -- Volumes and nodes --------------------------------------------------------

void Execution::StartMaking(VolumeId volume) {
  volumes_.StartMaking(volume);
  Plan(Later(now_, cluster_.costs.volume_provision), Event::kVolumeMade,
       volume);
}

void Execution::Do(VolumeWork work, VolumeId volume) {
  if (work == VolumeWork::kAttach) {
    ++attachments_;
    Plan(Later(now_, cluster_.costs.volume_attach), Event::kVolumeAttached,
         volume);
  } else if (work == VolumeWork::kDetach) {
    Plan(Later(now_, cluster_.costs.volume_detach), Event::kVolumeDetached,
         volume);
  }
}

void Execution::Administer(const EventModel& event) {
  const NodeId node = event.node;
  if (!scheduler_.present(node)) return;
  switch (event.kind) {
    case EventModel::kCordon:
      scheduler_.SetCordoned(node, true);
      return;
    case EventModel::kUncordon:
      scheduler_.SetCordoned(node, false);
      changed_nodes_.push_back(node);
      return;
    case EventModel::kRemove: {
      CloseNode(node);
      const std::vector<PodId> pods = pods_on_[node];
      for (const PodId pod : pods) {
        if (Alive(pod)) LosePod(pod);
      }
      const int group = scheduler_.node(node).group;
      if (group >= 0) --group_size_[group];
      return;
    }
  }
}

void Execution::ScaleUp(PodId id) {
  const Candidate& candidate = pods_[id].candidate;
  if (cluster_.groups.empty() || candidate.only_node >= 0) return;
  for (Upcoming& upcoming : upcoming_) {
    if (scheduler_.FitsNew(candidate, upcoming.node, &upcoming.free,
                           &upcoming.free_pods)) {
      upcoming.pods.push_back(id);
      return;
    }
  }
  for (size_t g = 0; g < cluster_.groups.size(); ++g) {
    const GroupModel& group = cluster_.groups[g];
    if (group_size_[g] >= group.max_size) continue;
    const NodeModel& like = scheduler_.node(templates_[g]);
    Upcoming upcoming;
    upcoming.free = like.allocatable;
    for (size_t r = 0; r < upcoming.free.size(); ++r) {
      upcoming.free[r] -= like.in_use[r];
    }
    upcoming.free_pods = like.max_pods - like.pods_in_use;
    if (!scheduler_.FitsNew(candidate, templates_[g], &upcoming.free,
                            &upcoming.free_pods)) {
      continue;
    }
    NodeModel node = like;
    node.name = absl::StrCat(group.node.name, "-", group_next_[g]++);
    node.labels["kubernetes.io/hostname"] = node.name;
    upcoming.node = scheduler_.AddNode(node);
    upcoming.pods.push_back(id);
    GrowNodeTables();
    ++group_size_[g];
    ++nodes_added_;
    Plan(Later(now_, group.provision), Event::kNodeReady, upcoming.node);
    upcoming_.push_back(std::move(upcoming));
    return;
  }
  blocked_.push_back(id);
}

void Execution::NodeReady(NodeId node) {
  const auto found = absl::c_find_if(
      upcoming_, [&](const Upcoming& u) { return u.node == node; });
  const std::vector<PodId> expected = std::move(found->pods);
  upcoming_.erase(found);
  scheduler_.SetPresent(node, true);
  present_since_[node] = now_;
  end_ = now_;
  while (const auto pod = scheduler_.NextFor(node)) Assigned(*pod, node);
  for (const PodId pod : expected) {
    // Others were faster.
    if (pods_[pod].phase == PodPhase::kPending) ScaleUp(pod);
  }
  MayBeIdle(node);
}

void Execution::MayBeIdle(NodeId node) {
  const int group = scheduler_.node(node).group;
  if (group < 0 || !scheduler_.present(node) || scheduler_.pods_on(node) > 0) {
    return;
  }
  Plan(Later(now_, cluster_.groups[group].scale_down_after), Event::kNodeIdle,
       node, 0, ++idle_generation_[node]);
}

void Execution::NodeIdle(NodeId node, uint32_t generation) {
  if (idle_generation_[node] != generation || !scheduler_.present(node)) return;
  const int group = scheduler_.node(node).group;
  if (group_size_[group] <= cluster_.groups[group].min_size) return;
  CloseNode(node);
  --group_size_[group];
  std::vector<PodId> blocked;
  blocked.swap(blocked_);
  for (const PodId pod : blocked) {
    if (pods_[pod].phase == PodPhase::kPending) ScaleUp(pod);
  }
}

void Execution::CloseNode(NodeId node) {
  scheduler_.SetPresent(node, false);
  const Moment time = now_ - present_since_[node];
  allocatable_.Add(scheduler_.node(node).allocatable, time);
  if (scheduler_.node(node).group >= 0) scaled_node_time_ += time;
}

void Execution::GrowNodeTables() {
  for (NodeId node = static_cast<NodeId>(image_at_.size());
       node < scheduler_.node_count(); ++node) {
    pods_on_.emplace_back();
    image_at_.emplace_back(cluster_.images.size(), kNever);
    for (const int image : scheduler_.node(node).images) {
      image_at_[node][image] = 0;
    }
    idle_generation_.push_back(0);
    if (static_cast<NodeId>(present_since_.size()) <= node) {
      present_since_.push_back(kNever);
    }
  }
}

void Execution::NoteUse() {
  const Amounts& total = scheduler_.total();
  const Amounts& used = scheduler_.requested();
  for (size_t r = 0; r < total.size(); ++r) {
    if (total[r] == 0) continue;
    peak_permille_[r] =
        std::max(peak_permille_[r],
                 static_cast<int32_t>(absl::int128(used[r]) * 1000 / total[r]));
  }
}

// -- What is told -------------------------------------------------------------

std::string Execution::PodName(const PodState& pod) const {
  const Layout& layout = LayoutOf(runs_[pod.run]);
  return pod.model < 0 ? layout.assistants[pod.assistant].name
                       : layout.pods[pod.model].name;
}

std::string Execution::AssistantName(const PodState& pod) const {
  return absl::StrCat("the affinity assistant of ",
                      LayoutOf(runs_[pod.run]).assistants[pod.assistant].of);
}

std::string Execution::WhyNoNode(const PodState& pod) const {
  const PodShape& shape = scheduler_.shape(pod.candidate.shape);
  const auto resource = [&](int r) { return cluster_.resources.Name(r); };
  const NodeId only = pod.candidate.only_node;
  if (only >= 0) {
    const NodeModel& node = scheduler_.node(only);
    std::string text = absl::StrCat("may only run on node ", node.name,
                                    ", where ", AssistantName(pod), " is; ");
    switch (scheduler_.ObstacleOn(pod.candidate, only)) {
      case Scheduler::kResources:
        for (int r = 0; r < scheduler_.resource_count(); ++r) {
          if (shape.requests[r] <= scheduler_.free(only, r)) continue;
          absl::StrAppend(
              &text, "it asks for ", AmountText(r, shape.requests[r]), " ",
              resource(r), ", and of the node's ",
              AmountText(r, node.allocatable[r]), " only ",
              AmountText(r, std::max<int64_t>(0, scheduler_.free(only, r))),
              " are free");
          break;
        }
        break;
      case Scheduler::kTooManyPods:
        absl::StrAppend(&text, "that has its ", node.max_pods, " Pods already");
        break;
      case Scheduler::kCordoned:
        absl::StrAppend(&text, "that is cordoned");
        break;
      case Scheduler::kAbsent:
        absl::StrAppend(&text, "that is gone");
        break;
      case Scheduler::kZone:
        absl::StrAppend(&text, "that is in another zone than its volume");
        break;
      default:
        absl::StrAppend(&text, scheduler_.Unschedulable(pod.candidate));
    }
    if (!cluster_.groups.empty()) {
      absl::StrAppend(&text,
                      "; a new node would not help, as the assistant is not "
                      "there");
    }
    return text;
  }
  // Volumes that no node can have together.
  std::set<std::string> zones;
  for (const VolumeId volume : pod.candidate.volumes) {
    const int zone = scheduler_.zone(volume);
    if (zone >= 0) {
      zones.insert(absl::StrCat(ModelOf(volume).name, " in ",
                                cluster_.zones.Name(zone)));
    }
  }
  if (zones.size() > 1) {
    std::set<int> different;
    for (const VolumeId volume : pod.candidate.volumes) {
      if (scheduler_.zone(volume) >= 0) {
        different.insert(scheduler_.zone(volume));
      }
    }
    if (different.size() > 1) {
      return absl::StrCat("needs volumes of different zones: ",
                          absl::StrJoin(zones, ", "));
    }
  }
  for (int r = 0; r < scheduler_.resource_count(); ++r) {
    int64_t most = 0;
    for (NodeId node = 0; node < scheduler_.node_count(); ++node) {
      const NodeModel& model = scheduler_.node(node);
      if (scheduler_.present(node) || absl::c_linear_search(templates_, node)) {
        most = std::max(most, model.allocatable[r] - model.in_use[r]);
      }
    }
    if (shape.requests[r] > most) {
      return absl::StrCat("asks for ", AmountText(r, shape.requests[r]), " ",
                          resource(r), " at once, and no node has more than ",
                          AmountText(r, most), " for it");
    }
  }
  return absl::StrCat("finds no node: ",
                      scheduler_.Unschedulable(pod.candidate));
}

std::string Execution::WhyStuck(PodId id) const {
  const PodState& pod = pods_[id];
  const RunState& run = runs_[pod.run];
  const std::string name = absl::StrCat("Pod ", PodName(pod), " ");
  switch (pod.phase) {
    case PodPhase::kWaitsForAssistant: {
      const PodState& assistant = pods_[run.assistants[pod.assistant]];
      return absl::StrCat(name, "waits for ", AssistantName(pod), ", which ",
                          assistant.phase == PodPhase::kPending
                              ? WhyNoNode(assistant)
                              : std::string("has no node"));
    }
    case PodPhase::kPending:
      return absl::StrCat(name, WhyNoNode(pod));
    case PodPhase::kWaitsForVolumes:
      for (const VolumeId volume : pod.candidate.volumes) {
        const NodeId node = volumes_.node(volume);
        if (node >= 0 && node != pod.node) {
          return absl::StrCat(
              name, "is on node ", scheduler_.node(pod.node).name,
              ", but its volume ", ModelOf(volume).name,
              " is attached to node ", scheduler_.node(node).name,
              ", where a Pod uses it");
        }
      }
      return absl::StrCat(name, "waits for a volume");
    case PodPhase::kWaitsForClaim:
      return absl::StrCat(name, "waits for a claim");
    default:
      return absl::StrCat(name, "waits for tasks of other Pods");
  }
}

bool Execution::CanNeverRun(const RunState& run, std::string* why) const {
  for (const PodId id : run.pods) {
    const PodState& pod = pods_[id];
    if (pod.phase != PodPhase::kPending) continue;
    const Amounts* assistant = nullptr;
    if (pod.model >= 0 && pod.assistant >= 0) {
      assistant =
          &scheduler_.shape(LayoutOf(run).assistants[pod.assistant].shape)
               .requests;
    }
    bool somewhere = false;
    for (NodeId node = 0; node < scheduler_.node_count() && !somewhere;
         ++node) {
      somewhere = scheduler_.ObstacleOnEmpty(pod.candidate, node, assistant) ==
                  Scheduler::kNone;
    }
    for (const NodeId like : templates_) {
      if (somewhere) break;
      Amounts free = scheduler_.node(like).allocatable;
      int32_t free_pods = scheduler_.node(like).max_pods;
      somewhere = scheduler_.FitsNew(pod.candidate, like, &free, &free_pods);
    }
    if (somewhere) continue;
    *why = WhyStuck(id);
    return true;
  }
  return false;
}

void Execution::DeclareStuck() {
  if (declared_) return;
  declared_ = true;
  for (RunState& run : runs_) {
    if (run.end != kNever || run.stuck) continue;
    run.stuck = true;
    run.stuck_since = run.progress;
    // What others wait for is named first: a Pod without a node before one that
    // waits for an assistant.
    const auto worse = [&](PodPhase phase) {
      for (const PodId pod : run.pods) {
        if (pods_[pod].phase != phase) continue;
        if (run.reason.empty()) run.reason = WhyStuck(pod);
        pods_[pod].stuck = WhyStuck(pod);
        if (pods_[pod].unschedulable.empty() && phase == PodPhase::kPending) {
          pods_[pod].unschedulable =
              scheduler_.Unschedulable(pods_[pod].candidate);
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

void Execution::Tell(RunId id, v1::SimulatedRun* told) const {
  const RunState& run = runs_[id];
  const WorkloadModel& workload = WorkloadOf(run);
  const Layout& layout = LayoutOf(run);
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
    const PodState& pod = pods_[pod_id];
    v1::SimulatedPod* out = told->add_pods();
    out->set_name(PodName(pod));
    out->set_placeholder(pod.model < 0);
    if (pod.model >= 0) {
      for (const int task : layout.pods[pod.model].tasks) {
        out->add_tasks(workload.tasks[task].name);
      }
    }
    const Amounts& requests = scheduler_.shape(pod.candidate.shape).requests;
    for (size_t r = 0; r < requests.size(); ++r) {
      if (requests[r] == 0) continue;
      (*out->mutable_requests())[cluster_.resources.Name(static_cast<int>(r))] =
          AmountText(static_cast<int>(r), requests[r]);
    }
    if (pod.node >= 0) out->set_node(scheduler_.node(pod.node).name);
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
    if (unit.pod >= 0) out->set_pod(PodName(pods_[unit.pod]));
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

v1::ExecutionResult Execution::Result() {
  v1::ExecutionResult result;
  if (!input_.layouts.empty()) {
    result.set_kind(input_.layouts[0].kind);
    result.set_description(input_.layouts[0].description);
  }
  std::vector<Moment> makespans;
  std::vector<Moment> first_steps;
  std::vector<RunId> told;
  int32_t told_stuck = 0;
  result.set_runs(static_cast<int64_t>(runs_.size()));
  for (size_t i = 0; i < runs_.size(); ++i) {
    RunState& run = runs_[i];
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
    if (static_cast<int64_t>(i) < input_.detailed_runs ||
        (stuck && told_stuck < input_.detailed_runs)) {
      told_stuck += stuck;
      told.push_back(static_cast<RunId>(i));
    }
  }
  // What is still there counts up to the end.
  for (const PodState& pod : pods_) {
    if (pod.phase == PodPhase::kEnded || pod.node < 0) continue;
    const Amounts& requests = scheduler_.shape(pod.candidate.shape).requests;
    requested_.Add(requests, end_ - pod.scheduled);
    if (pod.model < 0) placeholders_.Add(requests, end_ - pod.scheduled);
  }
  now_ = end_;
  for (NodeId node = 0; node < scheduler_.node_count(); ++node) {
    if (scheduler_.present(node)) CloseNode(node);
  }
  *result.mutable_makespan() = DistributionOf(std::move(makespans));
  *result.mutable_first_step() = DistributionOf(std::move(first_steps));
  *result.mutable_pending() = DistributionOf(std::move(pending_));
  result.set_pods(static_cast<int64_t>(pods_.size()));
  result.set_placeholders(placeholder_pods_);
  result.set_volumes(volumes_made_);
  result.set_attachments(attachments_);
  result.set_image_pulls(image_pulls_);
  requested_.Write(cluster_.resources, result.mutable_requested_seconds());
  placeholders_.Write(cluster_.resources, result.mutable_placeholder_seconds());
  allocatable_.Write(cluster_.resources, result.mutable_allocatable_seconds());
  for (size_t r = 0; r < peak_permille_.size(); ++r) {
    if (peak_permille_[r] == 0) continue;
    (*result.mutable_peak_permille())[cluster_.resources.Name(
        static_cast<int>(r))] = peak_permille_[r];
  }
  if (scaled_node_time_ > 0) {
    result.set_scaled_node_seconds(TimeSum::Text(scaled_node_time_));
  }
  result.set_nodes_added(nodes_added_);
  result.set_end(FormatDurationNs(end_));
  for (const RunId run : told) Tell(run, result.add_detailed());
  return result;
}

}  // namespace

v1::ExecutionResult Execute(const ExecutionInput& input) {
  return Execution(input).Run();
}

}  // namespace colocation::simulate
