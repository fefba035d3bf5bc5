#include "colocation/graph/order.h"

#include <algorithm>
#include <random>

#include "colocation/graph/every_graph_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

void ExpectForward(const Graph& graph, const std::vector<Vertex>& order) {
  std::vector<Vertex> position(graph.size(), -1);
  for (size_t i = 0; i < order.size(); ++i)
    position[order[i]] = static_cast<Vertex>(i);
  for (const auto& [from, to] : graph.Edges())
    ASSERT_LT(position[from], position[to]);
}

TEST(OrderTest, EverySmallGraphIsOrderedForward) {
  for (Vertex n = 0; n <= 5; ++n) {
    ForEveryDag(n, [](const Graph& graph) {
      const auto order = TopologicalOrder(graph);
      ASSERT_TRUE(order.has_value());
      ASSERT_EQ(order->size(), static_cast<size_t>(graph.size()));
      ExpectForward(graph, *order);
      ASSERT_TRUE(FindCycles(graph).empty());
    });
  }
}

TEST(OrderTest, PriorityThenNumberBreakTies) {
  const Graph graph(4, {{0, 3}});
  EXPECT_EQ(*TopologicalOrder(graph), (std::vector<Vertex>{0, 1, 2, 3}));
  EXPECT_EQ(*TopologicalOrder(graph, {1, 0, 5, 9}),
            (std::vector<Vertex>{2, 0, 3, 1}));
}

TEST(OrderTest, EveryGraphOfThreeWithItsCycles) {
  // All 2^9 graphs, loops included.
  for (uint32_t mask = 0; mask < 512; ++mask) {
    std::vector<Edge> edges;
    for (int i = 0; i < 9; ++i) {
      if (mask >> i & 1) edges.emplace_back(i / 3, i % 3);
    }
    const Graph graph(3, edges);
    const auto reach = ReachabilityOf(graph);
    bool cyclic = false;
    for (Vertex v = 0; v < 3; ++v) cyclic |= reach[v][v];
    EXPECT_EQ(!TopologicalOrder(graph).has_value(), cyclic);
    const auto cycles = FindCycles(graph);
    EXPECT_EQ(!cycles.empty(), cyclic);
    for (const auto& cycle : cycles) {
      EXPECT_EQ(*std::min_element(cycle.begin(), cycle.end()), cycle.front());
      for (size_t i = 0; i < cycle.size(); ++i) {
        const auto next = graph.Successors(cycle[i]);
        EXPECT_TRUE(std::binary_search(next.begin(), next.end(),
                                       cycle[(i + 1) % cycle.size()]));
      }
    }
  }
}

TEST(OrderTest, OneShortestCycleForEachComponent) {
  const Graph graph(
      7, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {1, 0}, {4, 5}, {5, 4}, {6, 6}});
  const auto cycles = FindCycles(graph);
  EXPECT_EQ(cycles, (std::vector<std::vector<Vertex>>{{0, 1}, {4, 5}, {6}}));
}

TEST(OrderTest, LongestPaths) {
  const Graph graph(4, {{0, 1}, {1, 2}, {0, 3}});
  EXPECT_EQ(LongestPathFrom(graph, {1, 10, 100, 50}),
            (std::vector<int64_t>{111, 110, 100, 50}));
}

TEST(OrderTest, MillionLongChainNeedsNoRecursion) {
  const Vertex n = 1000000;
  std::vector<Edge> edges;
  for (Vertex v = 1; v < n; ++v) edges.emplace_back(v - 1, v);
  EXPECT_TRUE(TopologicalOrder(Graph(n, edges)).has_value());
  edges.emplace_back(n - 1, 0);
  EXPECT_EQ(FindCycles(Graph(n, edges)).front().size(), static_cast<size_t>(n));
}

}  // namespace
}  // namespace colocation
