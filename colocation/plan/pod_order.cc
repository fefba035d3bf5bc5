#include "colocation/plan/pod_order.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace colocation {

Graph OrderAmong(
    absl::Span<const Vertex> members, absl::Span<const int32_t> position,
    absl::FunctionRef<absl::Span<const Vertex>(Vertex)> predecessors) {
  const Vertex n = static_cast<Vertex>(members.size());
  if (n == 1) return Graph(1, {});
  absl::flat_hash_map<Vertex, Vertex> local;
  int32_t first = position[members.front()];
  for (Vertex i = 0; i < n; ++i) {
    local.emplace(members[i], i);
    first = std::min(first, position[members[i]]);
  }
  // For each vertex outside that was met: the members that it comes after, the
  // nearest ones, ascending.
  absl::flat_hash_map<Vertex, std::vector<Vertex>> nearest;
  std::vector<Edge> edges;
  const auto collect = [&](Vertex vertex) {
    std::vector<Vertex> before;
    for (const Vertex parent : predecessors(vertex)) {
      const auto own = local.find(parent);
      if (own != local.end()) {
        before.push_back(own->second);
      } else if (position[parent] > first) {
        const std::vector<Vertex>& of = nearest.find(parent)->second;
        before.insert(before.end(), of.begin(), of.end());
      }
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    return before;
  };
  for (Vertex i = 0; i < n; ++i) {
    // What is outside and lies before this member, parents first.
    std::vector<Vertex> stack = {members[i]};
    while (!stack.empty()) {
      const Vertex at = stack.back();
      bool complete = true;
      for (const Vertex parent : predecessors(at)) {
        if (local.contains(parent) || position[parent] <= first ||
            nearest.contains(parent)) {
          continue;
        }
        stack.push_back(parent);
        complete = false;
      }
      if (!complete) continue;
      stack.pop_back();
      if (at != members[i] && !nearest.contains(at)) {
        std::vector<Vertex> before = collect(at);
        nearest.emplace(at, std::move(before));
      }
    }
    for (const Vertex before : collect(members[i]))
      edges.emplace_back(before, i);
  }
  return Graph(n, std::move(edges));
}

Graph OrderInPod(absl::Span<const TaskIndex> tasks, const WaitSets& waits) {
  return OrderAmong(tasks, waits.positions(),
                    [&](TaskIndex task) { return waits.Of(task); });
}

}  // namespace colocation
