#include "cli/man_page.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/help.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

using ::testing::HasSubstr;

TEST(ManPageTest, HasEveryCommandAndFlag) {
  const std::string page = ManPage();
  for (const Command& command : Commands()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat(".SS colocate ", command.name)));
  }
  for (const Flag& flag : Flags()) {
    EXPECT_THAT(page,
                HasSubstr(absl::StrCat(
                    "\\-\\-", absl::StrReplaceAll(flag.name, {{"-", "\\-"}}))));
  }
}

TEST(ManPageTest, NoLineIsARequestByAccident) {
  for (absl::string_view line : absl::StrSplit(ManPage(), '\n')) {
    if (line.empty() || line[0] != '.') {
      EXPECT_FALSE(!line.empty() && line[0] == '\'') << line;
      continue;
    }
    const std::string request(line.substr(0, line.find(' ')));
    EXPECT_THAT((std::set<std::string>{".TH", ".SH", ".SS", ".TP", ".PP", ".nf",
                                       ".fi", ".B"}),
                testing::Contains(request))
        << line;
  }
}

TEST(ManPageTest, GroffHasNothingToSay) {
  if (std::system("command -v groff >/dev/null") != 0) {
    GTEST_SKIP() << "there is no groff";
  }
  const std::string page = absl::StrCat(testing::TempDir(), "/colocate.1");
  const std::string said = absl::StrCat(testing::TempDir(), "/said");
  std::ofstream(page) << ManPage();
  EXPECT_EQ(std::system(absl::StrCat("groff -man -Tutf8 -ww ", page, " 2>",
                                     said, " >/dev/null")
                            .c_str()),
            0);
  std::ifstream in(said);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), {}), "");
}

}  // namespace
}  // namespace colocation::cli
