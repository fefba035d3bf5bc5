// Execution: Pods and affinity assistants, from creation to end.
#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "colocation/simulate/decision.h"
#include "colocation/simulate/execution_engine.h"

namespace colocation::simulate {

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

}  // namespace colocation::simulate
