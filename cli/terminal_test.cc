#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

// A terminal of its own.
class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    terminal_ = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal_ < 0) GTEST_SKIP() << "no pseudo terminal can be opened here";
  }
  ~TerminalTest() override {
    if (terminal_ >= 0) close(terminal_);
  }

  int WidthWith(unsigned short columns) const {
    winsize size = {};
    size.ws_col = columns;
    EXPECT_EQ(ioctl(terminal_, TIOCSWINSZ, &size), 0);
    return TerminalWidth(terminal_);
  }

  int terminal_ = -1;
};

TEST_F(TerminalTest, TheWidthIsTheTerminals) {
  EXPECT_EQ(WidthWith(60), 60);
  EXPECT_EQ(WidthWith(117), 117);
  EXPECT_EQ(WidthWith(200), 200);
}

TEST_F(TerminalTest, TheWidthHasBounds) {
  EXPECT_EQ(WidthWith(1), 60);
  EXPECT_EQ(WidthWith(1000), 200);
}

TEST_F(TerminalTest, AnUnknownWidthIsEighty) {
  EXPECT_EQ(WidthWith(0), 80);
  EXPECT_EQ(TerminalWidth(-1), 80);
}

TEST_F(TerminalTest, ColumnsWinOverTheTerminal) {
  setenv("COLUMNS", "100", 1);
  EXPECT_EQ(WidthWith(70), 100);
  setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(WidthWith(70), 70);
}

TEST_F(TerminalTest, ColoursAreForTerminals) {
  EXPECT_TRUE(UseColor("auto", terminal_));
  EXPECT_FALSE(UseColor("auto", -1));
  EXPECT_TRUE(UseColor("always", -1));
  EXPECT_FALSE(UseColor("never", terminal_));
}

TEST_F(TerminalTest, NoColorAndDumbTerminalsWantNone) {
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(UseColor("auto", terminal_));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(UseColor("auto", terminal_));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(UseColor("auto", terminal_));
}

}  // namespace
}  // namespace colocation::cli
