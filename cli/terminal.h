// What the terminal that a stream leads to can show.
#ifndef COLOCATION_CLI_TERMINAL_H_
#define COLOCATION_CLI_TERMINAL_H_

#include "absl/strings/string_view.h"

namespace colocation::cli {

// Whether to write colours to the file descriptor `stream`: "always", "never",
// or, with "auto", where it is a terminal and NO_COLOR is not set.
bool UseColor(absl::string_view wanted, int stream);

// The columns of the terminal, or of $COLUMNS where that is set; 80 where
// neither is known. Never less than 60 nor more than 200: narrower texts can't
// be laid out, and wider ones can't be read.
int TerminalWidth(int stream);

// The rows of the terminal; 24 where they are not known.
int TerminalHeight(int stream);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_TERMINAL_H_
