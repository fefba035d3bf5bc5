// A workload of a simulation as plain numbers: the plan's tasks with what they
// wait for and depend on, how long they take and how they end.
#ifndef COLOCATION_SIMULATE_WORKLOAD_MODEL_H_
#define COLOCATION_SIMULATE_WORKLOAD_MODEL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/moment.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

struct UnitModel {
  std::string name;
  int task = 0;
  // Of its steps, in order.
  std::vector<Moment> steps;
  // Units that it waits for because the Pod has no room for them at once
  // (PlannedUnit.delayed_by), and the reverse.
  std::vector<int> delayed_by;
  std::vector<int> delays;
};

struct TaskModel {
  std::string name;
  bool finally = false;
  // No Pod runs it.
  bool external = false;
  // Known at plan time never to run, and whether that is because of `when`.
  bool never = false;
  bool never_by_when = false;
  // Minimal (PlannedTask.wait_for), and the reverse.
  std::vector<int> wait_for;
  std::vector<int> waited_by;
  // Direct parents, and whether a result of theirs is needed.
  std::vector<std::pair<int, bool>> parents;
  // Tasks with equal `wait_for` have the same.
  int siblings = 0;
  bool continue_on_error = false;
  int retries = 0;
  // Of one attempt; 0 is none.
  Moment timeout = 0;
  // Indices of its units: [first_unit, first_unit + units).
  int first_unit = 0;
  int units = 0;
  // A `when` of it doesn't hold.
  bool skipped = false;
  // Attempts from the first that fail; `kAllAttempts`.
  int failing_attempts = 0;
  int failures_per_thousand = 0;
  int spread_percent = 0;
};

constexpr int kAllAttempts = 1 << 30;

struct WorkloadModel {
  std::string name;
  std::vector<TaskModel> tasks;
  std::vector<UnitModel> units;
  absl::flat_hash_map<std::string, int> task_index;
  absl::flat_hash_map<std::string, int> unit_index;
  // 0 is none.
  Moment pipeline_timeout = 0;
  Moment tasks_timeout = 0;

  int32_t runs = 1;
  Moment start = 0;
  Moment interval = 0;
  bool random = false;
};

// Errors are about Durations or Arrivals, with paths in these.
WorkloadModel ReadWorkload(const v1::ColocationPlan& plan,
                           const v1::Durations& durations,
                           const v1::Arrivals& arrivals,
                           DiagnosticList* diagnostics);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_WORKLOAD_MODEL_H_
