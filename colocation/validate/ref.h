// The rules for references to Tasks, Pipelines and StepActions.
#ifndef COLOCATION_VALIDATE_REF_H_
#define COLOCATION_VALIDATE_REF_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// `path` is that of the reference. Not for a custom task's.
void ValidateRef(const ValidationContext& context, const v1::TaskRef& ref,
                 const FieldPath& path);
void ValidateRef(const ValidationContext& context, const v1::PipelineRef& ref,
                 const FieldPath& path);
void ValidateRef(const ValidationContext& context, const v1::Ref& ref,
                 const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_REF_H_
