// The rules for parameters in pipeline tasks: names given once, and references
// only to what is declared, in places where its type can stand.
#ifndef COLOCATION_VALIDATE_PIPELINE_PARAMS_H_
#define COLOCATION_VALIDATE_PIPELINE_PARAMS_H_

#include "colocation/validate/context.h"
#include "colocation/validate/declared_params.h"
#include "colocation/validate/param_values.h"
#include "colocation/validate/pipeline_names.h"

namespace colocation {

// No name twice in one list, case counts
// (pkg/apis/pipeline/v1/param_types.go, Params.validateDuplicateParameters).
// `path` is that of the list.
void ValidateUniqueParams(const ValidationContext& context,
                          const ParamValues& params, const FieldPath& path);

// References in params, matrix and `when` of each of `tasks`, the list at
// `path`: to parameters of `scope`, an array only where one can stand, an
// object key by key (pipeline_validation.go,
// validatePipelineParametersVariables).
void ValidateParamReferences(const ValidationContext& context,
                             const PipelineTasks& tasks,
                             const DeclaredParams& scope,
                             const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_PARAMS_H_
