// Completion of command lines, from the table that the help is made from.
#ifndef COLOCATION_CLI_COMPLETION_H_
#define COLOCATION_CLI_COMPLETION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation::cli {

// A script that makes `shell` ("bash", "zsh" or "fish") complete commands,
// flags and the values of those that have a choice.
std::string CompletionScript(absl::string_view shell);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_COMPLETION_H_
