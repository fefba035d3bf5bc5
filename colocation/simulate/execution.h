// One execution of all runs: a discrete-event simulation.
//
// A queue of events by time, and a state that each changes; what happens at the
// same moment happens in the order in which it was planned. Everything that can
// follow from an event at once (a task that may start, a node with room) is
// done before the next one.
//
// Both executions, Tekton's and the plan's, are this one with another layout.
// They differ in when a Pod is created (for its ready task, or when its start
// condition holds), in what a step waits for (all containers of the Pod, or its
// own), in what a retry is (a new Pod, or the same), and in that Tekton's Pods
// may have an assistant that they follow.
//
// Cost: O(events · log) and what the scheduler takes; memory for every Pod and
// unit of every run.
#ifndef COLOCATION_SIMULATE_EXECUTION_H_
#define COLOCATION_SIMULATE_EXECUTION_H_

#include "colocation/simulate/execution_state.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

v1::ExecutionResult Execute(const ExecutionInput& input);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EXECUTION_H_
