// A small kube-scheduler: which node a Pod gets, and which Pods wait.
//
// Filters and scores are those of kube-scheduler's default plugins that say
// something about Pods of pipelines (pkg/scheduler/framework/plugins in
// Kubernetes v1.36): nodeunschedulable, tainttoleration, nodeaffinity,
// noderesources (Fit with LeastAllocated, BalancedAllocation), volumebinding
// (zones), nodevolumelimits, interpodaffinity as far as Tekton's affinity
// assistant uses it. Among nodes of the same score the first one wins, where
// kube-scheduler takes one at random; all nodes are looked at, also in large
// clusters. docs/simulate.md has the list; tests/parity/scheduler_test.py compares
// with the original.
//
// What waits is not looked at again for every event. After each call no waiting
// Pod fits anywhere; so when something changes on one node, only that node has
// to be tried, and of Pods that are alike only the one that waits longest:
// NextFor(node) gives the Pods that fit now, one after the other, the oldest
// first. Cost: Submit O(nodes), NextFor O(kinds of waiting Pods), Release O(its
// volumes).
//
// Knows no pipelines: Pods are numbers of the caller's, with a shape.
#ifndef COLOCATION_SIMULATE_SCHEDULER_H_
#define COLOCATION_SIMULATE_SCHEDULER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::simulate {

using PodId = int32_t;
using NodeId = int32_t;
using ShapeId = int32_t;
using PlacementId = int32_t;
using VolumeId = int32_t;

// What Pods of one kind have in common.
struct PodShape {
  Amounts requests;
  // What counts for LeastAllocated: a container that asks for nothing counts as
  // 100m and 200 MiB there (pkg/scheduler/util/pod_resources.go).
  int64_t score_cpu = 0;
  int64_t score_memory = 0;
  PlacementId placement = 0;
  // An affinity assistant: rather on a node without another one.
  bool assistant = false;
  // Never on a node with another assistant.
  bool alone = false;

  friend bool operator==(const PodShape& a, const PodShape& b) {
    return a.requests == b.requests && a.score_cpu == b.score_cpu &&
           a.score_memory == b.score_memory && a.placement == b.placement &&
           a.assistant == b.assistant && a.alone == b.alone;
  }
};

// A Pod for which a node is sought.
struct Candidate {
  PodId pod = 0;
  ShapeId shape = 0;
  // The only node where it may go: its assistant's; -1 for any.
  NodeId only_node = -1;
  absl::InlinedVector<VolumeId, 1> volumes;
};

class Scheduler {
 public:
  // Why a node can't have a Pod; the first that holds, in kube-scheduler's
  // order.
  enum Obstacle : uint8_t {
    kNone,
    kAbsent,
    kCordoned,
    kTaint,
    kSelector,
    kTooManyPods,
    kResources,
    kVolumeLimit,
    kZone,
    kAntiAffinity,
    kAffinity,
  };

  // `cluster` outlives this object; it may learn names of resources until the
  // first node is asked for.
  explicit Scheduler(const ClusterModel& cluster);

  // -- What there is --------------------------------------------------------
  PlacementId AddPlacement(const v1::PodSpec& spec);
  ShapeId AddShape(const PodShape& shape);
  const PodShape& shape(ShapeId id) const { return shapes_[id]; }

  // Call once, after all shapes and placements and before any node is used.
  void Start();

  // A node that is not there yet: nothing goes there before SetPresent.
  NodeId AddNode(const NodeModel& node);
  void SetPresent(NodeId node, bool present);
  void SetCordoned(NodeId node, bool cordoned);

  VolumeId AddVolume(int zone);
  // A volume that is bound to a zone can be used only there.
  void SetZone(VolumeId volume, int zone) { volumes_[volume].zone = zone; }
  int zone(VolumeId volume) const { return volumes_[volume].zone; }

  // -- Pods -----------------------------------------------------------------
  // The node that the Pod gets, or -1: then it waits.
  NodeId Submit(const Candidate& candidate);
  // Nothing, or a waiting Pod that fits on `node`; it now has it.
  std::optional<PodId> NextFor(NodeId node);
  // The Pod does not wait any longer.
  void Withdraw(PodId pod);
  // The Pod that had `node` is gone.
  void Release(const Candidate& candidate, NodeId node);
  bool waits(PodId pod) const {
    return pod < static_cast<PodId>(waiting_.size()) && waiting_[pod] != 0;
  }
  int64_t waiting_count() const { return waiting_count_; }

  // -- Questions ------------------------------------------------------------
  Obstacle ObstacleOn(const Candidate& candidate, NodeId node) const;
  // As if no Pod but those of others and, on its node, `assistant` were there.
  Obstacle ObstacleOnEmpty(const Candidate& candidate, NodeId node,
                           const Amounts* assistant) const;
  // "0/3 nodes are available: 2 Insufficient cpu, ...", as kube-scheduler's
  // event has it.
  std::string Unschedulable(const Candidate& candidate) const;
  // Whether it could go to a new node of that kind, were it empty but for what
  // is taken already. Takes the rest from `free` if so.
  bool FitsNew(const Candidate& candidate, NodeId node, Amounts* free,
               int32_t* free_pods) const;

  int32_t node_count() const { return static_cast<int32_t>(nodes_.size()); }
  const NodeModel& node(NodeId id) const { return nodes_[id].model; }
  bool present(NodeId id) const { return nodes_[id].present; }
  bool cordoned(NodeId id) const { return nodes_[id].cordoned; }
  int32_t pods_on(NodeId id) const { return nodes_[id].pods; }
  int64_t free(NodeId id, int resource) const {
    return free_[id * resources_ + resource];
  }
  int resource_count() const { return resources_; }
  // Of all present nodes: what they have, what Pods (also of others) ask for.
  const Amounts& total() const { return total_; }
  const Amounts& used() const { return used_; }
  // What Pods of the simulation ask for.
  const Amounts& requested() const { return requested_; }

  // A fault in the bookkeeping, or nothing: for tests.
  std::string CheckInvariants() const;

 private:
  struct Node {
    NodeModel model;
    bool present = false;
    bool cordoned = false;
    // Of the simulation.
    int32_t pods = 0;
    int32_t assistants = 0;
    int32_t volumes = 0;
    int64_t score_cpu = 0;
    int64_t score_memory = 0;
  };
  struct Volume {
    int zone = -1;
    // Pods that have it, by node.
    absl::InlinedVector<std::pair<NodeId, int32_t>, 2> users;
  };
  // Pods that wait and are alike.
  struct Line {
    ShapeId shape = 0;
    int zone = -1;
    bool has_volumes = false;
    std::deque<std::pair<int64_t, Candidate>> pods;
    int64_t waiting = 0;
  };
  // shape, zone, with volumes.
  using LineKey = std::array<int32_t, 3>;
  using Lines = std::map<LineKey, Line>;

  uint8_t Suits(PlacementId placement, NodeId node) const {
    return suits_[placement][node];
  }
  bool TooManyPods(NodeId id) const {
    const Node& node = nodes_[id];
    return node.pods + node.model.pods_in_use >= node.model.max_pods;
  }
  bool FitsResources(const PodShape& shape, NodeId node) const;
  // Of the node as it is, without volumes and zones.
  Obstacle ShapeObstacle(const PodShape& shape, NodeId node) const;
  Obstacle VolumeObstacle(const Candidate& candidate, NodeId node) const;
  int64_t Score(const PodShape& shape, NodeId node) const;
  NodeId Best(const Candidate& candidate);
  void Assign(const Candidate& candidate, NodeId node);
  void Change(const Candidate& candidate, NodeId node, int sign);
  int ZoneOf(const Candidate& candidate) const;
  void Wait(const Candidate& candidate);

  const ClusterModel& cluster_;
  int resources_ = 0;
  std::vector<v1::PodSpec> placements_;
  std::vector<PodShape> shapes_;
  std::vector<Node> nodes_;
  std::vector<int64_t> free_;
  std::vector<Volume> volumes_;
  // By placement and node: whether labels and taints allow it (kNone, kTaint or
  // kSelector), and how many taints speak against it.
  std::vector<std::vector<uint8_t>> suits_;
  std::vector<std::vector<uint8_t>> soft_taints_;
  // By placement.
  std::vector<uint8_t> ignores_cordons_;

  Lines anywhere_;
  std::vector<Lines> on_node_;
  int64_t sequence_ = 0;
  // By Pod: 1 while it waits.
  std::vector<uint8_t> waiting_;
  int64_t waiting_count_ = 0;
  Amounts total_, used_, requested_;
  std::vector<NodeId> feasible_;
  // What is needed to take a withdrawn Pod off its line's count.
  std::vector<Line*> line_of_;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_SCHEDULER_H_
