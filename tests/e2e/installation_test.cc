// What an installation and a Pod template say of all Pods, and what a step can
// find out about its own: each case is a run in a real Pod.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

class InstallationTest : public PlannedRunTest {
 protected:
  static v1::PlanRequest With(
      absl::string_view yaml,
      const std::vector<std::pair<std::string, std::string>>& settings) {
    v1::PlanRequest request = Request(yaml);
    for (const auto& [key, value] : settings) {
      (*request.mutable_options()->mutable_feature_flags())[key] = value;
    }
    return request;
  }
};

constexpr absl::string_view kNobodyIsRoot = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: nobody-is-root}
spec:
  taskRunTemplate: {podTemplate: {securityContext: {runAsNonRoot: true}}}
  workspaces: [{name: src, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - name: one
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        results: [{name: r}]
        steps:
        - name: s
          image: IMAGE
          securityContext: {runAsUser: 1000}
          script: |
            id -u
            stat -c %u /colocation/program/launcher
            echo one >$(workspaces.src.path)/one
            printf 7 >$(results.r.path)
    - name: two
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps:
        - name: s
          image: IMAGE
          securityContext: {runAsUser: 2000}
          script: |
            id -u
            echo $(tasks.one.results.r)
            cat $(workspaces.src.path)/one
            echo two >$(workspaces.src.path)/two
)yaml";

// The init container has a user of its own, and steps of other users read and
// write what it lays out.
TEST_F(InstallationTest, APodInWhichNobodyIsRootRuns) {
  const RunResult run = RunPlanned(kNobodyIsRoot);
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("one"), "1000\n65532\n");
  EXPECT_EQ(run.LogOf("two"), "2000\n7\none\n");
}

TEST_F(InstallationTest, APodOfARestrictedNamespaceRuns) {
  const RunResult run = RunPlanned(With(
      kNobodyIsRoot,
      {{"set-security-context", "true"},
       {"set-security-context-read-only-root-filesystem", "true"}}));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("two"), "2000\n7\none\n");
}

TEST_F(InstallationTest, EachTaskFindsItsOwnLabelsAndAnnotations) {
  const RunResult run = RunPlanned(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: who-am-i
  labels: {team: payments}
  annotations: {build.example.org/commit: abc123}
spec:
  workspaces: [{name: src, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - {name: one, workspaces: [{name: src}], taskRef: {name: whoami}}
    finally:
    - {name: two, workspaces: [{name: src}], taskRef: {name: whoami}}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: whoami}
spec:
  workspaces: [{name: src}]
  volumes:
  - name: info
    downwardAPI:
      items:
      - {path: task-run, fieldRef: {fieldPath: "metadata.labels['tekton.dev/taskRun']"}}
      - {path: all, fieldRef: {fieldPath: metadata.labels}}
  steps:
  - name: say
    image: IMAGE
    volumeMounts: [{name: info, mountPath: /info}]
    env:
    - {name: A_TASKRUN, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/taskRun']"}}}
    - {name: A_PTASK, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/pipelineTask']"}}}
    - {name: A_TASK, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/task']"}}}
    - {name: A_MEMBER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/memberOf']"}}}
    - {name: A_RUN, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/pipelineRun']"}}}
    - {name: A_TEAM, valueFrom: {fieldRef: {fieldPath: "metadata.labels['team']"}}}
    - {name: A_COMMIT, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['build.example.org/commit']"}}}
    script: |
      env | grep ^A_ | sort
      cat /info/task-run; echo
      grep pipelineTask /info/all
)yaml");
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("one"),
            "A_COMMIT=abc123\nA_MEMBER=tasks\nA_PTASK=one\nA_RUN=who-am-i\n"
            "A_TASK=whoami\nA_TASKRUN=who-am-i-one\nA_TEAM=payments\n"
            "who-am-i-one\ntekton.dev/pipelineTask=\"one\"\n");
  EXPECT_EQ(run.LogOf("two"),
            "A_COMMIT=abc123\nA_MEMBER=finally\nA_PTASK=two\nA_RUN=who-am-i\n"
            "A_TASK=whoami\nA_TASKRUN=who-am-i-two\nA_TEAM=payments\n"
            "who-am-i-two\ntekton.dev/pipelineTask=\"two\"\n");
}

TEST_F(InstallationTest, AWorkingDirThatAStepMayNotMakeIsMadeForIt) {
  const RunResult run = RunPlanned(R"yaml(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: deep}
spec:
  taskSpec:
    stepTemplate: {image: IMAGE, securityContext: {runAsUser: 1000}}
    steps:
    - {name: outside, workingDir: /opt/app/deep, script: pwd}
    - {name: inside, workingDir: /workspace/deep, script: "pwd; touch f; stat -c %u f"}
)yaml");
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("deep"), "/opt/app/deep\n/workspace/deep\n1000\n");
}

TEST_F(InstallationTest, DefaultsOfTheInstallationReachTheSteps) {
  const RunResult run = RunPlanned(With(
      R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: defaults}
spec:
  pipelineSpec:
    tasks:
    - name: m
      matrix: {params: [{name: x, value: [a, b]}]}
      taskRef: {name: in-a-workspace}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: in-a-workspace}
spec:
  params: [{name: x}]
  workspaces: [{name: w}]
  steps:
  - name: s
    image: IMAGE
    script: |
      echo $PROXY
      touch $(workspaces.w.path)/$(params.x)
      ls $(workspaces.w.path)
)yaml",
      {{"default-pod-template", "env: [{name: PROXY, value: here}]"},
       {"default-task-run-workspace-binding", "emptyDir: {}"}}));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("m-0"), "here\na\n");
  EXPECT_EQ(run.LogOf("m-1"), "here\nb\n");
}

}  // namespace
}  // namespace colocation
