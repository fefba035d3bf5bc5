#include "cli/podman/volume_watch.h"

#include <poll.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::string>;

class VolumeWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* directory = getenv("TEST_TMPDIR");
    root_ = absl::StrCat(
        directory == nullptr ? "/tmp" : directory, "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }

  void MakeDirectory(const std::string& name) {
    fs::create_directory(absl::StrCat(root_, "/", name));
  }

  // As the launcher posts: written elsewhere, then moved.
  void Post(const std::string& path) {
    const std::string unfinished = absl::StrCat(root_, "/../unfinished");
    std::ofstream(unfinished) << "x";
    fs::rename(unfinished, absl::StrCat(root_, "/", path));
  }

  VolumeWatch Watch() {
    auto watch = VolumeWatch::Create(root_);
    EXPECT_TRUE(watch.ok()) << watch.status();
    return *std::move(watch);
  }

  std::string root_;
};

TEST_F(VolumeWatchTest, SeesFilesOnceInTheirOrder) {
  MakeDirectory("a");
  VolumeWatch watch = Watch();
  Post("a/start");
  Post("a/end");
  EXPECT_EQ(watch.TakeFiles(), (Files{"a/start", "a/end"}));
  EXPECT_EQ(watch.TakeFiles(), Files{});
}

TEST_F(VolumeWatchTest, SeesWhatWasThereBefore) {
  MakeDirectory("a");
  Post("a/start");
  VolumeWatch watch = Watch();
  EXPECT_EQ(watch.TakeFiles(), (Files{"a/start"}));
}

TEST_F(VolumeWatchTest, SeesDirectoriesThatComeLater) {
  VolumeWatch watch = Watch();
  MakeDirectory("a");
  Post("a/start");
  EXPECT_EQ(watch.TakeFiles(), (Files{"a/start"}));
  Post("a/end");
  EXPECT_EQ(watch.TakeFiles(), (Files{"a/end"}));
}

TEST_F(VolumeWatchTest, IsReadableWhenSomethingHasHappened) {
  MakeDirectory("a");
  VolumeWatch watch = Watch();
  pollfd fd = {watch.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&fd, 1, 0), 0);
  Post("a/x");
  EXPECT_EQ(poll(&fd, 1, 0), 1);
}

TEST_F(VolumeWatchTest, AMissingDirectoryIsAnError) {
  EXPECT_FALSE(VolumeWatch::Create(absl::StrCat(root_, "/none")).ok());
}

}  // namespace
}  // namespace colocation::podman
