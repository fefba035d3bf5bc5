// Splitting vertices into parts that fit, so that least is cut.
//
// What belongs together is a net: a set of vertices. A net that touches k parts
// is cut k - 1 times (the connectivity measure of hypergraph partitioning:
// Çatalyürek, Aykanat 1999). Nets are of kinds, the first of which weighs more
// than all others together, and so on; after them counts the number of parts.
//
// The measure is a sum over the parts: each counts the nets that it touches,
// and itself; the number of nets is then taken off once. So for few vertices
// the best partition is found exactly, by dynamic programming over their
// subsets. For more it is an approximation: two beginnings, greedy joining of
// parts and one pass over the vertices, each improved by moving single vertices
// and joining parts until nothing gets better.
//
// Cost: at most kExactVertices vertices: 3^V steps and 2^V questions whether
// something fits. More: V questions and the nets' sizes; up to
// kImprovedVertices vertices V² per round of improvements, beside.
//
// Deterministic. Not thread-safe as far as `fits` isn't.
#ifndef COLOCATION_GRAPH_PARTITION_H_
#define COLOCATION_GRAPH_PARTITION_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "colocation/graph/graph.h"

namespace colocation {

inline constexpr int kNetKinds = 3;
inline constexpr Vertex kExactVertices = 10;
inline constexpr Vertex kImprovedVertices = 300;

struct Net {
  // In [0, kNetKinds).
  int kind = 0;
  // Ascending, each once.
  std::vector<Vertex> vertices;
};

// Cuts of each kind, then the number of parts. Compared as a word.
using PartitionCost = std::array<int64_t, kNetKinds + 1>;

// Whether some vertices can be one part. A single vertex always counts as one,
// and what is part of something that fits, fits.
using FitsInPart = absl::FunctionRef<bool(absl::Span<const Vertex>)>;

// For each vertex its part; parts are numbered by their first vertex.
std::vector<int32_t> Partition(Vertex vertices, const std::vector<Net>& nets,
                               FitsInPart fits);

// The same by the approximation, whatever the number of vertices.
std::vector<int32_t> ApproximatePartition(Vertex vertices,
                                          const std::vector<Net>& nets,
                                          FitsInPart fits);

PartitionCost CostOfPartition(const std::vector<int32_t>& part_of,
                              const std::vector<Net>& nets);

}  // namespace colocation

#endif  // COLOCATION_GRAPH_PARTITION_H_
