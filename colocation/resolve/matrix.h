// The combinations of a matrix, in Tekton's order
// (pkg/apis/pipeline/v1/matrix_types.go, FanOut).
#ifndef COLOCATION_RESOLVE_MATRIX_H_
#define COLOCATION_RESOLVE_MATRIX_H_

#include <cstdint>
#include <vector>

#include "colocation/v1/tekton.pb.h"

namespace colocation {

// How many combinations there will be at most, before any is made; saturates.
int64_t CountCombinations(const v1::Matrix& matrix);

// Each combination as parameters sorted by name: the cross product of the
// arrays, where the first one changes fastest, each joined with the `include`
// entries that agree with it, then the `include` entries that match none.
std::vector<std::vector<v1::Param>> FanOut(const v1::Matrix& matrix);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_MATRIX_H_
