#include "cli/podman/log_follower.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogFollowerTest : public testing::Test {
 protected:
  LogFollowerTest()
      : path_(absl::StrCat(
            testing::TempDir(),
            testing::UnitTest::GetInstance()->current_test_info()->name())),
        follower_(path_) {}

  void Write(absl::string_view text) {
    std::ofstream(path_, std::ios::app) << text;
  }

  std::vector<std::string> Read() {
    std::vector<std::string> lines;
    follower_.Read([&](absl::string_view line) { lines.emplace_back(line); });
    return lines;
  }

  std::vector<std::string> Finish() {
    std::vector<std::string> lines;
    follower_.Finish([&](absl::string_view line) { lines.emplace_back(line); });
    return lines;
  }

  std::string path_;
  LogFollower follower_;
};

TEST_F(LogFollowerTest, GivesEachLineOnce) {
  EXPECT_THAT(Read(), IsEmpty());
  Write("2026-01-01T00:00:00.1+00:00 stdout F one\n");
  EXPECT_THAT(Read(), ElementsAre("one"));
  EXPECT_THAT(Read(), IsEmpty());
  Write(
      "2026-01-01T00:00:00.2+00:00 stderr F two\n"
      "2026-01-01T00:00:00.3+00:00 stdout F \n");
  EXPECT_THAT(Read(), ElementsAre("two", ""));
}

TEST_F(LogFollowerTest, AnEntryMayComeInPieces) {
  Write("2026-01-01T00:00");
  EXPECT_THAT(Read(), IsEmpty());
  Write(":00.1+00:00 stdout F on");
  EXPECT_THAT(Read(), IsEmpty());
  Write("e two\n2026");
  EXPECT_THAT(Read(), ElementsAre("one two"));
}

TEST_F(LogFollowerTest, PartialEntriesMakeOneLine) {
  Write("t stdout P one \nt stdout P two \n");
  EXPECT_THAT(Read(), IsEmpty());
  Write("t stdout F three\n");
  EXPECT_THAT(Read(), ElementsAre("one two three"));
}

TEST_F(LogFollowerTest, TheEndIsALineWithoutNewline) {
  Write("t stdout F one\nt stdout P last");
  Write("\n");
  EXPECT_THAT(Finish(), ElementsAre("one", "last"));
}

TEST_F(LogFollowerTest, TailHasAtMostEightyLines) {
  for (int i = 1; i <= 100; ++i) Write(absl::StrCat("t stdout F ", i, "\n"));
  Finish();
  EXPECT_EQ(follower_.Tail().substr(0, 6), "21\n22\n");
}

TEST_F(LogFollowerTest, TailHasAtMostTwoKilobytes) {
  Write(absl::StrCat("t stdout F first\nt stdout F ", std::string(3000, 'x'),
                     "\n"));
  Finish();
  EXPECT_EQ(follower_.Tail(), absl::StrCat(std::string(2047, 'x'), "\n"));
}

}  // namespace
}  // namespace colocation::podman
