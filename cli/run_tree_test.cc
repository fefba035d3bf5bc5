#include "cli/run_tree.h"

#include <string>

#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

class RunTreeTest : public testing::Test {
 protected:
  RunTreeTest() {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"pb(
          run { name: "build" }
          tasks {
            name: "clone"
            units { name: "clone" }
          }
          tasks {
            name: "test"
            units { name: "test-0" }
            units { name: "test-1" }
            wait_for: "clone"
          }
          tasks {
            name: "never"
            end {}
          }
          tasks {
            name: "report"
            units { name: "report" }
            wait_for: "test"
            wait_for: "never"
          }
          pods { name: "one" tasks: "clone" tasks: "test" }
          pods { name: "two" tasks: "report" }
        )pb",
        &plan_));
  }

  std::string Lines(const RunTree& tree, int seconds, int height = 10,
                    int width = 80) {
    const std::vector<std::string> lines =
        tree.Lines(start_ + absl::Seconds(seconds), height, {.width = width});
    EXPECT_LE(static_cast<int>(lines.size()), height);
    return absl::StrJoin(lines, "\n");
  }

  v1::ColocationPlan plan_;
  absl::Time start_ = absl::UnixEpoch();
};

TEST_F(RunTreeTest, ShowsWhatRunsAndWhatWaits) {
  RunTree tree(plan_, start_);
  tree.OnStart("clone", 1, start_ + absl::Seconds(1));
  tree.OnLine("clone", "fetching\t10%");
  EXPECT_EQ(Lines(tree, 3),
            "build  3.0s  1 of 4 tasks done\n"
            "Pod one\n"
            "  > clone  2.0s  fetching\\x0910%\n"
            "  . test  waits for clone\n"
            "  . report  waits for test");
}

TEST_F(RunTreeTest, EndedTasksAreCounted) {
  RunTree tree(plan_, start_);
  tree.OnStart("clone", 1, start_);
  tree.OnEnd("clone");
  tree.OnStart("test-0", 2, start_);
  EXPECT_EQ(Lines(tree, 1),
            "build  1.0s  2 of 4 tasks done\n"
            "Pod one\n"
            "  > test-0  1.0s  attempt 2\n"
            "  . report  waits for test");
  tree.OnEnd("test-0");
  tree.OnEnd("test-1");
  EXPECT_EQ(Lines(tree, 2),
            "build  2.0s  3 of 4 tasks done\n"
            "  . report  is about to start");
}

TEST_F(RunTreeTest, FitsTheTerminal) {
  RunTree tree(plan_, start_);
  tree.OnStart("clone", 1, start_);
  tree.OnLine("clone", "\u00e4\u00f6\u00fc and more");
  EXPECT_EQ(Lines(tree, 1, /*height=*/4, /*width=*/20),
            "build  1.0s  1 of 4\n"
            "Pod one\n"
            "  > clone  1.0s  \u00e4\u00f6\n"
            "  and 2 more wait");
}

}  // namespace
}  // namespace colocation::cli
