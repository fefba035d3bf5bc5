#include "colocation/graph/graph.h"

#include <algorithm>

namespace colocation {

Graph::Graph(Vertex vertices, std::vector<Edge> edges)
    : size_(vertices), out_start_(vertices + 1, 0), in_start_(vertices + 1, 0) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  out_.reserve(edges.size());
  in_.resize(edges.size());
  for (const auto& [from, to] : edges) {
    out_.push_back(to);
    ++out_start_[from + 1];
    ++in_start_[to + 1];
  }
  for (Vertex v = 0; v < vertices; ++v) {
    out_start_[v + 1] += out_start_[v];
    in_start_[v + 1] += in_start_[v];
  }
  std::vector<int32_t> next(in_start_.begin(), in_start_.end() - 1);
  for (const auto& [from, to] : edges) in_[next[to]++] = from;
}

std::vector<Edge> Graph::Edges() const {
  std::vector<Edge> edges;
  edges.reserve(edge_count());
  for (Vertex v = 0; v < size_; ++v) {
    for (const Vertex to : Successors(v)) edges.emplace_back(v, to);
  }
  return edges;
}

}  // namespace colocation
