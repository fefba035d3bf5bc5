#include "cli/podman/atomic_directory.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

namespace fs = std::filesystem;

class AtomicDirectoryTest : public testing::Test {
 protected:
  AtomicDirectoryTest() : root_(testing::TempDir() + "root-XXXXXX") {
    EXPECT_NE(mkdtemp(root_.data()), nullptr);
  }

  // What someone sees who looks past the names beginning with "..".
  std::map<std::string, std::string> Visible() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(root_)) {
      const std::string name = entry.path().filename().string();
      if (name.substr(0, 2) == "..") continue;
      if (fs::is_directory(entry.path())) {
        for (const auto& below : fs::directory_iterator(entry.path())) {
          files[name + "/" + below.path().filename().string()] =
              Read(below.path());
        }
      } else {
        files[name] = Read(entry.path());
      }
    }
    return files;
  }

  static std::string Read(const fs::path& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  // Everything but "." and "..", hidden or not.
  int Entries() const {
    return static_cast<int>(
        std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

  std::string root_;
};

TEST_F(AtomicDirectoryTest, HoldsTheFiles) {
  ASSERT_TRUE(
      WriteAtomically(root_, {{"a", {"1", 0400}}, {"d/b", {"2"}}}).ok());
  EXPECT_THAT(Visible(), ElementsAre(Pair("a", "1"), Pair("d/b", "2")));
  struct stat info;
  ASSERT_EQ(stat((root_ + "/a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
}

TEST_F(AtomicDirectoryTest, ANewContentReplacesTheOld) {
  ASSERT_TRUE(WriteAtomically(root_, {{"a", {"1"}}, {"gone", {"x"}}}).ok());
  ASSERT_TRUE(WriteAtomically(root_, {{"a", {"2"}}, {"new", {"y"}}}).ok());
  EXPECT_THAT(Visible(), ElementsAre(Pair("a", "2"), Pair("new", "y")));
  // "..data", one directory, two links: nothing old is left.
  EXPECT_EQ(Entries(), 4);
}

TEST_F(AtomicDirectoryTest, TheSameContentChangesNothing) {
  const VolumeFiles files = {{"a", {"1"}}, {"d/b", {"2"}}};
  ASSERT_TRUE(WriteAtomically(root_, files).ok());
  const fs::path before = fs::read_symlink(root_ + "/..data");
  ASSERT_TRUE(WriteAtomically(root_, files).ok());
  EXPECT_EQ(fs::read_symlink(root_ + "/..data"), before);
  ASSERT_TRUE(WriteAtomically(root_, {{"a", {"1"}}}).ok());
  EXPECT_NE(fs::read_symlink(root_ + "/..data"), before);
}

TEST_F(AtomicDirectoryTest, NoFilesAreAContentToo) {
  ASSERT_TRUE(WriteAtomically(root_, {}).ok());
  EXPECT_THAT(Visible(), ElementsAre());
  ASSERT_TRUE(WriteAtomically(root_, {{"a", {"1"}}}).ok());
  ASSERT_TRUE(WriteAtomically(root_, {}).ok());
  EXPECT_THAT(Visible(), ElementsAre());
}

TEST_F(AtomicDirectoryTest, AMissingDirectoryIsAnError) {
  EXPECT_FALSE(WriteAtomically(root_ + "/none", {{"a", {"1"}}}).ok());
}

}  // namespace
}  // namespace colocation::podman
