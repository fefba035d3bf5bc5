#include "colocation/plan/grouping.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A run in short: what the workspaces are bound to, then the tasks, each
// {name, workspaces, more fields}.
struct Task {
  const char* name;
  // Workspaces of the run, separated by blanks.
  const char* workspaces = "";
  // More fields of the pipeline task, one line, with a comma before.
  const char* fields = "";
  const char* image = "i";
  // More fields of the TaskSpec.
  const char* spec = "";
};

std::string RunOf(const std::vector<Task>& tasks, const char* bindings,
                  const char* run_fields = "") {
  std::string yaml = absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [",
      bindings, "]\n", run_fields, "  pipelineSpec:\n    tasks:\n");
  for (const Task& task : tasks) {
    std::string names;
    for (const char* at = task.workspaces; *at != 0; ++at) {
      if (*at == ' ') continue;
      absl::StrAppend(&names, names.empty() ? "" : ", ",
                      "{name: ", std::string(1, *at), "}");
    }
    absl::StrAppend(
        &yaml, "    - {name: ", task.name, task.fields, ", workspaces: [",
        names, "], taskSpec: {workspaces: [", names, "]", task.spec,
        ", steps: [{name: s, image: ", task.image, ", command: [c]}]}}\n");
  }
  return yaml;
}

constexpr char kEmptyDirs[] =
    "{name: a, emptyDir: {}}, {name: b, emptyDir: {}}, "
    "{name: p, persistentVolumeClaim: {claimName: c}}, "
    "{name: t, volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}, "
    "{name: k, configMap: {name: c}}, {name: s, secret: {secretName: c}}";

struct GroupingCase {
  const char* name;
  std::vector<Task> tasks;
  const char* workspaces;  // groups under each policy
  const char* pipelinerun;
  const char* run_fields = "";
};

const GroupingCase kCases[] = {
    {"TasksWithoutWorkspacesAreAlone", {{"x"}, {"q"}}, "{x} {q}", "{x q}"},
    {"SharedEmptyDirJoins",
     {{"x", "a"}, {"q", "a"}, {"z"}},
     "{x q} {z}",
     "{x q z}"},
    {"AnEmptyDirOfOneTaskJoinsNothing",
     {{"x", "a"}, {"q", "b"}},
     "{x} {q}",
     "{x q}"},
    {"SharingIsTransitive",
     {{"x", "a"}, {"q", "a b"}, {"z", "b"}},
     "{x q z}",
     "{x q z}"},
    {"PersistentClaimDoesNotJoin",
     {{"x", "p"}, {"q", "p"}},
     "{x} {q}",
     "{x q}"},
    {"ClaimTemplateDoesNotJoin", {{"x", "t"}, {"q", "t"}}, "{x} {q}", "{x q}"},
    {"ConfigMapAndSecretDoNotJoin",
     {{"x", "k s"}, {"q", "k s"}},
     "{x} {q}",
     "{x q}"},
    {"GroupsAreInTheOrderOfTheirFirstTask",
     {{"x", "b"}, {"q", "a"}, {"z", "b"}, {"u", "a"}},
     "{x z} {q u}",
     "{x q z u}"},
    {"TaskKnownNeverToRunJoinsNothing",
     {{"x", "a"},
      {"q", "a b", ", when: [{input: m, operator: in, values: [q]}]"},
      {"z", "b"}},
     "{x} {z}",
     "{x z}"},
    {"OtherServiceAccountSplitsWhatNeedNotShare",
     {{"x", "a"}, {"q"}, {"z", "a"}},
     "{x z} {q}",
     "{x z} {q}",
     "  taskRunSpecs: [{pipelineTaskName: q, serviceAccountName: other}]\n"},
    {"PlacementsThatAgreeAreJoined",
     {{"x", "a"}, {"q", "a"}},
     "{x q}",
     "{x q}",
     "  taskRunSpecs: [{pipelineTaskName: q, podTemplate: {nodeSelector: "
     "{disk: ssd}}}]\n"},
    {"DefaultWrittenOutIsNoDifference",
     {{"x", "a"}, {"q", "a"}},
     "{x q}",
     "{x q}",
     "  taskRunSpecs: [{pipelineTaskName: q, podTemplate: {dnsPolicy: "
     "ClusterFirst, enableServiceLinks: true, schedulerName: "
     "default-scheduler}}]\n"},
    {"TaskWhoseImageIsAResultIsCreatedLater",
     {{"x", "", "", "i", ", results: [{name: r}]"},
      {"q", "", "", "$(tasks.x.results.r)"}},
     "{x} {q}",
     "{x} {q}"},
};

TEST(GroupingTest, Cases) {
  for (const GroupingCase& c : kCases) {
    SCOPED_TRACE(c.name);
    const std::string yaml = RunOf(c.tasks, kEmptyDirs, c.run_fields);
    const Planned workspaces = PlanYaml(yaml);
    EXPECT_THAT(workspaces.errors, IsEmpty());
    EXPECT_EQ(GroupsOf(workspaces.plan), c.workspaces);
    v1::PlanRequest request;
    request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
    const Planned pipelinerun = PlanYaml(yaml, request);
    EXPECT_THAT(pipelinerun.errors, IsEmpty());
    EXPECT_EQ(GroupsOf(pipelinerun.plan), c.pipelinerun);
  }
}

TEST(GroupingTest, IsolatedTasksShareNothingAndThePlanSaysSo) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(v1::POLICY_ISOLATED);
  const Planned planned =
      PlanYaml(RunOf({{"x", "a"}, {"q", "a"}}, kEmptyDirs), request);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{x} {q}");
  EXPECT_THAT(DecisionsOf(planned.plan), HasSubstr("not-shared"));
}

TEST(GroupingTest, ClaimsJoinWhereTheRunAsksForIt) {
  std::string yaml =
      RunOf({{"x", "p"}, {"q", "p"}, {"u", "t"}, {"v", "t"}}, kEmptyDirs);
  EXPECT_EQ(GroupsOf(PlanYaml(yaml).plan), "{x} {q} {u} {v}");
  yaml =
      absl::StrReplaceAll(yaml, {{"metadata: {name: run}",
                                  "metadata: {name: run, annotations: "
                                  "{colocation.dev/share-claims: \"true\"}}"}});
  const Planned planned = PlanYaml(yaml);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{x q} {u v}");
  EXPECT_THAT(DecisionsOf(planned.plan), HasSubstr("shares-claim"));
}

struct RefusalCase {
  const char* name;
  std::vector<Task> tasks;
  const char* run_fields;
  const char* error;
};

constexpr char kDb[] =
    ", sidecars: [{name: d, image: d, command: [d], ports: [{containerPort: "
    "80}]}]";

const RefusalCase kRefusals[] = {
    {"ServiceAccountsOfOneEmptyDir",
     {{"x", "a"}, {"q", "a"}},
     "  taskRunSpecs: [{pipelineTaskName: q, serviceAccountName: other}]\n",
     "service-account-conflict at spec.taskRunSpecs: \"x\" and \"q\" must "
     "share "
     "a Pod, because they share the emptyDir workspace \"a\", but a Pod has "
     "one "
     "ServiceAccount: \"x\" has default, \"q\" has other"},
    {"NodeSelectorsThatContradict",
     {{"x", "a"}, {"q", "a"}},
     "  taskRunSpecs: [{pipelineTaskName: x, podTemplate: {nodeSelector: {d: "
     "hdd}}}, {pipelineTaskName: q, podTemplate: {nodeSelector: {d: ssd}}}]\n",
     "pod-setting-conflict at spec.taskRunSpecs: \"x\" and \"q\" must share a "
     "Pod, because they share the emptyDir workspace \"a\", but a Pod has one "
     "nodeSelector.d: \"x\" has hdd, \"q\" has ssd"},
    {"SecurityContextOfOne",
     {{"x", "a"}, {"q", "a"}},
     "  taskRunSpecs: [{pipelineTaskName: q, podTemplate: {securityContext: "
     "{runAsUser: 7}}}]\n",
     "pod-setting-conflict at spec.taskRunSpecs: \"x\" and \"q\" must share a "
     "Pod, because they share the emptyDir workspace \"a\", but a Pod has one "
     "securityContext: \"x\" has unset, \"q\" has {\"runAsUser\":7}"},
    {"PortsOfConcurrentSidecars",
     {{"x", "a", "", "i", kDb}, {"q", "a", "", "i", kDb}},
     "",
     "port-conflict at spec.pipelineSpec.tasks[1].taskSpec.sidecars[0].ports: "
     "\"x\" and \"q\" must share a Pod and can run at once, and a sidecar of "
     "each listens on port 80/TCP"},
    {"ImageThatIsKnownOnlyInThePod",
     {{"x", "a", "", "i", ", results: [{name: r}]"},
      {"q", "a", "", "$(tasks.x.results.r)"}},
     "",
     "late-field at spec.pipelineSpec.tasks[1].taskSpec.steps[0].image: \"q\" "
     "must share a Pod with \"x\", because of the emptyDir workspace \"a\", "
     "but "
     "this field is fixed when the Pod is created, and $(tasks.x.results.r) is "
     "known only when it has run"},
    {"ImageThatIsKnownOnlyAfterATaskOfThePod",
     {{"w", "a"},
      {"x", "", ", runAfter: [w]", "i", ", results: [{name: r}]"},
      {"q", "a", "", "$(tasks.x.results.r)"}},
     "",
     "late-field at spec.pipelineSpec.tasks[2].taskSpec.steps[0].image: \"q\" "
     "must share a Pod with \"w\", because of the emptyDir workspace \"a\", "
     "but "
     "this field is fixed when the Pod is created, and $(tasks.x.results.r) is "
     "known only after it has run"},
    {"PodsThatNeedEachOther",
     {{"x", "a", "", "i", ", results: [{name: r}]"},
      {"u", "b", "", "i", ", results: [{name: r}]"},
      {"q", "a", "", "$(tasks.u.results.r)"},
      {"v", "b", "", "$(tasks.x.results.r)"}},
     "",
     "late-field-cycle at spec.pipelineSpec.tasks[0]: these tasks wait for "
     "each "
     "other's Pods, whose creation needs their results: x, u"},
};

TEST(GroupingTest, WhatMustShareAPodAndCantIsRefused) {
  for (const RefusalCase& c : kRefusals) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(PlanYaml(RunOf(c.tasks, kEmptyDirs, c.run_fields)).errors,
                ElementsAre(c.error));
  }
}

TEST(GroupingTest, SamePortOneAfterTheOtherIsNoConflict) {
  EXPECT_THAT(PlanYaml(RunOf({{"x", "a", "", "i", kDb},
                              {"q", "a", ", runAfter: [x]", "i", kDb}},
                             kEmptyDirs))
                  .errors,
              IsEmpty());
}

TEST(GroupingTest, MatrixUnitsOnOnePortAreRefused) {
  const Planned planned = PlanYaml(
      RunOf({{"x", "", ", matrix: {params: [{name: m, value: [u, v]}]}", "i",
              absl::StrCat(", params: [{name: m}]", kDb).c_str()}},
            kEmptyDirs));
  ASSERT_EQ(planned.errors.size(), 1);
  EXPECT_THAT(planned.errors[0], HasSubstr("units of the matrix of \"x\""));
}

TEST(GroupingTest, ConflictWithPortsSplitsUnderPipelinerun) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  const Planned planned =
      PlanYaml(RunOf({{"x", "", "", "i", kDb}, {"q", "", "", "i", kDb}, {"z"}},
                     kEmptyDirs),
               request);
  EXPECT_EQ(GroupsOf(planned.plan), "{x z} {q}");
  for (const v1::Decision& decision : planned.plan.decisions()) {
    if (decision.code() != "split") continue;
    EXPECT_THAT(decision.message(), HasSubstr("sidecars on port 80/TCP"));
    EXPECT_THAT(decision.hint(), HasSubstr("use another port"));
    return;
  }
  FAIL() << DecisionsOf(planned.plan);
}

}  // namespace
}  // namespace colocation
