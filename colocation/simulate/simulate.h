// What would happen if runs came to a cluster: under Tekton, with a Pod a task,
// and under their colocation plans.
//
//   v1::SimulationRequest request;
//   *request.add_workloads()->mutable_plan() = plan;
//   v1::SimulatedNode* node = request.mutable_cluster()->add_nodes();
//   node->set_name("node");
//   (*node->mutable_allocatable())["cpu"] = "4";
//   absl::StatusOr<v1::SimulationResult> result = Simulate(request);
//   std::cout << SimulationText(*result);
//
// simulation.proto says what goes in and comes out, docs/simulate.md what is
// modelled and what is not.
//
// Pure, and thread-safe, as PlanRun is; nothing throws or aborts. Errors:
//
//   InvalidArgument     the request is wrong: DiagnosticsOf(status), with paths
//                       in the message that `kind` names (SimulationCluster,
//                       Durations, Arrivals, SimulationRequest); or as PlanRun
//   NotFound, FailedPrecondition   as PlanRun, for workloads that have a
//   request ResourceExhausted   more runs than can be kept in memory; or as
//   PlanRun
//
// Cost: about a microsecond for each event, some four events a Pod and two a
// unit, and for each Pod a look at all nodes.
#ifndef COLOCATION_SIMULATE_SIMULATE_H_
#define COLOCATION_SIMULATE_SIMULATE_H_

#include "absl/status/statusor.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation {

absl::StatusOr<v1::SimulationResult> Simulate(
    const v1::SimulationRequest& request);

}  // namespace colocation

#endif  // COLOCATION_SIMULATE_SIMULATE_H_
