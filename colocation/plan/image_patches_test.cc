// Images that are put into a running Pod (TEP-0044).
#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Builds an image, and runs it on the same emptyDir.
constexpr char kBuildAndRun[] = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: build
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: image}]
        steps: [{name: s, image: builder, command: [build]}]
    - name: run
      workspaces: [{name: w}]
      params: [{name: image, value: $(tasks.build.results.image)}]
      taskSpec:
        params: [{name: image}]
        workspaces: [{name: w}]
        steps: [{name: s, image: "$(params.image)", command: [run]}]
        sidecars: [{name: d, image: "$(params.image)", command: [serve]}]
)yaml";

v1::PlanRequest Request(bool patch, bool controlled) {
  v1::PlanRequest request;
  request.mutable_options()->set_patch_images(patch);
  request.mutable_options()->set_controlled(controlled);
  request.mutable_options()->set_launcher_image("launcher");
  return request;
}

TEST(ImagePatchTest, RefusedWithoutTheOption) {
  EXPECT_THAT(
      absl::StrJoin(PlanYaml(kBuildAndRun, Request(false, true)).errors, "; "),
      HasSubstr("late-field at "));
}

TEST(ImagePatchTest, RefusedWithoutAControllerToDoIt) {
  EXPECT_THAT(PlanYaml(kBuildAndRun, Request(true, false)).errors,
              Not(IsEmpty()));
}

TEST(ImagePatchTest, PlaceholderGateAndPatch) {
  const Planned planned = PlanYaml(kBuildAndRun, Request(true, true));
  EXPECT_THAT(planned.errors, IsEmpty());
  const v1::ColocationPlan& plan = planned.plan;
  EXPECT_EQ(GroupsOf(plan), "{build run}");
  EXPECT_THAT(DecisionsOf(plan), HasSubstr("image-patched"));
  EXPECT_EQ(ContainerOf(plan, "run-step-s").container().image(), "launcher");
  EXPECT_EQ(ContainerOf(plan, "build-step-s").container().image(), "builder");
  ASSERT_EQ(plan.pods(0).image_patches_size(), 2);
  const v1::ImagePatch& sidecar = plan.pods(0).image_patches(0);
  EXPECT_EQ(sidecar.container(), "run-sidecar-d");
  const v1::ImagePatch& step = plan.pods(0).image_patches(1);
  EXPECT_EQ(step.container(), "run-step-s");
  EXPECT_EQ(step.image(), "$(tasks.build.results.image)");
  EXPECT_EQ(absl::StrJoin(step.tasks(), " "), "build");
  EXPECT_EQ(step.annotation(), "image.colocation.dev/run-step-s");
  const v1::Diagnostics faults = CheckPlan(plan);
  EXPECT_EQ(faults.diagnostics_size(), 0) << faults.ShortDebugString();
}

TEST(ImagePatchTest, TheCommandHasToBeWritten) {
  std::string yaml = kBuildAndRun;
  yaml.replace(yaml.find(", command: [run]"), 16, "");
  EXPECT_THAT(absl::StrJoin(PlanYaml(yaml, Request(true, true)).errors, "; "),
              HasSubstr("unknown-entrypoint at "));
}

TEST(ImagePatchTest, AResultOfItsOwnStepsIsNoImage) {
  std::string yaml = kBuildAndRun;
  yaml.replace(yaml.find("image: builder"), 14,
               "image: \"$(steps.s.results.x)\"");
  EXPECT_THAT(PlanYaml(yaml, Request(true, true)).errors, Not(IsEmpty()));
}

TEST(ImagePatchTest, OtherLateFieldsAreRefusedAsBefore) {
  std::string yaml = kBuildAndRun;
  yaml.replace(yaml.find("command: [run]"), 14,
               "command: [run], imagePullPolicy: "
               "\"$(tasks.build.results.image)\"");
  EXPECT_THAT(absl::StrJoin(PlanYaml(yaml, Request(true, true)).errors, "; "),
              Not(IsEmpty()));
}

using Pod = v1::PlannedPod;

TEST(ImagePatchTest, TheCheckerFindsWhatIsMissing) {
  const v1::ColocationPlan good =
      PlanYaml(kBuildAndRun, Request(true, true)).plan;
  const std::function<void(Pod*)> corruptions[] = {
      [](Pod* pod) { pod->clear_image_patches(); },
      [](Pod* pod) { pod->mutable_image_patches(0)->clear_image(); },
      [](Pod* pod) { pod->mutable_image_patches(0)->clear_tasks(); },
      [](Pod* pod) { pod->mutable_image_patches(0)->set_tasks(0, "run"); },
      [](Pod* pod) { pod->mutable_image_patches(0)->set_image("other"); },
      [](Pod* pod) { pod->mutable_image_patches(0)->set_container("other"); },
      [](Pod* pod) { pod->mutable_image_patches()->RemoveLast(); },
      [](Pod* pod) { *pod->add_image_patches() = pod->image_patches(0); },
      [](Pod* pod) { pod->mutable_image_patches(0)->set_annotation("a/b"); },
      [](Pod* pod) { pod->mutable_image_patches()->SwapElements(0, 1); },
      [](Pod* pod) {
        for (auto& launch :
             *pod->mutable_install()->mutable_launch()->mutable_containers()) {
          launch.clear_image_gate();
        }
      },
      [](Pod* pod) {
        for (auto& container : *pod->mutable_containers()) {
          container.mutable_container()->set_image("other");
        }
      },
      [](Pod* pod) {
        for (auto& volume : *pod->mutable_volumes()) {
          if (volume.purpose() != v1::PlannedVolume::GATES) continue;
          volume.mutable_volume()
              ->mutable_downward_api()
              ->mutable_items()
              ->RemoveLast();
        }
      },
  };
  int number = 0;
  for (const auto& corrupt : corruptions) {
    SCOPED_TRACE(absl::StrCat("corruption ", number++));
    v1::ColocationPlan plan = good;
    corrupt(plan.mutable_pods(0));
    std::set<std::string> codes;
    const v1::Diagnostics faults = CheckPlan(plan);
    for (const auto& fault : faults.diagnostics()) codes.insert(fault.code());
    EXPECT_TRUE(codes.contains("image-patch")) << faults.ShortDebugString();
  }
}

}  // namespace
}  // namespace colocation
