#include "cli/live_block.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

// What a terminal shows after `text`: it knows what the block uses.
std::vector<std::string> Screen(absl::string_view text) {
  std::vector<std::string> rows = {""};
  size_t row = 0;
  while (!text.empty()) {
    if (absl::ConsumePrefix(&text, "\033[J")) {
      rows.resize(row + 1);
      rows[row].clear();
    } else if (absl::ConsumePrefix(&text, "\033[")) {
      const size_t end = text.find('A');
      row -= std::stoul(std::string(text.substr(0, end)));
      text.remove_prefix(end + 1);
    } else if (absl::ConsumePrefix(&text, "\n")) {
      if (++row == rows.size()) rows.emplace_back();
    } else if (!absl::ConsumePrefix(&text, "\r")) {
      rows[row].push_back(text[0]);
      text.remove_prefix(1);
    }
  }
  while (!rows.empty() && rows.back().empty()) rows.pop_back();
  return rows;
}

using Rows = std::vector<std::string>;

TEST(LiveBlockTest, LinesGoByAboveTheBlock) {
  std::ostringstream out;
  LiveBlock block(&out);
  block.Print("one");
  block.Show({"A", "B"});
  block.Print("two");
  EXPECT_EQ(Screen(out.str()), (Rows{"one", "two", "A", "B"}));
}

TEST(LiveBlockTest, ABlockReplacesTheOneBefore) {
  std::ostringstream out;
  LiveBlock block(&out);
  block.Show({"long line", "B", "C"});
  block.Show({"A"});
  block.Print("one");
  EXPECT_EQ(Screen(out.str()), (Rows{"one", "A"}));
}

TEST(LiveBlockTest, TheSameBlockIsNotDrawnAgain) {
  std::ostringstream out;
  LiveBlock block(&out);
  block.Show({"A"});
  out.str("");
  block.Show({"A"});
  EXPECT_EQ(out.str(), "");
}

TEST(LiveBlockTest, NothingOfItStays) {
  std::ostringstream out;
  {
    LiveBlock block(&out);
    block.Print("one");
    block.Show({"A", "B"});
  }
  EXPECT_EQ(Screen(out.str()), Rows{"one"});
}

}  // namespace
}  // namespace colocation::cli
