// What a step really is: its Task's stepTemplate taken in.
#ifndef COLOCATION_RESOLVE_STEPS_H_
#define COLOCATION_RESOLVE_STEPS_H_

#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Gives every step of `spec` what the stepTemplate has and it hasn't, by the
// rules of a strategic merge: variables by name, mounts by path, resources by
// name, the security context field by field, other lists whole
// (pkg/apis/pipeline/v1/merge.go, MergeStepsWithStepTemplate). The template is
// gone afterwards.
void TakeInStepTemplate(v1::TaskSpec* spec);

// Names the steps and sidecars that have none: "unnamed-0" by their index, as
// Tekton's containers are called (pkg/pod/pod.go, StepName).
void NameSteps(v1::TaskSpec* spec);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_STEPS_H_
