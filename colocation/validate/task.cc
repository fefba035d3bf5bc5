#include "colocation/validate/task.h"

#include "colocation/validate/metadata.h"

namespace colocation {

void ValidateTask(const ValidationContext& context, const v1::Task& task) {
  const FieldPath root("");
  ValidateMetadata(context, task.metadata(), root.Field("metadata"));
}

}  // namespace colocation
