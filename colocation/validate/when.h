// The rules for `when` of pipeline tasks and steps.
#ifndef COLOCATION_VALIDATE_WHEN_H_
#define COLOCATION_VALIDATE_WHEN_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using WhenExpressions = google::protobuf::RepeatedPtrField<v1::WhenExpression>;

// `path` is that of the list. Which variables may stand in it is another rule.
void ValidateWhen(const ValidationContext& context, const WhenExpressions& when,
                  const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_WHEN_H_
