#include "cli/completion.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/help.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Temporary(const std::string& name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

// What bash offers after `words`, the last of which is being typed.
std::vector<std::string> Completed(const std::vector<std::string>& words) {
  const std::string script = Temporary("completion.bash");
  const std::string out = Temporary("completed");
  std::ofstream(script) << CompletionScript("bash")  //
                        << "COMP_WORDS=(colocate '"
                        << absl::StrJoin(words, "' '")
                        << "')\nCOMP_CWORD=" << words.size()
                        << "\n_colocate\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  EXPECT_EQ(
      std::system(absl::StrCat("bash ", script, " >", out, " 2>&1").c_str()),
      0);
  std::ifstream in(out);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

class BashTest : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("bash -c true") != 0) GTEST_SKIP() << "there is no bash";
  }
};

TEST_F(BashTest, CompletesCommands) {
  EXPECT_THAT(Completed({"va"}), ElementsAre("validate"));
  EXPECT_EQ(Completed({""}).size(), Commands().size());
  EXPECT_THAT(Completed({"help", "sim"}), ElementsAre("simulate"));
  EXPECT_THAT(Completed({"completion", ""}),
              ElementsAre("bash", "zsh", "fish"));
}

TEST_F(BashTest, CompletesTheCommandsOwnFlags) {
  EXPECT_THAT(Completed({"run", "--k"}), ElementsAre("--keep"));
  EXPECT_THAT(Completed({"plan", "--"}), Contains("--policy"));
  EXPECT_THAT(Completed({"plan", "--"}), Not(Contains("--keep")));
  EXPECT_THAT(Completed({"--color", "never", "plan", "--po"}),
              Not(Contains("--podman")));
}

TEST_F(BashTest, CompletesValuesInEveryForm) {
  EXPECT_THAT(Completed({"plan", "--policy", "p"}), ElementsAre("pipelinerun"));
  // As bash splits "--policy=p" and "--policy=".
  EXPECT_THAT(Completed({"plan", "--policy", "=", "p"}),
              ElementsAre("pipelinerun"));
  EXPECT_THAT(Completed({"plan", "--policy", "="}),
              ElementsAre("workspaces", "pipelinerun", "isolated"));
  EXPECT_THAT(Completed({"graph", "-o", "m"}), ElementsAre("mermaid"));
  EXPECT_THAT(Completed({"plan", "-o", "m"}), ElementsAre());
}

TEST_F(BashTest, CompletesFiles) {
  const std::string file = Temporary("some-pipeline.yaml");
  std::ofstream(file) << "x";
  EXPECT_THAT(Completed({"plan", Temporary("some-pipe")}), ElementsAre(file));
}

TEST(CompletionTest, EveryShellKnowsEveryCommandAndFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = CompletionScript(shell);
    for (const Command& command : Commands()) {
      EXPECT_THAT(script, HasSubstr(std::string(command.name))) << shell;
    }
    for (const Flag& flag : Flags()) {
      const std::string name(flag.name);
      EXPECT_THAT(script, HasSubstr(shell == std::string("fish")
                                        ? absl::StrCat(" -l ", name)
                                        : absl::StrCat("--", name)))
          << shell;
    }
  }
}

TEST(CompletionTest, AScriptIsWellFormedWhereItsShellIsHere) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (std::system(
            absl::StrCat("command -v ", shell, " >/dev/null").c_str()) != 0) {
      continue;
    }
    const std::string script = Temporary("script");
    std::ofstream(script) << CompletionScript(shell);
    EXPECT_EQ(std::system(absl::StrCat(shell, " -n ", script).c_str()), 0)
        << shell;
  }
}

}  // namespace
}  // namespace colocation::cli
