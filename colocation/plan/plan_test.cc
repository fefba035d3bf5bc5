// Whole plans: what the parts make together.
#include "colocation/plan/plan.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A pipeline of `tasks`, each a line of YAML flow: "{name: a, ...}".
std::string Pipeline(const std::vector<std::string>& tasks,
                     const std::vector<std::string>& finally = {}) {
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n"
      "  workspaces: [{name: w}]\n  tasks:\n";
  for (const std::string& task : tasks)
    absl::StrAppend(&yaml, "  - ", task, "\n");
  if (!finally.empty()) absl::StrAppend(&yaml, "  finally:\n");
  for (const std::string& task : finally) {
    absl::StrAppend(&yaml, "  - ", task, "\n");
  }
  return yaml;
}

// One task with a step in the shared emptyDir.
std::string Task(const std::string& name, const std::string& fields = "",
                 const std::string& step = "", const std::string& spec = "") {
  return absl::StrCat("{name: ", name, fields,
                      ", workspaces: [{name: w}], taskSpec: {workspaces: "
                      "[{name: w}]",
                      spec, ", steps: [{name: s, image: i, command: [c]", step,
                      "}]}}");
}

v1::ColocationPlan PlanOf(const std::string& yaml,
                          const v1::PlanRequest& request = {}) {
  const Planned planned = PlanYaml(yaml, request);
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  return planned.plan;
}

const v1::LaunchTask& LaunchOf(const v1::ColocationPlan& plan,
                               const std::string& pod,
                               const std::string& task) {
  for (const v1::PlannedPod& p : plan.pods()) {
    if (p.tasks(0) != pod) continue;
    for (const v1::LaunchTask& t : p.install().launch().tasks()) {
      if (t.name() == task) return t;
    }
  }
  ADD_FAILURE() << "no launch task " << task << " in the Pod of " << pod;
  return v1::LaunchTask::default_instance();
}

const v1::LaunchContainer& LaunchContainerOf(const v1::ColocationPlan& plan,
                                             const std::string& name) {
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::LaunchContainer& c : pod.install().launch().containers()) {
      if (c.name() == name) return c;
    }
  }
  ADD_FAILURE() << "no launch container " << name;
  return v1::LaunchContainer::default_instance();
}

// "a>b WAIT", "a>c IMPLIED gate", ...
std::string DependenciesOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> texts;
  for (const v1::Dependency& d : plan.dependencies()) {
    texts.push_back(absl::StrCat(
        d.from(), ">", d.to(), " ", v1::Dependency::Kind_Name(d.kind()), " ",
        v1::Dependency::Means_Name(d.means()), d.gate() ? " gate" : ""));
  }
  return absl::StrJoin(texts, "; ");
}

TEST(PlanTest, SameBytesForSameInput) {
  const std::string yaml = PipelineOf("a b<a c<a d<b,c e f!");
  EXPECT_EQ(PlanOf(yaml).DebugString(), PlanOf(yaml).DebugString());
}

TEST(PlanTest, DependenciesSayHowTheyAreKept) {
  EXPECT_EQ(DependenciesOf(PlanOf(PipelineOf("a b<a c<a,b f!"))),
            "a>b ORDERING WAIT; a>c ORDERING IMPLIED; b>c ORDERING WAIT; "
            "c>f FINALLY WAIT");
}

TEST(PlanTest, DependencyOnAnotherPodIsAGate) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {"{name: x, taskSpec: {steps: [{name: s, image: i, command: [c]}]}}",
       Task("a", ", runAfter: [x]"), Task("b")}));
  EXPECT_EQ(GroupsOf(plan), "{x} {a b}");
  EXPECT_EQ(DependenciesOf(plan), "x>a ORDERING WAIT gate");
  const v1::Barrier& barrier = ContainerOf(plan, "a-step-s").barriers(0);
  EXPECT_TRUE(barrier.gate());
  EXPECT_TRUE(LaunchOf(plan, "a", "x").gate());
  EXPECT_THAT(plan.pods(1).gates(), ElementsAre("x"));
  EXPECT_THAT(DecisionsOf(plan), HasSubstr("needs-controller"));
}

TEST(PlanTest, ControllerIsToldOfGatesByAnnotations) {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  const v1::ColocationPlan plan = PlanOf(
      Pipeline(
          {"{name: x, taskSpec: {steps: [{name: s, image: i, command: [c]}]}}",
           Task("a", ", runAfter: [x]")}),
      request);
  const v1::PlannedPod& pod = plan.pods(1);
  EXPECT_TRUE(pod.install().launch().controlled());
  const v1::PlannedVolume& gates = pod.volumes(3);
  EXPECT_EQ(gates.purpose(), v1::PlannedVolume::GATES);
  const auto& items = gates.volume().downward_api().items();
  ASSERT_EQ(items.size(), 3);
  EXPECT_EQ(items[0].path(), "_stop");
  EXPECT_EQ(items[1].path(), "_ended");
  EXPECT_EQ(items[2].path(), "x");
  EXPECT_EQ(items[2].field_ref().field_path(),
            "metadata.annotations['gate.colocation.dev/x']");
  EXPECT_THAT(DecisionsOf(plan), Not(HasSubstr("needs-controller")));
}

TEST(PlanTest, WhatAControllerIsNeededForIsSaid) {
  const auto said = [](const std::string& yaml) {
    const v1::ColocationPlan plan = PlanOf(yaml);
    for (const v1::Decision& decision : plan.decisions()) {
      if (decision.code() == "needs-controller") return decision.message();
    }
    return std::string();
  };
  const std::string alone =
      "taskSpec: {steps: [{name: s, image: i, command: [c]}]}}";
  EXPECT_EQ(said(Pipeline({"{name: x, " + alone})), "");
  EXPECT_THAT(said(Pipeline({"{name: x, " + alone, "{name: w, " + alone})),
              HasSubstr("something has to stop the others"));
  EXPECT_THAT(said(Pipeline(
                  {"{name: x, " + alone, "{name: w, runAfter: [x], " + alone})),
              HasSubstr("create the Pods in order"));
  EXPECT_THAT(
      said(Pipeline({"{name: x, " + alone,
                     "{name: w, taskRef: {apiVersion: e.dev/v1, kind: K}}"})),
      HasSubstr("run the tasks that no Pod runs"));
}

TEST(PlanTest, LateFieldsOfOneTextAreSaidOnce) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {"{name: x, taskSpec: {results: [{name: r}], steps: [{name: s, image: i, "
       "command: [c]}]}}",
       "{name: w, taskSpec: {volumes: [{name: v, emptyDir: {}}], stepTemplate: "
       "{volumeMounts: [{name: v, mountPath: $(tasks.x.results.r)}]}, steps: "
       "[{name: s, image: i, command: [c]}, {name: t, image: i, command: [c]}, "
       "{name: u, image: i, command: [c]}]}}"}));
  std::vector<std::string> said;
  for (const v1::Decision& decision : plan.decisions()) {
    if (decision.code() == "created-after-result") {
      said.push_back(decision.message());
    }
  }
  EXPECT_THAT(said, ElementsAre(HasSubstr("and 2 other fields")));
}

TEST(PlanTest, StepsAndSidecarsWait) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {Task("a"),
       Task("b", ", runAfter: [a]", "}, {name: t, image: i, command: [c]",
            ", sidecars: [{name: d, image: d, command: [d]}]")}));
  const auto barriers = [&](const char* name) {
    return absl::StrJoin(ContainerOf(plan, name).barriers(), " ",
                         [](std::string* out, const v1::Barrier& b) {
                           absl::StrAppend(out,
                                           v1::Barrier::Event_Name(b.event()),
                                           ":", b.task(), b.container());
                         });
  };
  EXPECT_EQ(barriers("a-step-s"), "");
  EXPECT_EQ(barriers("b-step-s"), "TASK_ENDED:a SIDECAR_READY:b-sidecar-d");
  EXPECT_EQ(barriers("b-step-t"), "STEP_ENDED:b-step-s");
  EXPECT_EQ(barriers("b-sidecar-d"), "UNIT_STARTED:b-step-s");
}

TEST(PlanTest, SettingsOfTheInstallationAreInThePlan) {
  v1::PlanRequest request;
  auto& flags = *request.mutable_options()->mutable_feature_flags();
  flags["await-sidecar-readiness"] = "false";
  flags["default-imagepullbackoff-timeout"] = "5m";
  flags["default-create-container-error-timeout"] = "30s";
  const Planned planned = PlanYaml(
      Pipeline({Task("b", "", "", ", sidecars: [{name: d, image: d, command: [d]}]")}),
      request);
  ASSERT_TRUE(planned.errors.empty()) << planned.errors.front();
  EXPECT_EQ(ContainerOf(planned.plan, "b-step-s").barriers_size(), 0);
  EXPECT_TRUE(
      planned.plan.pods(0).install().launch().sidecars_not_awaited());
  EXPECT_EQ(planned.plan.start_tolerance().image_pull_back_off_ns(),
            300'000'000'000);
  EXPECT_EQ(planned.plan.start_tolerance().create_container_error_ns(),
            30'000'000'000);
}

// Each TaskRun has its own.
TEST(PlanTest, UnitsOfAMatrixShareNoDefaultWorkspace) {
  v1::PlanRequest request;
  (*request.mutable_options()
        ->mutable_feature_flags())["default-task-run-workspace-binding"] =
      "emptyDir: {}";
  const Planned planned = PlanYaml(R"(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: m
    matrix: {params: [{name: x, value: [a, b]}]}
    taskSpec:
      params: [{name: x}]
      workspaces: [{name: w}]
      steps: [{name: s, image: i, command: [c]}]
)",
                                   request);
  ASSERT_TRUE(planned.errors.empty()) << planned.errors.front();
  EXPECT_EQ(MountsOf(ContainerOf(planned.plan, "m-1-step-s")),
            "colocation-private:/tekton sub=m-1/tekton, colocation-private:/workspace "
            "sub=m-1/workspace, ws-m-w:/workspace/w sub=m-1");
}

TEST(PlanTest, ContainersComeAfterWhatTheyWaitForLongestChainFirst) {
  const v1::ColocationPlan plan =
      PlanOf(PipelineOf("short a b<a c<b end<short,c"));
  std::vector<std::string> names;
  for (const v1::PlannedContainer& c : plan.pods(0).containers()) {
    names.push_back(c.task());
  }
  EXPECT_THAT(names, ElementsAre("a", "b", "short", "c", "end"));
}

TEST(PlanTest, LaunchTaskSaysWhatTheLauncherHasToKnow) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {Task("a", "", "", ", results: [{name: r}]"),
       Task("b", ", runAfter: [a]"),
       Task("c",
            ", runAfter: [b], retries: 2, timeout: 90s, onError: continue, "
            "when: [{input: $(tasks.a.results.r), operator: in, values: [u]}]",
            ", args: [$(tasks.a.results.r)]")}));
  const v1::LaunchTask& c = LaunchOf(plan, "a", "c");
  // a is implied for waiting, and kept for the decision to skip.
  EXPECT_THAT(c.wait_for(), ElementsAre("b"));
  ASSERT_EQ(c.parents_size(), 2);
  EXPECT_EQ(c.parents(0).task(), "a");
  EXPECT_TRUE(c.parents(0).resource());
  EXPECT_EQ(c.parents(1).task(), "b");
  EXPECT_FALSE(c.parents(1).resource());
  EXPECT_EQ(c.retries(), 2);
  EXPECT_EQ(c.timeout_ns(), 90'000'000'000);
  EXPECT_TRUE(c.continue_on_error());
  ASSERT_EQ(c.when_size(), 1);
  EXPECT_EQ(c.when(0).input(), "$(tasks.a.results.r)");
  ASSERT_EQ(c.result_refs_size(), 1);
  EXPECT_EQ(c.result_refs(0).result(), "r");
  EXPECT_EQ(LaunchOf(plan, "a", "a").results(0).name(), "r");
  EXPECT_TRUE(LaunchContainerOf(plan, "c-step-s").late());
  EXPECT_FALSE(LaunchContainerOf(plan, "b-step-s").late());
}

TEST(PlanTest, DeadlinesOfTheRun) {
  const v1::ColocationPlan plan = PlanOf(absl::StrCat(
      PipelineOf("a"),
      "---\napiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
      "spec: {pipelineRef: {name: p}, timeouts: {pipeline: 1h, tasks: 50m}, "
      "workspaces: [{name: w, emptyDir: {}}]}\n"));
  const v1::LaunchSpec& launch = plan.pods(0).install().launch();
  constexpr int64_t kMinute = 60'000'000'000;
  EXPECT_EQ(launch.pipeline_timeout_ns(), 60 * kMinute);
  EXPECT_EQ(launch.tasks_timeout_ns(), 50 * kMinute);
  EXPECT_EQ(launch.finally_timeout_ns(), 10 * kMinute);
}

TEST(PlanTest, TaskThatNeverRunsHasItsEndAndNothingWaitsForIt) {
  const v1::ColocationPlan plan = PlanOf(
      Pipeline({Task("a"),
                Task("b",
                     ", runAfter: [a], when: [{input: u, operator: in, values: "
                     "[v]}]"),
                Task("c", ", runAfter: [b]")}));
  EXPECT_EQ(plan.tasks(1).placement(), v1::PLACEMENT_SKIPPED);
  EXPECT_EQ(plan.tasks(1).end().skip_reason(), v1::SKIP_REASON_WHEN);
  // What it would have waited for is waited for in its place.
  EXPECT_EQ(WaitsOf(plan), "c<a");
  const v1::LaunchTask& b = LaunchOf(plan, "a", "b");
  EXPECT_EQ(b.end().outcome(), v1::OUTCOME_SKIPPED);
  EXPECT_FALSE(b.gate());
  EXPECT_EQ(DependenciesOf(plan),
            "a>b ORDERING MEANS_UNSPECIFIED; b>c ORDERING MEANS_UNSPECIFIED");
}

TEST(PlanTest, CustomTaskIsExternalAndAGate) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {Task("a"),
       "{name: x, runAfter: [a], taskRef: {apiVersion: example.dev/v1, kind: "
       "Approval}}",
       Task("b", ", runAfter: [x]")}));
  EXPECT_EQ(GroupsOf(plan), "{a b}");
  EXPECT_EQ(plan.tasks(1).placement(), v1::PLACEMENT_EXTERNAL);
  EXPECT_EQ(plan.tasks(1).external(), "Approval (example.dev/v1)");
  EXPECT_THAT(plan.pods(0).gates(), ElementsAre("x"));
  EXPECT_EQ(DependenciesOf(plan), "a>x ORDERING WAIT; x>b ORDERING WAIT gate");
}

TEST(PlanTest, MatrixUnitsAreInOnePod) {
  const v1::ColocationPlan plan = PlanOf(
      Pipeline({Task("a", ", matrix: {params: [{name: m, value: [u, v]}]}",
                     ", args: [$(params.m)]", ", params: [{name: m}]"),
                Task("a-0")}));
  EXPECT_EQ(GroupsOf(plan), "{a a-0}");
  ASSERT_EQ(plan.tasks(0).units_size(), 2);
  // "a-0" is another task's unit.
  EXPECT_NE(plan.tasks(0).units(0).name(), "a-0");
  EXPECT_EQ(plan.tasks(0).units(1).name(), "a-1");
  EXPECT_EQ(plan.tasks(0).units(1).matrix_params(0).name(), "m");
  EXPECT_THAT(ContainerOf(plan, "a-1-step-s").container().args(),
              ElementsAre("v"));
  EXPECT_TRUE(LaunchOf(plan, "a", "a").matrixed());
}

TEST(PlanTest, AggregateStatusNeedsTheEndOfEveryTask) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {Task("a"), Task("b", ", runAfter: [a]")},
      {"{name: f, taskSpec: {steps: [{name: s, image: i, command: [c], args: "
       "[$(tasks.status)]}]}}",
       "{name: g, taskSpec: {steps: [{name: s, image: i, command: [c], args: "
       "[$(tasks.a.status)]}]}}",
       "{name: h, taskSpec: {steps: [{name: s, image: i, command: [c]}]}}"}));
  EXPECT_EQ(GroupsOf(plan), "{a b} {f} {g} {h}");
  EXPECT_THAT(plan.pods(1).gates(), ElementsAre("a", "b"));
  EXPECT_THAT(plan.pods(2).gates(), ElementsAre("a", "b"));
  EXPECT_THAT(plan.pods(3).gates(), ElementsAre("b"));
}

TEST(PlanTest, CelThatDependsOnResultsIsLeftToTheLauncher) {
  const v1::ColocationPlan plan = PlanOf(Pipeline(
      {"{name: a, taskSpec: {results: [{name: r}], steps: [{name: s, image: i, "
       "command: [c]}]}}",
       Task("b", ", when: [{cel: \"'$(tasks.a.results.r)' == 'x'\"}]"),
       Task("c", "", ", when: [{cel: \"1 < 2\"}]"),
       Task("d", ", when: [{cel: \"1 < 2\"}]"),
       Task("e", ", when: [{cel: \"2 < 1\"}]")}));
  std::string whens;
  for (const auto& pod : plan.pods()) {
    for (const auto& task : pod.install().launch().tasks()) {
      for (const auto& when : task.when())
        absl::StrAppend(&whens, task.name(), ":", when.cel(), " ");
    }
    for (const auto& container : pod.install().launch().containers()) {
      for (const auto& when : container.when())
        absl::StrAppend(&whens, container.name(), ":", when.cel(), " ");
    }
  }
  EXPECT_EQ(whens, "b:'$(tasks.a.results.r)' == 'x' c-step-s:1 < 2 ");
  EXPECT_EQ(GroupsOf(plan), "{a} {b c d}");
}

TEST(PlanTest, CelOutsideOfTheSubsetIsRefused) {
  const Planned planned = PlanYaml(Pipeline(
      {Task("a", ", when: [{cel: \"duration('1h') > duration('1m')\"}]"),
       Task("b", "", ", when: [{cel: \"'a'.matches('\\\\\\\\pL')\"}]")}));
  ASSERT_EQ(planned.errors.size(), 2);
  for (const std::string& error : planned.errors) {
    EXPECT_TRUE(absl::StartsWith(error, "cel-not-supported at spec.tasks["))
        << error;
  }
}

TEST(PlanTest, PodsOfOneRunHaveNamesOfTheirOwn) {
  const std::string longest(60, 'x');
  const Planned planned = PlanYaml(absl::StrCat(
      Pipeline({absl::StrCat("{name: ", longest,
                             "-a, taskSpec: {steps: [{name: s, image: i, "
                             "command: [c]}]}}"),
                absl::StrCat("{name: ", longest,
                             "-b, taskSpec: {steps: [{name: s, image: i, "
                             "command: [c]}]}}")})));
  EXPECT_THAT(planned.errors, IsEmpty());
  ASSERT_EQ(planned.plan.pods_size(), 2);
  EXPECT_NE(planned.plan.pods(0).name(), planned.plan.pods(1).name());
  for (const v1::PlannedPod& pod : planned.plan.pods()) {
    EXPECT_LE(pod.name().size(), 63);
    EXPECT_LE(pod.containers(0).container().name().size(), 63);
  }
  EXPECT_EQ(PlanOf(PipelineOf("a")).pods(0).name(), "p-pod");
}

TEST(PlanTest, LabelsOnWhichTasksAgreeAreThePods) {
  const auto task = [](const char* name, const char* labels) {
    return absl::StrCat("{name: ", name,
                        ", workspaces: [{name: w}], taskSpec: ",
                        "{metadata: {labels: {", labels,
                        "}}, workspaces: [{name: w}], steps: [{name: s, image: "
                        "i, command: [c]}]}}");
  };
  const v1::ColocationPlan plan = PlanOf(
      Pipeline({task("a", "team: t, part: one"), task("b", "part: two")}));
  EXPECT_FALSE(plan.pods(0).labels().contains("part"));
  EXPECT_EQ(plan.pods(0).labels().at("team"), "t");
  EXPECT_THAT(DecisionsOf(plan), HasSubstr("metadata-differs"));
}

TEST(PlanTest, TasksHaveAllOfTheirConditionsAndTheirNamesForPeople) {
  const v1::ColocationPlan plan = PlanOf(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  params: [{name: go, value: "no"}]
  pipelineSpec:
    params: [{name: go}]
    tasks:
    - name: a
      displayName: Build $(params.what) ($(params.go))
      params: [{name: what, value: all}]
      when:
      - {input: $(params.go), operator: in, values: ["no"]}
      - {cel: "'$(params.go)' != 'yes'"}
      taskSpec: {params: [{name: what}], steps: [{name: s, image: i, command: [c]}]}
)y");
  EXPECT_EQ(plan.tasks(0).display_name(), "Build all (no)");
  ASSERT_EQ(plan.tasks(0).when_size(), 2);
  EXPECT_EQ(plan.tasks(0).when(0).input(), "no");
  EXPECT_EQ(plan.tasks(0).when(1).cel(), "'no' != 'yes'");
  EXPECT_FALSE(plan.has_pipeline_spec());
  EXPECT_FALSE(plan.tasks(0).has_task_run());
}

TEST(PlanTest, KeepsSpecsWhereItIsAsked) {
  v1::PlanRequest request;
  request.mutable_options()->set_keep_specs(true);
  const Planned planned = PlanYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, labels: {of: run}}
spec:
  params: [{name: who, value: you}]
  workspaces: [{name: w, persistentVolumeClaim: {claimName: mine}, subPath: a}]
  timeouts: {pipeline: 30m}
  taskRunTemplate: {serviceAccountName: robot}
  pipelineRef: {name: hello}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: hello, labels: {of: pipeline, team: x}, annotations: {note: hello}}
spec:
  params: [{name: who}]
  workspaces: [{name: w}]
  tasks:
  - name: one
    onError: continue
    taskRef: {name: greet}
    params: [{name: who, value: $(params.who)}]
    workspaces: [{name: data, workspace: w, subPath: b}]
  - name: two
    params: [{name: r, value: $(tasks.one.results.r)}]
    taskSpec:
      params: [{name: r}]
      steps: [{name: s, image: i, command: [echo, $(params.r), $(params.who)]}]
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: greet, labels: {kind: task}}
spec:
  params: [{name: who}]
  workspaces: [{name: data}]
  results: [{name: r}]
  steps: [{name: s, image: i, command: [echo, $(params.who)]}]
)y",
                                   request);
  ASSERT_THAT(planned.errors, IsEmpty());
  const v1::ColocationPlan& plan = planned.plan;
  // The run's own labels go before the Pipeline's.
  EXPECT_EQ(plan.run().labels().at("of"), "run");
  EXPECT_EQ(plan.run().labels().at("team"), "x");
  EXPECT_EQ(plan.run().annotations().at("note"), "hello");

  const v1::PipelineSpec& pipeline = plan.pipeline_spec();
  EXPECT_EQ(pipeline.tasks(0).params(0).value().string_value(), "you");
  EXPECT_EQ(pipeline.tasks(1).params(0).value().string_value(),
            "$(tasks.one.results.r)");

  const v1::TaskRun& one = plan.tasks(0).task_run();
  EXPECT_EQ(one.metadata().labels().at("kind"), "task");
  EXPECT_EQ(one.metadata().labels().at("tekton.dev/task"), "greet");
  EXPECT_EQ(one.metadata().annotations().at(
                "pipeline.tekton.dev/pipeline-task-on-error"),
            "continue");
  EXPECT_EQ(one.spec().task_ref().name(), "greet");
  EXPECT_EQ(one.spec().service_account_name(), "robot");
  EXPECT_EQ(one.spec().timeout(), "30m0s");
  EXPECT_EQ(one.spec().params(0).value().string_value(), "you");
  ASSERT_EQ(one.spec().workspaces_size(), 1);
  EXPECT_EQ(one.spec().workspaces(0).name(), "data");
  EXPECT_EQ(one.spec().workspaces(0).sub_path(), "a/b");
  EXPECT_EQ(one.spec().workspaces(0).persistent_volume_claim().claim_name(),
            "mine");
  EXPECT_EQ(plan.tasks(0).units(0).task_spec().steps(0).command(1), "you");

  const v1::TaskRun& two = plan.tasks(1).task_run();
  EXPECT_FALSE(two.spec().has_task_ref());
  // What the pipeline propagates is put in; the Task's own params are not.
  EXPECT_EQ(two.spec().task_spec().steps(0).command(1), "$(params.r)");
  EXPECT_EQ(two.spec().task_spec().steps(0).command(2), "you");
  EXPECT_EQ(plan.tasks(1).units(0).task_spec().steps(0).command(1),
            "$(tasks.one.results.r)");
}

}  // namespace
}  // namespace colocation
