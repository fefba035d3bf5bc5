#include "colocation/graph/serialise.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "colocation/graph/antichain.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using absl::int128;

constexpr uint32_t kFirstSeed = 20261130;

// All in one pool.
BoundedOrder OnePool(Vertex n, std::vector<Edge> edges,
                     std::vector<std::vector<int128>> need,
                     std::vector<int128> capacity) {
  BoundedOrder bounded;
  bounded.order = Graph(n, std::move(edges));
  bounded.duration.assign(n, 1);
  bounded.pool.assign(n, 0);
  bounded.need = std::move(need);
  bounded.capacity = {std::move(capacity)};
  return bounded;
}

BoundedOrder RandomOrder(std::mt19937* random, Vertex n) {
  const auto below = [random](int bound) {
    return static_cast<int>((*random)() % static_cast<uint32_t>(bound));
  };
  BoundedOrder bounded;
  std::vector<Edge> edges;
  const int density = 1 + below(6);
  for (Vertex a = 0; a < n; ++a) {
    for (Vertex b = a + 1; b < n; ++b) {
      if (below(10) < density - 1) edges.emplace_back(a, b);
    }
  }
  bounded.order = Graph(n, std::move(edges));
  const int pools = 1 + below(2), resources = 1 + below(3);
  bounded.capacity.assign(pools, {});
  for (std::vector<int128>& capacity : bounded.capacity) {
    for (int r = 0; r < resources; ++r) capacity.push_back(4 + below(6));
  }
  for (Vertex v = 0; v < n; ++v) {
    bounded.duration.push_back(1 + below(9));
    bounded.pool.push_back(below(8) == 0 ? -1 : below(pools));
    std::vector<int128>& need = bounded.need.emplace_back();
    for (int r = 0; r < resources && bounded.pool[v] >= 0; ++r) {
      need.push_back(
          below(static_cast<int>(bounded.capacity[bounded.pool[v]][r]) + 1));
    }
  }
  // "b not before a" among neighbours of one pool.
  for (Vertex v = 0; v + 1 < n; ++v) {
    if (bounded.pool[v] >= 0 && bounded.pool[v] == bounded.pool[v + 1] &&
        below(6) == 0) {
      bounded.start_order.emplace_back(v, v + 1);
    }
  }
  return bounded;
}

Graph With(const Graph& order, const std::vector<Edge>& added) {
  std::vector<Edge> edges = order.Edges();
  edges.insert(edges.end(), added.begin(), added.end());
  return Graph(order.size(), std::move(edges));
}

// The most that can run at once of each pool and resource is within bounds.
bool Fits(const BoundedOrder& bounded, const Graph& graph) {
  for (size_t p = 0; p < bounded.capacity.size(); ++p) {
    for (size_t r = 0; r < bounded.capacity[p].size(); ++r) {
      std::vector<int128> weight(graph.size(), 0);
      for (Vertex v = 0; v < graph.size(); ++v) {
        if (bounded.pool[v] == static_cast<int32_t>(p)) {
          weight[v] = bounded.need[v][r];
        }
      }
      if (FindMaxAntichain(graph, weight).weight > bounded.capacity[p][r]) {
        return false;
      }
    }
  }
  return true;
}

// When all has ended if each starts as early as the edges allow.
int64_t EarliestEnd(const BoundedOrder& bounded, const Graph& graph) {
  std::vector<int64_t> starts(graph.size(), 0);
  std::vector<Edge> all = graph.Edges();
  all.insert(all.end(), bounded.start_order.begin(), bounded.start_order.end());
  const auto order = TopologicalOrder(Graph(graph.size(), all));
  for (const Vertex v : *order) {
    for (const Vertex before : graph.Predecessors(v)) {
      starts[v] =
          std::max(starts[v], starts[before] + bounded.duration[before]);
    }
    for (const auto& [a, b] : bounded.start_order) {
      if (b == v) starts[v] = std::max(starts[v], starts[a]);
    }
  }
  return EndOfSchedule(bounded, starts);
}

// The shortest of all schedules: some order of placing each vertex as early as
// can be gives it (Sprecher, Kolisch, Drexl 1995: active schedules).
class BruteForce {
 public:
  explicit BruteForce(const BoundedOrder& bounded)
      : bounded_(bounded),
        starts_(bounded.order.size(), -1),
        best_(std::accumulate(bounded.duration.begin(), bounded.duration.end(),
                              int64_t{0})) {}

  int64_t Run() {
    Place(0);
    return best_;
  }

 private:
  bool HasRoom(Vertex v, int64_t start) const {
    const int32_t pool = bounded_.pool[v];
    if (pool < 0) return true;
    for (int64_t t = start; t < start + bounded_.duration[v]; ++t) {
      for (size_t r = 0; r < bounded_.need[v].size(); ++r) {
        int128 used = bounded_.need[v][r];
        for (Vertex o = 0; o < bounded_.order.size(); ++o) {
          if (starts_[o] >= 0 && bounded_.pool[o] == pool && starts_[o] <= t &&
              t < starts_[o] + bounded_.duration[o]) {
            used += bounded_.need[o][r];
          }
        }
        if (used > bounded_.capacity[pool][r]) return false;
      }
    }
    return true;
  }

  void Place(int placed) {
    if (placed == bounded_.order.size()) {
      best_ = std::min(best_, EndOfSchedule(bounded_, starts_));
      return;
    }
    for (Vertex v = 0; v < bounded_.order.size(); ++v) {
      if (starts_[v] >= 0) continue;
      int64_t start = 0;
      bool ready = true;
      const auto not_before = [&](Vertex other, int64_t duration) {
        ready &= starts_[other] >= 0;
        start = std::max(start, starts_[other] + duration);
      };
      for (const Vertex before : bounded_.order.Predecessors(v)) {
        not_before(before, bounded_.duration[before]);
      }
      for (const auto& [a, b] : bounded_.start_order) {
        if (b == v) not_before(a, 0);
      }
      if (!ready) continue;
      while (!HasRoom(v, start)) ++start;
      if (start + bounded_.duration[v] >= best_) continue;
      starts_[v] = start;
      Place(placed + 1);
      starts_[v] = -1;
    }
  }

  const BoundedOrder& bounded_;
  std::vector<int64_t> starts_;
  int64_t best_;
};

TEST(Serialise, AddsNothingWhereAllFits) {
  EXPECT_TRUE(Serialise(OnePool(3, {}, {{1}, {1}, {1}}, {3})).empty());
  EXPECT_TRUE(
      Serialise(OnePool(3, {{0, 1}, {1, 2}}, {{2}, {2}, {2}}, {2})).empty());
}

TEST(Serialise, TwoOfThreeAtOnceTakeOneWait) {
  EXPECT_EQ(Serialise(OnePool(3, {}, {{2}, {2}, {2}}, {4})),
            (std::vector<Edge>{{0, 2}}));
}

TEST(Serialise, OneAtATimeIsAChainOfWaits) {
  EXPECT_EQ(Serialise(OnePool(4, {}, {{1}, {1}, {1}, {1}}, {1})),
            (std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}}));
}

TEST(Serialise, WhatTheLongestPathHangsOnComesFirst) {
  // 1 is followed by 2 and 3, nothing follows 0.
  EXPECT_EQ(Serialise(OnePool(4, {{1, 2}, {2, 3}}, {{2}, {2}, {2}, {1}}, {2})),
            (std::vector<Edge>{{2, 0}, {0, 3}}));
}

TEST(Serialise, KeepsToEveryResource) {
  // 0 and 1 need too much of the second one together, 0 and 2 of the first.
  EXPECT_EQ(Serialise(OnePool(3, {}, {{3, 1}, {1, 4}, {2, 0}}, {4, 4})),
            (std::vector<Edge>{{0, 1}, {0, 2}}));
}

TEST(Serialise, PoolsAreBoundedEachByItself) {
  BoundedOrder bounded = OnePool(4, {}, {{1}, {1}, {1}, {1}}, {1});
  bounded.pool = {0, 1, 0, 1};
  bounded.capacity.push_back({1});
  EXPECT_EQ(Serialise(bounded), (std::vector<Edge>{{0, 2}, {1, 3}}));
}

TEST(Serialise, NeverLetsOneWaitForWhatMayNotStartBeforeIt) {
  // The second would come first by its path.
  BoundedOrder bounded = OnePool(3, {{1, 2}}, {{1}, {1}, {1}}, {1});
  bounded.start_order = {{0, 1}};
  EXPECT_EQ(Serialise(bounded), (std::vector<Edge>{{0, 1}}));
}

TEST(Serialise, ManyOfAKindAreDoneInAMoment) {
  constexpr Vertex kMany = 20'000;
  BoundedOrder bounded =
      OnePool(kMany, {}, std::vector<std::vector<int128>>(kMany, {1}), {3});
  EXPECT_EQ(Serialise(bounded).size(), size_t{kMany - 3});
}

TEST(Serialise, FitsAndIsAcyclicAndEachWaitIsNeeded) {
  for (uint32_t seed = kFirstSeed; seed < kFirstSeed + 3000; ++seed) {
    std::mt19937 random(seed);
    const BoundedOrder bounded =
        RandomOrder(&random, 2 + static_cast<Vertex>(random() % 12));
    const std::vector<Edge> added = Serialise(bounded);
    const Graph graph = With(bounded.order, added);
    std::vector<Edge> all = added;
    all.insert(all.end(), bounded.start_order.begin(),
               bounded.start_order.end());
    ASSERT_TRUE(TopologicalOrder(With(bounded.order, all)).has_value())
        << "seed " << seed;
    ASSERT_TRUE(Fits(bounded, graph)) << "seed " << seed;
    for (const Edge& edge : added) {
      ASSERT_EQ(bounded.pool[edge.first], bounded.pool[edge.second]);
      std::vector<Edge> others = added;
      others.erase(std::find(others.begin(), others.end(), edge));
      ASSERT_FALSE(Fits(bounded, With(bounded.order, others)))
          << "seed " << seed << ": " << edge.first << " -> " << edge.second;
    }
  }
}

TEST(Serialise, IsWithinATenthOfTheShortestOnAverage) {
  double sum = 0, worst = 1;
  int cases = 0, shortest = 0;
  for (uint32_t seed = kFirstSeed; cases < 400; ++seed) {
    std::mt19937 random(seed);
    const BoundedOrder bounded =
        RandomOrder(&random, 4 + static_cast<Vertex>(random() % 4));
    if (Fits(bounded, bounded.order)) continue;
    ++cases;
    const int64_t end =
        EarliestEnd(bounded, With(bounded.order, Serialise(bounded)));
    const int64_t best = BruteForce(bounded).Run();
    ASSERT_GE(end, best) << "seed " << seed;
    const double ratio = static_cast<double>(end) / static_cast<double>(best);
    sum += ratio;
    worst = std::max(worst, ratio);
    shortest += end == best;
  }
  std::cout << cases << " cases: on average " << sum / cases
            << " times the shortest, at most " << worst << " times; "
            << shortest << " as short as can be\n";
  EXPECT_LT(sum / cases, 1.1);
}

}  // namespace
}  // namespace colocation
