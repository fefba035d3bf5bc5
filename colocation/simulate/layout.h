// Which Pods run the units of a workload, and what these need: once as Tekton
// has them, once as the plan does. The one execution (execution.h) runs both.
#ifndef COLOCATION_SIMULATE_LAYOUT_H_
#define COLOCATION_SIMULATE_LAYOUT_H_

#include <string>
#include <vector>

#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/simulate/workload_model.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

struct PodModel {
  std::string name;
  std::vector<int> tasks;
  std::vector<int> units;
  ShapeId shape = 0;
  // Images of all containers in the order in which they are started; the init
  // containers' first.
  std::vector<int> images;
  // By unit of the Pod: the last container, as index of `images`, that has to
  // be there before its first step starts, and then for each step its own.
  std::vector<int> first_needs;
  std::vector<std::vector<int>> step_needs;
  // Indices of Layout.volumes.
  std::vector<int> volumes;
  // Index of Layout.assistants; -1 for none.
  int assistant = -1;
  // Empty for a Pod that is created for its task.
  std::vector<std::vector<int>> start_when;
  bool has_finally = false;
};

struct VolumeModel {
  // One of the cluster's claims, by its index; -1 for one that is made for each
  // run.
  int claim = -1;
  std::string name;
  bool immediate = true;
  bool zonal = false;
  bool one_node = true;
};

struct AssistantModel {
  std::string name;
  // What it is there for, in words: `workspace "source"`.
  std::string of;
  ShapeId shape = 0;
  std::vector<int> volumes;
};

struct Layout {
  v1::ExecutionKind kind = v1::POD_PER_TASK;
  std::string description;
  std::vector<PodModel> pods;
  std::vector<VolumeModel> volumes;
  std::vector<AssistantModel> assistants;
  // By unit: its Pod, and its place in PodModel.units; -1 for external ones.
  std::vector<int> pod_of;
  std::vector<int> place_in_pod;
  // By task: Tekton refuses its TaskRun, for this reason.
  std::vector<std::string> refused;
};

// Tekton's: a Pod a unit, with affinity assistants.
// `cluster` learns the names of resources, images and claims.
Layout PodPerTaskLayout(const v1::ColocationPlan& plan,
                        const WorkloadModel& workload, ClusterModel* cluster,
                        Scheduler* scheduler);

// The plan's.
Layout ColocatedLayout(const v1::ColocationPlan& plan,
                       const WorkloadModel& workload, ClusterModel* cluster,
                       Scheduler* scheduler);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_LAYOUT_H_
