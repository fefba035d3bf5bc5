// What decides where a task runs beside workspaces, and what the plan says of
// it: tasks outside of Pods, annotations, settings of one task for all.
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kEmptyDir[] = "{name: w, emptyDir: {}}";
constexpr char kClaim[] = "{name: w, persistentVolumeClaim: {claimName: c}}";
constexpr char kTemplate[] =
    "{name: w, volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}";

constexpr char kList[] =
    "    - {name: list, workspaces: [{name: w}], taskSpec: {workspaces: "
    "[{name: "
    "w}], results: [{name: r, type: array}], steps: [{name: s, image: i, "
    "command: [c]}]}}\n";
constexpr char kCustom[] =
    "    - {name: outside, runAfter: [list], workspaces: [{name: w}], taskRef: "
    "{apiVersion: example.dev/v1, kind: Approval}}\n";
constexpr char kPipeline[] =
    "    - {name: outside, runAfter: [list], workspaces: [{name: w}], "
    "pipelineRef: {name: p}}\n";
constexpr char kMatrix[] =
    "    - {name: outside, workspaces: [{name: w}], matrix: {params: [{name: "
    "m, "
    "value: \"$(tasks.list.results.r[*])\"}]}, taskSpec: {params: [{name: m}], "
    "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]}}\n";

std::string RunOf(const std::string& binding, const std::string& tasks,
                  const char* annotations = "", const char* fields = "") {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run, "
      "annotations: {",
      annotations, "}}\nspec:\n  workspaces: [", binding, "]\n", fields,
      "  pipelineSpec:\n    workspaces: [{name: w}]\n    tasks:\n", tasks);
}

v1::PlanRequest Request(v1::Policy policy = v1::POLICY_WORKSPACES) {
  v1::PlanRequest request;
  request.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_policy(policy);
  return request;
}

const v1::Decision& DecisionOf(const v1::ColocationPlan& plan,
                               const std::string& code) {
  for (const v1::Decision& decision : plan.decisions()) {
    if (decision.code() == code) return decision;
  }
  ADD_FAILURE() << "no decision " << code << " in " << DecisionsOf(plan);
  return v1::Decision::default_instance();
}

TEST(NotSharedTest, EmptyDirOfATaskThatNoPodRunsIsRefused) {
  for (const char* outside : {kCustom, kPipeline, kMatrix}) {
    const Planned planned =
        PlanYaml(RunOf(kEmptyDir, absl::StrCat(kList, outside)), Request());
    EXPECT_THAT(
        planned.errors,
        ElementsAre(AllOf(StartsWith("not-shared at "
                                     "spec.pipelineSpec.tasks[1].workspaces: "
                                     "\"outside\" runs in no Pod of this plan"),
                          HasSubstr("another emptyDir than \"list\""))))
        << outside;
  }
}

TEST(NotSharedTest, OnRequestItIsAWarningAndADecision) {
  const Planned planned =
      PlanYaml(RunOf(kEmptyDir, absl::StrCat(kList, kMatrix),
                     "colocation.dev/allow-not-shared: \"true\""),
               Request());
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings, ElementsAre(StartsWith("not-shared at ")));
  EXPECT_THAT(DecisionOf(planned.plan, "not-shared").tasks(),
              ElementsAre("list", "outside"));
}

TEST(NotSharedTest, IsolatedTasksAreNamedToo) {
  const Planned planned =
      PlanYaml(RunOf(kEmptyDir, absl::StrCat(kList, kCustom)),
               Request(v1::POLICY_ISOLATED));
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings, ElementsAre(StartsWith("not-shared at ")));
  EXPECT_THAT(DecisionOf(planned.plan, "not-shared").tasks(),
              ElementsAre("list", "outside"));
}

TEST(NotSharedTest, AClaimIsSharedWithAnybody) {
  const Planned planned =
      PlanYaml(RunOf(kClaim, absl::StrCat(kList, kMatrix)), Request());
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings, IsEmpty());
}

TEST(NotSharedTest, AnEmptyDirOfACustomTaskAloneIsItsOwn) {
  const Planned planned =
      PlanYaml(RunOf(kEmptyDir,
                     "    - {name: outside, workspaces: [{name: w}], taskRef: "
                     "{apiVersion: example.dev/v1, kind: Approval}}\n"),
               Request());
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings, IsEmpty());
  EXPECT_THAT(planned.plan.tasks(0).workspaces(), ElementsAre("w"));
}

TEST(NotSharedTest, TaskRunsOfAMatrixAloneDontShareEither) {
  const Planned planned = PlanYaml(
      RunOf(kEmptyDir,
            absl::StrCat("    - {name: list, taskSpec: {results: [{name: r, "
                         "type: array}], steps: [{name: s, image: i, command: "
                         "[c]}]}}\n",
                         kMatrix)),
      Request());
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_THAT(planned.warnings,
              ElementsAre(HasSubstr("each Pod of \"outside\"")));
}

TEST(NotSharedTest, AClaimTemplateThatATaskOutsideUsesBecomesAClaimOfTheRun) {
  for (const char* outside : {kCustom, kPipeline, kMatrix}) {
    const Planned planned =
        PlanYaml(RunOf(kTemplate, absl::StrCat(kList, outside)), Request());
    EXPECT_THAT(planned.errors, IsEmpty());
    EXPECT_EQ(planned.plan.claims_size(), 1) << outside;
  }
}

std::string TaskYaml(const char* name, const char* annotations,
                     const char* workspace) {
  return absl::StrCat("    - {name: ", name, ", workspaces: [", workspace,
                      "], taskSpec: {metadata: {annotations: {", annotations,
                      "}}, workspaces: [", workspace,
                      "], steps: [{name: s, image: i, command: [c]}]}}\n");
}

constexpr char kOwn[] = "colocation.dev/own-pod: \"true\"";
constexpr char kUses[] = "{name: w}";

TEST(OwnPodTest, KeepsATaskOutOfSharedPods) {
  const std::string yaml =
      RunOf(kClaim,
            absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", kOwn, kUses),
                         TaskYaml("c", "", kUses)),
            "colocation.dev/share-claims: \"true\"");
  for (const v1::Policy policy :
       {v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN}) {
    const Planned planned = PlanYaml(yaml, Request(policy));
    EXPECT_THAT(planned.errors, IsEmpty());
    EXPECT_EQ(GroupsOf(planned.plan), "{a c} {b}");
    EXPECT_THAT(DecisionOf(planned.plan, "own-pod").tasks(), ElementsAre("b"));
  }
}

TEST(OwnPodTest, CanBeGivenByTheRun) {
  const Planned planned = PlanYaml(
      RunOf(kClaim,
            absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", "", kUses)),
            "",
            "  taskRunSpecs: [{pipelineTaskName: b, metadata: {annotations: "
            "{colocation.dev/own-pod: \"true\"}}}]\n"),
      Request(v1::POLICY_PIPELINERUN));
  EXPECT_EQ(GroupsOf(planned.plan), "{a} {b}");
}

TEST(OwnPodTest, IsNotHiddenByTheRun) {
  for (const char* of_run : {"colocation.dev/own-pod: \"true\"",
                             "colocation.dev/own-pod: \"false\""}) {
    const Planned planned = PlanYaml(
        RunOf(
            kClaim,
            absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", kOwn, kUses)),
            of_run),
        Request(v1::POLICY_PIPELINERUN));
    EXPECT_EQ(GroupsOf(planned.plan), "{a} {b}") << of_run;
  }
}

TEST(OwnPodTest, IsRefusedWhereAnEmptyDirForbidsIt) {
  const Planned planned = PlanYaml(
      RunOf(kEmptyDir,
            absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", kOwn, kUses))),
      Request());
  EXPECT_THAT(
      planned.errors,
      ElementsAre("own-pod-conflict at spec.pipelineSpec.tasks[1].name: \"b\" "
                  "is to have a Pod of its own, as its annotation "
                  "colocation.dev/own-pod says, but must share one with \"a\", "
                  "because of the emptyDir workspace \"w\""));
}

TEST(AnnotationsTest, ValuesWithoutEffectAreWarnedOf) {
  const Planned planned = PlanYaml(
      RunOf(kClaim,
            absl::StrCat(TaskYaml("a", "colocation.dev/own-pod: \"yes\"", "")),
            "colocation.dev/share-claims: \"1\""),
      Request());
  EXPECT_THAT(
      planned.warnings,
      ElementsAre(
          HasSubstr("colocation.dev/share-claims has no effect: \"1\""),
          AllOf(
              StartsWith("annotation-value at spec.pipelineSpec.tasks[0].name"),
              HasSubstr("colocation.dev/own-pod has no effect: \"yes\""))));
}

TEST(AnnotationsTest, OwnPodIsNotForRuns) {
  const Planned planned =
      PlanYaml(RunOf(kClaim, TaskYaml("a", "", kUses), kOwn), Request());
  EXPECT_THAT(planned.warnings,
              ElementsAre(HasSubstr("own-pod has no effect on a run")));
}

TEST(AnnotationsTest, HermeticStepsAreRefusedWhereTektonHasThem) {
  constexpr char kHermetic[] =
      "experimental.tekton.dev/execution-mode: hermetic";
  const std::string of_run = RunOf(kClaim, TaskYaml("a", "", kUses), kHermetic);
  const std::string of_task = RunOf(kClaim, TaskYaml("a", kHermetic, kUses));
  v1::PlanRequest alpha = Request();
  alpha.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  EXPECT_THAT(PlanYaml(of_run, alpha).errors,
              ElementsAre(StartsWith("not-supported at metadata.annotations")));
  EXPECT_THAT(PlanYaml(of_task, alpha).errors,
              ElementsAre(StartsWith(
                  "not-supported at spec.pipelineSpec.tasks[0].name")));
  v1::PlanRequest beta = Request();
  beta.mutable_options()->set_api_fields(v1::API_FIELDS_BETA);
  EXPECT_THAT(PlanYaml(of_run, beta).errors, IsEmpty());
}

TEST(AnnotationsTest, ClaimsThatStayAreWarnedOf) {
  constexpr char kCleanup[] = "tekton.dev/auto-cleanup-pvc: \"true\"";
  EXPECT_THAT(
      PlanYaml(RunOf(kTemplate, TaskYaml("a", "", kUses), kCleanup), Request())
          .warnings,
      ElementsAre(StartsWith("annotation-not-honoured at metadata")));
  EXPECT_THAT(
      PlanYaml(RunOf(kClaim, TaskYaml("a", "", kUses), kCleanup), Request())
          .warnings,
      IsEmpty());
}

TEST(PodWideSettingTest, NamesTheTaskWhoseItIs) {
  struct Case {
    const char* setting;
    const char* subject;
  };
  for (const Case& c : {
           Case{"nodeSelector: {kubernetes.io/arch: arm64}",
                "nodeSelector.kubernetes.io/arch"},
           Case{"tolerations: [{key: gpu, operator: Exists}]", "tolerations"},
           Case{"affinity: {nodeAffinity: {}}", "affinity"},
           Case{"imagePullSecrets: [{name: s}]", "imagePullSecrets"},
           Case{"hostAliases: [{ip: 1.2.3.4, hostnames: [h]}]", "hostAliases"},
           Case{"topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, "
                "whenUnsatisfiable: DoNotSchedule}]",
                "topologySpreadConstraints"},
       }) {
    const Planned planned = PlanYaml(
        RunOf(kEmptyDir,
              absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", "", kUses)),
              "",
              absl::StrCat("  taskRunSpecs: [{pipelineTaskName: b, "
                           "podTemplate: {",
                           c.setting, "}}]\n")
                  .c_str()),
        Request());
    EXPECT_THAT(planned.errors, IsEmpty());
    const v1::Decision& decision = DecisionOf(planned.plan, "pod-wide-setting");
    EXPECT_EQ(decision.subject(), c.subject);
    EXPECT_THAT(decision.tasks(), ElementsAre("a", "b"));
    EXPECT_THAT(decision.message(),
                HasSubstr("it is that of \"b\"; it holds for \"a\" as well"));
  }
}

TEST(PodWideSettingTest, WhatAllHaveIsNoNews) {
  const Planned planned = PlanYaml(
      RunOf(kEmptyDir,
            absl::StrCat(TaskYaml("a", "", kUses), TaskYaml("b", "", kUses)),
            "",
            "  taskRunTemplate: {podTemplate: {nodeSelector: {disk: ssd}}}\n"),
      Request());
  EXPECT_THAT(DecisionsOf(planned.plan),
              ::testing::Not(HasSubstr("pod-wide-setting")));
}

}  // namespace
}  // namespace colocation
