// What the settings of an installation add to a run (Tekton's config-defaults
// and feature-flags).
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/resolve_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

v1::PlanRequest With(
    std::vector<std::pair<std::string, std::string>> settings) {
  v1::PlanRequest request;
  for (auto& [key, value] : settings) {
    (*request.mutable_options()->mutable_feature_flags())[key] = value;
  }
  return request;
}

// --- default-pod-template

// A run with this Pod template, and one for its task.
std::string RunWith(absl::string_view of_run, absl::string_view of_task) {
  return absl::StrCat(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  taskRunTemplate: {podTemplate: {)y",
                      of_run, R"y(}}
  taskRunSpecs: [{pipelineTaskName: a, podTemplate: {)y",
                      of_task, R"y(}}]
  pipelineSpec:
    tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]
)y");
}

TEST(ResolveSettings, ThePodTemplateOfTheInstallationFillsThatOfTheRun) {
  const ResolvedYaml resolved(
      RunWith("schedulerName: mine, env: [{name: B, value: run}]",
              "priorityClassName: high, env: [{name: C, value: task}]"),
      With(
          {{"default-pod-template",
            "nodeSelector: {pool: ci}\n"
            "schedulerName: theirs\n"
            "imagePullSecrets: [{name: mirror}]\n"
            "env: [{name: A, value: default}, {name: B, value: default}]\n"}}));
  ASSERT_EQ(resolved.Errors(), "");
  const v1::PodTemplate& merged = *resolved.run().tasks[0].pod_template;
  EXPECT_EQ(merged.node_selector().at("pool"), "ci");
  EXPECT_EQ(merged.scheduler_name(), "mine");
  EXPECT_EQ(merged.priority_class_name(), "high");
  EXPECT_EQ(merged.image_pull_secrets(0).name(), "mirror");
  // A variable may refer to those before it: the order is Tekton's.
  std::vector<std::string> env;
  for (const v1::EnvVar& variable : merged.env()) {
    env.push_back(absl::StrCat(variable.name(), "=", variable.value()));
  }
  EXPECT_EQ(absl::StrJoin(env, " "), "C=task B=run A=default");
}

TEST(ResolveSettings, ATaskRunTakesThePodTemplateToo) {
  const ResolvedYaml resolved(
      "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: r}\n"
      "spec: {taskSpec: {steps: [{image: i}]}}\n",
      With({{"default-pod-template", "runtimeClassName: kata"}}));
  ASSERT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.run().tasks[0].pod_template->runtime_class_name(), "kata");
}

// --- default-task-run-workspace-binding

constexpr absl::string_view kUnbound = R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    tasks:
    - name: a
      taskSpec: {workspaces: [{name: w}, {name: o, optional: true}], steps: [{image: i}]}
    - name: b
      taskSpec: {workspaces: [{name: w}], steps: [{image: i}]}
)y";

TEST(ResolveSettings, AWorkspaceThatNobodyBindsIsAnError) {
  EXPECT_NE(ResolvedYaml(kUnbound).Errors(), "");
}

TEST(ResolveSettings, EachTaskHasADefaultWorkspaceOfItsOwn) {
  const ResolvedYaml resolved(
      kUnbound, With({{"default-task-run-workspace-binding",
                       "emptyDir: {medium: Memory}\nsubPath: ./x/"}}));
  ASSERT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Workspaces(),
            "a: w=/workspace/w on ws-a-w/x; o unbound | b: w=/workspace/w on "
            "ws-b-w/x");
  EXPECT_EQ(resolved.run().workspaces.back().binding.empty_dir().medium(),
            "Memory");
  EXPECT_TRUE(resolved.run().tasks[0].workspaces[0].per_unit);
}

TEST(ResolveSettings, ADefaultClaimIsTheSameForAll) {
  const ResolvedYaml resolved(
      kUnbound, With({{"default-task-run-workspace-binding",
                       "persistentVolumeClaim: {claimName: shared}"}}));
  ASSERT_EQ(resolved.Errors(), "");
  EXPECT_FALSE(resolved.run().tasks[0].workspaces[0].per_unit);
  for (const RunWorkspace& workspace : resolved.run().workspaces) {
    EXPECT_EQ(workspace.claim, "shared");
  }
}

// --- default-container-resource-requirements

// What each step and sidecar of one task asks for: "s:cpu=1 sc:...".
std::string ResourcesOf(absl::string_view task_run_spec,
                        const std::string& defaults) {
  const ResolvedYaml resolved(
      absl::StrCat(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  taskRunSpecs: [{pipelineTaskName: a)y",
                   task_run_spec, R"y(}]
  pipelineSpec:
    tasks:
    - name: a
      taskSpec:
        steps:
        - {name: build, image: i}
        - {name: scan-all, image: i}
        - {name: own, image: i, computeResources: {limits: {memory: 1Gi}}}
        sidecars: [{name: db, image: i}]
)y"),
      With({{"default-container-resource-requirements", defaults}}));
  if (!resolved.Errors().empty()) return resolved.Errors();
  std::string text;
  const auto add = [&](const auto& containers) {
    for (const auto& c : containers) {
      absl::StrAppend(&text, text.empty() ? "" : " ", c.name(), ":");
      for (const auto& [resource, quantity] :
           c.compute_resources().requests()) {
        absl::StrAppend(&text, resource, "=", quantity);
      }
    }
  };
  add(resolved.run().tasks[0].units[0].spec.steps());
  add(resolved.run().tasks[0].units[0].spec.sidecars());
  return text;
}

TEST(ResolveSettings, ContainersThatAskForNothingGetTheDefault) {
  EXPECT_EQ(ResourcesOf("", "default: {requests: {cpu: 100m}}"),
            "build:cpu=100m scan-all:cpu=100m own: db:cpu=100m");
}

TEST(ResolveSettings, ANameGoesBeforeABeginningAndThatBeforeTheDefault) {
  EXPECT_EQ(ResourcesOf("",
                        "default: {requests: {cpu: 1}}\n"
                        "step-build: {requests: {cpu: 2}}\n"
                        "prefix-step: {requests: {cpu: 3}}\n"
                        "prefix-step-scan: {requests: {cpu: 4}}\n"
                        "prefix-sidecar: {requests: {cpu: 5}}\n"),
            "build:cpu=2 scan-all:cpu=4 own: db:cpu=5");
}

TEST(ResolveSettings, ABeginningEndsBeforeADash) {
  EXPECT_EQ(ResourcesOf("", "prefix-step-sca: {requests: {cpu: 4}}"),
            "build: scan-all: own: db:");
}

// It is divided among the steps before.
TEST(ResolveSettings, WhatTheTaskAsksForAsAWholeIsNotAddedTo) {
  EXPECT_EQ(ResourcesOf(", computeResources: {requests: {cpu: 8}}",
                        "default: {requests: {cpu: 1}}"),
            "build: scan-all: own: db:cpu=1");
}

// --- trusted-resources-verification-no-match-policy

TEST(ResolveSettings, WhatAResolverGaveIsRefusedWhereItHasToBeSigned) {
  const absl::string_view yaml =
      "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: r}\n"
      "spec: {taskRef: {resolver: git}}\n";
  for (const char* policy : {"ignore", "warn", "fail"}) {
    v1::PlanRequest request =
        With({{"trusted-resources-verification-no-match-policy", policy}});
    v1::ResolvedReference* reference = request.add_resolved();
    reference->set_resolver("git");
    reference->mutable_document()->set_content(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\n"
        "spec: {steps: [{image: i}]}\n");
    EXPECT_EQ(
        ResolvedYaml(yaml, request).Errors(),
        absl::string_view(policy) == "fail"
            ? "spec.taskRef [not-verified] verify it where it is fetched, "
              "and plan with \"warn\" or \"ignore\""
            : "");
  }
}

// --- Labels and annotations

TEST(ResolveSettings, TheRunsLabelsGoBeforeTheTasksAndThePipelines) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r, labels: {a: run}}
spec:
  pipelineRef: {name: p}
  taskRunSpecs: [{pipelineTaskName: t, metadata: {labels: {b: spec}}}]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p, labels: {a: pipeline, b: pipeline, c: pipeline}}
spec: {tasks: [{name: t, taskRef: {name: k}}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: k, labels: {a: task, b: task, c: task, d: task}}
spec: {steps: [{image: i}]}
)y");
  ASSERT_EQ(resolved.Errors(), "");
  const auto& of_run = resolved.run().identity.labels();
  EXPECT_EQ(of_run.at("a"), "run");
  EXPECT_EQ(of_run.at("b"), "pipeline");
  EXPECT_EQ(of_run.at("c"), "pipeline");
  const std::map<std::string, std::string> expected = {{"b", "spec"},
                                                       {"d", "task"}};
  EXPECT_EQ(resolved.run().tasks[0].labels, expected);
}

TEST(ResolveSettings, AUnitKnowsWhatItsTaskRunWouldBeCalled) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    tasks:
    - name: m
      matrix: {params: [{name: x, value: [a, b]}]}
      taskSpec: {params: [{name: x}], steps: [{image: i}]}
)y");
  ASSERT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.run().tasks[0].units[1].task_run, "r-m-1");
}

TEST(ResolveSettings, ClaimsOfAStepSpecAreTakenInByName) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec:
  stepSpecs:
  - name: s
    computeResources: {claims: [{name: a, request: gpu}, {name: b}]}
  taskSpec:
    steps: [{name: s, image: i, computeResources: {claims: [{name: a}]}}]
)y");
  EXPECT_EQ(resolved.Errors(), "");
  const auto& claims = resolved.run()
                           .tasks[0]
                           .units[0]
                           .spec.steps(0)
                           .compute_resources()
                           .claims();
  ASSERT_EQ(claims.size(), 2);
  EXPECT_EQ(claims[0].name(), "a");
  EXPECT_EQ(claims[0].request(), "gpu");
  EXPECT_EQ(claims[1].name(), "b");
}

}  // namespace
}  // namespace colocation
