#include "cli/plan_file.h"

#include "absl/strings/str_cat.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

v1::ColocationPlan TwoPods() {
  v1::ColocationPlan plan;
  plan.set_version(1);
  plan.mutable_run()->set_name("<run>");
  plan.add_claims()->mutable_metadata()->set_name("claim");
  for (const char* name : {"one", "two"}) {
    v1::PlannedPod* pod = plan.add_pods();
    pod->set_name(name);
    pod->add_start_when();
  }
  return plan;
}

v1::Document DocumentOf(std::string content) {
  v1::Document document;
  document.set_name("f");
  document.set_content(std::move(content));
  return document;
}

TEST(PlanFileTest, EveryFormIsReadBack) {
  const v1::ColocationPlan plan = TwoPods();
  for (const std::string& text :
       {ToYaml(plan), ToJson(plan), ToJson(plan, true), PlanBytes(plan)}) {
    EXPECT_TRUE(IsPlanFile(text)) << text;
    const auto read = ReadPlan(DocumentOf(text));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(PlanBytes(*read), PlanBytes(plan));
  }
}

TEST(PlanFileTest, ObjectsAreNoPlans) {
  EXPECT_FALSE(IsPlanFile(""));
  EXPECT_FALSE(IsPlanFile("apiVersion: tekton.dev/v1\n"));
  EXPECT_FALSE(IsPlanFile("{\"apiVersion\": \"tekton.dev/v1\"}"));
}

TEST(PlanFileTest, AnotherVersionIsRefused) {
  const auto read = ReadPlan(DocumentOf("version: 3\n"));
  EXPECT_EQ(read.status().message(),
            "f: error: this plan is of version 3; only 1 to 2 are known here "
            "[plan-version]");
}

TEST(PlanFileTest, ACutOffPlanIsRefused) {
  std::string bytes = PlanBytes(TwoPods());
  bytes.pop_back();
  EXPECT_EQ(ReadPlan(DocumentOf(bytes)).status().message(),
            "f: error: this is no plan, or its end is missing [not-a-plan]");
}

TEST(PlanFileTest, ACancelledRunIsNotStarted) {
  v1::ColocationPlan plan = TwoPods();
  EXPECT_TRUE(CheckStarts(plan).ok());
  plan.mutable_run()->set_name("r");
  plan.mutable_run()->set_spec_status("Cancelled");
  EXPECT_EQ(CheckStarts(plan).message(),
            "error: the run \"r\" is not to be started: its spec.status is "
            "Cancelled [run-not-started]");
}

TEST(PlanFileTest, PodsThatWaitForNothingRunAlone) {
  EXPECT_TRUE(CheckRunsAlone(TwoPods()).ok());
}

TEST(PlanFileTest, AGateNeedsAController) {
  v1::ColocationPlan plan = TwoPods();
  plan.mutable_pods(1)->add_gates("a");
  EXPECT_EQ(CheckRunsAlone(plan).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PlanFileTest, AStartConditionNeedsAController) {
  v1::ColocationPlan plan = TwoPods();
  plan.mutable_pods(1)->mutable_start_when(0)->add_tasks("a");
  EXPECT_EQ(CheckRunsAlone(plan).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PlanFileTest, AnExternalTaskNeedsAController) {
  v1::ColocationPlan plan = TwoPods();
  plan.add_tasks()->set_placement(v1::PLACEMENT_EXTERNAL);
  EXPECT_EQ(CheckRunsAlone(plan).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace colocation::cli
