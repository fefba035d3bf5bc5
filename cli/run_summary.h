// How a run ended, task by task: what `colocate run` says last.
#ifndef COLOCATION_CLI_RUN_SUMMARY_H_
#define COLOCATION_CLI_RUN_SUMMARY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/render/text_layout.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation::cli {

// What was seen while the run went on: its status has times in seconds, as
// Kubernetes' objects do, and no lines.
struct RunFacts {
  int64_t start_ns = 0;
  // When the unit started and ended, in nanoseconds; zeros where that was not
  // seen.
  std::function<std::pair<int64_t, int64_t>(absl::string_view unit)> times;
  // What was said about the unit's end.
  std::function<std::string(absl::string_view unit)> message;
  // The last lines that a container wrote.
  std::function<std::vector<std::string>(absl::string_view container)> lines;
};

// A table with a line for each unit of work, in the plan's order: outcome,
// attempts, start since the run's own, duration, and for what did not succeed
// why. Below it the last lines of each step that failed.
std::string SummaryText(const v1::ColocationPlan& plan,
                        const v1::RunStatus& status, const RunFacts& facts,
                        const TextOptions& options);

// What failed and why, in one line: "lint (step compile: exit code 2), deploy
// (ran out of time)"; empty where nothing did.
std::string FailedText(const v1::ColocationPlan& plan,
                       const v1::RunStatus& status, const RunFacts& facts);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_SUMMARY_H_
