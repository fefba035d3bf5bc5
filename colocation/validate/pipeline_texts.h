// The texts of a pipeline task that may refer to something, each with its path.
#ifndef COLOCATION_VALIDATE_PIPELINE_TEXTS_H_
#define COLOCATION_VALIDATE_PIPELINE_TEXTS_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Gets a text and its path, which is valid during the call.
using TextVisitor =
    absl::FunctionRef<void(absl::string_view text, const FieldPath& path)>;

// `path` is that of the value.
void ForEachText(const v1::ParamValue& value, const FieldPath& path,
                 TextVisitor visit);

// Input, CEL and values. `path` is that of the expression.
void ForEachText(const v1::WhenExpression& when, const FieldPath& path,
                 TextVisitor visit);

// The values of params, matrix and matrix.include (pkg/apis/pipeline/v1/
// pipeline_validation.go, extractAllParams). `path` is that of the task.
void ForEachParamText(const v1::PipelineTask& task, const FieldPath& path,
                      TextVisitor visit);

// The texts of an embedded Task in which expressions are looked for: those of
// its steps and sidecars (container_types.go, GetVarSubstitutionExpressions)
// and, with `merged`, what the step template adds to the steps (merge.go,
// MergeStepsWithStepTemplate): by the time they are looked at, Tekton's
// validation has merged them. `path` is that of the spec.
void ForEachEmbeddedText(const v1::TaskSpec& spec, bool merged,
                         const FieldPath& path, TextVisitor visit);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_TEXTS_H_
