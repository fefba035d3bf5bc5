#include "colocation/plan/pod_caps.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A run of tasks {name, more fields of the pipeline task, cpu, more fields of
// the TaskSpec}.
struct Task {
  const char* name;
  const char* fields = "";
  const char* cpu = "1";
  const char* spec = "";
};

constexpr char kUses[] = ", workspaces: [{name: w}]";

std::string RunOf(const std::vector<Task>& tasks, const char* workspace,
                  const char* annotations = "") {
  std::string yaml = absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
      "metadata: {name: run, annotations: {",
      annotations, "}}\nspec:\n  workspaces: [{name: w, ", workspace,
      "}]\n  pipelineSpec:\n    workspaces: [{name: w}]\n    results:\n");
  // Somebody needs each result.
  for (const Task& task : tasks) {
    absl::StrAppend(&yaml, "    - {name: of-", task.name, ", value: $(tasks.",
                    task.name, ".results.r)}\n");
  }
  absl::StrAppend(&yaml, "    tasks:\n");
  for (const Task& task : tasks) {
    const bool uses = absl::StrContains(task.fields, kUses);
    absl::StrAppend(&yaml, "    - {name: ", task.name, task.fields,
                    ", taskSpec: {", uses ? "workspaces: [{name: w}], " : "",
                    "results: [{name: r}]", task.spec,
                    ", steps: [{name: s, image: i, command: [c], "
                    "computeResources: {requests: {cpu: ",
                    task.cpu, "}}}]}}\n");
  }
  return yaml;
}

constexpr char kEmptyDir[] = "emptyDir: {}";
constexpr char kClaim[] = "persistentVolumeClaim: {claimName: c}";
constexpr char kShare[] = "colocation.dev/share-claims: \"true\"";

void AddNode(const char* name, const char* cpu, v1::PlanRequest* request) {
  v1::Node* node = request->mutable_cluster()->add_nodes();
  node->mutable_metadata()->set_name(name);
  (*node->mutable_status()->mutable_allocatable())["cpu"] = cpu;
}

v1::PlanRequest RequestFor(v1::Policy policy, int containers, const char* cpu) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->mutable_limits()->set_pod_containers(containers);
  if (*cpu != 0) AddNode("n", cpu, &request);
  return request;
}

struct SplitCase {
  const char* name;
  std::vector<Task> tasks;
  const char* workspace;
  int containers;   // 0: any number
  const char* cpu;  // of the only node; "": not known
  const char* groups;
  const char* decisions;  // those of splits, with "volumes/results/waits"
};

const SplitCase kSplits[] = {
    {"WhatFitsIsNotSplit", {{"a"}, {"b"}}, kEmptyDir, 2, "2", "{a b}", ""},
    {"TasksAtOnceNeedTheSum",
     {{"a"}, {"b"}, {"c"}},
     kEmptyDir,
     0,
     "2",
     "{a b} {c}",
     "split-node 0/0/0"},
    {"TasksOneAfterTheOtherNeedTheLargest",
     {{"a"}, {"b", ", runAfter: [a]"}, {"c", ", runAfter: [b]"}},
     kEmptyDir,
     0,
     "1",
     "{a b c}",
     ""},
    {"TheWaitIsCutThatLeavesNoOther",
     {{"a"},
      {"b", ", runAfter: [a]"},
      {"c", ", runAfter: [a]"},
      {"d", ", runAfter: [b, c]"},
      {"e", ", runAfter: [d]"}},
     kEmptyDir,
     4,
     "",
     "{a b c d} {e}",
     "split-containers 0/0/1"},
    {"RatherTwoWaitsThanAResult",
     {{"a"},
      {"b", ", runAfter: [a]"},
      {"c", ", params: [{name: p, value: $(tasks.b.results.r)}]", "1",
       ", params: [{name: p}]"},
      {"d", ", runAfter: [b]"}},
     kEmptyDir,
     2,
     "",
     "{a d} {b c}",
     "split-containers 0/0/2"},
    {"RatherAResultThanAVolume",
     {{"a", kUses},
      {"b", ", params: [{name: p, value: $(tasks.a.results.r)}]", "1",
       ", params: [{name: p}]"},
      {"c", kUses}},
     kClaim,
     2,
     "",
     "{a c} {b}",
     "split-containers 0/1/1"},
    {"WhatSharesAnEmptyDirStaysTogether",
     {{"a", kUses}, {"b"}, {"c", kUses}},
     kEmptyDir,
     2,
     "",
     "{a c} {b}",
     "split-containers 0/0/0"},
    {"BothReasonsAreGiven",
     {{"a"}, {"b"}, {"c"}},
     kEmptyDir,
     2,
     "2",
     "{a b} {c}",
     "split-node 0/0/0; split-containers 0/0/0"},
};

std::string SplitsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> splits;
  for (const v1::Decision& d : plan.decisions()) {
    if (!d.has_cut()) continue;
    splits.push_back(absl::StrCat(d.code(), " ", d.cut().claims(), "/",
                                  d.cut().results(), "/", d.cut().waits()));
  }
  return absl::StrJoin(splits, "; ");
}

TEST(PodCapsTest, Splits) {
  for (const SplitCase& c : kSplits) {
    SCOPED_TRACE(c.name);
    const Planned planned =
        PlanYaml(RunOf(c.tasks, c.workspace),
                 RequestFor(v1::POLICY_PIPELINERUN, c.containers, c.cpu));
    EXPECT_THAT(planned.errors, IsEmpty());
    EXPECT_EQ(GroupsOf(planned.plan), c.groups);
    EXPECT_EQ(SplitsOf(planned.plan), c.decisions);
  }
}

TEST(PodCapsTest, TasksOfAClaimAreSplitWhereTheyWereToShareAPod) {
  const std::string yaml =
      RunOf({{"a", kUses}, {"b", kUses}, {"c", kUses}}, kClaim, kShare);
  const Planned whole =
      PlanYaml(yaml, RequestFor(v1::POLICY_WORKSPACES, 0, ""));
  EXPECT_EQ(GroupsOf(whole.plan), "{a b c}");
  const Planned split =
      PlanYaml(yaml, RequestFor(v1::POLICY_WORKSPACES, 2, ""));
  EXPECT_EQ(GroupsOf(split.plan), "{a b} {c}");
  EXPECT_EQ(SplitsOf(split.plan), "split-containers 1/0/0");
}

TEST(PodCapsTest, TasksOfAClaimWithOtherAccountsAreSplitAndNotRefused) {
  const std::string yaml = absl::StrReplaceAll(
      RunOf({{"a", kUses}, {"b", kUses}, {"c", kUses}}, kClaim, kShare),
      {{"spec:\n  workspaces",
        "spec:\n  taskRunSpecs: [{pipelineTaskName: b, serviceAccountName: "
        "x}]\n  workspaces"}});
  const Planned planned =
      PlanYaml(yaml, RequestFor(v1::POLICY_WORKSPACES, 0, ""));
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{a c} {b}");
}

// Every unit of a controlled Pod can say how it ended; nobody asks it to
// without a controller.
TEST(PodCapsTest, AControlledPodHasRoomForTheEndOfEachUnit) {
  constexpr size_t kMost = 240;
  std::vector<Task> tasks(kMost + 1, Task{"", kUses, ""});
  std::vector<std::string> names;
  for (size_t i = 0; i < tasks.size(); ++i)
    names.push_back(absl::StrCat("t", i));
  for (size_t i = 0; i < tasks.size(); ++i) tasks[i].name = names[i].c_str();
  v1::PlanRequest request = RequestFor(v1::POLICY_WORKSPACES, 0, "");
  EXPECT_THAT(
      PlanYaml(RunOf(tasks, kEmptyDir), request).errors,
      ElementsAre(::testing::EndsWith(
          "together they have 241 containers, and a Pod may have 240")));
  request = RequestFor(v1::POLICY_WORKSPACES, 1000, "");
  EXPECT_EQ(PlanYaml(RunOf(tasks, kEmptyDir), request).errors.size(), 1);
  request.mutable_options()->set_controlled(false);
  EXPECT_THAT(PlanYaml(RunOf(tasks, kEmptyDir), request).errors, IsEmpty());
  tasks.pop_back();
  request = RequestFor(v1::POLICY_WORKSPACES, 0, "");
  EXPECT_THAT(PlanYaml(RunOf(tasks, kEmptyDir), request).errors, IsEmpty());
}

TEST(PodCapsTest, WhatMustShareAPodIsRefusedWithItsFigures) {
  const std::string yaml =
      RunOf({{"a", kUses, "2"}, {"b", kUses, "1500m"}}, kEmptyDir);
  v1::PlanRequest small = RequestFor(v1::POLICY_WORKSPACES, 0, "3");
  // Else waits would make it fit (fit_test.cc).
  small.mutable_options()->mutable_fit()->set_off(true);
  EXPECT_THAT(
      PlanYaml(yaml, small).errors,
      ElementsAre(
          "node-too-small at spec.pipelineSpec.tasks[0].name: \"a\", \"b\" "
          "must share a Pod, because of the emptyDir workspace \"w\", but "
          "together they ask for 3500m of cpu (\"a\" 2, \"b\" 1500m at once), "
          "and the node with most room, \"n\", has 3"));
  EXPECT_THAT(
      PlanYaml(yaml, RequestFor(v1::POLICY_WORKSPACES, 1, "")).errors,
      ElementsAre("limit-pod-containers at spec.pipelineSpec.tasks[0].name: "
                  "\"a\", \"b\" must share a Pod, because of the emptyDir "
                  "workspace \"w\", but together they have 2 containers, and "
                  "a Pod may have 1"));
  v1::PlanRequest results = RequestFor(v1::POLICY_WORKSPACES, 0, "");
  results.mutable_options()->mutable_limits()->set_result_bytes(4090);
  EXPECT_THAT(
      PlanYaml(yaml, results).errors,
      ElementsAre("limit-result-bytes at spec.pipelineSpec.tasks[0].name: "
                  "\"a\", \"b\" must share a Pod, because of the emptyDir "
                  "workspace \"w\", but the results of \"a\" may have 4122 "
                  "bytes with 4090 for each value, and together they have 2 "
                  "containers, each of which can report 4096 bytes"));
}

TEST(PodCapsTest, MatrixThatIsTooLargeForANodeIsRefused) {
  v1::PlanRequest small = RequestFor(v1::POLICY_WORKSPACES, 0, "2");
  small.mutable_options()->mutable_fit()->set_off(true);
  const Planned planned =
      PlanYaml(RunOf({{"a", ", matrix: {params: [{name: m, value: [x, q, z]}]}",
                       "1", ", params: [{name: m}]"}},
                     kEmptyDir),
               small);
  ASSERT_EQ(planned.errors.size(), 1);
  EXPECT_THAT(planned.errors[0], HasSubstr("are of one matrix, but together "
                                           "they ask for 3 of cpu"));
}

TEST(PodCapsTest, SingleTaskIsNotRefused) {
  const Planned planned = PlanYaml(RunOf({{"a", "", "9"}}, kEmptyDir),
                                   RequestFor(v1::POLICY_WORKSPACES, 0, "2"));
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(planned.plan.pods(0).node(), "");
}

TEST(PodCapsTest, SumsCountWhereSumsAreAskedFor) {
  v1::PlanRequest request = RequestFor(v1::POLICY_PIPELINERUN, 0, "2");
  request.mutable_options()->set_requests(v1::REQUEST_MODE_SUM);
  const Planned planned = PlanYaml(
      RunOf({{"a"}, {"b", ", runAfter: [a]"}, {"c", ", runAfter: [b]"}},
            kEmptyDir),
      request);
  EXPECT_EQ(GroupsOf(planned.plan), "{a b} {c}");
}

TEST(PodCapsTest, OnlyTheLargestNodesAreKept) {
  v1::PlanRequest request = RequestFor(v1::POLICY_PIPELINERUN, 0, "2");
  AddNode("large", "4", &request);
  AddNode("small", "1", &request);
  AddNode("closed", "64", &request);
  request.mutable_cluster()
      ->mutable_nodes(3)
      ->mutable_spec()
      ->set_unschedulable(true);
  const Planned planned = PlanYaml(RunOf({{"a"}}, kEmptyDir), request);
  ASSERT_EQ(planned.plan.caps().nodes_size(), 1);
  EXPECT_EQ(planned.plan.caps().nodes(0).name(), "large");
  EXPECT_EQ(planned.plan.pods(0).node(), "large");
}

TEST(PodCapsTest, ANodeSelectorChoosesAmongNodes) {
  v1::PlanRequest request = RequestFor(v1::POLICY_PIPELINERUN, 0, "8");
  AddNode("labelled", "2", &request);
  (*request.mutable_cluster()
        ->mutable_nodes(1)
        ->mutable_metadata()
        ->mutable_labels())["disk"] = "ssd";
  const std::string yaml = absl::StrReplaceAll(
      RunOf({{"a"}, {"b"}, {"c"}}, kEmptyDir),
      {{"spec:\n  workspaces",
        "spec:\n  taskRunTemplate: {podTemplate: {nodeSelector: {disk: "
        "ssd}}}\n  workspaces"}});
  const Planned planned = PlanYaml(yaml, request);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{a b} {c}");
  EXPECT_EQ(planned.plan.pods(0).node(), "labelled");
}

TEST(PodCapsTest, ADeviceThatNoNodeHasFitsNowhere) {
  const std::string yaml = absl::StrReplaceAll(
      RunOf({{"a"}, {"b"}}, kEmptyDir), {{"cpu: 1", "example.com/gpu: 1"}});
  const Planned planned =
      PlanYaml(yaml, RequestFor(v1::POLICY_PIPELINERUN, 0, "8"));
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{a} {b}");
}

TEST(PodCapsTest, ManifestsAreKeptBelowTheLimit) {
  std::vector<Task> tasks;
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
  for (const std::string& name : names) tasks.push_back({name.c_str()});
  v1::PlanRequest request = RequestFor(v1::POLICY_PIPELINERUN, 0, "");
  request.mutable_options()->mutable_limits()->set_pod_bytes(20'000);
  const Planned planned = PlanYaml(RunOf(tasks, kEmptyDir), request);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_GT(planned.plan.pods_size(), 1);
  EXPECT_THAT(SplitsOf(planned.plan), HasSubstr("split-bytes"));
}

TEST(PodCapsTest, ResultsKeepTheirRoom) {
  // 12 KiB for 5 containers, the init container among them: 2457 bytes each.
  std::vector<Task> tasks = {{"a"}, {"b"}, {"c"}, {"d"}};
  v1::PlanRequest request = RequestFor(v1::POLICY_PIPELINERUN, 0, "");
  request.mutable_options()->mutable_limits()->set_result_bytes(2500);
  const Planned planned = PlanYaml(RunOf(tasks, kEmptyDir), request);
  EXPECT_EQ(GroupsOf(planned.plan), "{a b c} {d}");
  EXPECT_THAT(SplitsOf(planned.plan), HasSubstr("split-results"));
}

}  // namespace
}  // namespace colocation
