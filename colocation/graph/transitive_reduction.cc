#include "colocation/graph/transitive_reduction.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "colocation/graph/order.h"

namespace colocation {
namespace {

constexpr Vertex kBlock = 256;
// A set of vertices of one block.
using BlockSet = std::array<uint64_t, kBlock / 64>;

}  // namespace

Graph TransitiveReduction(const Graph& graph) {
  const auto order = TopologicalOrder(graph);
  if (!order) return graph;
  const Vertex n = graph.size();
  std::vector<Vertex> position(n);
  for (Vertex i = 0; i < n; ++i) position[(*order)[i]] = i;

  std::vector<Edge> kept;
  kept.reserve(graph.edge_count());
  std::vector<BlockSet> above;  // by position - block: ancestors in the block
  for (Vertex block = 0; block < n; block += kBlock) {
    const Vertex block_end = std::min(block + kBlock, n);
    Vertex sweep_end = block;
    for (Vertex i = block; i < block_end; ++i) {
      for (const Vertex to : graph.Successors((*order)[i])) {
        sweep_end = std::max(sweep_end, position[to] + 1);
      }
    }
    above.assign(sweep_end - block, BlockSet{});
    for (Vertex i = block; i < sweep_end; ++i) {
      const Vertex v = (*order)[i];
      // What the predecessors have above them is implied by waiting for them.
      BlockSet implied{};
      for (const Vertex from : graph.Predecessors(v)) {
        if (position[from] < block) continue;
        const BlockSet& more = above[position[from] - block];
        for (size_t word = 0; word < implied.size(); ++word)
          implied[word] |= more[word];
      }
      BlockSet all = implied;
      for (const Vertex from : graph.Predecessors(v)) {
        const Vertex bit = position[from] - block;
        if (bit < 0 || position[from] >= block_end) continue;
        if ((implied[bit / 64] >> (bit % 64) & 1) == 0)
          kept.emplace_back(from, v);
        all[bit / 64] |= uint64_t{1} << (bit % 64);
      }
      above[i - block] = all;
    }
  }
  return Graph(n, std::move(kept));
}

}  // namespace colocation
