#include "cli/podman/pod_volumes.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class PodVolumesTest : public testing::Test {
 protected:
  PodVolumesTest() : directory_(Temporary()), memory_(Temporary()) {}

  static std::string Temporary() {
    std::string path = testing::TempDir() + "volumes-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    return path;
  }

  absl::StatusOr<PodVolumes> Create(const std::string& spec,
                                    const PodObjects& objects = {}) {
    v1::Pod pod;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "spec { " + spec + " }", &pod));
    return PodVolumes::Create(pod, objects, directory_, memory_);
  }

  PodVolumes OneEmptyDir() {
    absl::StatusOr<PodVolumes> volumes = Create(R"pb(volumes {
                                                       name: "data"
                                                       empty_dir {}
                                                     })pb");
    EXPECT_TRUE(volumes.ok()) << volumes.status();
    return *std::move(volumes);
  }

  static int ModeOf(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return static_cast<int>(info.st_mode & 07777);
  }

  std::string directory_;
  std::string memory_;
};

TEST_F(PodVolumesTest, EmptyDirIsForEveryone) {
  const mode_t old = umask(077);
  const absl::StatusOr<std::string> source = OneEmptyDir().Source("data", "");
  umask(old);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(*source, directory_ + "/volumes/data");
  EXPECT_EQ(ModeOf(*source), 0777);
}

TEST_F(PodVolumesTest, SubPathIsMadeForEveryone) {
  const PodVolumes volumes = OneEmptyDir();
  const mode_t old = umask(077);
  const absl::StatusOr<std::string> source = volumes.Source("data", "a//./b/");
  umask(old);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(*source, directory_ + "/volumes/data/a/b");
  EXPECT_EQ(ModeOf(directory_ + "/volumes/data/a"), 0777);
  EXPECT_EQ(ModeOf(*source), 0777);
}

TEST_F(PodVolumesTest, ContainersThatStartAtOnceMakeOneSubPath) {
  // Of 200 directories, some are made by two threads at the same instant.
  for (int round = 0; round < 200; ++round) {
    const std::string name = absl::StrCat("v", round);
    auto volumes =
        Create(absl::StrCat("volumes { name: '", name, "' empty_dir {} }"));
    ASSERT_TRUE(volumes.ok()) << volumes.status();
    std::atomic<int> ready{0};
    std::vector<absl::Status> results(4);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        ++ready;
        while (ready < 4) std::this_thread::yield();
        results[i] =
            volumes->Source(name, absl::StrCat("deep/er/t", i)).status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& result : results)
      ASSERT_TRUE(result.ok()) << result;
    fs::remove_all(directory_ + "/volumes");
  }
}

TEST_F(PodVolumesTest, WhatIsThereStays) {
  const PodVolumes volumes = OneEmptyDir();
  const std::string root = directory_ + "/volumes/data";
  fs::create_directory(root + "/a");
  fs::permissions(root + "/a", fs::perms(0700));
  std::ofstream(root + "/a/file") << "x";
  EXPECT_EQ(*volumes.Source("data", "a"), root + "/a");
  EXPECT_EQ(ModeOf(root + "/a"), 0700);
  EXPECT_EQ(*volumes.Source("data", "a/file"), root + "/a/file");
}

TEST_F(PodVolumesTest, LinksMayLeadAboutInsideTheVolume) {
  const PodVolumes volumes = OneEmptyDir();
  const std::string root = directory_ + "/volumes/data";
  fs::create_directories(root + "/real/dir");
  fs::create_symlink("real", root + "/link");
  EXPECT_EQ(*volumes.Source("data", "link/dir"), root + "/real/dir");
  EXPECT_EQ(*volumes.Source("data", "link/new"), root + "/real/new");
}

TEST_F(PodVolumesTest, NothingLeadsOutOfTheVolume) {
  const PodVolumes volumes = OneEmptyDir();
  const std::string root = directory_ + "/volumes/data";
  fs::create_symlink("/etc", root + "/absolute");
  fs::create_symlink("../..", root + "/up");
  fs::create_symlink("nowhere", root + "/dangling");
  std::ofstream(root + "/file") << "x";
  for (const char* sub_path :
       {"..", "a/../..", "a/..", "/etc", "absolute", "absolute/x", "up",
        "up/new", "dangling", "dangling/x", "file/x"}) {
    EXPECT_FALSE(volumes.Source("data", sub_path).ok()) << sub_path;
  }
  EXPECT_FALSE(fs::exists(directory_ + "/new"));
}

TEST_F(PodVolumesTest, MediumMemoryIsElsewhere) {
  const absl::StatusOr<PodVolumes> volumes = Create(
      R"pb(volumes {
             name: "fast"
             empty_dir { medium: "Memory" }
           })pb");
  ASSERT_TRUE(volumes.ok());
  EXPECT_THAT(*volumes->Source("fast", ""), StartsWith(memory_));
}

TEST_F(PodVolumesTest, FilesAreThereAndFollowTheMetadata) {
  v1::Pod pod;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(metadata { annotations { key: "gate" value: "closed" } }
           spec {
             volumes {
               name: "info"
               downward_api {
                 items {
                   path: "gate"
                   field_ref { field_path: "metadata.annotations['gate']" }
                 }
               }
             }
           })pb",
      &pod));
  const absl::StatusOr<PodVolumes> volumes =
      PodVolumes::Create(pod, {}, directory_, memory_);
  ASSERT_TRUE(volumes.ok());
  const std::string file = *volumes->Source("info", "") + "/gate";
  std::string content;
  std::ifstream(file) >> content;
  EXPECT_EQ(content, "closed");
  (*pod.mutable_metadata()->mutable_annotations())["gate"] = "open";
  ASSERT_TRUE(volumes->Refresh(pod, {}).ok());
  std::ifstream(file) >> content;
  EXPECT_EQ(content, "open");
}

TEST_F(PodVolumesTest, HostPathIsChecked) {
  const std::string file = directory_ + "/file";
  std::ofstream(file) << "x";
  const auto create = [&](const std::string& path, const std::string& type) {
    fs::remove_all(directory_ + "/volumes");
    return Create(absl::StrCat("volumes { name: \"h\" host_path { path: \"",
                               path, "\" type: \"", type, "\" } }"))
        .status();
  };
  EXPECT_TRUE(create(file, "").ok());
  EXPECT_TRUE(create(file, "File").ok());
  EXPECT_TRUE(create(directory_, "Directory").ok());
  EXPECT_TRUE(create(directory_ + "/made/too", "DirectoryOrCreate").ok());
  EXPECT_TRUE(fs::is_directory(directory_ + "/made/too"));
  EXPECT_TRUE(create(directory_ + "/made/file", "FileOrCreate").ok());
  EXPECT_TRUE(fs::is_regular_file(directory_ + "/made/file"));
  EXPECT_TRUE(create("/dev/null", "CharDevice").ok());
  EXPECT_FALSE(create(file, "Directory").ok());
  EXPECT_FALSE(create(directory_, "File").ok());
  EXPECT_FALSE(create(file, "Socket").ok());
  EXPECT_EQ(create(directory_ + "/none", "").code(),
            absl::StatusCode::kNotFound);
}

TEST_F(PodVolumesTest, ClaimsAreDirectoriesThatWereGiven) {
  PodObjects objects;
  objects.claims["cache"] = "/var/cache";
  const std::string spec =
      R"pb(volumes {
             name: "c"
             persistent_volume_claim { claim_name: "cache" }
           })pb";
  const absl::StatusOr<PodVolumes> volumes = Create(spec, objects);
  ASSERT_TRUE(volumes.ok());
  EXPECT_EQ(*volumes->Source("c", ""), "/var/cache");
  fs::remove_all(directory_ + "/volumes");
  EXPECT_EQ(Create(spec).status(),
            absl::NotFoundError("spec.volumes[0]: no directory was given for "
                                "PersistentVolumeClaim \"cache\""));
}

TEST_F(PodVolumesTest, UnknownVolumeIsNamed) {
  EXPECT_THAT(std::string(OneEmptyDir().Source("none", "").status().message()),
              HasSubstr("\"none\""));
}

}  // namespace
}  // namespace colocation::podman
