// What a Pod asks for: the most that its units can need at once, and no more.
//
// Kubernetes reserves the sum over all containers of a Pod, but of units that
// run one after the other only one needs anything. The need of a resource is
// the weight of the heaviest set of units that can run at once: the
// maximum-weight antichain of the order in which they run (graph/antichain.h).
// It is passed on to the containers as requests that add up to exactly that.
// docs/planning.md shows that the shares work out.
#ifndef COLOCATION_PLAN_RESOURCES_H_
#define COLOCATION_PLAN_RESOURCES_H_

#include <optional>
#include <string>
#include <vector>

#include "colocation/graph/graph.h"
#include "colocation/plan/limit_range.h"
#include "colocation/plan/unit_needs.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct PodResources {
  // By resource.
  std::vector<v1::ResourceUse> uses;
  // For each unit, each step and each sidecar: its requests.
  std::vector<std::vector<Quantities>> steps;
  std::vector<std::vector<Quantities>> sidecars;
  // A LimitRange's minimum, or its ratio of limit to request, made requests
  // larger than their shares.
  bool raised_to_minimum = false;
  bool raised_for_ratio = false;
};

// The limit that a container has when it is admitted: its own, or that of a
// LimitRange; nothing where it has none.
std::optional<Quantity> LimitOf(const ContainerNeed& container,
                                const std::string& resource,
                                const LimitRangeDefaults& limit_range);

// The order of units, of which `task_of_unit` says the tasks, from `order`,
// that of the tasks (pod_order.h). The units come first, then a vertex for the
// start of each task of several units, so that a matrix of 100 before one of
// 100 makes 200 edges and not 10,000.
Graph UnitOrder(const std::vector<int>& task_of_unit, const Graph& order);

// `needs` and `names` are of the Pod's units, the first vertices of `order`. A
// maximum flow for each resource that somebody asks for and that can be passed
// on.
PodResources PlanResources(const std::vector<UnitNeed>& needs,
                           const std::vector<std::string>& names,
                           const Graph& order, v1::RequestMode mode,
                           const LimitRangeDefaults& limit_range);

}  // namespace colocation

#endif  // COLOCATION_PLAN_RESOURCES_H_
