// The rules for Tasks.
#ifndef COLOCATION_VALIDATE_TASK_H_
#define COLOCATION_VALIDATE_TASK_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

void ValidateTask(const ValidationContext& context, const v1::Task& task);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_TASK_H_
