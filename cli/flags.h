// Command lines: flags anywhere between the operands.
//
// A table says which flags there are; what it says is also what the help shows.
// "--name=value", "--name value", "-n value" and "-nvalue" are the same, a
// switch takes a value only after "=", "--" ends the flags, and "-" is an
// operand. Absl's flags would be global, know no commands, and end the program
// with exit codes of their own.
#ifndef COLOCATION_CLI_FLAGS_H_
#define COLOCATION_CLI_FLAGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace colocation::cli {

struct Flag {
  absl::string_view name;
  // A one-letter form; 0 for none.
  char letter = 0;
  // What the help calls its value: "FILE", or "text|yaml" where only these are
  // allowed; empty for a switch.
  absl::string_view value;
  absl::string_view help;
  // The commands that have it, between blanks: " plan run "; empty for all.
  absl::string_view commands = {};
};

struct ParsedArguments {
  // In the order given; a switch without a value has "true".
  std::vector<std::pair<absl::string_view, std::string>> flags;
  std::vector<std::string> operands;

  bool Has(absl::string_view name) const;
  // The last value given; `otherwise` where there is none.
  std::string Get(absl::string_view name, absl::string_view otherwise) const;
  // All values given, in order.
  std::vector<std::string> All(absl::string_view name) const;
};

// An error is InvalidArgument, with a sentence for the user.
absl::StatusOr<ParsedArguments> ParseArguments(
    absl::Span<const Flag> table, absl::Span<const std::string> arguments);

// The flags of `table` that `command` has.
std::vector<Flag> FlagsOf(absl::Span<const Flag> table,
                          absl::string_view command);

// The table for people: a flag a paragraph, wrapped to 80 columns.
std::string FlagsHelp(absl::Span<const Flag> table);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_FLAGS_H_
