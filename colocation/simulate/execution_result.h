// What is told of an execution that is over.
//
// Cost: O(runs · log runs), and what is told of the runs that are told in
// detail.
#ifndef COLOCATION_SIMULATE_EXECUTION_RESULT_H_
#define COLOCATION_SIMULATE_EXECUTION_RESULT_H_

#include "colocation/simulate/execution_state.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

// Closes the account of what is still there; call once.
v1::ExecutionResult ResultOf(World* ended);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EXECUTION_RESULT_H_
