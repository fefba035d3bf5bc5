// Volumes that are made, attached to one node at a time, and detached.
//
// A ReadWriteOnce volume is attached to the node of the Pod that asked first;
// Pods on that node share it, Pods elsewhere wait until the last of them has
// gone and the volume is detached ("Multi-Attach error" in a Pod's events; the
// attach/detach controller of Kubernetes, pkg/controller/volume/attachdetach).
// Others are there for all Pods as soon as they are made.
//
// Knows neither time nor Pods: calls say what happens, answers say what starts.
// O(1) amortized a call, and the Pods that it lets go on.
#ifndef COLOCATION_SIMULATE_VOLUMES_H_
#define COLOCATION_SIMULATE_VOLUMES_H_

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "colocation/simulate/scheduler.h"

namespace colocation::simulate {

// What the caller has to do, when the time for it is over: Made, Attached,
// Detached.
enum class VolumeWork { kNone, kAttach, kDetach };

class VolumeStates {
 public:
  // By VolumeId, in order.
  void Add(bool one_node, bool made);

  bool made(VolumeId volume) const { return states_[volume].made; }
  bool being_made(VolumeId volume) const { return states_[volume].being_made; }
  void StartMaking(VolumeId volume) { states_[volume].being_made = true; }
  // Where it is attached; -1 for nowhere.
  NodeId node(VolumeId volume) const { return states_[volume].node; }

  // Each gives the work that starts now; Pods that have the volume from now on
  // are added to `*served`.
  VolumeWork Made(VolumeId volume, std::vector<PodId>* served);
  VolumeWork Want(VolumeId volume, PodId pod, NodeId node,
                  std::vector<PodId>* served);
  VolumeWork Attached(VolumeId volume, std::vector<PodId>* served);
  VolumeWork Detached(VolumeId volume, std::vector<PodId>* served);
  // The Pod has it no longer, or doesn't want it any more.
  VolumeWork Leave(VolumeId volume, PodId pod, std::vector<PodId>* served);

 private:
  struct State {
    bool one_node = true;
    bool made = false;
    bool being_made = false;
    NodeId node = -1;
    // Being attached or detached.
    bool busy = false;
    std::vector<PodId> users;
    std::deque<std::pair<PodId, NodeId>> waiting;
  };
  VolumeWork GoOn(State* state, std::vector<PodId>* served);

  std::vector<State> states_;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_VOLUMES_H_
