#include "colocation/simulate/node_groups.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace colocation::simulate {

NodeGroups::NodeGroups(World* world, EventQueue* events)
    : world_(*world), events_(*events) {
  for (const GroupModel& group : world_.cluster.groups) {
    world_.templates.push_back(world_.scheduler.AddNode(group.node));
    size_.push_back(group.initial);
    next_.push_back(group.initial);
  }
}

void NodeGroups::ScaleUp(PodId id) {
  const Candidate& candidate = world_.pods[id].candidate;
  if (world_.cluster.groups.empty() || candidate.only_node >= 0) return;
  for (Upcoming& upcoming : upcoming_) {
    if (world_.scheduler.FitsNew(candidate, upcoming.node, &upcoming.free,
                                 &upcoming.free_pods)) {
      upcoming.pods.push_back(id);
      return;
    }
  }
  for (size_t g = 0; g < world_.cluster.groups.size(); ++g) {
    const GroupModel& group = world_.cluster.groups[g];
    if (size_[g] >= group.max_size) continue;
    const NodeModel& like = world_.scheduler.node(world_.templates[g]);
    Upcoming upcoming;
    upcoming.free = like.allocatable;
    for (size_t r = 0; r < upcoming.free.size(); ++r) {
      upcoming.free[r] -= like.in_use[r];
    }
    upcoming.free_pods = like.max_pods - like.pods_in_use;
    if (!world_.scheduler.FitsNew(candidate, world_.templates[g],
                                  &upcoming.free, &upcoming.free_pods)) {
      continue;
    }
    NodeModel node = like;
    node.name = absl::StrCat(group.node.name, "-", next_[g]++);
    node.labels["kubernetes.io/hostname"] = node.name;
    upcoming.node = world_.scheduler.AddNode(node);
    upcoming.pods.push_back(id);
    world_.TakeInNewNodes();
    ++size_[g];
    ++world_.usage.nodes_added;
    events_.Plan(Later(world_.now, group.provision), Event::kNodeReady,
                 upcoming.node);
    upcoming_.push_back(std::move(upcoming));
    return;
  }
  blocked_.push_back(id);
}

std::vector<PodId> NodeGroups::NodeReady(NodeId node) {
  const auto found = absl::c_find_if(
      upcoming_, [&](const Upcoming& u) { return u.node == node; });
  std::vector<PodId> expected = std::move(found->pods);
  upcoming_.erase(found);
  return expected;
}

void NodeGroups::MayBeIdle(NodeId node) {
  const int group = world_.scheduler.node(node).group;
  if (group < 0 || !world_.scheduler.present(node) ||
      world_.scheduler.pods_on(node) > 0) {
    return;
  }
  events_.Plan(Later(world_.now, world_.cluster.groups[group].scale_down_after),
               Event::kNodeIdle, node, 0, ++world_.nodes[node].idle_generation);
}

void NodeGroups::NodeIdle(NodeId node, uint32_t generation) {
  if (world_.nodes[node].idle_generation != generation ||
      !world_.scheduler.present(node))
    return;
  const int group = world_.scheduler.node(node).group;
  if (size_[group] <= world_.cluster.groups[group].min_size) return;
  world_.CloseNode(node);
  --size_[group];
  std::vector<PodId> blocked;
  blocked.swap(blocked_);
  for (const PodId pod : blocked) {
    if (world_.pods[pod].phase == PodPhase::kPending) ScaleUp(pod);
  }
}

void NodeGroups::NodeRemoved(NodeId node) {
  const int group = world_.scheduler.node(node).group;
  if (group >= 0) --size_[group];
}

}  // namespace colocation::simulate
