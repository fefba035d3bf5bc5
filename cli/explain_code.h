// `colocate explain CODE`: what a diagnostic's code means.
#ifndef COLOCATION_CLI_EXPLAIN_CODE_H_
#define COLOCATION_CLI_EXPLAIN_CODE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace colocation::cli {

// Every code that docs/diagnostics.md and docs/plan-checks.md list, sorted.
std::vector<std::string> DiagnosticCodes();

// What those pages say about `code`, and which of Tekton's rules
// (docs/rules.md) it stands for, in lines of at most `width`. Nothing where no
// page has it.
std::optional<std::string> ExplainCode(absl::string_view code, int width);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_EXPLAIN_CODE_H_
