// Words for people: what launchers and advance() say in Tekton's terms.
#ifndef COLOCATION_CLI_RUN_WORDS_H_
#define COLOCATION_CLI_RUN_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "colocation/v1/launch.pb.h"

namespace colocation::cli {

// "0.4s", "1m 3s".
std::string DurationText(int64_t ns);

// Why a task was skipped: "its when expressions do not hold".
absl::string_view SkipText(v1::SkipReason reason);

// The same from Tekton's SkippingReason ("PipelineRun was stopping"), or that
// itself where it is none of those known.
std::string SkippedText(absl::string_view skipping_reason);

// "failed", or how else a task ended badly, from the reason of its TaskRun:
// "was cancelled", "ran out of time".
absl::string_view FailureText(absl::string_view reason);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_WORDS_H_
