// A matrix over results: which TaskRuns it makes, once the results are there.
//
// What Tekton knows before a run starts is planned into a Pod; this is the
// rest. Nothing is kept: the combinations follow from the ends of the tasks
// that gave the results, each time anew.
#ifndef COLOCATION_RUN_LATE_MATRIX_H_
#define COLOCATION_RUN_LATE_MATRIX_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/run/late_values.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Tekton holds its limit on combinations against what is written, and never
// against results (Matrix.validateCombinationsCount in
// pkg/apis/pipeline/v1/matrix_types.go, called by the webhook alone): there may
// be more than 256. This is where we give up.
inline constexpr int64_t kMostLateCombinations = 10'000;

// At most one of the last two is set; there are combinations unless one is.
struct LateMatrix {
  // References replaced.
  v1::PipelineTask pipeline_task;
  // In Tekton's order (colocation/resolve/matrix.h).
  std::vector<std::vector<v1::Param>> combinations;
  // One of its lists has turned out empty: the task is skipped.
  bool empty = false;
  // Why there can't be combinations: one of its values has turned out to be no
  // list, or there are too many.
  std::string problem;
};

// Whether the task is one.
bool IsLateMatrix(const v1::PlannedTask& task);

// `task` is one whose results are there.
LateMatrix FanOutLate(const v1::PlannedTask& task, const LateValues& values);

// "TASK-INDEX".
std::string LateUnitName(const v1::PlannedTask& task, size_t unit);

}  // namespace colocation

#endif  // COLOCATION_RUN_LATE_MATRIX_H_
