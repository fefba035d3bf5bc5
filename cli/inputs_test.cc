#include "cli/inputs.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

namespace fs = std::filesystem;

class InputsTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* directory = getenv("TEST_TMPDIR");
    root_ = absl::StrCat(
        directory == nullptr ? "/tmp" : directory, "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }

  // An object of kind `name`.
  void Write(const std::string& name) {
    Write(name, absl::StrCat("{apiVersion: v1, kind: ", name, "}"));
  }

  void Write(const std::string& name, const std::string& content) {
    const fs::path path = fs::path(root_) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }

  // The name of each, relative to the root; or the error. "name: content" where
  // that is not what Write wrote.
  std::vector<std::string> Read(std::vector<std::string> operands) {
    for (std::string& operand : operands) {
      if (operand != "-") operand = absl::StrCat(root_, "/", operand);
    }
    std::istringstream in("typed");
    const auto inputs = ReadInputs(operands, in);
    if (!inputs.ok()) return {std::string(inputs.status().message())};
    passed_over_ = inputs->passed_over;
    std::vector<std::string> all;
    for (const v1::Document& document : inputs->documents) {
      std::string name = document.name();
      if (name.rfind(root_ + "/", 0) == 0) name = name.substr(root_.size() + 1);
      const bool written = document.content() ==
                           absl::StrCat("{apiVersion: v1, kind: ", name, "}");
      all.push_back(written ? name
                            : absl::StrCat(name, ": ", document.content()));
    }
    return all;
  }

  using Texts = std::vector<std::string>;
  std::string root_;
  int passed_over_ = 0;
};

TEST_F(InputsTest, FilesComeInTheOrderGiven) {
  Write("b.txt");
  Write("a.yaml");
  EXPECT_EQ(Read({"b.txt", "a.yaml"}), (Texts{"b.txt", "a.yaml"}));
}

TEST_F(InputsTest, DashIsStandardInputOnce) {
  EXPECT_EQ(Read({"-", "-"}), (Texts{"<stdin>: typed"}));
}

TEST_F(InputsTest, DirectoriesGiveTheirObjectFilesSorted) {
  Write("d/z.yaml");
  Write("d/sub/m.yml");
  Write("d/a.json");
  Write("d/README.md");
  Write("d/.git/hidden.yaml");
  EXPECT_EQ(Read({"d"}), (Texts{"d/a.json", "d/sub/m.yml", "d/z.yaml"}));
}

TEST_F(InputsTest, HiddenDirectoriesAreReadButForGits) {
  Write("d/.tekton/push.yaml");
  Write("d/.tekton/tasks/build.yaml");
  Write("d/.hidden.yaml");
  Write("d/.git/hidden.yaml");
  EXPECT_EQ(Read({"d"}), (Texts{"d/.hidden.yaml", "d/.tekton/push.yaml",
                                "d/.tekton/tasks/build.yaml"}));
}

TEST_F(InputsTest, FilesWithoutObjectsArePassedOverAndCounted) {
  Write("d/a.yaml");
  Write("d/package.json", "{\"name\": \"app\"}");
  Write("d/workflow.yml", "on: push");
  EXPECT_EQ(Read({"d"}), Texts{"d/a.yaml"});
  EXPECT_EQ(passed_over_, 2);
}

TEST_F(InputsTest, AFileThatIsNamedIsNotPassedOver) {
  Write("package.json", "{}");
  EXPECT_EQ(Read({"package.json"}), Texts{"package.json: {}"});
  EXPECT_EQ(passed_over_, 0);
}

TEST_F(InputsTest, AFileThatIsNotYamlIsNotPassedOver) {
  Write("d/chart.yaml", "a: [");
  EXPECT_EQ(Read({"d"}), Texts{"d/chart.yaml: a: ["});
}

TEST_F(InputsTest, ADirectoryOfOtherFilesIsAnError) {
  Write("d/package.json", "{}");
  EXPECT_EQ(Read({"d"}),
            Texts{absl::StrCat("no object with apiVersion and kind is in the "
                               "directory ",
                               root_, "/d")});
}

TEST_F(InputsTest, NoFileComesTwice) {
  Write("d/a.yaml");
  fs::create_symlink("a.yaml", absl::StrCat(root_, "/d/b.yaml"));
  EXPECT_EQ(Read({"d/a.yaml", "d"}).size(), 1u);
}

TEST_F(InputsTest, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(Read({"none.yaml"}),
            (Texts{absl::StrCat("cannot read ", root_,
                                "/none.yaml: No such file or directory")}));
}

TEST_F(InputsTest, ADirectoryWithoutObjectsIsAnError) {
  Write("d/README.md");
  EXPECT_EQ(
      Read({"d"}),
      (Texts{absl::StrCat("no *.yaml, *.yml or *.json is in the directory ",
                          root_, "/d")}));
}

}  // namespace
}  // namespace colocation::cli
