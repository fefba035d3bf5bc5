// What Tekton accepts and Kubernetes would refuse.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/decode.h"
#include "colocation/validate/mount_path.h"
#include "colocation/validate/validate.h"

namespace colocation {
namespace {

// "PATH: CODE" a line, sorted.
std::string FaultsForPods(absl::string_view yaml) {
  v1::ObjectSet objects;
  DiagnosticList list;
  DecodeObjects("test.yaml", yaml, DecodeOptions(), &objects, &list);
  ValidateForPods(objects, FeatureFlags(), &list);
  std::string text;
  const v1::Diagnostics sorted = list.Sorted();
  for (const v1::Diagnostic& d : sorted.diagnostics()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", d.path(), ": ", d.code());
  }
  return text;
}

struct PodCase {
  absl::string_view name;
  absl::string_view kind;
  absl::string_view spec;
  absl::string_view faults;
};

class PodRules : public testing::TestWithParam<PodCase> {};

TEST_P(PodRules, AreFoundWhereTheyAreBroken) {
  EXPECT_EQ(
      FaultsForPods(absl::StrCat(
          "apiVersion: ",
          GetParam().kind == "LimitRange"   ? "v1"
          : GetParam().kind == "StepAction" ? "tekton.dev/v1beta1"
                                            : "tekton.dev/v1",
          "\nkind: ", GetParam().kind, "\nmetadata: {name: t}\nspec: {",
          GetParam().spec, "}\n")),
      GetParam().faults);
}

INSTANTIATE_TEST_SUITE_P(
    All, PodRules,
    testing::Values(
        PodCase{"VariableWithoutName", "Task",
                "steps: [{image: i, env: [{value: x}]}]",
                "spec.steps[0].env[0]: missing-field"},
        PodCase{"VariableWithEqualsSign", "Task",
                "stepTemplate: {env: [{name: a=b}]}, steps: [{image: i}]",
                "spec.stepTemplate.env[0].name: invalid-name"},
        PodCase{"MountWithoutPath", "Task",
                "steps: [{image: i, volumeMounts: [{name: v}]}]",
                "spec.steps[0].volumeMounts[0]: missing-field"},
        PodCase{"MountsWhereNothingMayBe", "Task",
                "steps: [{image: i, volumeMounts: [{name: v, mountPath: /}, "
                "{name: v, mountPath: /x/..}, {name: v, mountPath: "
                "/colocation}, {name: v, mountPath: colocation/post}, {name: "
                "v, mountPath: /tekton}, {name: v, mountPath: /tekton/home}, "
                "{name: v, mountPath: /colocations}]}]",
                "spec.steps[0].volumeMounts[0].mountPath: mount-path-conflict\n"
                "spec.steps[0].volumeMounts[1].mountPath: mount-path-conflict\n"
                "spec.steps[0].volumeMounts[2].mountPath: mount-path-conflict\n"
                "spec.steps[0].volumeMounts[3].mountPath: mount-path-conflict\n"
                "spec.steps[0].volumeMounts[4].mountPath: mount-path-conflict"},
        PodCase{"RelativePathsAreWarnedOf", "Task",
                "workspaces: [{name: w, mountPath: src}], sidecars: [{image: "
                "i, workspaces: [{name: w, mountPath: ../x}]}], steps: "
                "[{image: i}]",
                "spec.sidecars[0].workspaces[0].mountPath: "
                "relative-mount-path\n"
                "spec.workspaces[0].mountPath: relative-mount-path"},
        PodCase{"ReferenceMayBecomeAnyPath", "Task",
                "steps: [{image: i, volumeMounts: [{name: v, mountPath: "
                "$(params.x)}]}]",
                ""},
        PodCase{"NegativeRequest", "Task",
                "sidecars: [{image: i, computeResources: {requests: {cpu: "
                "-1}}}], steps: [{image: i}]",
                "spec.sidecars[0].computeResources.requests.cpu: "
                "invalid-value"},
        PodCase{"RequestOverLimit", "Task",
                "steps: [{image: i, computeResources: {requests: {memory: "
                "2Gi}, limits: {memory: 1Gi}}}]",
                "spec.steps[0].computeResources.requests.memory: "
                "request-over-limit"},
        PodCase{"VolumeOfTwoSources", "Task",
                "volumes: [{name: v, emptyDir: {}, secret: {secretName: s}}, "
                "{emptyDir: {}}], steps: [{image: i}]",
                "spec.volumes[0].secret: one-of-many\n"
                "spec.volumes[1]: missing-field"},
        PodCase{"EmbeddedInAPipeline", "Pipeline",
                "finally: [{name: a, taskSpec: {steps: [{image: i, env: "
                "[{}]}]}}]",
                "spec.finally[0].taskSpec.steps[0].env[0]: missing-field"},
        PodCase{"PodTemplateOfARun", "PipelineRun",
                "pipelineRef: {name: p}, taskRunTemplate: {podTemplate: {env: "
                "[{}]}}, taskRunSpecs: [{pipelineTaskName: a, podTemplate: "
                "{volumes: [{}]}}]",
                "spec.taskRunSpecs[0].podTemplate.volumes[0]: missing-field\n"
                "spec.taskRunTemplate.podTemplate.env[0]: missing-field"},
        PodCase{"PodTemplateOfATaskRun", "TaskRun",
                "taskRef: {name: t}, podTemplate: {env: [{}]}",
                "spec.podTemplate.env[0]: missing-field"},
        PodCase{"StepAction", "StepAction",
                "image: i, env: [{}], volumeMounts: [{name: $(params.v)}]",
                "spec.env[0]: missing-field\n"
                "spec.volumeMounts[0]: missing-field"},
        PodCase{"LimitRange", "LimitRange",
                "limits: [{type: Container, defaultRequest: {memory: -1Gi}}]",
                "spec.limits[0].defaultRequest.memory: invalid-value"}),
    [](const testing::TestParamInfo<PodCase>& info) {
      return std::string(info.param.name);
    });

TEST(PathInContainer, BeginsAtTheRootAndStaysInIt) {
  EXPECT_EQ(PathInContainer("src"), "/src");
  EXPECT_EQ(PathInContainer("/a//b/./c/"), "/a/b/c");
  EXPECT_EQ(PathInContainer("../../x"), "/x");
  EXPECT_EQ(PathInContainer(""), "/");
}

}  // namespace
}  // namespace colocation
