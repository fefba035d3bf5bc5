#include "cli/podman/volume_files.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::Volume VolumeOf(const std::string& text) {
  v1::Volume volume;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &volume));
  return volume;
}

absl::StatusOr<VolumeFiles> Files(const std::string& text) {
  v1::Pod pod;
  pod.mutable_metadata()->set_name("shop");
  PodObjects objects;
  objects.config_maps["settings"] = {{"color", "green"}, {"size", "small"}};
  objects.secrets["key"] = {{"token", "s3cret"}};
  return FilesOf(pod, VolumeOf(text), objects);
}

TEST(VolumeFilesTest, AllKeysOfAConfigMap) {
  EXPECT_THAT(*Files(R"pb(config_map { name: "settings" })pb"),
              ElementsAre(Pair("color", VolumeFile{"green", 0644}),
                          Pair("size", VolumeFile{"small", 0644})));
}

TEST(VolumeFilesTest, ItemsChooseAndRename) {
  EXPECT_THAT(*Files(R"pb(
    secret {
      secret_name: "key"
      default_mode: 256
      items { key: "token" path: "a/b" }
      items { key: "token" path: "c" mode: 420 }
    }
  )pb"),
              ElementsAre(Pair("a/b", VolumeFile{"s3cret", 0400}),
                          Pair("c", VolumeFile{"s3cret", 0644})));
}

TEST(VolumeFilesTest, ProjectedPutsSourcesTogether) {
  EXPECT_THAT(*Files(R"pb(
    projected {
      sources { config_map { name: "settings" } }
      sources {
        secret {
          name: "key"
          items { key: "token" path: "color" }
        }
      }
      sources {
        downward_api {
          items {
            path: "pod"
            field_ref { field_path: "metadata.name" }
          }
        }
      }
    }
  )pb"),
              ElementsAre(Pair("color", VolumeFile{"s3cret", 0644}),
                          Pair("pod", VolumeFile{"shop", 0644}),
                          Pair("size", VolumeFile{"small", 0644})));
}

TEST(VolumeFilesTest, OptionalObjectsMayBeMissing) {
  EXPECT_THAT(*Files(R"pb(config_map { name: "none" optional: true })pb"),
              IsEmpty());
  EXPECT_THAT(*Files(R"pb(
    config_map {
      name: "settings"
      optional: true
      items { key: "none" path: "x" }
    }
  )pb"),
              IsEmpty());
}

struct ErrorCase {
  const char* volume;
  const char* message;
};

TEST(VolumeFilesTest, WhatIsMissingIsNamed) {
  for (const ErrorCase& one :
       {ErrorCase{R"pb(config_map { name: "none" })pb",
                  "configMap: ConfigMap \"none\" was not given"},
        ErrorCase{R"pb(secret {
                         secret_name: "key"
                         items { key: "none" path: "x" }
                       })pb",
                  "secret: Secret \"key\" has no key \"none\""},
        ErrorCase{R"pb(projected {
                         sources { config_map { name: "settings" } }
                         sources { service_account_token { path: "x" } }
                       })pb",
                  "projected.sources[1]: only configMap, secret and "
                  "downwardAPI can be projected here"},
        ErrorCase{R"pb(downward_api {
                         items {
                           path: "x"
                           field_ref { field_path: "spec.none" }
                         }
                       })pb",
                  "downwardAPI: no field \"spec.none\" can be referred to"}}) {
    EXPECT_EQ(Files(one.volume).status().message(), one.message);
  }
}

TEST(VolumeFilesTest, PathsStayInTheVolume) {
  for (const char* path : {"", "/etc/x", "../x", "a/../../x", "..data"}) {
    const std::string volume =
        std::string(R"pb(config_map { name: "settings"
                                      items { key: "color" path: ")pb") +
        path + "\" } }";
    EXPECT_EQ(Files(volume).status().code(), absl::StatusCode::kInvalidArgument)
        << path;
  }
}

TEST(VolumeFilesTest, OnlyTheDownwardApiFollowsMetadata) {
  EXPECT_TRUE(FollowsMetadata(VolumeOf("downward_api {}")));
  EXPECT_TRUE(
      FollowsMetadata(VolumeOf("projected { sources { downward_api {} } }")));
  EXPECT_FALSE(FollowsMetadata(VolumeOf("config_map {}")));
  EXPECT_FALSE(
      FollowsMetadata(VolumeOf("projected { sources { secret {} } }")));
}

TEST(VolumeFilesTest, AnEmptyDirHasNoFiles) {
  EXPECT_FALSE(HasFiles(VolumeOf("empty_dir {}")));
  EXPECT_TRUE(HasFiles(VolumeOf("secret {}")));
}

}  // namespace
}  // namespace colocation::podman
