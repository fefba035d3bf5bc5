// What we think of the runs of a case: the second half of an answer.
#ifndef COLOCATION_TESTS_PARITY_RUNS_H_
#define COLOCATION_TESTS_PARITY_RUNS_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

void AppendQuoted(absl::string_view text, std::string* out);

// Appends the value of "runs" (README.md): one element for each PipelineRun and
// TaskRun of `objects` that isn't `rejected` by itself. The others of `objects`
// are the cluster.
void AppendRuns(const v1::ObjectSet& objects, const v1::PlanOptions& options,
                absl::FunctionRef<bool(const v1::Origin&)> rejected,
                std::string* out);

}  // namespace colocation

#endif  // COLOCATION_TESTS_PARITY_RUNS_H_
