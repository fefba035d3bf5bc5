// The rules for StepActions.
#ifndef COLOCATION_VALIDATE_STEP_ACTION_H_
#define COLOCATION_VALIDATE_STEP_ACTION_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

void ValidateStepAction(const ValidationContext& context,
                        const v1::StepAction& step_action);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_STEP_ACTION_H_
