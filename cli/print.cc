#include "cli/print.h"

#include <cerrno>
#include <iostream>

namespace colocation::cli {

ExitCode Print(absl::string_view text) {
  errno = 0;
  std::cout << text << std::flush;
  if (std::cout || errno == EPIPE) return ExitCode::kDone;
  std::cerr << "colocate: cannot write to standard output\n";
  return ExitCode::kCannot;
}

}  // namespace colocation::cli
