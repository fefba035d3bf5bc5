// A directed graph on the vertices 0 to n-1, made once and then only read.
//
// Compressed adjacency: two arrays for each direction, so that a graph of
// 100,000 vertices and 300,000 edges takes 3.2 MB and walking it is walking
// memory. It knows nothing of what the vertices stand for. Parallel edges are
// one edge; a self-loop is kept, and is a cycle.
//
// Reading is thread-safe.
#ifndef COLOCATION_GRAPH_GRAPH_H_
#define COLOCATION_GRAPH_GRAPH_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace colocation {

using Vertex = int32_t;
// (from, to)
using Edge = std::pair<Vertex, Vertex>;

class Graph {
 public:
  Graph() = default;

  // O(vertices + edges · log edges). All ends are in [0, vertices).
  Graph(Vertex vertices, std::vector<Edge> edges);

  Vertex size() const { return size_; }
  size_t edge_count() const { return out_.size(); }

  // Ascending, each once.
  absl::Span<const Vertex> Successors(Vertex v) const {
    return absl::MakeConstSpan(out_).subspan(out_start_[v],
                                             out_start_[v + 1] - out_start_[v]);
  }
  absl::Span<const Vertex> Predecessors(Vertex v) const {
    return absl::MakeConstSpan(in_).subspan(in_start_[v],
                                            in_start_[v + 1] - in_start_[v]);
  }

  // Sorted.
  std::vector<Edge> Edges() const;

 private:
  Vertex size_ = 0;
  std::vector<int32_t> out_start_ = {0}, in_start_ = {0};
  std::vector<Vertex> out_, in_;
};

}  // namespace colocation

#endif  // COLOCATION_GRAPH_GRAPH_H_
