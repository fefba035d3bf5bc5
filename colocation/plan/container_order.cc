#include "colocation/plan/container_order.h"

#include <cstdint>
#include <utility>

#include "colocation/graph/order.h"

namespace colocation {

std::vector<ContainerPlace> OrderContainers(
    const std::vector<PlacedUnit>& units, const std::vector<int>& task_of_unit,
    const Graph& order, const std::vector<std::pair<int, int>>& delays) {
  // A vertex for each task's start, so that a matrix of 100 before one of 100
  // makes 200 edges and not 10,000; then one for each container.
  std::vector<ContainerPlace> places(order.size());
  std::vector<Edge> edges;
  // Of each unit: its first containers, up to its first step, and its last one.
  std::vector<std::pair<Vertex, Vertex>> first(units.size());
  std::vector<Vertex> last_of(units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    const int unit = static_cast<int>(u);
    const Vertex task = task_of_unit[u];
    const auto add = [&](bool sidecar, size_t index) {
      places.push_back({unit, sidecar, static_cast<int>(index)});
      return static_cast<Vertex>(places.size() - 1);
    };
    const Vertex first_sidecar = static_cast<Vertex>(places.size());
    for (size_t i = 0; i < units[u].sidecars.size(); ++i) {
      edges.emplace_back(task, add(true, i));
    }
    const Vertex first_step = static_cast<Vertex>(places.size());
    for (size_t i = 0; i < units[u].steps.size(); ++i) {
      const Vertex step = add(false, i);
      edges.emplace_back(i == 0 ? task : step - 1, step);
    }
    // The first step waits for the sidecars to be ready.
    for (Vertex s = first_sidecar; s < first_step; ++s) {
      edges.emplace_back(s, first_step);
    }
    const Vertex last = static_cast<Vertex>(places.size() - 1);
    first[u] = {first_sidecar, first_step};
    last_of[u] = last;
    for (const Vertex next : order.Successors(task)) {
      edges.emplace_back(last, next);
    }
  }
  for (const auto& [before, after] : delays) {
    for (Vertex v = first[after].first; v <= first[after].second; ++v) {
      edges.emplace_back(last_of[before], v);
    }
  }
  const Graph graph(static_cast<Vertex>(places.size()), std::move(edges));
  std::vector<int64_t> weight(places.size(), 1);
  for (Vertex v = 0; v < order.size(); ++v) weight[v] = 0;
  std::vector<ContainerPlace> ordered;
  const auto sorted = TopologicalOrder(graph, LongestPathFrom(graph, weight));
  for (const Vertex v : *sorted) {
    if (v >= order.size()) ordered.push_back(places[v]);
  }
  return ordered;
}

}  // namespace colocation
