// Plans in files, and what is made of a plan as a whole.
#ifndef COLOCATION_CLI_PLAN_FILE_H_
#define COLOCATION_CLI_PLAN_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

// Whether `content` looks like a plan that `colocate plan` has written, in any
// of its forms: all begin with the plan's version.
bool IsPlanFile(absl::string_view content);

absl::StatusOr<v1::ColocationPlan> ReadPlan(const v1::Document& document);

// The binary form; the same bytes for the same plan.
std::string PlanBytes(const v1::ColocationPlan& plan);

// OK where the run is to be started; FailedPrecondition with diagnostics where
// its spec.status says that it is cancelled, stopped or pending.
absl::Status CheckStarts(const v1::ColocationPlan& plan);

// OK where the Pods of the plan run without a controller: none waits for
// another, or for something outside. Else FailedPrecondition with diagnostics.
absl::Status CheckRunsAlone(const v1::ColocationPlan& plan);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_PLAN_FILE_H_
