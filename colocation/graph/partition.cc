#include "colocation/graph/partition.h"

#include <algorithm>
#include <map>
#include <utility>

namespace colocation {
namespace {

// Numbers the parts by their first vertex.
std::vector<int32_t> Renumbered(const std::vector<int32_t>& part_of) {
  std::map<int32_t, int32_t> number;
  std::vector<int32_t> renumbered;
  renumbered.reserve(part_of.size());
  for (const int32_t part : part_of) {
    renumbered.push_back(
        number.emplace(part, static_cast<int32_t>(number.size()))
            .first->second);
  }
  return renumbered;
}

PartitionCost Sum(const PartitionCost& a, const PartitionCost& b) {
  PartitionCost sum;
  for (size_t i = 0; i < sum.size(); ++i) sum[i] = a[i] + b[i];
  return sum;
}

std::vector<int32_t> ExactPartition(Vertex n, const std::vector<Net>& nets,
                                    FitsInPart fits) {
  using Set = uint32_t;
  const Set sets = Set{1} << n;
  // Equal nets are counted together.
  std::map<std::pair<int, Set>, int64_t> weight;
  for (const Net& net : nets) {
    Set vertices = 0;
    for (const Vertex v : net.vertices) vertices |= Set{1} << v;
    ++weight[{net.kind, vertices}];
  }
  std::vector<bool> fit(sets, false);
  std::vector<PartitionCost> cost(sets);
  for (Set set = 1; set < sets; ++set) {
    bool possible = true;
    std::vector<Vertex> members;
    for (Vertex v = 0; v < n; ++v) {
      if (!(set >> v & 1)) continue;
      members.push_back(v);
      const Set without = set & ~(Set{1} << v);
      possible = possible && (without == 0 || fit[without]);
    }
    fit[set] = possible && (members.size() == 1 || fits(members));
    if (!fit[set]) continue;
    cost[set].fill(0);
    cost[set].back() = 1;
    for (const auto& [net, times] : weight) {
      if (net.second & set) cost[set][net.first] += times;
    }
  }
  // best[set]: of all partitions of `set`. The part that has its first vertex
  // is tried in all ways, those with the other early vertices first.
  std::vector<PartitionCost> best(sets);
  std::vector<Set> first_part(sets, 0);
  const auto rank = [&](Set part) {
    Set reversed = 0;
    for (Vertex v = 0; v < n; ++v) reversed = reversed << 1 | (part >> v & 1);
    return reversed;
  };
  best[0].fill(0);
  for (Set set = 1; set < sets; ++set) {
    const Set first = set & (~set + 1);
    const Set others = set & ~first;
    for (Set more = others;; more = (more - 1) & others) {
      const Set part = more | first;
      if (fit[part]) {
        const PartitionCost total = Sum(cost[part], best[set & ~part]);
        Set& chosen = first_part[set];
        if (chosen == 0 || total < best[set] ||
            (total == best[set] && rank(part) > rank(chosen))) {
          best[set] = total;
          chosen = part;
        }
      }
      if (more == 0) break;
    }
  }
  std::vector<int32_t> part_of(n, 0);
  int32_t parts = 0;
  for (Set left = sets - 1; left != 0; left &= ~first_part[left], ++parts) {
    for (Vertex v = 0; v < n; ++v) {
      if (first_part[left] >> v & 1) part_of[v] = parts;
    }
    if (first_part[left] == 0) break;
  }
  return part_of;
}

// A partition that is worked on.
class Draft {
 public:
  Draft(Vertex n, const std::vector<Net>& nets, FitsInPart fits)
      : nets_(nets), fits_(fits), part_of_(n, -1), nets_of_(n) {
    for (size_t i = 0; i < nets.size(); ++i) {
      for (const Vertex v : nets[i].vertices) {
        nets_of_[v].push_back(static_cast<int32_t>(i));
      }
    }
    touched_.resize(nets.size());
  }

  const std::vector<int32_t>& part_of() const { return part_of_; }

  // Each vertex into the part with which it shares most, of those it fits into;
  // where it shares nothing, into one of the last that has room.
  void PassOver() {
    for (Vertex v = 0; v < static_cast<Vertex>(part_of_.size()); ++v) {
      std::vector<std::pair<PartitionCost, int32_t>> candidates;
      for (const auto& [part, shared] : SharedWith(v)) {
        PartitionCost order;
        for (size_t i = 0; i < order.size(); ++i) order[i] = -shared[i];
        candidates.emplace_back(order, part);
      }
      std::sort(candidates.begin(), candidates.end());
      constexpr int32_t kTried = 8;
      PartitionCost nothing;
      nothing.fill(0);
      const int32_t parts = static_cast<int32_t>(parts_.size());
      for (int32_t part = std::max(0, parts - kTried); part < parts; ++part) {
        candidates.emplace_back(nothing, part);
      }
      int32_t chosen = parts;
      for (const auto& [order, part] : candidates) {
        if (!FitsInto(part, {v})) continue;
        chosen = part;
        break;
      }
      if (chosen == parts) parts_.emplace_back();
      Put(v, chosen);
    }
  }

  // Each vertex by itself, then JoinParts.
  void JoinUp() {
    for (Vertex v = 0; v < static_cast<Vertex>(part_of_.size()); ++v) {
      parts_.emplace_back();
      Put(v, v);
    }
    JoinParts();
  }

  // Joins the two parts that share most and fit together, again and again.
  void JoinParts() {
    const int32_t count = static_cast<int32_t>(parts_.size());
    // What doesn't fit together won't when more has joined it.
    std::vector<std::vector<bool>> apart(count, std::vector<bool>(count));
    for (;;) {
      std::vector<std::pair<PartitionCost, std::pair<int32_t, int32_t>>> pairs;
      for (int32_t a = 0; a < count; ++a) {
        if (parts_[a].empty()) continue;
        for (int32_t b = a + 1; b < count; ++b) {
          if (parts_[b].empty() || apart[a][b]) continue;
          PartitionCost order = NetsOfBoth(a, b);
          for (int64_t& kind : order) kind = -kind;
          pairs.push_back({order, {a, b}});
        }
      }
      std::sort(pairs.begin(), pairs.end());
      bool joined = false;
      for (const auto& [order, pair] : pairs) {
        const auto [a, b] = pair;
        if (!FitsInto(a, parts_[b])) {
          apart[a][b] = true;
          continue;
        }
        const std::vector<Vertex> members = parts_[b];
        for (const Vertex v : members) {
          Take(v);
          Put(v, a);
        }
        for (int32_t c = 0; c < count; ++c) {
          const bool either = apart[std::min(a, c)][std::max(a, c)] ||
                              apart[std::min(b, c)][std::max(b, c)];
          apart[std::min(a, c)][std::max(a, c)] = either;
        }
        joined = true;
        break;
      }
      if (!joined) return;
    }
  }

  // Moves single vertices while that makes it better.
  void Improve() {
    for (bool better = true; better;) {
      better = false;
      for (Vertex v = 0; v < static_cast<Vertex>(part_of_.size()); ++v) {
        const int32_t from = part_of_[v];
        const PartitionCost leaving = Change(v, from, -1);
        for (const auto& [part, shared] : SharedWith(v)) {
          if (part == from) continue;
          const PartitionCost change = Sum(leaving, Change(v, part, 1));
          PartitionCost none;
          none.fill(0);
          if (!(change < none) || !FitsInto(part, {v})) continue;
          Take(v);
          Put(v, part);
          better = true;
          break;
        }
      }
    }
  }

 private:
  // How often each part touches a net; small, as most nets are.
  using Touched = std::vector<std::pair<int32_t, int32_t>>;

  static int32_t& Count(Touched* touched, int32_t part) {
    const auto at = std::lower_bound(touched->begin(), touched->end(),
                                     std::pair<int32_t, int32_t>(part, 0));
    if (at != touched->end() && at->first == part) return at->second;
    return touched->insert(at, {part, 0})->second;
  }

  void Put(Vertex v, int32_t part) {
    part_of_[v] = part;
    std::vector<Vertex>& members = parts_[part];
    members.insert(std::lower_bound(members.begin(), members.end(), v), v);
    for (const int32_t net : nets_of_[v]) ++Count(&touched_[net], part);
  }

  void Take(Vertex v) {
    const int32_t part = part_of_[v];
    std::vector<Vertex>& members = parts_[part];
    members.erase(std::lower_bound(members.begin(), members.end(), v));
    for (const int32_t net : nets_of_[v]) --Count(&touched_[net], part);
    part_of_[v] = -1;
  }

  bool FitsInto(int32_t part, const std::vector<Vertex>& more) const {
    std::vector<Vertex> members;
    std::merge(parts_[part].begin(), parts_[part].end(), more.begin(),
               more.end(), std::back_inserter(members));
    return members.size() == 1 || fits_(members);
  }

  // The parts that touch a net of `v`, and how many of its nets of each kind.
  std::map<int32_t, PartitionCost> SharedWith(Vertex v) const {
    std::map<int32_t, PartitionCost> shared;
    for (const int32_t net : nets_of_[v]) {
      for (const auto& [part, times] : touched_[net]) {
        if (times == 0) continue;
        const auto [entry, added] = shared.try_emplace(part);
        if (added) entry->second.fill(0);
        ++entry->second[nets_[net].kind];
      }
    }
    return shared;
  }

  PartitionCost NetsOfBoth(int32_t a, int32_t b) const {
    PartitionCost both;
    both.fill(0);
    std::vector<int32_t> of_a;
    for (const Vertex v : parts_[a]) {
      of_a.insert(of_a.end(), nets_of_[v].begin(), nets_of_[v].end());
    }
    std::sort(of_a.begin(), of_a.end());
    of_a.erase(std::unique(of_a.begin(), of_a.end()), of_a.end());
    for (const int32_t net : of_a) {
      for (const auto& [part, times] : touched_[net]) {
        if (part == b && times > 0) ++both[nets_[net].kind];
      }
    }
    return both;
  }

  // Of the measure when `v` leaves (by: -1) or joins (1) `part`.
  PartitionCost Change(Vertex v, int32_t part, int by) const {
    PartitionCost change;
    change.fill(0);
    const size_t alone = by < 0 ? 1 : 0;
    for (const int32_t net : nets_of_[v]) {
      size_t members = 0;
      for (const auto& [touching, times] : touched_[net]) {
        if (touching == part) members = times;
      }
      if (members == alone) change[nets_[net].kind] += by;
    }
    if (parts_[part].size() == alone) change.back() += by;
    return change;
  }

  const std::vector<Net>& nets_;
  FitsInPart fits_;
  std::vector<int32_t> part_of_;
  std::vector<std::vector<int32_t>> nets_of_;
  // The members of each part, ascending.
  std::vector<std::vector<Vertex>> parts_;
  // For each net.
  std::vector<Touched> touched_;
};

}  // namespace

std::vector<int32_t> ApproximatePartition(Vertex vertices,
                                          const std::vector<Net>& nets,
                                          FitsInPart fits) {
  Draft pass(vertices, nets, fits);
  pass.PassOver();
  std::vector<int32_t> best = Renumbered(pass.part_of());
  if (vertices > kImprovedVertices) return best;
  pass.Improve();
  pass.JoinParts();
  pass.Improve();
  best = Renumbered(pass.part_of());
  Draft joined(vertices, nets, fits);
  joined.JoinUp();
  joined.Improve();
  joined.JoinParts();
  std::vector<int32_t> other = Renumbered(joined.part_of());
  return CostOfPartition(other, nets) < CostOfPartition(best, nets) ? other
                                                                    : best;
}

std::vector<int32_t> Partition(Vertex vertices, const std::vector<Net>& nets,
                               FitsInPart fits) {
  return vertices <= kExactVertices
             ? ExactPartition(vertices, nets, fits)
             : ApproximatePartition(vertices, nets, fits);
}

PartitionCost CostOfPartition(const std::vector<int32_t>& part_of,
                              const std::vector<Net>& nets) {
  PartitionCost cost;
  cost.fill(0);
  for (const Net& net : nets) {
    std::vector<int32_t> touched;
    for (const Vertex v : net.vertices) touched.push_back(part_of[v]);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    cost[net.kind] += static_cast<int64_t>(touched.size()) - 1;
  }
  std::vector<int32_t> parts = part_of;
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  cost.back() = static_cast<int64_t>(parts.size());
  return cost;
}

}  // namespace colocation
