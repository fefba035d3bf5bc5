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

  void Write(const std::string& name) {
    const fs::path path = fs::path(root_) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "text of " << name;
  }

  // "name: content" of each, names relative to the root; or the error.
  std::vector<std::string> Read(std::vector<std::string> operands) {
    for (std::string& operand : operands) {
      if (operand != "-") operand = absl::StrCat(root_, "/", operand);
    }
    std::istringstream in("typed");
    const auto documents = ReadInputs(operands, in);
    if (!documents.ok()) return {std::string(documents.status().message())};
    std::vector<std::string> all;
    for (const v1::Document& document : *documents) {
      std::string name = document.name();
      if (name.rfind(root_ + "/", 0) == 0) name = name.substr(root_.size() + 1);
      all.push_back(absl::StrCat(name, ": ", document.content()));
    }
    return all;
  }

  using Texts = std::vector<std::string>;
  std::string root_;
};

TEST_F(InputsTest, FilesComeInTheOrderGiven) {
  Write("b.txt");
  Write("a.yaml");
  EXPECT_EQ(Read({"b.txt", "a.yaml"}),
            (Texts{"b.txt: text of b.txt", "a.yaml: text of a.yaml"}));
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
  EXPECT_EQ(Read({"d"}), (Texts{"d/a.json: text of d/a.json",
                                "d/sub/m.yml: text of d/sub/m.yml",
                                "d/z.yaml: text of d/z.yaml"}));
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
