// Execution: runs and their tasks, from arrival to end.
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "colocation/simulate/chance.h"
#include "colocation/simulate/decision.h"
#include "colocation/simulate/execution_engine.h"
#include "colocation/simulate/why_stuck.h"

namespace colocation::simulate {

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
  for (size_t u = 0; u < workload.units.size(); ++u) {
    run.units[u].delays =
        static_cast<int32_t>(workload.units[u].delayed_by.size());
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
    StopUnit(id, model.first_unit + u, outcome, reason);
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

void Execution::StopUnit(RunId id, int unit, v1::UnitOutcome outcome,
                         const char* reason) {
  UnitState& state = world_.runs[id].units[unit];
  if (state.phase == UnitState::Phase::kEnded) return;
  ++state.generation;
  state.phase = UnitState::Phase::kEnded;
  state.outcome = outcome;
  state.reason = reason;
  state.end = world_.now;
  ReleaseDelayed(id, unit);
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
    StopUnit(id, static_cast<int>(u),
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

}  // namespace colocation::simulate
