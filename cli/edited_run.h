// Changes to a run that are asked for on the command line, not in its objects.
#ifndef COLOCATION_CLI_EDITED_RUN_H_
#define COLOCATION_CLI_EDITED_RUN_H_

#include <string>

#include "absl/status/statusor.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

struct RunEdits {
  // The run's name, in place of its own or of what generateName gives.
  std::string name = {};
  // Plan only this pipeline task and what it needs: the tasks that it waits
  // for, and those that they wait for.
  std::string only = {};

  bool empty() const { return name.empty() && only.empty(); }
};

// `request` with the changes made; `plan` is the plan of `request`, which says
// what a task needs. The objects are messages in the answer, so that what is
// wrong with them has no position any more: plan the request first, and say
// what that says. InvalidArgument, with a sentence for the user, where a change
// can't be made.
absl::StatusOr<v1::PlanRequest> EditRun(const v1::PlanRequest& request,
                                        const RunEdits& edits,
                                        const v1::ColocationPlan& plan);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_EDITED_RUN_H_
