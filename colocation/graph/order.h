// Orders of a directed acyclic graph, and what stands in their way.
#ifndef COLOCATION_GRAPH_ORDER_H_
#define COLOCATION_GRAPH_ORDER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "colocation/graph/graph.h"

namespace colocation {

// The vertices so that every edge goes forward; among those that could come
// next, the one with the greatest priority, then the smallest (Kahn 1962 with a
// heap). An empty `priority` is all zeros. Nothing where there is a cycle.
// O((V + E) · log V).
std::optional<std::vector<Vertex>> TopologicalOrder(
    const Graph& graph, absl::Span<const int64_t> priority = {});

// One cycle for each strongly connected component that has any, as the vertices
// on it, each an edge from the next-to-last to the last and from the last to
// the first: a shortest one through the component's smallest vertex, which
// comes first. Sorted by it. Components by Tarjan 1972, without recursion. O(V
// + E), and a search within each component.
std::vector<std::vector<Vertex>> FindCycles(const Graph& graph);

// The greatest weight of a path that starts at each vertex, both ends counted:
// how long what hangs on it will take (the critical path). The graph is
// acyclic. O(V + E) after ordering.
std::vector<int64_t> LongestPathFrom(const Graph& graph,
                                     absl::Span<const int64_t> weight);

}  // namespace colocation

#endif  // COLOCATION_GRAPH_ORDER_H_
