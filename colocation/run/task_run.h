// The TaskRuns that stand for units of work: nobody runs them, but they show
// what their units do to whoever looks for TaskRuns.
#ifndef COLOCATION_RUN_TASK_RUN_H_
#define COLOCATION_RUN_TASK_RUN_H_

#include "colocation/run/progress.h"
#include "colocation/v1/run.pb.h"

namespace colocation {

// Adds an action for each that is not there yet, of units that run or have run
// in Pods, as createTaskRun in pkg/reconciler/pipelinerun/pipelinerun.go would
// make them. Nothing where the plan has no specs (PlanOptions.keep_specs).
void PutTaskRuns(const Progress& progress, v1::Advance* next);

}  // namespace colocation

#endif  // COLOCATION_RUN_TASK_RUN_H_
