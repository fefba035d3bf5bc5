#include "cli/podman/container_env.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::StatusOr<Variables> EnvOf(const std::string& container_text) {
  v1::Container container;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(container_text,
                                                            &container));
  v1::Pod pod;
  pod.mutable_metadata()->set_name("shop");
  PodObjects objects;
  objects.config_maps["settings"] = {{"COLOR", "green"}, {"SIZE", "small"}};
  objects.secrets["key"] = {{"TOKEN", "s3cret"}, {"SIZE", "secret"}};
  return ContainerEnv(pod, container, objects);
}

TEST(ContainerEnvTest, LaterReplacesEarlier) {
  EXPECT_THAT(*EnvOf(R"pb(
    env_from { config_map_ref { name: "settings" } }
    env_from {
      prefix: "K_"
      secret_ref { name: "key" }
    }
    env_from { secret_ref { name: "key" } }
    env { name: "COLOR" value: "red" }
    env { name: "COLOR" value: "blue" }
  )pb"),
              ElementsAre(Pair("COLOR", "blue"), Pair("K_SIZE", "secret"),
                          Pair("K_TOKEN", "s3cret"), Pair("SIZE", "secret"),
                          Pair("TOKEN", "s3cret")));
}

TEST(ContainerEnvTest, ReferencesLookBackOnly) {
  EXPECT_THAT(*EnvOf(R"pb(
    env { name: "A" value: "1" }
    env { name: "B" value: "$(A)$(C)" }
    env { name: "C" value: "3" }
    env { name: "A" value: "$(A)$(A)" }
  )pb"),
              ElementsAre(Pair("A", "11"), Pair("B", "1$(C)"), Pair("C", "3")));
}

TEST(ContainerEnvTest, ValuesComeFromFieldsAndKeys) {
  EXPECT_THAT(*EnvOf(R"pb(
    env {
      name: "POD"
      value_from { field_ref { field_path: "metadata.name" } }
    }
    env {
      name: "COLOR"
      value_from { config_map_key_ref { name: "settings" key: "COLOR" } }
    }
    env {
      name: "TOKEN"
      value_from { secret_key_ref { name: "key" key: "TOKEN" } }
    }
  )pb"),
              ElementsAre(Pair("COLOR", "green"), Pair("POD", "shop"),
                          Pair("TOKEN", "s3cret")));
}

TEST(ContainerEnvTest, OptionalSourcesMayBeMissing) {
  EXPECT_THAT(*EnvOf(R"pb(
    env_from { secret_ref { name: "none" optional: true } }
    env { name: "A" value: "kept" }
    env {
      name: "A"
      value_from { secret_key_ref { name: "none" key: "k" optional: true } }
    }
    env {
      name: "B"
      value_from {
        config_map_key_ref { name: "settings" key: "none" optional: true }
      }
    }
  )pb"),
              ElementsAre(Pair("A", "kept")));
}

TEST(ContainerEnvTest, NothingGivesNothing) {
  EXPECT_THAT(*EnvOf(""), IsEmpty());
}

struct ErrorCase {
  const char* container;
  const char* message;
};

TEST(ContainerEnvTest, MissingSourcesAreNamed) {
  for (const ErrorCase& one : {
           ErrorCase{R"pb(env_from { config_map_ref { name: "none" } })pb",
                     "envFrom[0]: ConfigMap \"none\" was not given"},
           ErrorCase{
               R"pb(env { name: "A" value: "x" }
                    env {
                      name: "B"
                      value_from { secret_key_ref { name: "key" key: "none" } }
                    })pb",
               "env[1].valueFrom: Secret \"key\" has no key \"none\""},
           ErrorCase{R"pb(env {
                            name: "A"
                            value_from { file_key_ref { path: "x" } }
                          })pb",
                     "env[0].valueFrom: this kind of source is not supported "
                     "here"},
       }) {
    EXPECT_EQ(EnvOf(one.container).status().message(), one.message);
  }
}

}  // namespace
}  // namespace colocation::podman
