#include "colocation/simulate/scheduler.h"

#include <algorithm>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/simulate/placement.h"

namespace colocation::simulate {
namespace {

constexpr int64_t kMaxNodeScore = 100;
// Weights of pkg/scheduler/apis/config/v1/default_plugins.go.
constexpr int64_t kTaintWeight = 3;
constexpr int64_t kInterPodAffinityWeight = 2;

int64_t AmountAt(const Amounts& amounts, int resource) {
  return resource < static_cast<int>(amounts.size()) ? amounts[resource] : 0;
}

// leastRequestedScore in noderesources/least_allocated.go.
int64_t LeastRequested(int64_t requested, int64_t capacity) {
  if (capacity == 0 || requested > capacity) return 0;
  return (capacity - requested) * kMaxNodeScore / capacity;
}

// balancedResourceScore in noderesources/balanced_allocation.go for CPU and
// memory, with millionths in place of floating point.
int64_t Balance(int64_t cpu, int64_t cpu_capacity, int64_t memory,
                int64_t memory_capacity) {
  constexpr int64_t kMillion = 1'000'000;
  if (cpu_capacity == 0 || memory_capacity == 0) return kMaxNodeScore;
  const auto fraction = [](int64_t part, int64_t whole) {
    return static_cast<int64_t>(std::min<absl::int128>(
        absl::int128(part) * kMillion / whole, kMillion));
  };
  const int64_t difference =
      std::abs(fraction(cpu, cpu_capacity) - fraction(memory, memory_capacity));
  return (kMillion - difference / 2) * kMaxNodeScore / kMillion;
}

// A Pod that tolerates it may go to a cordoned node (Filter in
// nodeunschedulable/node_unschedulable.go).
v1::Taint CordonTaint() {
  v1::Taint taint;
  taint.set_key("node.kubernetes.io/unschedulable");
  taint.set_effect("NoSchedule");
  return taint;
}

}  // namespace

Scheduler::Scheduler(const ClusterModel& cluster) : cluster_(cluster) {
  placements_.emplace_back();
}

PlacementId Scheduler::AddPlacement(const v1::PodSpec& spec) {
  v1::PodSpec relevant;
  *relevant.mutable_node_selector() = spec.node_selector();
  *relevant.mutable_tolerations() = spec.tolerations();
  if (spec.affinity()
          .node_affinity()
          .has_required_during_scheduling_ignored_during_execution()) {
    *relevant.mutable_affinity()
         ->mutable_node_affinity()
         ->mutable_required_during_scheduling_ignored_during_execution() =
        spec.affinity()
            .node_affinity()
            .required_during_scheduling_ignored_during_execution();
  }
  // Few and made once: equal ones differ in bytes only by the order of a map,
  // which does no harm.
  const std::string bytes = relevant.SerializeAsString();
  for (size_t i = 0; i < placements_.size(); ++i) {
    if (placements_[i].SerializeAsString() == bytes) {
      return static_cast<PlacementId>(i);
    }
  }
  placements_.push_back(std::move(relevant));
  return static_cast<PlacementId>(placements_.size() - 1);
}

ShapeId Scheduler::AddShape(const PodShape& shape) {
  const auto found = absl::c_find(shapes_, shape);
  if (found != shapes_.end()) {
    return static_cast<ShapeId>(found - shapes_.begin());
  }
  shapes_.push_back(shape);
  return static_cast<ShapeId>(shapes_.size() - 1);
}

void Scheduler::Start() {
  resources_ = cluster_.resources.size();
  total_.assign(resources_, 0);
  used_.assign(resources_, 0);
  requested_.assign(resources_, 0);
  for (PodShape& shape : shapes_) shape.requests.resize(resources_);
  suits_.resize(placements_.size());
  soft_taints_.resize(placements_.size());
  for (const v1::PodSpec& placement : placements_) {
    ignores_cordons_.push_back(Tolerates(placement, CordonTaint()));
  }
  for (const NodeModel& node : cluster_.nodes) {
    SetPresent(AddNode(node), true);
  }
}

NodeId Scheduler::AddNode(const NodeModel& model) {
  const NodeId id = node_count();
  Node& node = nodes_.emplace_back();
  node.model = model;
  node.model.allocatable.resize(resources_);
  node.model.in_use.resize(resources_);
  node.cordoned = model.cordoned;
  node.score_cpu = node.model.in_use[kCpu];
  node.score_memory = node.model.in_use[kMemory];
  for (int r = 0; r < resources_; ++r) {
    free_.push_back(node.model.allocatable[r] - node.model.in_use[r]);
  }
  on_node_.emplace_back();
  for (size_t p = 0; p < placements_.size(); ++p) {
    uint8_t suits = kNone;
    uint8_t soft = 0;
    for (const v1::Taint& taint : model.taints) {
      if (Tolerates(placements_[p], taint)) continue;
      if (taint.effect() == "PreferNoSchedule") {
        ++soft;
      } else {
        suits = kTaint;
      }
    }
    if (suits == kNone &&
        !MatchesLabels(placements_[p], model.labels, model.name)) {
      suits = kSelector;
    }
    suits_[p].push_back(suits);
    soft_taints_[p].push_back(soft);
  }
  return id;
}

void Scheduler::SetPresent(NodeId id, bool present) {
  Node& node = nodes_[id];
  if (node.present == present) return;
  node.present = present;
  const int sign = present ? 1 : -1;
  for (int r = 0; r < resources_; ++r) {
    total_[r] += sign * node.model.allocatable[r];
    used_[r] += sign * (node.model.allocatable[r] - free(id, r));
  }
}

void Scheduler::SetCordoned(NodeId id, bool cordoned) {
  nodes_[id].cordoned = cordoned;
}

VolumeId Scheduler::AddVolume(int zone) {
  volumes_.emplace_back().zone = zone;
  return static_cast<VolumeId>(volumes_.size() - 1);
}

bool Scheduler::FitsResources(const PodShape& shape, NodeId node) const {
  const int64_t* free = &free_[static_cast<size_t>(node) * resources_];
  for (int r = 0; r < resources_; ++r) {
    // What is not asked for may be overcommitted (fitsRequest in
    // noderesources/fit.go).
    if (shape.requests[r] > 0 && shape.requests[r] > free[r]) return false;
  }
  return true;
}

Scheduler::Obstacle Scheduler::ShapeObstacle(const PodShape& shape,
                                             NodeId id) const {
  const Node& node = nodes_[id];
  if (!node.present) return kAbsent;
  if (node.cordoned && !ignores_cordons_[shape.placement]) return kCordoned;
  if (const uint8_t suits = Suits(shape.placement, id); suits != kNone) {
    return static_cast<Obstacle>(suits);
  }
  if (TooManyPods(id)) return kTooManyPods;
  if (!FitsResources(shape, id)) return kResources;
  if (shape.alone && node.assistants > 0) return kAntiAffinity;
  return kNone;
}

Scheduler::Obstacle Scheduler::VolumeObstacle(const Candidate& candidate,
                                              NodeId id) const {
  const Node& node = nodes_[id];
  int32_t more = 0;
  for (const VolumeId volume : candidate.volumes) {
    const Volume& v = volumes_[volume];
    more += absl::c_none_of(v.users,
                            [&](const auto& user) { return user.first == id; });
  }
  if (more > 0 && node.volumes + more > node.model.max_volumes) {
    return kVolumeLimit;
  }
  for (const VolumeId volume : candidate.volumes) {
    const int zone = volumes_[volume].zone;
    if (zone >= 0 && zone != node.model.zone) return kZone;
  }
  return kNone;
}

Scheduler::Obstacle Scheduler::ObstacleOn(const Candidate& candidate,
                                          NodeId node) const {
  const Obstacle shape = ShapeObstacle(shapes_[candidate.shape], node);
  if (shape != kNone && shape != kAntiAffinity) return shape;
  if (const Obstacle volume = VolumeObstacle(candidate, node);
      volume != kNone) {
    return volume;
  }
  if (shape != kNone) return shape;
  if (candidate.only_node >= 0 && candidate.only_node != node) {
    return kAffinity;
  }
  return kNone;
}

Scheduler::Obstacle Scheduler::ObstacleOnEmpty(const Candidate& candidate,
                                               NodeId id,
                                               const Amounts* assistant) const {
  const Node& node = nodes_[id];
  const PodShape& shape = shapes_[candidate.shape];
  if (!node.present) return kAbsent;
  if (node.cordoned && !ignores_cordons_[shape.placement]) return kCordoned;
  if (const uint8_t suits = Suits(shape.placement, id); suits != kNone) {
    return static_cast<Obstacle>(suits);
  }
  const bool with_assistant = assistant != nullptr && candidate.only_node == id;
  if (node.model.pods_in_use + (with_assistant ? 1 : 0) >=
      node.model.max_pods) {
    return kTooManyPods;
  }
  for (int r = 0; r < resources_; ++r) {
    const int64_t free = node.model.allocatable[r] - node.model.in_use[r] -
                         (with_assistant ? AmountAt(*assistant, r) : 0);
    if (shape.requests[r] > 0 && shape.requests[r] > free) return kResources;
  }
  if (static_cast<int64_t>(candidate.volumes.size()) > node.model.max_volumes) {
    return kVolumeLimit;
  }
  for (const VolumeId volume : candidate.volumes) {
    const int zone = volumes_[volume].zone;
    if (zone >= 0 && zone != node.model.zone) return kZone;
  }
  if (candidate.only_node >= 0 && candidate.only_node != id) return kAffinity;
  return kNone;
}

bool Scheduler::FitsNew(const Candidate& candidate, NodeId id, Amounts* free,
                        int32_t* free_pods) const {
  const PodShape& shape = shapes_[candidate.shape];
  // Its assistant is on a node that is there already.
  if (candidate.only_node >= 0 || *free_pods == 0 ||
      Suits(shape.placement, id) != kNone) {
    return false;
  }
  const NodeModel& model = nodes_[id].model;
  for (const VolumeId volume : candidate.volumes) {
    const int zone = volumes_[volume].zone;
    if (zone >= 0 && zone != model.zone) return false;
  }
  if (static_cast<int64_t>(candidate.volumes.size()) > model.max_volumes) {
    return false;
  }
  for (int r = 0; r < resources_; ++r) {
    if (shape.requests[r] > 0 && shape.requests[r] > (*free)[r]) return false;
  }
  for (int r = 0; r < resources_; ++r) (*free)[r] -= shape.requests[r];
  --*free_pods;
  return true;
}

// Without what is normalized over all feasible nodes.
int64_t Scheduler::Score(const PodShape& shape, NodeId id) const {
  const Node& node = nodes_[id];
  const Amounts& capacity = node.model.allocatable;
  int64_t sum = 0;
  int64_t weights = 0;
  if (capacity[kCpu] != 0) {
    sum += LeastRequested(node.score_cpu + shape.score_cpu, capacity[kCpu]);
    ++weights;
  }
  if (capacity[kMemory] != 0) {
    sum += LeastRequested(node.score_memory + shape.score_memory,
                          capacity[kMemory]);
    ++weights;
  }
  int64_t score = weights == 0 ? 0 : sum / weights;
  // A Pod that asks for nothing doesn't change the balance (PreScore there).
  if (shape.requests[kCpu] != 0 || shape.requests[kMemory] != 0) {
    const int64_t cpu = capacity[kCpu] - free(id, kCpu);
    const int64_t memory = capacity[kMemory] - free(id, kMemory);
    const int64_t after =
        Balance(cpu + shape.requests[kCpu], capacity[kCpu],
                memory + shape.requests[kMemory], capacity[kMemory]);
    const int64_t before =
        Balance(cpu, capacity[kCpu], memory, capacity[kMemory]);
    score += kMaxNodeScore / 2 + (kMaxNodeScore / 2 + after - before) / 2;
  }
  return score;
}

NodeId Scheduler::Best(const Candidate& candidate) {
  const PodShape& shape = shapes_[candidate.shape];
  if (candidate.only_node >= 0) {
    return ObstacleOn(candidate, candidate.only_node) == kNone
               ? candidate.only_node
               : -1;
  }
  feasible_.clear();
  int64_t most_taints = 0;
  int64_t most_assistants = 0;
  int64_t fewest_assistants = std::numeric_limits<int64_t>::max();
  const std::vector<uint8_t>& taints = soft_taints_[shape.placement];
  for (NodeId node = 0; node < node_count(); ++node) {
    if (ShapeObstacle(shape, node) != kNone) continue;
    if (!candidate.volumes.empty() &&
        VolumeObstacle(candidate, node) != kNone) {
      continue;
    }
    feasible_.push_back(node);
    most_taints = std::max<int64_t>(most_taints, taints[node]);
    most_assistants =
        std::max<int64_t>(most_assistants, nodes_[node].assistants);
    fewest_assistants =
        std::min<int64_t>(fewest_assistants, nodes_[node].assistants);
  }
  NodeId best = -1;
  int64_t best_score = -1;
  for (const NodeId node : feasible_) {
    int64_t score = Score(shape, node);
    // DefaultNormalizeScore in plugins/helper, reversed.
    score += kTaintWeight *
             (most_taints == 0
                  ? kMaxNodeScore
                  : kMaxNodeScore - kMaxNodeScore * taints[node] / most_taints);
    // interpodaffinity/scoring.go, NormalizeScore, for the one preferred
    // anti-affinity that assistants have.
    if (shape.assistant && most_assistants > fewest_assistants) {
      score += kInterPodAffinityWeight * kMaxNodeScore *
               (most_assistants - nodes_[node].assistants) /
               (most_assistants - fewest_assistants);
    }
    if (score > best_score) {
      best = node;
      best_score = score;
    }
  }
  return best;
}

void Scheduler::Change(const Candidate& candidate, NodeId id, int sign) {
  const PodShape& shape = shapes_[candidate.shape];
  Node& node = nodes_[id];
  node.pods += sign;
  node.score_cpu += sign * shape.score_cpu;
  node.score_memory += sign * shape.score_memory;
  if (shape.assistant) node.assistants += sign;
  int64_t* free = &free_[static_cast<size_t>(id) * resources_];
  for (int r = 0; r < resources_; ++r) {
    free[r] -= sign * shape.requests[r];
    requested_[r] += sign * shape.requests[r];
    if (node.present) used_[r] += sign * shape.requests[r];
  }
  for (const VolumeId volume : candidate.volumes) {
    auto& users = volumes_[volume].users;
    auto user = absl::c_find_if(
        users, [&](const auto& user) { return user.first == id; });
    if (user == users.end()) {
      users.emplace_back(id, 0);
      user = users.end() - 1;
      ++node.volumes;
    }
    user->second += sign;
    if (user->second == 0) {
      users.erase(user);
      --node.volumes;
    }
  }
}

void Scheduler::Assign(const Candidate& candidate, NodeId node) {
  Change(candidate, node, 1);
}

void Scheduler::Release(const Candidate& candidate, NodeId node) {
  Change(candidate, node, -1);
}

int Scheduler::ZoneOf(const Candidate& candidate) const {
  int zone = -1;
  for (const VolumeId volume : candidate.volumes) {
    if (volumes_[volume].zone >= 0) zone = volumes_[volume].zone;
  }
  return zone;
}

void Scheduler::Wait(const Candidate& candidate) {
  const LineKey key = {candidate.shape, ZoneOf(candidate),
                       candidate.volumes.empty() ? 0 : 1};
  Lines& lines =
      candidate.only_node >= 0 ? on_node_[candidate.only_node] : anywhere_;
  Line& line = lines[key];
  line.shape = candidate.shape;
  line.zone = key[1];
  line.has_volumes = key[2] != 0;
  line.pods.emplace_back(sequence_++, candidate);
  ++line.waiting;
  const size_t pod = candidate.pod;
  if (pod >= waiting_.size()) {
    waiting_.resize(pod + 1);
    line_of_.resize(pod + 1);
  }
  waiting_[pod] = 1;
  // Entries of a std::map stay where they are, and so do the maps: on_node_
  // moves them only as a whole.
  line_of_[pod] = &line;
  ++waiting_count_;
}

NodeId Scheduler::Submit(const Candidate& candidate) {
  // Where others of its kind wait, there is no room for it either.
  if (candidate.volumes.empty() && candidate.only_node < 0) {
    const auto line = anywhere_.find({candidate.shape, -1, 0});
    if (line != anywhere_.end() && line->second.waiting > 0) {
      Wait(candidate);
      return -1;
    }
  }
  const NodeId node = Best(candidate);
  if (node < 0) {
    Wait(candidate);
  } else {
    Assign(candidate, node);
  }
  return node;
}

void Scheduler::Withdraw(PodId pod) {
  if (!waits(pod)) return;
  waiting_[pod] = 0;
  --line_of_[pod]->waiting;
  --waiting_count_;
}

std::optional<PodId> Scheduler::NextFor(NodeId node) {
  if (waiting_count_ == 0 || !nodes_[node].present) return std::nullopt;
  Line* best = nullptr;
  size_t best_at = 0;
  const auto look = [&](Lines& lines) {
    for (auto entry = lines.begin(); entry != lines.end();) {
      Line& line = entry->second;
      while (!line.pods.empty() && !waits(line.pods.front().second.pod)) {
        line.pods.pop_front();
      }
      if (line.pods.empty()) {
        entry = lines.erase(entry);
        continue;
      }
      ++entry;
      if (best != nullptr &&
          line.pods.front().first > best->pods[best_at].first) {
        continue;
      }
      if (line.zone >= 0 && line.zone != nodes_[node].model.zone) continue;
      if (ShapeObstacle(shapes_[line.shape], node) != kNone) continue;
      if (!line.has_volumes) {
        best = &line;
        best_at = 0;
        continue;
      }
      // Pods of a line with volumes differ in these.
      for (size_t i = 0; i < line.pods.size(); ++i) {
        const auto& [sequence, candidate] = line.pods[i];
        if (best != nullptr && sequence > best->pods[best_at].first) break;
        if (waits(candidate.pod) && VolumeObstacle(candidate, node) == kNone) {
          best = &line;
          best_at = i;
          break;
        }
      }
    }
  };
  look(anywhere_);
  look(on_node_[node]);
  if (best == nullptr) return std::nullopt;
  const Candidate candidate = best->pods[best_at].second;
  best->pods.erase(best->pods.begin() + static_cast<int64_t>(best_at));
  --best->waiting;
  waiting_[candidate.pod] = 0;
  --waiting_count_;
  Assign(candidate, node);
  return candidate.pod;
}

std::string Scheduler::Unschedulable(const Candidate& candidate) const {
  const PodShape& shape = shapes_[candidate.shape];
  int32_t present = 0;
  // By what is said of them.
  std::map<std::string, int32_t> counts;
  for (NodeId node = 0; node < node_count(); ++node) {
    if (!nodes_[node].present) continue;
    ++present;
    switch (ObstacleOn(candidate, node)) {
      case kNone:
      case kAbsent:
        break;
      case kCordoned:
        ++counts["node(s) were unschedulable"];
        break;
      case kTaint:
        ++counts["node(s) had untolerated taint(s)"];
        break;
      case kSelector:
        ++counts["node(s) didn't match Pod's node affinity/selector"];
        break;
      case kTooManyPods:
      case kResources:
        // All that is lacking (fitsRequest in noderesources/fit.go).
        if (TooManyPods(node)) ++counts["Too many pods"];
        for (int r = 0; r < resources_; ++r) {
          if (shape.requests[r] > 0 && shape.requests[r] > free(node, r)) {
            ++counts[absl::StrCat("Insufficient ", cluster_.resources.Name(r))];
          }
        }
        break;
      case kVolumeLimit:
        ++counts["node(s) exceed max volume count"];
        break;
      case kZone:
        ++counts["node(s) didn't match PersistentVolume's node affinity"];
        break;
      case kAntiAffinity:
        ++counts["node(s) didn't match pod anti-affinity rules"];
        break;
      case kAffinity:
        ++counts["node(s) didn't match pod affinity rules"];
        break;
    }
  }
  // Sorted as texts, numbers and all (FitError.Error in framework/types.go).
  std::vector<std::string> reasons;
  for (const auto& [reason, nodes] : counts) {
    reasons.push_back(absl::StrCat(nodes, " ", reason));
  }
  absl::c_sort(reasons);
  return absl::StrCat("0/", present,
                      " nodes are available: ", absl::StrJoin(reasons, ", "));
}

std::string Scheduler::CheckInvariants() const {
  Amounts used(resources_);
  for (NodeId id = 0; id < node_count(); ++id) {
    const Node& node = nodes_[id];
    for (int r = 0; r < resources_; ++r) {
      if (node.present) used[r] += node.model.allocatable[r] - free(id, r);
      if (free(id, r) < 0 &&
          node.model.in_use[r] <= node.model.allocatable[r]) {
        return absl::StrCat(node.model.name, " is oversubscribed in ",
                            cluster_.resources.Name(r));
      }
    }
    if (node.pods > 0 &&
        node.pods + node.model.pods_in_use > node.model.max_pods) {
      return absl::StrCat(node.model.name, " has too many Pods");
    }
    if (node.volumes > node.model.max_volumes) {
      return absl::StrCat(node.model.name, " has too many volumes");
    }
  }
  if (used != used_) return "the sums of what is used differ";
  const auto fits_somewhere = [&](const Lines& lines) -> std::string {
    for (const auto& [key, line] : lines) {
      for (const auto& [sequence, candidate] : line.pods) {
        if (!waits(candidate.pod)) continue;
        for (NodeId node = 0; node < node_count(); ++node) {
          if (ObstacleOn(candidate, node) == kNone) {
            return absl::StrCat("Pod ", candidate.pod, " waits but fits on ",
                                nodes_[node].model.name);
          }
        }
      }
    }
    return "";
  };
  std::string fault = fits_somewhere(anywhere_);
  for (const Lines& lines : on_node_) {
    if (fault.empty()) fault = fits_somewhere(lines);
  }
  return fault;
}

}  // namespace colocation::simulate
