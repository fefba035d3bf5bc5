#include "colocation/graph/serialise.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "colocation/graph/antichain.h"
#include "colocation/graph/order.h"
#include "colocation/graph/transitive_reduction.h"

namespace colocation {
namespace {

using absl::int128;

// Up to so many bits what lies before each vertex is known exactly.
constexpr int64_t kMostBits = int64_t{1} << 31;
// Needless edges are looked for where edges times (vertices and edges of the
// graph) are at most so many: each takes a maximum flow.
constexpr int64_t kMostSearch = 200'000;

// How much of a pool is in use when.
class Profile {
 public:
  // `least` is at most what any vertex needs, of each resource.
  Profile(const std::vector<int128>& capacity, std::vector<int128> least)
      : capacity_(capacity), least_(std::move(least)) {
    used_.emplace(0, std::vector<int128>(capacity.size(), 0));
  }

  // Takes `need` for `duration` from the earliest moment on, not before `from`,
  // at which it is free for all that time.
  int64_t Take(int64_t from, int64_t duration,
               const std::vector<int128>& need) {
    from = std::max(from, full_until_);
    auto at = std::prev(used_.upper_bound(from));
    int64_t start = from;
    // The last segment has no end and is free.
    for (; at->first < start + duration; ++at) {
      const auto next = std::next(at);
      if (!HasRoom(at->second, need)) start = next->first;
      if (next == used_.end()) break;
    }
    const auto first = Cut(start);
    const auto last = Cut(start + duration);
    for (auto segment = first; segment != last; ++segment) {
      for (size_t r = 0; r < need.size(); ++r) segment->second[r] += need[r];
    }
    for (auto segment = used_.find(full_until_);
         !HasRoom(segment->second, least_);) {
      full_until_ = (++segment)->first;
    }
    return start;
  }

 private:
  using Segments = std::map<int64_t, std::vector<int128>>;

  bool HasRoom(const std::vector<int128>& used,
               const std::vector<int128>& need) const {
    for (size_t r = 0; r < need.size(); ++r) {
      if (used[r] + need[r] > capacity_[r]) return false;
    }
    return true;
  }

  // The segment that begins at `time`, made where there is none.
  Segments::iterator Cut(int64_t time) {
    const auto at = std::prev(used_.upper_bound(time));
    if (at->first == time) return at;
    return used_.emplace_hint(std::next(at), time, at->second);
  }

  const std::vector<int128>& capacity_;
  const std::vector<int128> least_;
  // What is in use from each moment to the next.
  Segments used_;
  // A beginning of a segment before which no vertex finds room.
  int64_t full_until_ = 0;
};

class Scheduler {
 public:
  explicit Scheduler(const BoundedOrder& bounded) : bounded_(bounded) {
    std::vector<Edge> edges = bounded.order.Edges();
    edges.insert(edges.end(), bounded.start_order.begin(),
                 bounded.start_order.end());
    listed_ = Graph(bounded.order.size(), std::move(edges));
    not_before_.resize(bounded.order.size());
    for (const auto& [a, b] : bounded.start_order) not_before_[b].push_back(a);
    least_.resize(bounded.capacity.size());
    for (Vertex v = 0; v < bounded.order.size(); ++v) {
      if (bounded.pool[v] < 0) continue;
      std::vector<int128>& least = least_[bounded.pool[v]];
      if (least.empty()) least = bounded.need[v];
      for (size_t r = 0; r < least.size(); ++r) {
        least[r] = std::min(least[r], bounded.need[v][r]);
      }
    }
  }

  // The shortest schedule of a few lists.
  std::vector<int64_t> Run() const {
    const std::vector<int64_t> path =
        LongestPathFrom(listed_, bounded_.duration);
    std::vector<int64_t> best = Schedule(path);
    int64_t best_end = EndOfSchedule(bounded_, best);
    const auto attempt = [&](const std::vector<int64_t>& priority) {
      std::vector<int64_t> starts = Schedule(priority);
      const int64_t end = EndOfSchedule(bounded_, starts);
      if (end >= best_end) return;
      best = std::move(starts);
      best_end = end;
    };
    attempt(WithWork(path));
    // From the end backwards, and forward again by when things end there
    // (double justification): a later end of a vertex means less hurry.
    attempt(LatestStarts(best));
    attempt(LatestStarts(best));
    return best;
  }

 private:
  std::vector<Profile> EmptyProfiles() const {
    std::vector<Profile> profiles;
    profiles.reserve(bounded_.capacity.size());
    for (size_t p = 0; p < bounded_.capacity.size(); ++p) {
      profiles.emplace_back(bounded_.capacity[p], least_[p]);
    }
    return profiles;
  }

  std::vector<int64_t> Schedule(const std::vector<int64_t>& priority) const {
    const Graph& order = bounded_.order;
    std::vector<Profile> profiles = EmptyProfiles();
    std::vector<int64_t> starts(order.size());
    const auto list = TopologicalOrder(listed_, priority);
    for (const Vertex v : *list) {
      int64_t from = 0;
      for (const Vertex before : order.Predecessors(v)) {
        from = std::max(from, starts[before] + bounded_.duration[before]);
      }
      for (const Vertex other : not_before_[v]) {
        from = std::max(from, starts[other]);
      }
      starts[v] = bounded_.pool[v] < 0
                      ? from
                      : profiles[bounded_.pool[v]].Take(
                            from, bounded_.duration[v], bounded_.need[v]);
    }
    return starts;
  }

  // Among vertices with equal paths, those that need most come first: they are
  // the hardest to place.
  std::vector<int64_t> WithWork(const std::vector<int64_t>& path) const {
    constexpr int kGrades = 16;
    std::vector<int64_t> priority(path.size());
    for (Vertex v = 0; v < bounded_.order.size(); ++v) {
      int128 grade = 0;
      for (size_t r = 0; bounded_.pool[v] >= 0 && r < bounded_.need[v].size();
           ++r) {
        const int128 capacity = bounded_.capacity[bounded_.pool[v]][r];
        if (capacity > 0) {
          grade =
              std::max(grade, bounded_.need[v][r] * (kGrades - 1) / capacity);
        }
      }
      priority[v] = path[v] * kGrades + static_cast<int64_t>(grade);
    }
    return priority;
  }

  // For each vertex, how early it has to start in a schedule that was made from
  // the end backwards, in the order in which things end in `starts`.
  std::vector<int64_t> LatestStarts(const std::vector<int64_t>& starts) const {
    const Graph& order = bounded_.order;
    std::vector<Profile> profiles = EmptyProfiles();
    std::vector<Edge> reversed;
    for (const auto& [a, b] : listed_.Edges()) reversed.emplace_back(b, a);
    std::vector<int64_t> ends(starts);
    for (size_t v = 0; v < ends.size(); ++v) ends[v] += bounded_.duration[v];
    // Time goes backwards here: when each vertex is left to the end.
    std::vector<int64_t> left(starts.size());
    std::vector<int64_t> priority(starts.size());
    const auto list =
        TopologicalOrder(Graph(order.size(), std::move(reversed)), ends);
    for (const Vertex v : *list) {
      int64_t from = 0;
      for (const Vertex after : order.Successors(v)) {
        from = std::max(from, left[after] + bounded_.duration[after]);
      }
      left[v] = bounded_.pool[v] < 0
                    ? from
                    : profiles[bounded_.pool[v]].Take(
                          from, bounded_.duration[v], bounded_.need[v]);
      priority[v] = left[v] + bounded_.duration[v];
    }
    return priority;
  }

  const BoundedOrder& bounded_;
  // With start_order: what has to be placed before what.
  Graph listed_;
  std::vector<std::vector<Vertex>> not_before_;
  // Of each pool, what every vertex needs at least.
  std::vector<std::vector<int128>> least_;
};

// What lies before each vertex, among those of pools.
class Ancestors {
 public:
  explicit Ancestors(const BoundedOrder& bounded) {
    const int64_t n = bounded.order.size();
    bit_of_.assign(n, -1);
    for (Vertex v = 0; v < n; ++v) {
      if (bounded.pool[v] >= 0) bit_of_[v] = units_++;
    }
    words_ = (units_ + 63) / 64;
    exact_ = words_ * 64 * n <= kMostBits;
    if (exact_) bits_.assign(n * words_, 0);
  }

  // From now on `before` and all that lies before it lie before `after`.
  void Add(Vertex before, Vertex after) {
    if (!exact_) return;
    for (int64_t w = 0; w < words_; ++w) {
      bits_[after * words_ + w] |= bits_[before * words_ + w];
    }
    const int64_t bit = bit_of_[before];
    if (bit >= 0) bits_[after * words_ + bit / 64] |= uint64_t{1} << bit % 64;
  }

  bool IsBefore(Vertex before, Vertex after) const {
    const int64_t bit = bit_of_[before];
    return exact_ &&
           (bits_[after * words_ + bit / 64] >> bit % 64 & uint64_t{1}) != 0;
  }

 private:
  std::vector<int64_t> bit_of_;
  int64_t units_ = 0, words_ = 0;
  bool exact_ = false;
  std::vector<uint64_t> bits_;
};

class Chainer {
 public:
  Chainer(const BoundedOrder& bounded, const std::vector<int64_t>& starts)
      : bounded_(bounded), starts_(starts), ancestors_(bounded) {
    for (const std::vector<int128>& capacity : bounded.capacity) {
      std::vector<Lots>& lots = lots_.emplace_back();
      for (const int128 amount : capacity) lots.push_back({{kNobody, amount}});
    }
  }

  std::vector<Edge> Run() {
    std::vector<Vertex> by_start = *TopologicalOrder(bounded_.order);
    // Whether something of a pool comes before it anyway, from which it may
    // take what it needs: of those that start at once, these choose first.
    std::vector<bool> follows(by_start.size());
    for (const Vertex v : by_start) {
      for (const Vertex before : bounded_.order.Predecessors(v)) {
        if (follows[before] || bounded_.pool[before] >= 0) follows[v] = true;
      }
    }
    std::stable_sort(by_start.begin(), by_start.end(), [&](Vertex a, Vertex b) {
      return starts_[a] != starts_[b] ? starts_[a] < starts_[b]
                                      : follows[a] && !follows[b];
    });
    for (const Vertex v : by_start) {
      for (const Vertex before : bounded_.order.Predecessors(v)) {
        ancestors_.Add(before, v);
      }
      if (bounded_.pool[v] < 0) continue;
      for (size_t r = 0; r < bounded_.need[v].size(); ++r) {
        Take(v, bounded_.need[v][r], &lots_[bounded_.pool[v]][r]);
      }
    }
    return std::move(added_);
  }

 private:
  static constexpr Vertex kNobody = -1;
  struct Lot {
    // Who had it last.
    Vertex last;
    int128 amount;
  };
  using Lots = std::vector<Lot>;

  // The lower, the better: from what lies before v anyway, from nobody, else
  // from whoever has most.
  std::tuple<int, int128, Vertex> Rank(const Lot& lot, Vertex v) const {
    const int kind = lot.last == kNobody                ? 1
                     : ancestors_.IsBefore(lot.last, v) ? 0
                                                        : 2;
    return {kind, -lot.amount, lot.last};
  }

  void Take(Vertex v, int128 need, Lots* lots) {
    if (need == 0) return;
    for (int128 missing = need; missing > 0;) {
      size_t best = lots->size();
      for (size_t i = 0; i < lots->size(); ++i) {
        const Lot& lot = (*lots)[i];
        if (lot.last != kNobody &&
            starts_[lot.last] + bounded_.duration[lot.last] > starts_[v]) {
          continue;
        }
        if (best == lots->size() || Rank(lot, v) < Rank((*lots)[best], v)) {
          best = i;
        }
      }
      Lot& lot = (*lots)[best];
      const int128 part = std::min(missing, lot.amount);
      if (lot.last != kNobody && !ancestors_.IsBefore(lot.last, v)) {
        added_.emplace_back(lot.last, v);
        ancestors_.Add(lot.last, v);
      }
      missing -= part;
      lot.amount -= part;
      if (lot.amount == 0) lots->erase(lots->begin() + best);
    }
    lots->push_back({v, need});
  }

  const BoundedOrder& bounded_;
  const std::vector<int64_t>& starts_;
  Ancestors ancestors_;
  // Of each pool and resource.
  std::vector<std::vector<Lots>> lots_;
  std::vector<Edge> added_;
};

// Without edge number `without` of `added`.
Graph Together(const Graph& order, const std::vector<Edge>& added,
               size_t without) {
  std::vector<Edge> edges = order.Edges();
  for (size_t i = 0; i < added.size(); ++i) {
    if (i != without) edges.push_back(added[i]);
  }
  return Graph(order.size(), std::move(edges));
}

bool Fits(const BoundedOrder& bounded, const Graph& graph, int32_t pool) {
  const std::vector<int128>& capacity = bounded.capacity[pool];
  for (size_t r = 0; r < capacity.size(); ++r) {
    std::vector<int128> weight(graph.size(), 0);
    for (Vertex v = 0; v < graph.size(); ++v) {
      if (bounded.pool[v] == pool) weight[v] = bounded.need[v][r];
    }
    if (FindMaxAntichain(graph, weight).weight > capacity[r]) return false;
  }
  return true;
}

// Leaves out edges without which everything still fits, the latest first.
void RemoveNeedless(const BoundedOrder& bounded,
                    const std::vector<int64_t>& starts,
                    std::vector<Edge>* added) {
  const int64_t size =
      bounded.order.size() + static_cast<int64_t>(bounded.order.edge_count());
  const int64_t edges = static_cast<int64_t>(added->size());
  if (edges * (size + edges) > kMostSearch) return;
  std::stable_sort(added->begin(), added->end(),
                   [&](const Edge& a, const Edge& b) {
                     return starts[a.second] < starts[b.second];
                   });
  const int32_t pools = static_cast<int32_t>(bounded.capacity.size());
  for (size_t i = added->size(); i-- > 0;) {
    const Graph graph = Together(bounded.order, *added, i);
    bool fits = true;
    for (int32_t p = 0; p < pools && fits; ++p) fits = Fits(bounded, graph, p);
    if (fits) added->erase(added->begin() + static_cast<int64_t>(i));
  }
}

}  // namespace

std::vector<int64_t> ScheduleStarts(const BoundedOrder& bounded) {
  return Scheduler(bounded).Run();
}

int64_t EndOfSchedule(const BoundedOrder& bounded,
                      const std::vector<int64_t>& starts) {
  int64_t end = 0;
  for (size_t v = 0; v < starts.size(); ++v) {
    end = std::max(end, starts[v] + bounded.duration[v]);
  }
  return end;
}

std::vector<Edge> Serialise(const BoundedOrder& bounded) {
  const std::vector<int64_t> starts = ScheduleStarts(bounded);
  const std::vector<Edge> chained = Chainer(bounded, starts).Run();
  const Graph reduced =
      TransitiveReduction(Together(bounded.order, chained, chained.size()));
  std::vector<Edge> added;
  for (const auto& [a, b] : chained) {
    const auto after = reduced.Successors(a);
    if (std::binary_search(after.begin(), after.end(), b)) {
      added.emplace_back(a, b);
    }
  }
  RemoveNeedless(bounded, starts, &added);
  std::sort(added.begin(), added.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.second, a.first) < std::tie(b.second, b.first);
  });
  added.erase(std::unique(added.begin(), added.end()), added.end());
  return added;
}

}  // namespace colocation
