#include "colocation/simulate/execution.h"

#include <vector>

#include "colocation/simulate/execution_engine.h"
#include "colocation/simulate/execution_result.h"

namespace colocation::simulate {

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

v1::ExecutionResult Execute(const ExecutionInput& input) {
  return Execution(input).Run();
}

}  // namespace colocation::simulate
