// The rules for a TaskSpec, wherever it stands: in a Task, in a TaskRun, in a
// pipeline task.
#ifndef COLOCATION_VALIDATE_TASK_SPEC_H_
#define COLOCATION_VALIDATE_TASK_SPEC_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"
#include "colocation/validate/declared_params.h"

namespace colocation {

// All but what needs the parameters around it
// (pkg/apis/pipeline/v1/task_validation.go, TaskSpec.Validate). `path` is that
// of the spec: "spec", "spec.tasks[1].taskSpec".
void ValidateTaskSpec(const ValidationContext& context,
                      const v1::TaskSpec& spec, const FieldPath& path);

// References to parameters in the steps: only those of `scope`, and objects
// only key by key (ValidateUsageOfDeclaredParameters without its rule on
// properties, which is ValidateObjectsHaveProperties).
void ValidateParamUsage(const ValidationContext& context,
                        const v1::TaskSpec& spec, const DeclaredParams& scope,
                        const FieldPath& path);

// Arrays of `scope` stand only where an array can. ValidateTaskSpec has done it
// for the spec's own; for those around it this is a rule of embedded specs in
// runs only (validateInlineParameters).
void ValidateArrayUsage(const ValidationContext& context,
                        const v1::TaskSpec& spec, const DeclaredParams& scope,
                        const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_TASK_SPEC_H_
