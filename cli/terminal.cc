#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace colocation::cli {
namespace {

constexpr int kDefaultWidth = 80;
constexpr int kDefaultHeight = 24;
constexpr int kLeastWidth = 60;
constexpr int kMostWidth = 200;

}  // namespace

bool UseColor(absl::string_view wanted, int stream) {
  if (wanted != "auto") return wanted == "always";
  const char* none = getenv("NO_COLOR");
  const char* terminal = getenv("TERM");
  return isatty(stream) != 0 && (none == nullptr || *none == '\0') &&
         (terminal == nullptr || absl::string_view(terminal) != "dumb");
}

int TerminalWidth(int stream) {
  int width = 0;
  const char* columns = getenv("COLUMNS");
  winsize size = {};
  if (columns != nullptr && absl::SimpleAtoi(columns, &width) && width > 0) {
    return std::clamp(width, kLeastWidth, kMostWidth);
  }
  if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::clamp<int>(size.ws_col, kLeastWidth, kMostWidth);
  }
  return kDefaultWidth;
}

int TerminalHeight(int stream) {
  winsize size = {};
  return ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_row > 0
             ? size.ws_row
             : kDefaultHeight;
}

}  // namespace colocation::cli
