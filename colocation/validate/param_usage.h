// The rules for references to parameters in one text.
#ifndef COLOCATION_VALIDATE_PARAM_USAGE_H_
#define COLOCATION_VALIDATE_PARAM_USAGE_H_

#include "absl/strings/string_view.h"
#include "colocation/validate/context.h"
#include "colocation/validate/declared_params.h"

namespace colocation {

// Each parameter is one of `scope`; an object's key is one that it declares; an
// object does not stand as a whole (pkg/apis/pipeline/v1/task_validation.go,
// ValidateUsageOfDeclaredParameters).
void ValidateDeclaredUse(const ValidationContext& context,
                         absl::string_view text, const DeclaredParams& scope,
                         const FieldPath& path);

// Of that, only that the parameter and its key are declared.
void ValidateIsDeclared(const ValidationContext& context,
                        absl::string_view text, const DeclaredParams& scope,
                        const FieldPath& path);

// In a text that stays one string no array stands, but for single elements of
// it (substitution.go, ValidateNoReferencesToProhibitedVariables).
void ValidateNoArray(const ValidationContext& context, absl::string_view text,
                     const DeclaredParams& scope, const FieldPath& path);

// In an element of a list an array stands alone
// (substitution.go, ValidateVariableReferenceIsIsolated).
void ValidateArrayIsAlone(const ValidationContext& context,
                          absl::string_view text, const DeclaredParams& scope,
                          const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PARAM_USAGE_H_
