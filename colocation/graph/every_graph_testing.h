// Small graphs, all of them, and random larger ones, for tests.
#ifndef COLOCATION_GRAPH_EVERY_GRAPH_TESTING_H_
#define COLOCATION_GRAPH_EVERY_GRAPH_TESTING_H_

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "colocation/graph/graph.h"

namespace colocation {

// Calls `test` with every acyclic graph of `n` vertices whose edges go from a
// smaller vertex to a larger one: every DAG up to renaming.
template <typename Test>
void ForEveryDag(Vertex n, Test test) {
  std::vector<Edge> pairs;
  for (Vertex to = 0; to < n; ++to) {
    for (Vertex from = 0; from < to; ++from) pairs.emplace_back(from, to);
  }
  for (uint32_t mask = 0; mask < (1u << pairs.size()); ++mask) {
    std::vector<Edge> edges;
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (mask >> i & 1) edges.push_back(pairs[i]);
    }
    test(Graph(n, edges));
  }
}

// A DAG of `n` vertices, each pair an edge with that chance, in a random order.
inline Graph RandomDag(Vertex n, double chance, std::mt19937& random) {
  std::vector<Vertex> name(n);
  std::iota(name.begin(), name.end(), 0);
  std::shuffle(name.begin(), name.end(), random);
  std::bernoulli_distribution edge(chance);
  std::vector<Edge> edges;
  for (Vertex to = 0; to < n; ++to) {
    for (Vertex from = 0; from < to; ++from) {
      if (edge(random)) edges.emplace_back(name[from], name[to]);
    }
  }
  return Graph(n, edges);
}

// reach[u][v]: a path of one edge or more leads from u to v. The obvious way.
inline std::vector<std::vector<bool>> ReachabilityOf(const Graph& graph) {
  const Vertex n = graph.size();
  std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
  for (const auto& [from, to] : graph.Edges()) reach[from][to] = true;
  for (Vertex k = 0; k < n; ++k) {
    for (Vertex u = 0; u < n; ++u) {
      for (Vertex v = 0; v < n; ++v) {
        if (reach[u][k] && reach[k][v]) reach[u][v] = true;
      }
    }
  }
  return reach;
}

}  // namespace colocation

#endif  // COLOCATION_GRAPH_EVERY_GRAPH_TESTING_H_
