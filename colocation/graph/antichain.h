// The heaviest set of vertices no two of which come one after the other.
//
// What can run at once in a Pod is an antichain of the order in which its units
// run, and what the Pod needs of a resource is the weight of the heaviest one.
// It is found exactly, together with the proof that there is no heavier: chains
// (paths) with shares that add up to the same weight and cover every vertex
// (Dilworth 1950, in its weighted form: Fulkerson 1956). Both come out of one
// maximum flow (Dinic 1970): start from a chain of its own for every vertex,
// and reuse as much of the chains' shares as the order allows.
//
// Cost: a maximum flow on 2V vertices and E + 3V edges; about 20 µs for a Pod
// of 100 units. Weights are 128-bit, so that a quantity's billionths fit.
#ifndef COLOCATION_GRAPH_ANTICHAIN_H_
#define COLOCATION_GRAPH_ANTICHAIN_H_

#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "colocation/graph/graph.h"

namespace colocation {

struct WeightedChain {
  // A path in the graph, in its order.
  std::vector<Vertex> vertices;
  absl::int128 share = 0;
};

struct MaxAntichain {
  absl::int128 weight = 0;
  // Ascending; vertices of weight zero are left out.
  std::vector<Vertex> vertices;
  // The shares add up to `weight`; those of the chains through a vertex add up
  // to at least its weight. Sorted by vertices.
  std::vector<WeightedChain> cover;
};

// `graph` is acyclic, `weight` has one entry for each vertex, none negative,
// and they add up to less than 2^120.
MaxAntichain FindMaxAntichain(const Graph& graph,
                              absl::Span<const absl::int128> weight);

}  // namespace colocation

#endif  // COLOCATION_GRAPH_ANTICHAIN_H_
