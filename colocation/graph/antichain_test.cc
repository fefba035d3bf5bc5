#include "colocation/graph/antichain.h"

#include <algorithm>
#include <random>

#include "colocation/graph/every_graph_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using absl::int128;

int128 BruteForce(const Graph& graph, const std::vector<int128>& weight) {
  const auto reach = ReachabilityOf(graph);
  int128 best = 0;
  for (uint32_t set = 0; set < (1u << graph.size()); ++set) {
    int128 sum = 0;
    bool antichain = true;
    for (Vertex u = 0; u < graph.size() && antichain; ++u) {
      if (!(set >> u & 1)) continue;
      sum += weight[u];
      for (Vertex v = 0; v < graph.size(); ++v) {
        if ((set >> v & 1) && reach[u][v]) antichain = false;
      }
    }
    if (antichain) best = std::max(best, sum);
  }
  return best;
}

// The witness is an antichain of the weight; the cover is chains of the graph
// that cover every vertex and add up to the weight.
void ExpectProven(const Graph& graph, const std::vector<int128>& weight,
                  const MaxAntichain& result) {
  const auto reach = ReachabilityOf(graph);
  int128 witness = 0;
  for (const Vertex u : result.vertices) {
    witness += weight[u];
    for (const Vertex v : result.vertices) ASSERT_FALSE(reach[u][v]);
  }
  ASSERT_TRUE(witness == result.weight);
  int128 shares = 0;
  std::vector<int128> covered(graph.size(), 0);
  for (const WeightedChain& chain : result.cover) {
    ASSERT_GT(chain.share, 0);
    shares += chain.share;
    for (size_t i = 0; i < chain.vertices.size(); ++i) {
      covered[chain.vertices[i]] += chain.share;
      if (i > 0) {
        const auto next = graph.Successors(chain.vertices[i - 1]);
        ASSERT_TRUE(
            std::binary_search(next.begin(), next.end(), chain.vertices[i]));
      }
    }
  }
  ASSERT_TRUE(shares == result.weight);
  for (Vertex v = 0; v < graph.size(); ++v)
    ASSERT_TRUE(covered[v] >= weight[v]);
}

TEST(AntichainTest, EverySmallGraph) {
  const std::vector<std::vector<int128>> weights = {{1, 1, 1, 1, 1},
                                                    {1, 2, 4, 8, 16},
                                                    {16, 8, 4, 2, 1},
                                                    {3, 0, 5, 0, 2},
                                                    {0, 0, 0, 0, 0}};
  for (Vertex n = 0; n <= 5; ++n) {
    ForEveryDag(n, [&](const Graph& graph) {
      for (const auto& all : weights) {
        const std::vector<int128> weight(all.begin(), all.begin() + n);
        const MaxAntichain result = FindMaxAntichain(graph, weight);
        ASSERT_TRUE(result.weight == BruteForce(graph, weight));
        ExpectProven(graph, weight, result);
      }
    });
  }
}

TEST(AntichainTest, RandomGraphs) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 2000; ++round) {
    const Vertex n = 6 + round % 8;
    const Graph graph = RandomDag(n, 0.05 + 0.5 * (round % 11) / 11, random);
    std::vector<int128> weight(n);
    for (int128& w : weight)
      w = int128(random() % 1000) << (round % 3 == 0 ? 90 : 0);
    const MaxAntichain result = FindMaxAntichain(graph, weight);
    ASSERT_TRUE(result.weight == BruteForce(graph, weight))
        << "round " << round;
    ExpectProven(graph, weight, result);
  }
}

TEST(AntichainTest, LongChainNeedsNoRecursion) {
  const Vertex n = 200000;
  std::vector<Edge> edges;
  for (Vertex v = 1; v < n; ++v) edges.emplace_back(v - 1, v);
  std::vector<int128> weight(n, 1);
  weight[n / 2] = 7;
  EXPECT_TRUE(FindMaxAntichain(Graph(n, edges), weight).weight == 7);
}

}  // namespace
}  // namespace colocation
