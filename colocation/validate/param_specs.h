// The rules for declarations of parameters: of Tasks, StepActions, Pipelines.
//
// Each takes the path of the list.
#ifndef COLOCATION_VALIDATE_PARAM_SPECS_H_
#define COLOCATION_VALIDATE_PARAM_SPECS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"
#include "colocation/validate/param_values.h"

namespace colocation {

using ParamSpecs = google::protobuf::RepeatedPtrField<v1::ParamSpec>;

enum class ParamType { kString, kArray, kObject, kUnknown };

// The type that a parameter has once defaults are set.
ParamType ParamTypeOf(const v1::ParamSpec& spec);
ParamType ParamTypeOf(const v1::ParamValue& value);
// "string", "array", "object".
absl::string_view ParamTypeName(ParamType type);

// Whether the parameter declares its keys; `{}` does.
bool HasProperties(const v1::ParamSpec& spec);

// Type, type of the default, types of the properties.
void ValidateParamTypes(const ValidationContext& context,
                        const ParamSpecs& specs, const FieldPath& path);

void ValidateNoDuplicateParams(const ValidationContext& context,
                               const ParamSpecs& specs, const FieldPath& path);

void ValidateParamEnums(const ValidationContext& context,
                        const ParamSpecs& specs, const FieldPath& path);

// The characters of names and keys. Not a rule for a Pipeline's own.
void ValidateParamNameFormat(const ValidationContext& context,
                             const ParamSpecs& specs, const FieldPath& path);
// The same for what counts as declared by its value.
void ValidateParamNameFormat(const ValidationContext& context,
                             const ParamValues& values, const FieldPath& path);

// Every object declares its keys. Not a rule for a Pipeline's own, unless a
// Task is embedded in it.
void ValidateObjectsHaveProperties(const ValidationContext& context,
                                   const ParamSpecs& specs,
                                   const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PARAM_SPECS_H_
