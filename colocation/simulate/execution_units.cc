// Execution: units, a task's attempts and their steps.
#include <algorithm>

#include "colocation/simulate/chance.h"
#include "colocation/simulate/decision.h"
#include "colocation/simulate/execution_engine.h"

namespace colocation::simulate {

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

// By units of its Pod that have to end first. The first unit of a task decides
// for the others, and so they wait for those of the first one, too.
bool Execution::IsDelayed(const RunState& run, int unit) const {
  if (world_.per_task) return false;
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const int first = workload.tasks[workload.units[unit].task].first_unit;
  return run.units[unit].delays > 0 || run.units[first].delays > 0;
}

// The unit has ended.
void Execution::ReleaseDelayed(RunId id, int unit) {
  RunState& run = world_.runs[id];
  const WorkloadModel& workload = world_.WorkloadOf(run);
  const auto start = [&](int other) {
    if (run.units[other].phase == UnitState::Phase::kReady) {
      PlanStart(id, other);
    }
  };
  for (const int delayed : workload.units[unit].delays) {
    if (--run.units[delayed].delays > 0 || world_.per_task) continue;
    const TaskModel& task = workload.tasks[workload.units[delayed].task];
    if (delayed != task.first_unit) {
      start(delayed);
      continue;
    }
    for (int u = 0; u < task.units; ++u) start(task.first_unit + u);
  }
}

// When the Pod's containers are known to come up, and all that delays the unit
// has ended; else StartContainers or ReleaseDelayed does it.
void Execution::PlanStart(RunId id, int unit) {
  RunState& run = world_.runs[id];
  if (IsDelayed(run, unit)) return;
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
  StopUnit(id, unit, failed ? v1::UNIT_FAILED : v1::UNIT_SUCCEEDED,
           failed ? reason : "");
  TaskState& task_state = run.tasks[task];
  task_state.failed |= failed;
  if (--task_state.open_units == 0) {
    EndTask(id, task, task_state.failed ? v1::UNIT_FAILED : v1::UNIT_SUCCEEDED,
            false, reason);
  }
}

}  // namespace colocation::simulate
