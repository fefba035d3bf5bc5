#include "colocation/graph/transitive_reduction.h"

#include <random>

#include "colocation/graph/every_graph_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// An edge stays unless some other vertex lies between its ends.
std::vector<Edge> Naive(const Graph& graph) {
  const auto reach = ReachabilityOf(graph);
  std::vector<Edge> kept;
  for (const auto& [from, to] : graph.Edges()) {
    bool implied = false;
    for (Vertex between = 0; between < graph.size(); ++between) {
      implied |= reach[from][between] && reach[between][to];
    }
    if (!implied) kept.emplace_back(from, to);
  }
  return kept;
}

TEST(TransitiveReductionTest, EverySmallGraph) {
  for (Vertex n = 0; n <= 5; ++n) {
    ForEveryDag(n, [](const Graph& graph) {
      ASSERT_EQ(TransitiveReduction(graph).Edges(), Naive(graph));
    });
  }
}

TEST(TransitiveReductionTest, RandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const Graph graph = RandomDag(20 + round, 0.01 * (round % 30), random);
    ASSERT_EQ(TransitiveReduction(graph).Edges(), Naive(graph))
        << "round " << round;
  }
}

TEST(TransitiveReductionTest, GraphsOfSeveralBlocks) {
  std::mt19937 random(8);
  const Graph graph = RandomDag(700, 0.01, random);
  EXPECT_EQ(TransitiveReduction(graph).Edges(), Naive(graph));
}

}  // namespace
}  // namespace colocation
