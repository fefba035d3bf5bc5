// Rules for the containers of a Pod that Tekton's webhook does not have.
//
// Tekton accepts such a Task, and then the API server refuses its Pod
// (k8s.io/kubernetes/pkg/apis/core/validation/validation.go), or the Pod can't
// run beside the launcher, which keeps its files below /colocation.
#ifndef COLOCATION_VALIDATE_POD_RULES_H_
#define COLOCATION_VALIDATE_POD_RULES_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// Reports what breaks a rule in the containers, mounts and workspaces of the
// spec at `path`. A text that holds a reference is not looked at.
void ValidatePodRules(const ValidationContext& context,
                      const v1::TaskSpec& spec, const FieldPath& path);
void ValidatePodRules(const ValidationContext& context,
                      const v1::StepActionSpec& spec, const FieldPath& path);

// The same for what a Pod template adds.
void ValidatePodRules(const ValidationContext& context,
                      const v1::PodTemplate& pod_template,
                      const FieldPath& path);

// Reports quantities below zero, of which Kubernetes refuses the LimitRange
// (ValidateLimitRange). `path` is that of the object.
void ValidatePodRules(const ValidationContext& context,
                      const v1::LimitRange& limit_range, const FieldPath& path);

// Reports quantities below zero, and requests above their limits
// (ValidateResourceRequirements). `path` is that of the requirements.
void ValidateResources(const ValidationContext& context,
                       const v1::ResourceRequirements& resources,
                       const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_POD_RULES_H_
