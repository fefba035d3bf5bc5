// The rules for steps, parameters in them aside.
#ifndef COLOCATION_VALIDATE_STEPS_H_
#define COLOCATION_VALIDATE_STEPS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// `path` is that of the spec.
void ValidateSteps(const ValidationContext& context, const v1::TaskSpec& spec,
                   const FieldPath& path);

// A script for Windows is alpha (pkg/apis/pipeline/v1/container_validation.go,
// Step.Validate). `path` is that of the script.
void ValidateWindowsScript(const ValidationContext& context,
                           absl::string_view script, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_STEPS_H_
