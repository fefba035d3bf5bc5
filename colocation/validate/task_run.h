// The rules for TaskRuns.
#ifndef COLOCATION_VALIDATE_TASK_RUN_H_
#define COLOCATION_VALIDATE_TASK_RUN_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

void ValidateTaskRun(const ValidationContext& context,
                     const v1::TaskRun& task_run);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_TASK_RUN_H_
