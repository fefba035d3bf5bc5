// The status of a run, as Tekton would report it.
//
// pkg/reconciler/pipelinerun/resources/pipelinerunstate.go
// (GetPipelineConditionStatus, getPipelineTasksCount, GetSkippedTasks,
// GetChildReferences), apply.go (ApplyTaskResultsToPipelineResults) and
// pkg/pod/status.go. docs/running.md says where it differs.
#ifndef COLOCATION_RUN_RUN_STATUS_H_
#define COLOCATION_RUN_RUN_STATUS_H_

#include "colocation/run/progress.h"
#include "colocation/v1/run.pb.h"

namespace colocation {

// By what `progress` knows now. Linear in the plan.
v1::RunStatus StatusOf(const Progress& progress);

}  // namespace colocation

#endif  // COLOCATION_RUN_RUN_STATUS_H_
