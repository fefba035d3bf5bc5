// A plan by its names, for whoever runs it: each task's place, what it waits
// for, and what decides whether it starts.
//
// Tasks and Pods are named by their index in the plan. Refers to the plan,
// which must outlive it.
#ifndef COLOCATION_RUN_RUN_INDEX_H_
#define COLOCATION_RUN_RUN_INDEX_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/plan.pb.h"
#include "launcher/spec.h"

namespace colocation {

// A container that gets its image while its Pod runs.
struct IndexedPatch {
  const v1::ImagePatch* patch = nullptr;
  // The container's task.
  int task = 0;
  // Its launcher decides whether the task runs.
  bool decides = false;
};

struct RunIndex {
  const v1::ColocationPlan* plan = nullptr;

  absl::flat_hash_map<absl::string_view, int> task;
  absl::flat_hash_map<absl::string_view, int> pod;

  // By task: as the launchers have it, so that what is decided here is decided
  // by the same code.
  std::vector<launcher::LaunchTask> launch;
  // By task: the Pod; -1 for those in none.
  std::vector<int> pod_of;
  // By task: what it waits for.
  std::vector<std::vector<int>> waits;
  // By Pod.
  std::vector<std::vector<IndexedPatch>> patches;
  // All tasks, each after what it waits for.
  std::vector<int> order;
};

// InvalidArgument where the plan does not hold together: a name that leads
// nowhere, tasks that wait for each other, a version that is not known.
// (CheckPlan finds much more.) Linear in the plan.
absl::StatusOr<RunIndex> IndexRun(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_RUN_RUN_INDEX_H_
