// Images that are put into running Pods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/run/advance.h"
#include "colocation/run/control_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

// Builds an image, then runs it; c comes after, and f at the end.
std::vector<std::string> BuildAndRun(const std::string& more = "") {
  return {
      "name: a",
      absl::StrCat("name: b, ", more,
                   "taskSpec: {results: [{name: r}], steps: [{name: s, image: "
                   "$(tasks.a.results.r), command: [c]}]}"),
      "name: c, runAfter: [b]", "finally:", "name: f"};
}

v1::ColocationPlan PatchedPlan(const std::vector<std::string>& tasks,
                               v1::Policy policy = v1::POLICY_PIPELINERUN,
                               const std::string& more = "") {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_patch_images(true);
  request.mutable_options()->set_launcher_image("launcher");
  Planned planned = PlanYaml(RunOf(tasks, more), request);
  EXPECT_THAT(planned.errors, ::testing::IsEmpty());
  return planned.plan;
}

// "ok:a" gives the image "yes", "ok:a=x" the image x.
struct ImageScenario {
  const char* name;
  std::vector<std::string> tasks;
  const char* script;
  const char* summary;
  const char* done;
};

const ImageScenario kImageScenarios[] = {
    {"TheImageIsPutInWhenItIsBuilt", BuildAndRun(), "ok:a ok:b ok:c ok:f",
     "a:Succeeded b:Succeeded c:Succeeded f:Succeeded | Succeeded",
     "create:{a,b,c,f} images:{a,b,c,f}"},
    {"ABuildThatFailsLeavesThePlaceholder", BuildAndRun(), "fail:a ok:f",
     "a:Failed(StepFailed) b:skipped(PipelineRun was stopping) "
     "c:skipped(PipelineRun was stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageOfATaskThatIsSkippedIsNotPutIn",
     BuildAndRun("when: [{input: $(tasks.a.results.r), operator: in, values: "
                 "[other]}], "),
     "ok:a ok:c ok:f",
     "a:Succeeded b:skipped(When Expressions evaluated to false) c:Succeeded "
     "f:Succeeded | Completed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AResultThatIsMissingIsNoImage", BuildAndRun(), "none:a ok:f",
     "a:Succeeded b:Failed(InvalidTaskResultReference) c:skipped(PipelineRun "
     "was stopping) f:Succeeded | PipelineValidationFailed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"ATextThatIsNoImagesNameFailsTheTask", BuildAndRun(), "ok:a=app\\n ok:f",
     "a:Succeeded b:Failed(TaskRunImagePullFailed) c:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageThatCannotBePulledFailsItsTask", BuildAndRun(),
     "ok:a=no-such-image ok:f",
     "a:Succeeded b:Failed(TaskRunImagePullFailed) c:skipped(PipelineRun was "
     "stopping) f:Succeeded | Failed",
     "create:{a,b,c,f} images:{a,b,c,f} gate:{a,b,c,f}"},
    {"TheLaunchersImageIsThereAlready", BuildAndRun(),
     "ok:a=launcher ok:b ok:c ok:f",
     "a:Succeeded b:Succeeded c:Succeeded f:Succeeded | Succeeded",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"CancelledNeedsNoImage", BuildAndRun(), "stop:Cancelled",
     "a:Failed(TaskRunCancelled) b:- c:- f:- | Cancelled",
     "create:{a,b,c,f} gate:{a,b,c,f}"},
    {"CancelledRunFinallyNeedsNoImage", BuildAndRun(),
     "stop:CancelledRunFinally ok:f",
     "a:Failed(TaskRunCancelled) b:skipped(PipelineRun was stopping) "
     "c:skipped(PipelineRun was stopping) f:Succeeded | Cancelled",
     "create:{a,b,c,f} gate:{a,b,c,f} gate:{a,b,c,f}"},
    {"AnImageForFinallyIsPutIn",
     {"name: a", "finally:",
      "name: f, taskSpec: {steps: [{name: s, image: $(tasks.a.results.r), "
      "command: [c]}]}"},
     "ok:a ok:f",
     "a:Succeeded f:Succeeded | Succeeded",
     "create:{a,f} images:{a,f}"},
};

class ImageScenarioTest : public ::testing::TestWithParam<ImageScenario> {};

TEST_P(ImageScenarioTest, EndsSo) {
  const ImageScenario& scenario = GetParam();
  Control control(PatchedPlan(scenario.tasks));
  control.Play(scenario.script);
  EXPECT_EQ(control.Summary(), scenario.summary);
  EXPECT_EQ(control.Done(), scenario.done);
  EXPECT_TRUE(control.last().done());
}

INSTANTIATE_TEST_SUITE_P(, ImageScenarioTest,
                         ::testing::ValuesIn(kImageScenarios),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

// A controller that was restarted after it had put the image in, or before: it
// sees which.
TEST(ImageTest, WhatIsPutInIsSeenInThePod) {
  Control control(PatchedPlan(BuildAndRun()));
  control.Play("ok:a");
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  v1::Observation seen = control.cluster().Observe();
  absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->actions_size(), 0) << next->ShortDebugString();

  for (v1::Container& container :
       *seen.mutable_pods(0)->mutable_spec()->mutable_containers()) {
    if (container.name() == "b-step-s") container.set_image("launcher");
  }
  next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_EQ(next->actions_size(), 1) << next->ShortDebugString();
  EXPECT_EQ(next->actions(0).put_images().pod(), plan.pods(0).name());
  EXPECT_EQ(next->actions(0).put_images().images().at("b-step-s"), "yes");
}

// Whoever admits Pods may write another name for either.
TEST(ImageTest, AnImageThatIsRewrittenOnItsWayIsNotPutInAgain) {
  Control control(PatchedPlan(BuildAndRun()));
  control.Play("ok:a");
  v1::Observation seen = control.cluster().Observe();
  v1::PodSpec* spec = seen.mutable_pods(0)->mutable_spec();
  for (v1::Container& init : *spec->mutable_init_containers()) {
    init.set_image("mirror/launcher");
  }
  for (v1::Container& container : *spec->mutable_containers()) {
    container.set_image("mirror/" + container.image());
  }
  const absl::StatusOr<v1::Advance> next =
      AdvanceRun(PatchedPlan(BuildAndRun()), seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->actions_size(), 0) << next->ShortDebugString();
}

// The launcher's image runs as root, which the author forbids: only the image
// that is put in can be started.
TEST(ImageTest, APlaceholderThatCannotStartMayBeReplaced) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  Control control(plan);
  control.Play("ok:a");
  v1::Observation seen = control.cluster().Observe();
  const auto see = [&](const std::string& tried) {
    for (auto& status : *seen.mutable_pods(0)
                             ->mutable_status()
                             ->mutable_container_statuses()) {
      if (status.name() != "b-step-s") continue;
      status.set_image(tried);
      status.mutable_state()->Clear();
      status.mutable_state()->mutable_waiting()->set_reason(
          "CreateContainerConfigError");
    }
  };
  see("launcher");
  absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Summary(plan, next->status()),
            "a:Succeeded b:Running c:- f:- | Running");
  see("yes");
  next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Summary(plan, next->status()),
              HasSubstr("b:Failed(CreateContainerConfigError)"));
}

TEST(ImageTest, ThePlaceholderOfADeletedPodIsNotAnImageThatCannotBePulled) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun());
  Control control(plan);
  control.Play("ok:a=no-such-image");
  EXPECT_THAT(
      control.last().status().task_runs(1).status().conditions(0).message(),
      HasSubstr("no-such-image"));
  Control other(plan);
  other.Play("ok:a");
  v1::Observation seen = other.cluster().Observe();
  seen.mutable_pods(0)->mutable_metadata()->set_deletion_timestamp(seen.now());
  for (auto& status :
       *seen.mutable_pods(0)->mutable_status()->mutable_container_statuses()) {
    if (status.name() != "b-step-s") continue;
    status.mutable_state()->Clear();
    status.mutable_state()->mutable_terminated()->set_message(
        R"([{"key":"Reason","value":"Placeholder","type":3}])");
  }
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Summary(plan, next->status()), HasSubstr("b:Running"));
}

TEST(ImageTest, AnImageThatIsKnownWhenThePodIsCreatedIsInIt) {
  const v1::ColocationPlan plan = PatchedPlan(BuildAndRun(), kEach);
  Control control(plan);
  control.Play("ok:a");
  const v1::Pod* pod = control.cluster().Manifest(plan.tasks(1).pod());
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(pod->spec().containers(0).image(), "yes");
  EXPECT_EQ(control.Done(), "create:{a} create:{b}");
}

}  // namespace
}  // namespace colocation
