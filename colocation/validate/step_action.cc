#include "colocation/validate/step_action.h"

#include "colocation/validate/metadata.h"

namespace colocation {

void ValidateStepAction(const ValidationContext& context, const v1::StepAction& step_action) {
  const FieldPath root("");
  ValidateMetadata(context, step_action.metadata(), root.Field("metadata"));
}

}  // namespace colocation
