#include "colocation/render/plan_diff.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace colocation {
namespace {

// A task "build" in Pod "pod", and "test" after it.
constexpr char kPlan[] = R"pb(
  tasks {
    name: "build"
    placement: PLACEMENT_POD
    pod: "pod"
    units { name: "build" steps: "build-step-run" }
  }
  tasks {
    name: "test"
    placement: PLACEMENT_POD
    pod: "pod"
    units { name: "test" steps: "test-step-run" }
    wait_for: "build"
  }
  dependencies { from: "build" to: "test" kind: ORDERING means: WAIT }
  pods {
    name: "pod"
    tasks: "build"
    tasks: "test"
    volumes {
      purpose: WORKSPACE
      workspace: "source"
      volume {
        name: "w"
        empty_dir {}
      }
    }
    volumes {
      purpose: EVENTS
      volume {
        name: "e"
        empty_dir {}
      }
    }
    containers {
      task: "build"
      unit: "build"
      step: "run"
      container { name: "build-step-run" }
    }
    containers {
      task: "test"
      unit: "test"
      step: "run"
      container {
        name: "test-step-run"
        volume_mounts { name: "w" mount_path: "/w" }
        volume_mounts { name: "e" mount_path: "/e" }
      }
    }
    resources { resource: "cpu" requested: "2" peak: "2" sum: "3" }
  })pb";

v1::ColocationPlan Plan() {
  v1::ColocationPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPlan, &plan));
  return plan;
}

struct DiffCase {
  const char* name;
  void (*change)(v1::ColocationPlan* plan);
  const char* text;
};

const DiffCase kCases[] = {
    {"NothingChanges", [](v1::ColocationPlan*) {}, ""},
    {"WhatContainersDoIsNotCompared",
     [](v1::ColocationPlan* plan) {
       v1::PlannedPod& pod = *plan->mutable_pods(0);
       pod.mutable_containers(0)->mutable_container()->set_image("other");
       pod.mutable_volumes(1)->mutable_volume()->set_name("events");
     },
     ""},
    {"NewTask",
     [](v1::ColocationPlan* plan) {
       v1::PlannedTask& task = *plan->add_tasks();
       task.set_name("lint");
       task.set_placement(v1::PLACEMENT_POD);
       task.set_pod("lint-pod");
       task.add_wait_for("build");
       v1::PlannedPod& pod = *plan->add_pods();
       pod.set_name("lint-pod");
       pod.add_tasks("lint");
     },
     "Pods\n"
     "  + lint-pod: lint\n"
     "\n"
     "Tasks\n"
     "  + lint: runs in Pod lint-pod, waits for build\n"},
    {"TaskIsGone",
     [](v1::ColocationPlan* plan) {
       plan->mutable_tasks()->RemoveLast();
       plan->clear_dependencies();
       plan->mutable_pods(0)->mutable_tasks()->RemoveLast();
     },
     "Pods\n"
     "  ~ pod\n"
     "      tasks       - test\n"
     "\n"
     "Tasks\n"
     "  - test\n"},
    {"OrderAndItsReason",
     [](v1::ColocationPlan* plan) {
       plan->mutable_dependencies(0)->set_kind(v1::Dependency::RESOURCE);
       plan->mutable_tasks(1)->clear_wait_for();
     },
     "Tasks\n"
     "  ~ test\n"
     "      waits for   - build\n"
     "      comes after + build (result), - build (runAfter)\n"},
    {"Peak",
     [](v1::ColocationPlan* plan) {
       v1::ResourceUse& use = *plan->mutable_pods(0)->mutable_resources(0);
       use.set_requested("3");
       use.set_peak("3");
       v1::ResourceUse& memory = *plan->mutable_pods(0)->add_resources();
       memory.set_resource("memory");
       memory.set_sum("1Gi");
     },
     "Pods\n"
     "  ~ pod\n"
     "      cpu         asks for 2 -> 3, peak 2 -> 3\n"
     "      memory      sum none -> 1Gi\n"},
    {"VolumesAndMounts",
     [](v1::ColocationPlan* plan) {
       v1::PlannedPod& pod = *plan->mutable_pods(0);
       v1::Volume& volume = *pod.mutable_volumes(0)->mutable_volume();
       volume.clear_empty_dir();
       volume.mutable_persistent_volume_claim()->set_claim_name("c");
     },
     "Pods\n"
     "  ~ pod\n"
     "      volumes     + workspace source (claim c), - workspace source "
     "(emptyDir)\n"
     "\n"
     "Tasks\n"
     "  ~ test\n"
     "      mounts      + run /w workspace source (claim c), - run /w "
     "workspace source (emptyDir)\n"},
    {"APodThatIsCalledOtherwiseIsTheSamePod",
     [](v1::ColocationPlan* plan) {
       plan->mutable_pods(0)->set_name("other");
       for (v1::PlannedTask& task : *plan->mutable_tasks())
         task.set_pod("other");
     },
     "Pods\n"
     "  ~ other\n"
     "      name        pod -> other\n"},
    {"ATaskThatMoves",
     [](v1::ColocationPlan* plan) {
       v1::PlannedTask& task = *plan->mutable_tasks(1);
       task.set_placement(v1::PLACEMENT_EXTERNAL);
       task.set_external("CustomRun");
       task.clear_units();
     },
     "Tasks\n"
     "  ~ test\n"
     "      runs in     Pod pod -> outside of Pods (CustomRun)\n"
     "      times       1 -> 0\n"
     "      mounts      - run /w workspace source (emptyDir)\n"},
    {"NamesGiveTheTerminalNoOrders",
     [](v1::ColocationPlan* plan) {
       plan->mutable_tasks(1)->add_wait_for("\x1b[2J");
     },
     "Tasks\n"
     "  ~ test\n"
     "      waits for   + \\x1b[2J\n"},
};

class PlanDiffTest : public testing::TestWithParam<DiffCase> {};

TEST_P(PlanDiffTest, SaysWhatChanges) {
  v1::ColocationPlan after = Plan();
  GetParam().change(&after);
  EXPECT_EQ(PlanDiff(Plan(), after), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Cases, PlanDiffTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<DiffCase>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace colocation
