// The cluster autoscaler: makes a node for Pods that fit on none, and takes
// nodes away that nobody has needed for a while.
//
// As the autoscaler of Kubernetes, it takes the first group whose nodes would
// do and counts on Pods that it has made a node for to go there.
//
// Cost: O(groups + nodes on their way) for a Pod without a node.
#ifndef COLOCATION_SIMULATE_NODE_GROUPS_H_
#define COLOCATION_SIMULATE_NODE_GROUPS_H_

#include <cstdint>
#include <vector>

#include "colocation/simulate/event_queue.h"
#include "colocation/simulate/execution_state.h"

namespace colocation::simulate {

class NodeGroups {
 public:
  // Both outlive this object.
  NodeGroups(World* world, EventQueue* events);

  // The Pod found no node.
  void ScaleUp(PodId pod);
  // A node that was made is there. The Pods that it was made for.
  std::vector<PodId> NodeReady(NodeId node);
  // Nothing may be there any more: looks again after the time that a group
  // keeps an idle node.
  void MayBeIdle(NodeId node);
  void NodeIdle(NodeId node, uint32_t generation);
  // Somebody else took the node away.
  void NodeRemoved(NodeId node);

  // Pods wait for a group to have room.
  bool any_blocked() const { return !blocked_.empty(); }

 private:
  struct Upcoming {
    NodeId node = 0;
    Amounts free;
    int32_t free_pods = 0;
    std::vector<PodId> pods;
  };

  World& world_;
  EventQueue& events_;
  // By group.
  std::vector<int32_t> size_;
  std::vector<int32_t> next_;
  std::vector<Upcoming> upcoming_;
  std::vector<PodId> blocked_;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_NODE_GROUPS_H_
