// What colocate can be asked for, and how it says so.
#ifndef COLOCATION_CLI_HELP_H_
#define COLOCATION_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "cli/flags.h"

namespace colocation::cli {

struct Command {
  absl::string_view name;
  // What stands after the name: "FILE...".
  absl::string_view operands;
  // One line, for the list of commands.
  absl::string_view summary;
  // What it does; wrapped as written.
  absl::string_view description;
  absl::string_view examples;
};

absl::Span<const Command> Commands();
absl::Span<const Flag> Flags();

// Null where there is none of that name.
const Command* FindCommand(absl::string_view name);

// Paragraphs that the pages about the program have in common.
std::string Introduction();
std::string AboutFiles();
std::string AboutExitCodes();

// The page about the program, and that about one command.
std::string MainHelp();
std::string CommandHelp(const Command& command);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_HELP_H_
