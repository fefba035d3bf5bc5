// The status of one unit of work, as its TaskRun has it.
//
// pkg/pod/status.go (MakeTaskRunStatus) and pkg/reconciler/taskrun/taskrun.go
// (failTaskRun, retryTaskRun). docs/running.md says where it differs.
#ifndef COLOCATION_RUN_UNIT_STATUS_H_
#define COLOCATION_RUN_UNIT_STATUS_H_

#include <cstdint>
#include <string>

#include "colocation/run/progress.h"
#include "colocation/v1/run.pb.h"

namespace colocation {

// The condition "Succeeded".
v1::Condition SucceededIs(absl::string_view status, absl::string_view reason,
                          std::string message);

// A condition that says the same as before has not changed. `before` may be
// null.
void KeepTime(const v1::Condition* before, int64_t now_ns,
              v1::Condition* condition);

// The name of the TaskRun of unit `u` of task `t`.
std::string UnitTaskRunName(const Progress& progress, int t, int u);

// Fills in all but the name of a record; `before`, which may be null, is the
// one of last time.
void FillRecord(const Progress& progress, int t, int u,
                const v1::TaskRunRecord* before, v1::TaskRunRecord* record);

// Why the task could not start, in Tekton's words: a result that it needs does
// not exist (CheckMissingResultReferences in pkg/reconciler/pipelinerun/
// resources/pipelinerunresolution.go).
std::string MissingResultText(const Progress& progress, int t);

}  // namespace colocation

#endif  // COLOCATION_RUN_UNIT_STATUS_H_
