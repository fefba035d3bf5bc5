#include "colocation/graph/order.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace colocation {
namespace {

// The component of each vertex, numbered in no particular order.
std::vector<Vertex> StronglyConnectedComponents(const Graph& graph) {
  constexpr Vertex kNone = -1;
  const Vertex n = graph.size();
  std::vector<Vertex> component(n, kNone), index(n, kNone), low(n, 0), stack;
  struct Frame {
    Vertex vertex;
    size_t next;
  };
  std::vector<Frame> frames;
  Vertex visited = 0, components = 0;
  for (Vertex root = 0; root < n; ++root) {
    if (index[root] != kNone) continue;
    frames.push_back({root, 0});
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const Vertex v = frame.vertex;
      if (frame.next == 0) {
        index[v] = low[v] = visited++;
        stack.push_back(v);
      }
      const auto successors = graph.Successors(v);
      if (frame.next < successors.size()) {
        const Vertex to = successors[frame.next++];
        if (index[to] == kNone) {
          frames.push_back({to, 0});
        } else if (component[to] == kNone) {
          low[v] = std::min(low[v], index[to]);
        }
        continue;
      }
      if (low[v] == index[v]) {
        Vertex member;
        do {
          member = stack.back();
          stack.pop_back();
          component[member] = components;
        } while (member != v);
        ++components;
      }
      frames.pop_back();
      if (!frames.empty()) {
        const Vertex parent = frames.back().vertex;
        low[parent] = std::min(low[parent], low[v]);
      }
    }
  }
  return component;
}

// A shortest way from `start` back to itself inside its component.
std::vector<Vertex> ShortestCycle(const Graph& graph, Vertex start,
                                  const std::vector<Vertex>& component) {
  std::vector<std::pair<Vertex, size_t>>
      reached;  // vertex, index of its parent
  std::vector<bool> seen(graph.size(), false);
  reached.push_back({start, 0});
  for (size_t i = 0; i < reached.size(); ++i) {
    for (const Vertex to : graph.Successors(reached[i].first)) {
      if (to == start) {
        std::vector<Vertex> cycle;
        for (size_t at = i; at != 0; at = reached[at].second) {
          cycle.push_back(reached[at].first);
        }
        cycle.push_back(start);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (component[to] != component[start] || seen[to]) continue;
      seen[to] = true;
      reached.push_back({to, i});
    }
  }
  return {};
}

}  // namespace

std::optional<std::vector<Vertex>> TopologicalOrder(
    const Graph& graph, absl::Span<const int64_t> priority) {
  const Vertex n = graph.size();
  std::vector<int32_t> waiting(n);
  // Greatest priority first, then smallest vertex.
  std::priority_queue<std::pair<int64_t, Vertex>> ready;
  const auto push = [&](Vertex v) {
    ready.push({priority.empty() ? 0 : priority[v], -v});
  };
  for (Vertex v = 0; v < n; ++v) {
    waiting[v] = static_cast<int32_t>(graph.Predecessors(v).size());
    if (waiting[v] == 0) push(v);
  }
  std::vector<Vertex> order;
  order.reserve(n);
  while (!ready.empty()) {
    const Vertex v = -ready.top().second;
    ready.pop();
    order.push_back(v);
    for (const Vertex to : graph.Successors(v)) {
      if (--waiting[to] == 0) push(to);
    }
  }
  if (static_cast<Vertex>(order.size()) < n) return std::nullopt;
  return order;
}

std::vector<std::vector<Vertex>> FindCycles(const Graph& graph) {
  const std::vector<Vertex> component = StronglyConnectedComponents(graph);
  std::vector<int32_t> members(graph.size(), 0);
  for (const Vertex c : component) ++members[c];
  std::vector<bool> done(graph.size(), false);
  std::vector<std::vector<Vertex>> cycles;
  for (Vertex v = 0; v < graph.size(); ++v) {
    if (done[component[v]]) continue;
    const auto successors = graph.Successors(v);
    const bool loop =
        std::binary_search(successors.begin(), successors.end(), v);
    if (members[component[v]] == 1 && !loop) continue;
    done[component[v]] = true;
    cycles.push_back(ShortestCycle(graph, v, component));
  }
  return cycles;
}

std::vector<int64_t> LongestPathFrom(const Graph& graph,
                                     absl::Span<const int64_t> weight) {
  std::vector<int64_t> longest(weight.begin(), weight.end());
  const auto order = TopologicalOrder(graph);
  if (!order) return longest;
  for (auto v = order->rbegin(); v != order->rend(); ++v) {
    int64_t most = 0;
    for (const Vertex to : graph.Successors(*v))
      most = std::max(most, longest[to]);
    longest[*v] += most;
  }
  return longest;
}

}  // namespace colocation
