#include "colocation/validate/task_run.h"

#include "colocation/validate/metadata.h"

namespace colocation {

void ValidateTaskRun(const ValidationContext& context, const v1::TaskRun& task_run) {
  const FieldPath root("");
  ValidateMetadata(context, task_run.metadata(), root.Field("metadata"));
}

}  // namespace colocation
