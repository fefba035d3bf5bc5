// Go durations, the syntax of every timeout in Tekton: "1h30m", "1.5s", "0".
//
// As time.ParseDuration and Duration.String of Go's standard library define
// them; metav1.Duration reads and writes nothing else.
#ifndef COLOCATION_SYNTAX_DURATION_H_
#define COLOCATION_SYNTAX_DURATION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Nanoseconds; nothing where `text` is no duration or does not fit 63 bits.
std::optional<int64_t> ParseDurationNs(absl::string_view text);

// "1h30m0s", "1.5s", "0s".
std::string FormatDurationNs(int64_t ns);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_DURATION_H_
