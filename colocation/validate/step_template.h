// Taking a Task's stepTemplate into its steps.
//
// Tekton's validation does so before it looks at the steps, and its reconciler
// once more; both halves of this library need it.
#ifndef COLOCATION_VALIDATE_STEP_TEMPLATE_H_
#define COLOCATION_VALIDATE_STEP_TEMPLATE_H_

#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Gives `step` what the template has and it hasn't, by the rules of a strategic
// merge: variables by name, mounts and devices by path, resources by name, the
// security context field by field, other lists whole
// (pkg/apis/pipeline/v1/merge.go, MergeStepsWithStepTemplate).
void MergeWithTemplate(const v1::StepTemplate& t, v1::Step* step);

// Whether Tekton can merge the two. It can't where a variable, mount or device
// stands twice in the step, others stand between, and the template has any: the
// patch that it makes then contradicts itself (k8s.io/apimachinery/pkg/util/
// strategicpatch/patch.go, validatePatchWithSetOrderList).
bool CanMergeWithTemplate(const v1::StepTemplate& given, const v1::Step& step);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_STEP_TEMPLATE_H_
