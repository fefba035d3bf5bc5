#include "colocation/render/pod.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

v1::ColocationPlan Parse(const std::string& text) {
  v1::ColocationPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &plan));
  return plan;
}

// The Pod of a small plan that `more` adds to: to the run, and to the only Pod.
v1::Pod Rendered(const std::string& more) {
  v1::ColocationPlan plan = Parse(R"(
    run { name: "nightly" namespace: "ci" pipeline: "build" }
    pods {
      name: "nightly-clone" tasks: "clone" tasks: "lint"
      launcher_image: "example.com/launcher:1"
    })");
  plan.MergeFrom(Parse(more));
  for (int i = 1; i < plan.pods_size(); ++i)
    plan.mutable_pods(0)->MergeFrom(plan.pods(i));
  return RenderPod(plan, plan.pods(0));
}

using StringMap = google::protobuf::Map<std::string, std::string>;

std::vector<std::pair<std::string, std::string>> Entries(const StringMap& map) {
  return {map.begin(), map.end()};
}

TEST(RenderPod, IsAPodOfTheRunThatIsNeverRestarted) {
  const v1::Pod pod = Rendered("");
  EXPECT_EQ(pod.api_version(), "v1");
  EXPECT_EQ(pod.kind(), "Pod");
  EXPECT_EQ(pod.metadata().name(), "nightly-clone");
  EXPECT_EQ(pod.metadata().namespace_(), "ci");
  EXPECT_EQ(pod.spec().restart_policy(), "Never");
  EXPECT_THAT(Entries(pod.metadata().annotations()),
              ElementsAre(Pair("colocation.dev/tasks", "clone,lint")));
}

TEST(RenderPod, LabelsThatSelectWinOverThoseOfPodAndThoseOverTheRuns) {
  const v1::Pod pod = Rendered(R"(
    run {
      labels { key: "team" value: "run" }
      labels { key: "stage" value: "run" }
      labels { key: "tekton.dev/pipelineRun" value: "run" }
    }
    pods {
      labels { key: "stage" value: "pod" }
      labels { key: "app.kubernetes.io/managed-by" value: "pod" }
    })");
  EXPECT_THAT(
      Entries(pod.metadata().labels()),
      UnorderedElementsAre(Pair("app.kubernetes.io/managed-by", "pod"),
                           Pair("stage", "pod"), Pair("team", "run"),
                           Pair("tekton.dev/pipeline", "build"),
                           Pair("tekton.dev/pipelineRun", "nightly")));
}

TEST(RenderPod, CopyOfTheRunThatKubectlKeepsIsNotCarriedOn) {
  const v1::Pod pod = Rendered(R"(
    run {
      annotations { key: "note" value: "kept" }
      annotations {
        key: "kubectl.kubernetes.io/last-applied-configuration"
        value: "{}"
      }
    })");
  EXPECT_THAT(Entries(pod.metadata().annotations()),
              UnorderedElementsAre(Pair("note", "kept"),
                                   Pair("colocation.dev/tasks", "clone,lint")));
}

TEST(RenderPod, RunThatExistsOwnsThePod) {
  EXPECT_THAT(Rendered("").metadata().owner_references(), IsEmpty());
  const v1::Pod pod = Rendered(R"(run { uid: "f00d" })");
  ASSERT_EQ(pod.metadata().owner_references_size(), 1);
  const v1::OwnerReference& owner = pod.metadata().owner_references(0);
  EXPECT_EQ(owner.api_version(), "tekton.dev/v1");
  EXPECT_EQ(owner.kind(), "PipelineRun");
  EXPECT_EQ(owner.name(), "nightly");
  EXPECT_EQ(owner.uid(), "f00d");
  EXPECT_TRUE(owner.controller());
  EXPECT_EQ(pod.metadata().labels().at("tekton.dev/pipelineRunUID"), "f00d");
}

TEST(RenderPod, TaskRunThatExistsOwnsThePod) {
  const v1::ObjectMeta metadata =
      Rendered(R"(run { uid: "f00d" kind: "TaskRun" })").metadata();
  ASSERT_EQ(metadata.owner_references_size(), 1);
  EXPECT_EQ(metadata.owner_references(0).kind(), "TaskRun");
  EXPECT_THAT(Entries(metadata.labels()),
              UnorderedElementsAre(
                  Pair("tekton.dev/taskRun", "nightly"),
                  Pair("tekton.dev/taskRunUID", "f00d")));
}

TEST(RenderPod, SettingsOfThePlanAreKept) {
  const v1::Pod pod = Rendered(R"(
    pods {
      spec {
        service_account_name: "builder"
        node_selector { key: "disk" value: "ssd" }
        resources { requests { key: "cpu" value: "2" } }
      }
      volumes { purpose: WORKSPACE volume { name: "ws" empty_dir {} } }
      containers { container { name: "one" } }
      containers { container { name: "two" } }
    })");
  EXPECT_EQ(pod.spec().service_account_name(), "builder");
  EXPECT_EQ(pod.spec().node_selector().at("disk"), "ssd");
  EXPECT_EQ(pod.spec().resources().requests().at("cpu"), "2");
  ASSERT_EQ(pod.spec().volumes_size(), 1);
  EXPECT_EQ(pod.spec().volumes(0).name(), "ws");
  ASSERT_EQ(pod.spec().containers_size(), 2);
  EXPECT_EQ(pod.spec().containers(0).name(), "one");
  EXPECT_EQ(pod.spec().containers(1).name(), "two");
}

struct DeadlineCase {
  const char* claim;
  int64_t timeout_ns;
  int64_t seconds;  // zero: none
};

constexpr DeadlineCase kDeadlineCases[] = {
    {"NoTimeoutNoDeadline", 0, 0},
    {"HalfAsMuchAgainAndAMinute", 3'600'000'000'000, 5460},
    {"PartsOfASecondCountAsOne", 1, 61},
    {"CenturiesAreCappedAtWhatKubernetesAllows", 9'000'000'000'000'000'000,
     2147483647},
};

TEST(RenderPod, DeadlineIsABackstopBeyondTheTimeout) {
  for (const DeadlineCase& c : kDeadlineCases) {
    SCOPED_TRACE(c.claim);
    const v1::Pod pod =
        Rendered(absl::StrCat("timeouts { pipeline_ns: ", c.timeout_ns, " }"));
    EXPECT_EQ(pod.spec().has_active_deadline_seconds(), c.seconds != 0);
    EXPECT_EQ(pod.spec().active_deadline_seconds(), c.seconds);
  }
}

TEST(RenderPod, InitContainerInstallsTheLauncherWhereItCanWrite) {
  const v1::Pod pod = Rendered(R"(
    pods {
      volumes { purpose: PROGRAM volume { name: "p" } }
      volumes { purpose: EVENTS volume { name: "e" } }
      volumes { purpose: PRIVATE volume { name: "t" } }
      volumes { purpose: WORKSPACE volume { name: "w" } }
      volumes { purpose: GATES volume { name: "g" } }
      install { directories: "clone/tekton" }
      launcher_security_context { run_as_user: 65532 }
    })");
  ASSERT_EQ(pod.spec().init_containers_size(), 1);
  const v1::Container& install = pod.spec().init_containers(0);
  EXPECT_EQ(install.name(), "colocation-install");
  EXPECT_EQ(install.image(), "example.com/launcher:1");
  EXPECT_THAT(install.command(), ElementsAre("/launcher", "install"));
  EXPECT_THAT(install.args(),
              ElementsAre(R"({"directories":["clone/tekton"]})"));
  std::vector<std::string> mounts;
  for (const v1::VolumeMount& mount : install.volume_mounts()) {
    mounts.push_back(absl::StrCat(mount.name(), ":", mount.mount_path()));
    EXPECT_FALSE(mount.read_only());
  }
  EXPECT_THAT(mounts,
              ElementsAre("p:/colocation/program", "e:/colocation/events",
                          "t:/colocation/private"));
  EXPECT_EQ(install.security_context().run_as_user(), 65532);
}

struct InitResourcesCase {
  const char* claim;
  const char* containers;
  std::vector<std::pair<std::string, std::string>> requests;
  std::vector<std::pair<std::string, std::string>> limits;
};

const InitResourcesCase kInitResourcesCases[] = {
    {"NothingWhereNoContainerAsks", "containers { container {} }", {}, {}},
    {"LargestOfTheContainersByValue",
     R"(containers { container { resources {
          requests { key: "cpu" value: "900m" }
          requests { key: "memory" value: "1Gi" } } } }
        containers { container { resources {
          requests { key: "cpu" value: "1" }
          requests { key: "memory" value: "64Mi" } } } })",
     {{"cpu", "1"}, {"memory", "1Gi"}},
     {}},
    {"LimitOfTheSameContainerSoThatTheirRatioIsOneThatWasAllowed",
     R"(containers { container { resources {
          requests { key: "cpu" value: "1" }
          limits { key: "cpu" value: "2" } } } }
        containers { container { resources {
          requests { key: "cpu" value: "500m" }
          limits { key: "cpu" value: "8" } } } })",
     {{"cpu", "1"}},
     {{"cpu", "2"}}},
    {"LimitAloneIsARequestToo",
     R"(containers { container { resources {
          limits { key: "memory" value: "2Gi" } } } })",
     {{"memory", "2Gi"}},
     {{"memory", "2Gi"}}},
    {"DevicesAreNotForInstalling",
     R"(containers { container { resources {
          limits { key: "nvidia.com/gpu" value: "1" } } } })",
     {},
     {}},
};

TEST(RenderPod, InitContainerAsksForNoMoreThanTheLargestContainer) {
  for (const InitResourcesCase& c : kInitResourcesCases) {
    SCOPED_TRACE(c.claim);
    const v1::Pod pod = Rendered(absl::StrCat("pods {", c.containers, "}"));
    const v1::Container& install = pod.spec().init_containers(0);
    EXPECT_THAT(Entries(install.resources().requests()),
                testing::UnorderedElementsAreArray(c.requests));
    EXPECT_THAT(Entries(install.resources().limits()),
                testing::UnorderedElementsAreArray(c.limits));
  }
}

}  // namespace
}  // namespace colocation
