// Whether a task of a simulated run runs, now that all that it waits for has
// ended: the rules of docs/launcher.md, "The decision", in their order, without
// texts and results.
//
// Cost: O(parents of the task).
#ifndef COLOCATION_SIMULATE_DECISION_H_
#define COLOCATION_SIMULATE_DECISION_H_

#include "colocation/simulate/execution_state.h"
#include "colocation/simulate/workload_model.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

struct Decision {
  v1::UnitOutcome outcome = v1::UNIT_OUTCOME_UNSPECIFIED;  // none: it runs
  bool by_when = false;
  const char* reason = "";
};

Decision Decide(const WorkloadModel& workload, const RunState& run, int task);

// Whether the failure of another task keeps it from starting.
bool StoppedFor(const WorkloadModel& workload, const RunState& run, int task);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_DECISION_H_
