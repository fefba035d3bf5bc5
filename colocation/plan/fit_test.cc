#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

// A pipeline over an emptyDir that all use, in a short form: "a=2 b=1<a c=1x3
// f=1!" are tasks with the cpus that each unit asks for, what they run after, a
// matrix of three, and a finally task.
std::string RunOf(absl::string_view tasks, absl::string_view metadata = "") {
  std::string list, finally;
  for (absl::string_view word : absl::StrSplit(tasks, ' ')) {
    const bool last = absl::ConsumeSuffix(&word, "!");
    const std::vector<std::string> parts = absl::StrSplit(word, '<');
    const std::vector<std::string> head = absl::StrSplit(parts[0], '=');
    const std::vector<std::string> size = absl::StrSplit(head[1], 'x');
    std::string task = absl::StrCat("    - name: ", head[0],
                                    "\n      workspaces: [{name: src}]\n");
    if (parts.size() > 1) {
      absl::StrAppend(&task, "      runAfter: [", parts[1], "]\n");
    }
    if (size.size() > 1) {
      const std::vector<std::string> values(std::stoi(size[1]), "v");
      absl::StrAppend(&task, "      matrix: {params: [{name: p, value: [",
                      absl::StrJoin(values, ", "), "]}]}\n");
    }
    absl::StrAppend(&task, "      taskSpec:\n",
                    size.size() > 1 ? "        params: [{name: p}]\n" : "",
                    "        workspaces: [{name: src}]\n"
                    "        steps: [{name: s, image: i, command: [c], "
                    "computeResources: {requests: {cpu: \"",
                    size[0], "\"}}}]\n");
    absl::StrAppend(last ? &finally : &list, task);
  }
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
      "metadata: {name: run",
      metadata.empty() ? "" : absl::StrCat(", ", metadata),
      "}\nspec:\n"
      "  workspaces: [{name: src, emptyDir: {}}]\n"
      "  pipelineSpec:\n"
      "    workspaces: [{name: src}]\n"
      "    tasks:\n",
      list, finally.empty() ? "" : absl::StrCat("    finally:\n", finally));
}

v1::PlanRequest NodeOf(const std::string& cpu) {
  v1::PlanRequest request;
  v1::Node* node = request.mutable_cluster()->add_nodes();
  node->mutable_metadata()->set_name("n");
  (*node->mutable_status()->mutable_allocatable())["cpu"] = cpu;
  return request;
}

v1::PlanRequest AtOnce(int32_t tasks) {
  v1::PlanRequest request;
  request.mutable_options()->mutable_fit()->set_tasks(tasks);
  return request;
}

// "b<a c<a,b": each unit that is delayed, and by what.
std::string DelaysOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> delays;
  for (const v1::PlannedTask& task : plan.tasks()) {
    for (const v1::PlannedUnit& unit : task.units()) {
      if (unit.delayed_by().empty()) continue;
      delays.push_back(absl::StrCat(unit.name(), "<",
                                    absl::StrJoin(unit.delayed_by(), ",")));
    }
  }
  return absl::StrJoin(delays, " ");
}

std::string PeakOf(const v1::ColocationPlan& plan) {
  return plan.pods(0).resources(0).peak();
}

v1::ColocationPlan PlanOf(const std::string& run,
                          const v1::PlanRequest& request) {
  const Planned planned = PlanYaml(run, request);
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  return planned.plan;
}

struct FitCase {
  const char* name;
  const char* tasks;
  const char* cpu;  // of the node
  const char* delays;
  const char* peak;
};

constexpr FitCase kFitCases[] = {
    {"WhatFitsIsLeftAlone", "a=2 b=2 c=2", "6", "", "6"},
    {"OneWaitWhereTwoOfThreeFit", "a=2 b=2 c=2", "4", "c<a", "4"},
    {"OneAfterTheOther", "a=2 b=2 c=2", "2", "b<a c<b", "2"},
    {"OrderThatIsThereIsUsed", "a=1 b=2<a c=2<a d=2<a", "4", "d<b", "4"},
    {"FinallyTasksAmongThemselves", "a=2 f=2! g=2! h=2!", "4", "h<f", "4"},
    {"UnitsOfAMatrix", "m=1x4", "2", "m-2<m-0 m-3<m-1", "2"},
    {"LongestPathFirst", "a=2 b=2 c=2<b", "2", "a<b c<a", "2"},
    {"WhatComesAfterTakesItsRoom", "a=2 b=2 c=2 m=2x2<a", "4", "c<b m-1<c",
     "4"},
};

TEST(FitTest, WaitsAreAddedWhereNoNodeHasRoom) {
  for (const FitCase& c : kFitCases) {
    SCOPED_TRACE(c.name);
    const v1::ColocationPlan plan = PlanOf(RunOf(c.tasks), NodeOf(c.cpu));
    EXPECT_EQ(plan.pods_size(), 1);
    EXPECT_EQ(DelaysOf(plan), c.delays);
    EXPECT_EQ(PeakOf(plan), c.peak);
    EXPECT_EQ(plan.pods(0).resources(0).requested(), c.peak);
    EXPECT_EQ(plan.pods(0).node(), "n");
    EXPECT_EQ(plan.pods(0).fit_size(), *c.delays == 0 ? 0 : 1);
  }
}

TEST(FitTest, WaitSetsAndParentsStayAsTheyAre) {
  const std::string run = RunOf("a=2 b=2 c=2<a f=1!");
  const v1::ColocationPlan free = PlanOf(run, {});
  const v1::ColocationPlan fitted = PlanOf(run, NodeOf("2"));
  EXPECT_EQ(DelaysOf(fitted), "b<a c<b");
  EXPECT_EQ(WaitsOf(fitted), WaitsOf(free));
  ASSERT_EQ(fitted.dependencies_size(), free.dependencies_size());
  const v1::LaunchSpec& launch = fitted.pods(0).install().launch();
  EXPECT_EQ(launch.tasks(1).parents_size(), 0);
  EXPECT_EQ(launch.tasks(1).wait_for_size(), 0);
  EXPECT_EQ(launch.tasks(1).units(0).delayed_by(0), "a");
}

TEST(FitTest, ContainerSaysWhatItWaitsForAndComesLaterInTheManifest) {
  const v1::ColocationPlan plan = PlanOf(RunOf("a=2 b=2 c=2<b"), NodeOf("2"));
  const v1::PlannedContainer& a = ContainerOf(plan, "a-step-s");
  ASSERT_EQ(a.barriers_size(), 1);
  EXPECT_EQ(a.barriers(0).event(), v1::Barrier::UNIT_ENDED);
  EXPECT_EQ(a.barriers(0).unit(), "b");
  EXPECT_EQ(plan.pods(0).containers(1).container().name(), "a-step-s");
}

TEST(FitTest, DecisionNamesTheWaitsAndWhatToChange) {
  const v1::ColocationPlan plan = PlanOf(RunOf("a=2 b=2 c=2"), NodeOf("4"));
  const v1::Decision* found = nullptr;
  for (const v1::Decision& d : plan.decisions()) {
    if (d.code() == "serialised-to-fit") found = &d;
  }
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->message(),
            "No more is in use at once than 4 of cpu, which is what the node "
            "\"n\" has: \"c\" waits for \"a\", without depending on it");
  EXPECT_EQ(found->subject(), "cpu");
  EXPECT_EQ(absl::StrJoin(found->tasks(), " "), "a c");
  EXPECT_THAT(found->hint(), HasSubstr("give a larger node"));
  EXPECT_THAT(found->hint(), HasSubstr("--fit=off"));
}

TEST(FitTest, LimitOfTheRequestHoldsWithoutNodes) {
  v1::PlanRequest request;
  (*request.mutable_options()->mutable_fit()->mutable_limits())["cpu"] = "4";
  const v1::ColocationPlan plan = PlanOf(RunOf("a=2 b=2 c=2"), request);
  EXPECT_EQ(DelaysOf(plan), "c<a");
  EXPECT_EQ(plan.pods(0).fit(0).source(), v1::FitLimit::REQUEST);
}

TEST(FitTest, NumberOfTasksIsALimitWithAProofOfItsOwn) {
  const v1::ColocationPlan plan = PlanOf(RunOf("a=1 b=1 m=1x3"), AtOnce(2));
  ASSERT_EQ(plan.pods(0).fit_size(), 1);
  const v1::FitLimit& limit = plan.pods(0).fit(0);
  EXPECT_EQ(limit.resource(), "tasks");
  EXPECT_EQ(limit.capacity(), "2");
  EXPECT_EQ(limit.cover_size(), 2);
  EXPECT_EQ(PeakOf(plan), "2");
}

TEST(FitTest, AnnotationOfTheRunIsALimitAndTheRequestWins) {
  const std::string run =
      RunOf("a=1 b=1 c=1", "annotations: {colocation.dev/max-parallel: \"1\"}");
  const v1::ColocationPlan plan = PlanOf(run, {});
  EXPECT_EQ(DelaysOf(plan), "b<a c<b");
  EXPECT_EQ(plan.pods(0).fit(0).name(), "colocation.dev/max-parallel");
  EXPECT_EQ(DelaysOf(PlanOf(run, AtOnce(2))), "c<a");
}

TEST(FitTest, AnnotationThatIsNoNumberIsWarnedOf) {
  const Planned planned = PlanYaml(
      RunOf("a=1 b=1", "annotations: {colocation.dev/max-parallel: many}"));
  EXPECT_EQ(DelaysOf(planned.plan), "");
  EXPECT_THAT(absl::StrJoin(planned.warnings, "\n"),
              HasSubstr("annotation-value at metadata.annotations"));
}

TEST(FitTest, OffRefusesAsBeforeAndPassesByTheAnnotation) {
  v1::PlanRequest request = NodeOf("4");
  request.mutable_options()->mutable_fit()->set_off(true);
  EXPECT_THAT(
      absl::StrJoin(PlanYaml(RunOf("a=2 b=2 c=2"), request).errors, "\n"),
      HasSubstr("node-too-small at"));
  v1::PlanRequest off;
  off.mutable_options()->mutable_fit()->set_off(true);
  EXPECT_EQ(
      DelaysOf(PlanOf(
          RunOf("a=1 b=1", "annotations: {colocation.dev/max-parallel: \"1\"}"),
          off)),
      "");
}

TEST(FitTest, WhatWaitsCanNotHelpIsRefused) {
  // One task alone is too large.
  EXPECT_THAT(
      absl::StrJoin(PlanYaml(RunOf("a=5 b=1"), NodeOf("4")).errors, "\n"),
      HasSubstr("node-too-small at"));
  // The sum is asked for whatever runs when.
  v1::PlanRequest sum = NodeOf("4");
  sum.mutable_options()->set_requests(v1::REQUEST_MODE_SUM);
  EXPECT_THAT(absl::StrJoin(PlanYaml(RunOf("a=2 b=2 c=2"), sum).errors, "\n"),
              HasSubstr("node-too-small at"));
}

TEST(FitTest, LimitThatOneTaskExceedsIsRefused) {
  v1::PlanRequest request;
  (*request.mutable_options()->mutable_fit()->mutable_limits())["cpu"] = "1";
  EXPECT_THAT(absl::StrJoin(PlanYaml(RunOf("a=1 b=2"), request).errors, "\n"),
              HasSubstr("fit-impossible at"));
}

TEST(FitTest, ValuesThatCanNotBeAreRefused) {
  v1::PlanRequest request;
  v1::Fit* fit = request.mutable_options()->mutable_fit();
  (*fit->mutable_limits())["cpu"] = "much";
  (*fit->mutable_durations())["a"] = "soon";
  fit->set_tasks(-1);
  EXPECT_EQ(PlanYaml(RunOf("a=1 b=1"), request).errors.size(), 3);
}

TEST(FitTest, QuotaOnRequestsIsKeptTo) {
  v1::PlanRequest request;
  v1::ResourceQuota* quota = request.mutable_cluster()->add_resource_quotas();
  quota->mutable_metadata()->set_name("q");
  (*quota->mutable_spec()->mutable_hard())["requests.cpu"] = "4";
  const v1::ColocationPlan plan = PlanOf(RunOf("a=2 b=2 c=2"), request);
  EXPECT_EQ(DelaysOf(plan), "c<a");
  EXPECT_EQ(plan.pods(0).fit(0).source(), v1::FitLimit::RESOURCE_QUOTA);
  EXPECT_EQ(plan.pods(0).fit(0).name(), "q");
}

TEST(FitTest, NodeOnWhichItIsDoneSoonerIsTaken) {
  v1::PlanRequest request = NodeOf("2");
  (*request.mutable_cluster()
        ->mutable_nodes(0)
        ->mutable_status()
        ->mutable_allocatable())["memory"] = "64Gi";
  v1::Node* other = request.mutable_cluster()->add_nodes();
  other->mutable_metadata()->set_name("o");
  (*other->mutable_status()->mutable_allocatable())["cpu"] = "4";
  (*other->mutable_status()->mutable_allocatable())["memory"] = "1Gi";
  const v1::ColocationPlan plan = PlanOf(RunOf("a=2 b=2 c=2"), request);
  EXPECT_EQ(plan.pods(0).fit(0).name(), "o");
  EXPECT_EQ(plan.pods(0).node(), "o");
}

TEST(FitTest, DurationsDecideWhatRunsBesideWhat) {
  // As long as the three others together.
  v1::PlanRequest request = NodeOf("2");
  auto* durations =
      request.mutable_options()->mutable_fit()->mutable_durations();
  for (const char* name : {"a", "b", "c"}) (*durations)[name] = "1m";
  (*durations)["long"] = "3m";
  EXPECT_EQ(DelaysOf(PlanOf(RunOf("a=1 b=1 c=1 long=1"), request)), "b<a c<b");
}

TEST(FitTest, SplitsBeforeItAddsWaits) {
  v1::PlanRequest request = NodeOf("4");
  request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  std::string run = RunOf("a=2 b=2 c=2");
  for (size_t at; (at = run.find("emptyDir: {}")) != std::string::npos;) {
    run.replace(at, 12, "persistentVolumeClaim: {claimName: x}");
  }
  const v1::ColocationPlan plan = PlanOf(run, request);
  EXPECT_EQ(plan.pods_size(), 2);
  EXPECT_EQ(DelaysOf(plan), "");
}

}  // namespace
}  // namespace colocation
