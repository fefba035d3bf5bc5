// The rules for values given to parameters.
#ifndef COLOCATION_VALIDATE_PARAM_VALUES_H_
#define COLOCATION_VALIDATE_PARAM_VALUES_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using ParamValues = google::protobuf::RepeatedPtrField<v1::Param>;

// No name twice, whatever its case: of a run, and for a resolver
// (pkg/apis/pipeline/v1/taskrun_validation.go, ValidateParameters). `path` is
// that of the list.
void ValidateParamValues(const ValidationContext& context,
                         const ParamValues& params, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PARAM_VALUES_H_
