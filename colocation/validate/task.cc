#include "colocation/validate/task.h"

#include "colocation/validate/declared_params.h"
#include "colocation/validate/metadata.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/task_spec.h"

namespace colocation {

// pkg/apis/pipeline/v1/task_validation.go, Task.Validate
void ValidateTask(const ValidationContext& context, const v1::Task& task) {
  const FieldPath root("");
  const FieldPath spec = root.Field("spec");
  ValidateMetadata(context, task.metadata(), root.Field("metadata"));
  ValidateTaskSpec(context, task.spec(), spec);
  ValidateParamUsage(context, task.spec(), DeclaredParams(task.spec().params()),
                     spec);
  ValidateObjectsHaveProperties(context, task.spec().params(),
                                spec.Field("params"));
}

}  // namespace colocation
