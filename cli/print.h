// Standard output.
#ifndef COLOCATION_CLI_PRINT_H_
#define COLOCATION_CLI_PRINT_H_

#include "absl/strings/string_view.h"
#include "cli/exit_code.h"

namespace colocation::cli {

// Writes all, or says on standard error why not. A reader that has seen enough,
// as `head` has, is no fault.
ExitCode Print(absl::string_view text);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_PRINT_H_
