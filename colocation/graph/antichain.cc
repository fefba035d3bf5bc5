#include "colocation/graph/antichain.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace colocation {
namespace {

using absl::int128;

constexpr int128 kUnbounded = int128(1) << 121;

// Dinic's maximum flow. Arcs are in pairs: an arc and its reverse.
class FlowNetwork {
 public:
  explicit FlowNetwork(int nodes)
      : first_(nodes, -1), level_(nodes), next_(nodes) {}

  // Returns the arc, for Flow().
  int AddArc(int from, int to, int128 capacity) {
    const int arc = static_cast<int>(arcs_.size());
    arcs_.push_back({to, first_[from], capacity});
    first_[from] = arc;
    arcs_.push_back({from, first_[to], 0});
    first_[to] = arc + 1;
    return arc;
  }

  int128 Maximize(int source, int sink) {
    int128 total = 0;
    while (FindLevels(source, sink)) {
      next_ = first_;
      while (const int128 pushed = Augment(source, sink)) total += pushed;
    }
    return total;
  }

  int128 Flow(int arc) const { return arcs_[arc ^ 1].left; }

  // Whether more could still reach the node after Maximize.
  bool OnSourceSide(int node) const { return level_[node] >= 0; }

 private:
  struct Arc {
    int to;
    int next;
    int128 left;
  };

  bool FindLevels(int source, int sink) {
    std::fill(level_.begin(), level_.end(), -1);
    level_[source] = 0;
    std::vector<int> queue = {source};
    for (size_t i = 0; i < queue.size(); ++i) {
      for (int arc = first_[queue[i]]; arc >= 0; arc = arcs_[arc].next) {
        const int to = arcs_[arc].to;
        if (arcs_[arc].left == 0 || level_[to] >= 0) continue;
        level_[to] = level_[queue[i]] + 1;
        queue.push_back(to);
      }
    }
    return level_[sink] >= 0;
  }

  // Pushes along one path of rising levels; without recursion, for long chains.
  int128 Augment(int source, int sink) {
    std::vector<int> path;
    int at = source;
    while (at != sink) {
      int& arc = next_[at];
      while (arc >= 0 && (arcs_[arc].left == 0 ||
                          level_[arcs_[arc].to] != level_[at] + 1)) {
        arc = arcs_[arc].next;
      }
      if (arc >= 0) {
        path.push_back(arc);
        at = arcs_[arc].to;
        continue;
      }
      if (path.empty()) return 0;
      // A dead end: don't come here again.
      at = arcs_[path.back() ^ 1].to;
      path.pop_back();
      next_[at] = arcs_[next_[at]].next;
    }
    int128 amount = kUnbounded;
    for (const int arc : path) amount = std::min(amount, arcs_[arc].left);
    for (const int arc : path) {
      arcs_[arc].left -= amount;
      arcs_[arc ^ 1].left += amount;
    }
    return amount;
  }

  std::vector<Arc> arcs_;
  std::vector<int> first_, level_, next_;
};

}  // namespace

MaxAntichain FindMaxAntichain(const Graph& graph,
                              absl::Span<const int128> weight) {
  // A vertex that has ended gives its share (Out), one that starts can take it
  // (In), and what passes a vertex by goes from its In to its Out.
  const Vertex n = graph.size();
  const int source = 2 * n, sink = 2 * n + 1;
  const auto in = [](Vertex v) { return 2 * v; };
  const auto out = [](Vertex v) { return 2 * v + 1; };
  FlowNetwork network(2 * n + 2);
  std::vector<int> given(n), taken(n), passed(n);
  std::vector<std::pair<Edge, int>> handed;
  handed.reserve(graph.edge_count());
  for (Vertex v = 0; v < n; ++v) {
    given[v] = network.AddArc(source, out(v), weight[v]);
    taken[v] = network.AddArc(in(v), sink, weight[v]);
    passed[v] = network.AddArc(in(v), out(v), kUnbounded);
    for (const Vertex to : graph.Successors(v)) {
      handed.push_back({{v, to}, network.AddArc(out(v), in(to), kUnbounded)});
    }
  }
  MaxAntichain result;
  for (const int128 w : weight) result.weight += w;
  result.weight -= network.Maximize(source, sink);

  // The minimum cut is the antichain: vertices that could give more, and that
  // nothing more could reach.
  for (Vertex v = 0; v < n; ++v) {
    if (weight[v] > 0 && network.OnSourceSide(out(v)) &&
        !network.OnSourceSide(in(v))) {
      result.vertices.push_back(v);
    }
  }

  // Take the flow apart into chains: a chain begins where a vertex takes less
  // than its weight, and ends where one gives less.
  std::vector<int128> begins(n), ends(n), left(handed.size());
  std::vector<size_t> next_edge(n + 1, 0);
  for (size_t i = 0; i < handed.size(); ++i) {
    left[i] = network.Flow(handed[i].second);
    ++next_edge[handed[i].first.first + 1];
  }
  for (Vertex v = 0; v < n; ++v) {
    next_edge[v + 1] += next_edge[v];
    begins[v] = weight[v] - network.Flow(taken[v]);
    ends[v] = weight[v] - network.Flow(given[v]);
  }
  const std::vector<size_t> edge_end(next_edge.begin() + 1, next_edge.end());
  for (Vertex start = 0; start < n; ++start) {
    while (begins[start] > 0) {
      WeightedChain chain;
      chain.share = begins[start];
      std::vector<size_t> edges;
      Vertex at = start;
      for (;;) {
        chain.vertices.push_back(at);
        while (next_edge[at] < edge_end[at] && left[next_edge[at]] == 0)
          ++next_edge[at];
        if (next_edge[at] == edge_end[at]) break;
        chain.share = std::min(chain.share, left[next_edge[at]]);
        edges.push_back(next_edge[at]);
        at = handed[next_edge[at]].first.second;
      }
      chain.share = std::min(chain.share, ends[at]);
      begins[start] -= chain.share;
      ends[at] -= chain.share;
      for (const size_t edge : edges) left[edge] -= chain.share;
      result.cover.push_back(std::move(chain));
    }
  }
  return result;
}

}  // namespace colocation
