#include "colocation/plan/own_fields.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// Two tasks of one Pod, each with the variable V from `field`; the first also
// reads it from a file.
std::string RunWith(absl::string_view field) {
  return absl::StrReplaceAll(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: run
  labels: {team: payments, shared: of-run}
  annotations: {note: of-run}
spec:
  workspaces: [{name: src, emptyDir: {}}]
  taskRunSpecs:
  - pipelineTaskName: one
    metadata: {labels: {shared: of-one}, annotations: {price: "2"}}
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - name: one
      workspaces: [{name: src}]
      taskRef: {name: whoami}
    - name: two
      runAfter: [one]
      workspaces: [{name: src}]
      taskSpec:
        metadata: {labels: {own: of-two}, annotations: {price: "$(V)"}}
        workspaces: [{name: src}]
        steps:
        - name: s
          image: busybox
          command: [env]
          env: [{name: V, valueFrom: {fieldRef: {fieldPath: "FIELD"}}}]
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: whoami, labels: {kind-of: reporter, team: of-task}}
spec:
  workspaces: [{name: src}]
  volumes:
  - name: info
    downwardAPI: {items: [{path: v, fieldRef: {fieldPath: "FIELD"}}]}
  steps:
  - name: s
    image: busybox
    command: [env]
    env: [{name: V, valueFrom: {fieldRef: {fieldPath: "FIELD"}}}]
)y",
                             {{"FIELD", field}});
}

// The value, or the field that is read.
std::string Shown(const v1::PlannedPod& pod, const v1::EnvVar& env) {
  if (!env.has_value_from()) return absl::StrCat("\"", env.value(), "\"");
  const std::string& field = env.value_from().field_ref().field_path();
  for (const auto& [key, value] : pod.annotations()) {
    if (field == absl::StrCat("metadata.annotations['", key, "']")) {
      return absl::StrCat("an annotation: ", value);
    }
  }
  return "as written";
}

// V in task one, in task two, and the file of task one.
std::string Found(absl::string_view field,
                  const v1::PlanRequest& request = {}) {
  const Planned planned = PlanYaml(RunWith(field), request);
  if (!planned.errors.empty()) return absl::StrJoin(planned.errors, "\n");
  const v1::ColocationPlan& plan = planned.plan;
  if (plan.pods_size() != 1) return "not one Pod";
  const v1::PlannedPod& pod = plan.pods(0);
  std::string text = absl::StrCat(
      Shown(pod, ContainerOf(plan, "one-step-s").container().env(0)), " | ",
      Shown(pod, ContainerOf(plan, "two-step-s").container().env(0)));
  for (const v1::PlannedVolume& volume : pod.volumes()) {
    if (volume.purpose() != v1::PlannedVolume::TASK) continue;
    v1::EnvVar file;
    *file.mutable_value_from()->mutable_field_ref() =
        volume.volume().downward_api().items(0).field_ref();
    absl::StrAppend(&text, " | ", Shown(pod, file));
  }
  return text;
}

struct FieldCase {
  const char* name;
  const char* field;
  const char* found;
};

class OwnFieldsTest : public testing::TestWithParam<FieldCase> {};

TEST_P(OwnFieldsTest, IsFound) {
  EXPECT_EQ(Found(GetParam().field), GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    , OwnFieldsTest,
    testing::ValuesIn(std::vector<FieldCase>{
        {"EachTaskFindsItsTaskRun", "metadata.labels['tekton.dev/taskRun']",
         "\"run-one\" | \"run-two\" | an annotation: run-one"},
        {"EachTaskFindsItsPipelineTask",
         "metadata.labels['tekton.dev/pipelineTask']",
         "\"one\" | \"two\" | an annotation: one"},
        {"OnlyATaskThatIsReferredToIsNamed",
         "metadata.labels['tekton.dev/task']",
         "\"whoami\" | as written | an annotation: whoami"},
        {"WhatAllHaveIsOnThePod", "metadata.labels['tekton.dev/memberOf']",
         "as written | as written | as written"},
        {"WhatTheRunHasIsOnThePod", "metadata.labels['team']",
         "as written | as written | as written"},
        {"TheRunsNameIsOnThePod", "metadata.labels['tekton.dev/pipelineRun']",
         "as written | as written | as written"},
        {"ALabelOfOneTaskIsNotTheOthers", "metadata.labels['kind-of']",
         "as written | \"\" | as written"},
        {"ALabelThatOneTaskReplacesIsTheRunsForTheOther",
         "metadata.labels['shared']", "as written | \"of-run\" | as written"},
        {"TektonManagesTheTaskRun",
         "metadata.labels['app.kubernetes.io/managed-by']",
         "\"tekton-pipelines\" | \"tekton-pipelines\" | an annotation: "
         "tekton-pipelines"},
        {"AnAnnotationOfTheRun", "metadata.annotations['note']",
         "as written | as written | as written"},
        {"AReferenceInAValueIsNotExpanded", "metadata.annotations['price']",
         "\"2\" | an annotation: $(V) | an annotation: 2"},
        {"WhatIsOfThePodIsThePods", "metadata.name",
         "as written | as written | as written"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(OwnFieldsOfATaskTest, ThereIsNoUidOfATaskRun) {
  EXPECT_EQ(Found("metadata.labels['tekton.dev/taskRunUID']"),
            "not-supported at "
            "spec.pipelineSpec.tasks[1].taskSpec.steps[0].env[0].valueFrom."
            "fieldRef."
            "fieldPath: the task has no TaskRun here, and so no "
            "tekton.dev/taskRunUID\n"
            "not-supported at "
            "spec.steps[0].env[0].valueFrom.fieldRef.fieldPath: the "
            "task has no TaskRun here, and so no tekton.dev/taskRunUID\n"
            "not-supported at "
            "spec.volumes[0].downwardAPI.items[0].fieldRef.fieldPath: the "
            "task has no "
            "TaskRun here, and so no tekton.dev/taskRunUID");
}

TEST(OwnFieldsOfATaskTest, AFileOfAllLabelsHasTheTasksOwn) {
  const Planned planned = PlanYaml(
      absl::StrReplaceAll(RunWith("metadata.name"),
                          {{"path: v, fieldRef: {fieldPath: \"metadata.name",
                            "path: v, fieldRef: {fieldPath: "
                            "\"metadata.labels"}}));
  ASSERT_TRUE(planned.errors.empty()) << planned.errors.front();
  const v1::PlannedPod& pod = planned.plan.pods(0);
  v1::EnvVar file;
  for (const v1::PlannedVolume& volume : pod.volumes()) {
    if (volume.purpose() != v1::PlannedVolume::TASK) continue;
    *file.mutable_value_from()->mutable_field_ref() =
        volume.volume().downward_api().items(0).field_ref();
  }
  EXPECT_EQ(Shown(pod, file),
            "an annotation: "
            "app.kubernetes.io/managed-by=\"tekton-pipelines\"\n"
            "kind-of=\"reporter\"\n"
            "shared=\"of-one\"\n"
            "team=\"payments\"\n"
            "tekton.dev/memberOf=\"tasks\"\n"
            "tekton.dev/pipeline=\"run\"\n"
            "tekton.dev/pipelineRun=\"run\"\n"
            "tekton.dev/pipelineTask=\"one\"\n"
            "tekton.dev/task=\"whoami\"\n"
            "tekton.dev/taskRun=\"run-one\"");
}

// Their Pods would each have another one in Tekton.
TEST(OwnFieldsOfATaskTest, AWorkspaceThatTasksShareHasNothingOfOneOfThem) {
  const std::string run = absl::StrReplaceAll(
      RunWith("metadata.name"),
      {{"{name: src, emptyDir: {}}",
        "{name: src, projected: {sources: [{downwardAPI: {items: "
        "[{path: v, "
        "fieldRef: {fieldPath: "
        "\"metadata.labels['tekton.dev/taskRun']\"}}]}}]"
        "}}"}});
  v1::PlanRequest request;
  request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  EXPECT_EQ(absl::StrJoin(PlanYaml(run, request).errors, "\n"),
            "not-supported at "
            "spec.workspaces.projected.sources[0].downwardAPI.items[0]."
            "fieldRef."
            "fieldPath: metadata.labels['tekton.dev/taskRun'] of a workspace "
            "that tasks share can't be that of each of them");
}

TEST(OwnFieldsOfATaskTest, APodOfOneTaskHasItAll) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(v1::POLICY_ISOLATED);
  request.mutable_options()->set_controlled(true);
  const Planned planned = PlanYaml(
      R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  pipelineSpec:
    tasks: [{name: one, taskRef: {name: whoami}}]
    finally:
    - name: two
      taskSpec: {steps: [{name: s, image: busybox, command: [env]}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: whoami, labels: {kind-of: reporter}}
spec:
  steps:
  - name: s
    image: busybox
    command: [env]
    env:
    - {name: V, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tekton.dev/taskRun']"}}}
)",
      request);
  ASSERT_TRUE(planned.errors.empty()) << planned.errors.front();
  ASSERT_EQ(planned.plan.pods_size(), 2);
  EXPECT_EQ(Shown(planned.plan.pods(0),
                  planned.plan.pods(0).containers(0).container().env(0)),
            "as written");
  const auto labels_of = [&](int pod) {
    const auto& labels = planned.plan.pods(pod).labels();
    std::vector<std::string> shown;
    for (const auto& [key, value] :
         std::map<std::string, std::string>(labels.begin(), labels.end())) {
      shown.push_back(absl::StrCat(key, "=", value));
    }
    return absl::StrJoin(shown, " ");
  };
  EXPECT_EQ(labels_of(0),
            "app.kubernetes.io/managed-by=tekton-pipelines kind-of=reporter "
            "tekton.dev/memberOf=tasks tekton.dev/pipelineTask=one "
            "tekton.dev/task=whoami tekton.dev/taskRun=run-one");
  EXPECT_EQ(labels_of(1),
            "app.kubernetes.io/managed-by=tekton-pipelines "
            "tekton.dev/memberOf=finally tekton.dev/pipelineTask=two "
            "tekton.dev/taskRun=run-two");
}

// Tekton calls the container of a step "step-NAME".
TEST(OwnFieldsOfATaskTest, ContainersAreFoundByTheNamesThatTektonGivesThem) {
  const Planned planned = PlanYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: src, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - name: one
      workspaces: [{name: src}]
      taskSpec: &spec
        workspaces: [{name: src}]
        volumes:
        - name: info
          downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: step-s, resource: limits.cpu}}]}
        - name: all
          projected: {sources: [{downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: sidecar-x, resource: limits.cpu}}]}}]}
        steps:
        - name: s
          image: busybox
          command: [env]
          env:
          - {name: A, valueFrom: {resourceFieldRef: {containerName: step-s, resource: limits.cpu}}}
          - {name: B, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
          - {name: C, valueFrom: {resourceFieldRef: {containerName: mine, resource: limits.cpu}}}
        sidecars: [{name: x, image: busybox, command: [env]}]
    - name: two
      workspaces: [{name: src}]
      taskSpec: *spec
)y");
  ASSERT_TRUE(planned.errors.empty()) << planned.errors.front();
  ASSERT_EQ(planned.plan.pods_size(), 1);
  for (const v1::PlannedContainer& container :
       planned.plan.pods(0).containers()) {
    if (container.role() != v1::CONTAINER_ROLE_STEP) continue;
    const auto& env = container.container().env();
    const auto name = [&](int i) {
      return env[i].value_from().resource_field_ref().container_name();
    };
    EXPECT_EQ(name(0), container.container().name());
    EXPECT_EQ(name(1), "");
    EXPECT_EQ(name(2), "mine");
  }
  std::vector<std::string> in_volumes;
  for (const v1::PlannedVolume& volume : planned.plan.pods(0).volumes()) {
    if (volume.purpose() != v1::PlannedVolume::TASK) continue;
    const v1::DownwardAPIVolumeFile& file =
        volume.volume().has_projected()
            ? volume.volume().projected().sources(0).downward_api().items(0)
            : volume.volume().downward_api().items(0);
    in_volumes.push_back(file.resource_field_ref().container_name());
  }
  EXPECT_EQ(absl::StrJoin(in_volumes, " "),
            "one-step-s one-sidecar-x two-step-s two-sidecar-x");
}

}  // namespace
}  // namespace colocation
