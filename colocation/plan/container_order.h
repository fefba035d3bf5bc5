// The order of containers in the manifest.
//
// kubelet pulls the images of a Pod and starts its containers in the order of
// the manifest, so the first to do something should be first: each after all
// that it waits for, and among those that could come next the one on which the
// longest chain hangs.
#ifndef COLOCATION_PLAN_CONTAINER_ORDER_H_
#define COLOCATION_PLAN_CONTAINER_ORDER_H_

#include <utility>
#include <vector>

#include "colocation/graph/graph.h"
#include "colocation/plan/names.h"

namespace colocation {

struct ContainerPlace {
  // Index of the unit in the Pod, and of the step or sidecar in it.
  int unit = 0;
  bool sidecar = false;
  int index = 0;
};

// `order`: the tasks of the Pod, by their index in it; an edge where one comes
// after the other. `delays`: units, by their index, of which the second waits
// for the first for want of room (fit.h).
std::vector<ContainerPlace> OrderContainers(
    const std::vector<PlacedUnit>& units, const std::vector<int>& task_of_unit,
    const Graph& order, const std::vector<std::pair<int, int>>& delays = {});

}  // namespace colocation

#endif  // COLOCATION_PLAN_CONTAINER_ORDER_H_
