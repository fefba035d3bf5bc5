// What a container leaves in its status: Tekton's format, a JSON list of
// {"key", "value", "type"} (pkg/result/result.go, pkg/termination/write.go).
//
// The kubelet cuts a container's message to 4096 bytes, and all of a Pod to
// 12 KiB, in equal parts (normalizeStatus in its status_manager.go). A message
// that was cut is no JSON, so nothing longer is ever written.
#ifndef COLOCATION_LAUNCHER_TERMINATION_MESSAGE_H_
#define COLOCATION_LAUNCHER_TERMINATION_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

// The reason of a container that ended while it waited for its image.
inline constexpr std::string_view kPlaceholder = "Placeholder";

struct TerminationMessage {
  // Of the task; only the last step's container has them. Then those of them
  // that may be left out, by name (DeclaredResult.local).
  std::vector<ResultValue> task_results;
  std::vector<std::string> local_results;
  std::vector<ResultValue> step_results;
  // Zero: it was never started.
  int64_t started_unix_ns = 0;
  // The real exit code of a step whose failure was ignored.
  std::string exit_code;
  // "Skipped", "Cancelled", "TimeoutExceeded", "Placeholder"; empty for none.
  std::string reason;
  // How the unit ended (EndText); only the last step's container has it.
  std::string end;
};

// "succeeded/1", "failed/2/StepFailed": outcome, attempts, Tekton's reason; or
// "skipped/WHEN".
std::string EndText(const TaskEnd& end);

// Bytes for each container of a Pod with so many, init containers included.
size_t MessageLimit(size_t containers);

// The message in at most `limit` bytes. If that is too small, what is left out
// is first the time of the start, then the results of the step, then local
// results of the task, the longest first, then the reason and exit code. False
// if even then the task's other results do not fit: `text` is then the message
// without any. The unit's end stays to the last; if it is what does not fit, it
// is cut to its outcome. `left_out` gets the names of the local results that
// are not in it.
bool FormatMessage(const TerminationMessage& message, size_t limit,
                   std::string* text,
                   std::vector<std::string>* left_out = nullptr);

// "2006-01-02T15:04:05.000Z", in UTC.
std::string FormatTime(int64_t unix_ns);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_TERMINATION_MESSAGE_H_
