#include "colocation/plan/pod_order.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace colocation {

Graph OrderInPod(absl::Span<const TaskIndex> tasks, const WaitSets& waits) {
  const Vertex n = static_cast<Vertex>(tasks.size());
  if (n == 1) return Graph(1, {});
  absl::flat_hash_map<TaskIndex, Vertex> local;
  int32_t first = waits.position(tasks.front());
  for (Vertex i = 0; i < n; ++i) {
    local.emplace(tasks[i], i);
    first = std::min(first, waits.position(tasks[i]));
  }
  // For each task outside that was met: the tasks of the Pod that it comes
  // after, the nearest ones, ascending.
  absl::flat_hash_map<TaskIndex, std::vector<Vertex>> nearest;
  std::vector<Edge> edges;
  const auto collect = [&](TaskIndex task) {
    std::vector<Vertex> before;
    for (const TaskIndex parent : waits.Of(task)) {
      const auto own = local.find(parent);
      if (own != local.end()) {
        before.push_back(own->second);
      } else if (waits.position(parent) > first) {
        const std::vector<Vertex>& of = nearest.find(parent)->second;
        before.insert(before.end(), of.begin(), of.end());
      }
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    return before;
  };
  for (Vertex i = 0; i < n; ++i) {
    // What is outside and lies before this task, parents first.
    std::vector<TaskIndex> stack = {tasks[i]};
    while (!stack.empty()) {
      const TaskIndex at = stack.back();
      bool complete = true;
      for (const TaskIndex parent : waits.Of(at)) {
        if (local.contains(parent) || waits.position(parent) <= first ||
            nearest.contains(parent)) {
          continue;
        }
        stack.push_back(parent);
        complete = false;
      }
      if (!complete) continue;
      stack.pop_back();
      if (at != tasks[i] && !nearest.contains(at)) {
        std::vector<Vertex> before = collect(at);
        nearest.emplace(at, std::move(before));
      }
    }
    for (const Vertex before : collect(tasks[i])) edges.emplace_back(before, i);
  }
  return Graph(n, std::move(edges));
}

}  // namespace colocation
