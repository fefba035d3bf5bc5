#include "cli/run_words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace colocation::cli {
namespace {

// pkg/apis/pipeline/v1/pipelinerun_types.go, SkippingReason.
struct SkippingReason {
  absl::string_view text;
  v1::SkipReason reason;
};

constexpr SkippingReason kSkippingReasons[] = {
    {"When Expressions evaluated to false", v1::SKIP_REASON_WHEN},
    {"Parent Tasks were skipped", v1::SKIP_REASON_PARENT_SKIPPED},
    {"PipelineRun was stopping", v1::SKIP_REASON_STOPPING},
    {"PipelineRun was gracefully cancelled", v1::SKIP_REASON_CANCELLED},
    {"PipelineRun was gracefully stopped", v1::SKIP_REASON_STOPPED},
    {"Results were missing", v1::SKIP_REASON_MISSING_RESULTS},
    {"PipelineRun timeout has been reached", v1::SKIP_REASON_PIPELINE_TIMEOUT},
    {"PipelineRun Tasks timeout has been reached",
     v1::SKIP_REASON_TASKS_TIMEOUT},
    {"PipelineRun Finally timeout has been reached",
     v1::SKIP_REASON_FINALLY_TIMEOUT},
    {"Matrix Parameters have an empty array", v1::SKIP_REASON_EMPTY_MATRIX},
};

}  // namespace

std::string DurationText(int64_t ns) {
  const int64_t tenths = std::max<int64_t>(0, ns) / 100'000'000;
  if (tenths < 600) return absl::StrCat(tenths / 10, ".", tenths % 10, "s");
  return absl::StrCat(tenths / 600, "m ", tenths / 10 % 60, "s");
}

absl::string_view SkipText(v1::SkipReason reason) {
  switch (reason) {
    case v1::SKIP_REASON_WHEN:
      return "its when expressions do not hold";
    case v1::SKIP_REASON_PARENT_SKIPPED:
      return "a task that it depends on was skipped";
    case v1::SKIP_REASON_STOPPING:
      return "the run is stopping, as a task has failed";
    case v1::SKIP_REASON_CANCELLED:
      return "the run was cancelled";
    case v1::SKIP_REASON_STOPPED:
      return "the run was stopped";
    case v1::SKIP_REASON_MISSING_RESULTS:
      return "a result that it needs is missing";
    case v1::SKIP_REASON_PIPELINE_TIMEOUT:
    case v1::SKIP_REASON_TASKS_TIMEOUT:
    case v1::SKIP_REASON_FINALLY_TIMEOUT:
      return "the time is over";
    case v1::SKIP_REASON_EMPTY_MATRIX:
      return "its matrix is empty";
    default:
      return "no reason given";
  }
}

std::string SkippedText(absl::string_view skipping_reason) {
  for (const SkippingReason& known : kSkippingReasons) {
    if (known.text == skipping_reason) {
      return std::string(SkipText(known.reason));
    }
  }
  return std::string(skipping_reason);
}

absl::string_view FailureText(absl::string_view reason) {
  if (reason == "TaskRunCancelled") return "was cancelled";
  if (reason == "TaskRunTimeout") return "ran out of time";
  return "failed";
}

}  // namespace colocation::cli
