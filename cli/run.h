// `colocate run`: the planned Pods on this machine, with podman.
#ifndef COLOCATION_CLI_RUN_H_
#define COLOCATION_CLI_RUN_H_

#include <functional>

#include "absl/status/status.h"
#include "cli/exit_code.h"
#include "cli/flags.h"
#include "colocation/render/text_layout.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

struct RunReports {
  // Says why the input was refused.
  std::function<ExitCode(const absl::Status&)> refuse;
  // Says what a plan warns of.
  std::function<void(const v1::ColocationPlan&)> warn;
};

// Plans, asking podman for the entrypoints of images where the plan needs them,
// and runs the Pods, each in its time. `text` is how standard error is written
// to.
ExitCode RunHere(const ParsedArguments& arguments, v1::PlanRequest request,
                 const TextOptions& text, const RunReports& reports);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_H_
