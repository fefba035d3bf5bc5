// The rules for the matrix of a pipeline task, and for using its results.
#ifndef COLOCATION_VALIDATE_MATRIX_H_
#define COLOCATION_VALIDATE_MATRIX_H_

#include <cstdint>

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"
#include "colocation/validate/pipeline_names.h"

namespace colocation {

// An empty matrix is none (pkg/apis/pipeline/v1/pipeline_types.go, IsMatrixed).
bool IsMatrixed(const v1::PipelineTask& task);

// `path` is that of the task.
void ValidateMatrix(const ValidationContext& context,
                    const v1::PipelineTask& task, const FieldPath& path);

// How many runs the matrix makes, as Tekton's validation counts them
// (matrix_types.go, CountCombinations); at most the largest number there is.
int64_t CountedCombinations(const v1::Matrix& matrix, bool v1beta1);

// Results of a task with a matrix are used all together, as "[*]", and are
// strings. `tasks` see only each other: the list at `path`
// (pipeline_validation.go,
// validateTaskResultsFromMatrixedPipelineTasksConsumed).
void ValidateMatrixResults(const ValidationContext& context,
                           const PipelineTasks& tasks, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_MATRIX_H_
