// Execution: volumes and nodes, what is done to them and what they do.
#include <vector>

#include "colocation/simulate/execution_engine.h"

namespace colocation::simulate {

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

}  // namespace colocation::simulate
