// How long containers that can't start are waited for (Tekton's
// default-imagepullbackoff-timeout and default-create-container-error-timeout).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "colocation/run/advance.h"
#include "colocation/run/control_testing.h"

namespace colocation {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
// When containers of the Pod could start.
constexpr char kStart[] = "2027-01-15T08:00:00Z";

struct ToleranceCase {
  const char* name;
  // Of the Pod whose container waits.
  const char* condition;
  const char* reason;
  const char* message;
  int64_t image_seconds;
  int64_t create_seconds;
  const char* now;
  const char* summary;
};

class ToleranceTest : public testing::TestWithParam<ToleranceCase> {};

TEST_P(ToleranceTest, FailsTheTaskOrWaits) {
  const ToleranceCase& c = GetParam();
  v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}));
  plan.mutable_start_tolerance()->set_image_pull_back_off_ns(c.image_seconds *
                                                             kSecond);
  plan.mutable_start_tolerance()->set_create_container_error_ns(
      c.create_seconds * kSecond);
  Control control(plan);
  control.Play("");
  v1::Observation seen = control.cluster().Observe();
  seen.set_now(c.now);
  seen.clear_status();
  v1::PodStatus& status = *seen.mutable_pods(0)->mutable_status();
  v1::PodCondition& condition = *status.add_conditions();
  condition.set_type(c.condition);
  condition.set_status("True");
  condition.set_last_transition_time(kStart);
  for (v1::ContainerStatus& container : *status.mutable_container_statuses()) {
    container.mutable_state()->Clear();
    v1::ContainerStateWaiting& waiting =
        *container.mutable_state()->mutable_waiting();
    waiting.set_reason(c.reason);
    waiting.set_message(c.message);
  }
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Summary(plan, next->status()), c.summary);
}

constexpr char kBusy[] = "rpc error: context deadline exceeded";
constexpr char kWaits[] = "a:Pending | Running";
constexpr char kNoImage[] = "a:Failed(TaskRunImagePullFailed) | Failed";

INSTANTIATE_TEST_SUITE_P(
    , ToleranceTest,
    testing::ValuesIn(std::vector<ToleranceCase>{
        {"NoneByDefault", "Initialized", "ImagePullBackOff", "", 0, 0,
         "2027-01-15T08:00:01Z", kNoImage},
        {"AnImageMayComeLater", "Initialized", "ImagePullBackOff", "", 300, 0,
         "2027-01-15T08:04:59Z", kWaits},
        {"CountedFromWhenContainersCouldStart", "PodReadyToStartContainers",
         "ImagePullBackOff", "", 300, 0, "2027-01-15T08:04:59Z", kWaits},
        {"NotForEver", "Initialized", "ImagePullBackOff", "", 300, 0,
         "2027-01-15T08:05:00Z", kNoImage},
        {"NotFromWhenItWasScheduled", "PodScheduled", "ImagePullBackOff", "",
         300, 0, "2027-01-15T08:00:01Z", kNoImage},
        {"AWrongNameDoesNotMendItself", "Initialized", "InvalidImageName", "",
         300, 300, "2027-01-15T08:00:01Z", kNoImage},
        {"ABusyRuntimeMayAnswerLater", "Initialized", "CreateContainerError",
         kBusy, 0, 300, "2027-01-15T08:04:59Z", kWaits},
        {"SoMayOneThatWasAskedForItsConfig", "Initialized",
         "CreateContainerConfigError", kBusy, 0, 300, "2027-01-15T08:04:59Z",
         kWaits},
        {"ItsTimeIsAnother", "Initialized", "CreateContainerError", kBusy, 300,
         0, "2027-01-15T08:00:01Z", "a:Failed(PodCreationFailed) | Failed"},
        {"AMissingSecretDoesNotCome", "Initialized",
         "CreateContainerConfigError", "secret \"s\" not found", 300, 300,
         "2027-01-15T08:00:01Z",
         "a:Failed(CreateContainerConfigError) | Failed"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(LookAgainTest, TheControllerIsToldWhenToleranceEnds) {
  v1::ColocationPlan plan = PlanOf(RunOf({"name: a"}));
  plan.mutable_start_tolerance()->set_image_pull_back_off_ns(300 * kSecond);
  Control control(plan);
  control.Play("");
  v1::Observation seen = control.cluster().Observe();
  seen.set_now("2027-01-15T08:01:00Z");
  seen.clear_status();
  v1::PodCondition& condition =
      *seen.mutable_pods(0)->mutable_status()->add_conditions();
  condition.set_type("Initialized");
  condition.set_last_transition_time(kStart);
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, seen);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->look_again(), "2027-01-15T08:05:00Z");
}

}  // namespace
}  // namespace colocation
