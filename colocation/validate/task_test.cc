#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/validate/validate_testing.h"

namespace colocation {
namespace {

struct FaultCase {
  absl::string_view name;    // the claim
  absl::string_view spec;    // of a Task, in flow style
  absl::string_view faults;  // "PATH: CODE" lines
};

std::string NameOf(const testing::TestParamInfo<FaultCase>& info) {
  return std::string(info.param.name);
}

class TaskFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(TaskFaults, AreFoundWhereTheyStand) {
  EXPECT_EQ(FaultsOf(TaskOf(GetParam().spec)), GetParam().faults);
}

constexpr FaultCase kSteps[] = {
    {"TaskNeedsStep", "description: d", "spec: missing-field"},
    {"StepNeedsImage", "steps: [{script: x}]", "spec.steps[0]: missing-field"},
    {"ImageMayComeFromTemplate",
     "stepTemplate: {image: i}, steps: [{script: x}]", ""},
    {"TemplateGivesNothingToStepWithRef",
     "stepTemplate: {image: i, command: [c]}, steps: [{ref: {name: a}}]", ""},
    {"CommandOfTemplateClashesWithScript",
     "stepTemplate: {command: [c]}, steps: [{image: i, script: x}]",
     "spec.steps[0].script: one-of-many"},
    {"AllFaultsOfStepAtOnce",
     "steps: [{name: A, script: x, command: [c], onError: ignore, "
     "timeout: -1s, params: [{name: p, value: v}]}]",
     "spec.steps[0]: missing-field\n"
     "spec.steps[0].name: invalid-name\n"
     "spec.steps[0].onError: invalid-value\n"
     "spec.steps[0].params: forbidden-field\n"
     "spec.steps[0].script: one-of-many\n"
     "spec.steps[0].timeout: invalid-value"},
    {"EmptyEnvBesideRefCounts", "steps: [{ref: {name: a}, env: []}]",
     "spec.steps[0].env: one-of-many"},
    {"EmptyCommandBesideRefDoesNotCount",
     "steps: [{ref: {name: a}, command: []}]", ""},
    {"StepNameTwice", "steps: [{name: a, image: i}, {name: a, image: i}]",
     "spec.steps[1].name: duplicate-name"},
    {"MountUnderTekton",
     "steps: [{image: i, volumeMounts: [{name: v, mountPath: /tekton/x}, "
     "{name: v, mountPath: /x/../tekton/steps}, {name: v, mountPath: "
     "/tekton/home/a}, {name: v, mountPath: /tekton}]}]",
     "spec.steps[0].volumeMounts[0].mountPath: mount-path-conflict\n"
     "spec.steps[0].volumeMounts[1].mountPath: mount-path-conflict"},
    {"MountOfTemplateIsReportedInTemplate",
     "stepTemplate: {volumeMounts: [{name: v, mountPath: /tekton/x}]}, "
     "steps: [{image: i}]",
     "spec.stepTemplate.volumeMounts[0].mountPath: mount-path-conflict"},
    {"VariableTwiceAmongOthersCannotMergeWithTemplate",
     "stepTemplate: {env: [{name: T, value: t}]}, steps: [{image: i, env: "
     "[{name: A, value: a}, {name: B, value: b}, {name: A, value: c}]}]",
     "spec.stepTemplate: template-merge"},
    {"VariableTwiceInARowMergesWithTemplate",
     "stepTemplate: {env: [{name: T, value: t}]}, steps: [{image: i, env: "
     "[{name: A, value: a}, {name: A, value: c}, {name: B, value: b}]}]",
     ""},
    {"StepResultOnlyInEnvCommandAndArgs",
     "steps: [{image: $(steps.a.results.r), script: $(steps.a.results.r), "
     "args: [$(steps.a.results.r)], env: [{name: E, value: "
     "$(steps.a.results.r)}]}]",
     "spec.steps[0].image: forbidden-variable\n"
     "spec.steps[0].script: forbidden-variable"},
    {"WhenNeedsOperator",
     "steps: [{image: i, when: [{input: a, operator: In, values: [a]}, {}]}]",
     "spec.steps[0].when[0].operator: invalid-value\n"
     "spec.steps[0].when[1]: missing-field"},
    {"ArtifactsNeedFlag", "steps: [{image: i, args: [$(steps.a.outputs.b)]}]",
     "spec.steps[0].args[0]: feature-not-enabled"},
};
INSTANTIATE_TEST_SUITE_P(Steps, TaskFaults, testing::ValuesIn(kSteps), NameOf);

constexpr FaultCase kParams[] = {
    {"TypeIsInferredFromDefault",
     "params: [{name: a, default: [x]}], steps: [{image: i, args: "
     "['$(params.a[*])']}]",
     ""},
    {"TypeUnknown", "params: [{name: a, type: number}], steps: [{image: i}]",
     "spec.params[0].type: invalid-value"},
    {"DefaultOfAnotherType",
     "params: [{name: a, type: string, default: [x]}], steps: [{image: i}]",
     "spec.params[0].default: param-type"},
    {"DeclaredTwice", "params: [{name: a}, {name: a}], steps: [{image: i}]",
     "spec.params[1].name: duplicate-name"},
    {"ObjectNeedsProperties",
     "params: [{name: o, type: object}], steps: [{image: i}]",
     "spec.params[0]: missing-field"},
    {"EmptyPropertiesWillDo",
     "params: [{name: o, type: object, properties: {}}], steps: [{image: i}]",
     ""},
    {"NoDotInNameOfObject",
     "params: [{name: a.b, properties: {k.l: {}}}], steps: [{image: i}]",
     "spec.params[0].name: invalid-name\n"
     "spec.params[0].properties.k.l: invalid-name"},
    {"UndeclaredInEachField",
     "steps: [{image: $(params.a), workingDir: $(params.b), args: "
     "['$(params.c)'], env: [{name: E, value: '$(params.d)'}], onError: "
     "$(params.e)}]",
     "spec.steps[0].args[0]: unknown-param\n"
     "spec.steps[0].env[0].value: unknown-param\n"
     "spec.steps[0].image: unknown-param\n"
     "spec.steps[0].onError: unknown-param\n"
     "spec.steps[0].workingDir: unknown-param"},
    {"SidecarsAreNotLookedAt",
     "steps: [{image: i}], sidecars: [{image: $(params.x)}]", ""},
    {"UndeclaredInTemplateIsReportedThere",
     "stepTemplate: {env: [{name: E, value: $(params.x)}]}, steps: [{image: "
     "i}, {image: j}]",
     "spec.stepTemplate.env[0].value: unknown-param"},
    {"OverriddenInTemplateDoesNotCount",
     "stepTemplate: {env: [{name: E, value: $(params.x)}]}, steps: [{image: i, "
     "env: [{name: E, value: v}]}]",
     ""},
    {"ArrayInScript",
     "params: [{name: a, type: array}], steps: [{image: i, script: "
     "'$(params.a[*])'}]",
     "spec.steps[0].script: variable-type"},
    // Of two declarations both count.
    {"ArrayDeclaredAgainAsString",
     "params: [{name: p, type: array}, {name: p}], "
     "steps: [{image: $(params.p)}]",
     "spec.params[1].name: duplicate-name\n"
     "spec.steps[0].image: variable-type"},
    {"ElementOfArrayInScript",
     "params: [{name: a, type: array}], steps: [{image: i, script: "
     "'$(params.a[0])'}]",
     ""},
    {"ArrayBesideText",
     "params: [{name: a, type: array}], steps: [{image: i, args: "
     "['-x $(params.a[*])']}]",
     "spec.steps[0].args[0]: variable-not-isolated"},
    {"ObjectAsWhole",
     "params: [{name: o, properties: {k: {}}}], steps: [{image: i, script: "
     "$(params.o) $(params.o.k)}]",
     "spec.steps[0].script: variable-type"},
    {"KeyUnknown",
     "params: [{name: o, properties: {k: {}}}], steps: [{image: i, script: "
     "$(params.o.l)}]",
     "spec.steps[0].script: unknown-param"},
    {"TooManyDots", "params: [{name: a}], steps: [{image: $(params.a.b.c)}]",
     "spec.steps[0].image: unknown-variable"},
    {"DotsInBrackets",
     "params: [{name: a.b.c}], steps: [{image: '$(params[\"a.b.c\"])'}]", ""},
    {"NoReferenceAcrossLines",
     "steps: [{image: i, script: \"$(params.a\\n)\"}]", ""},
    {"ContextUnknown", "steps: [{image: $(context.taskRun.owner)}]",
     "spec.steps[0].image: unknown-variable"},
};
INSTANTIATE_TEST_SUITE_P(Params, TaskFaults, testing::ValuesIn(kParams),
                         NameOf);

constexpr FaultCase kRest[] = {
    {"VolumeTwice",
     "volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}], steps: "
     "[{image: i}]",
     "spec.volumes[1].name: duplicate-name"},
    {"WorkspacesAtOnePath",
     "workspaces: [{name: a, mountPath: /workspace/b}, {name: b}], steps: "
     "[{image: i}]",
     "spec.workspaces[1].mountPath: mount-path-conflict"},
    {"WorkspaceWhereStepMounts",
     "workspaces: [{name: a, mountPath: /d/}], steps: [{image: i, "
     "volumeMounts: [{name: v, mountPath: /d}]}]",
     "spec.workspaces[0].mountPath: mount-path-conflict"},
    {"WorkspaceOfStepNotDeclared",
     "steps: [{image: i, workspaces: [{name: w}]}]",
     "spec.steps[0].workspaces[0].name: unknown-workspace"},
    {"SidecarNeedsImage", "steps: [{image: i}], sidecars: [{name: s}]",
     "spec.sidecars[0]: missing-field"},
    {"SidecarNameReserved",
     "steps: [{image: i}], sidecars: [{name: tekton-log-results, image: i}]",
     "spec.sidecars[0].name: reserved-name"},
    {"ResultUnknownInScript",
     "results: [{name: r}], steps: [{image: i, script: echo > "
     "$(results.s.path)}]",
     "spec.steps[0].script: unknown-result"},
    {"StepResultUnknownInScript",
     "steps: [{image: i, results: [{name: r}], script: echo > "
     "$(step.results.s.path)}]",
     "spec.steps[0].script: unknown-result"},
    {"ResultValueIsStepResult",
     "results: [{name: a, value: x}, {name: b, value: $(steps.s.results.r)}, "
     "{name: c, value: $(steps.S.results.-)}], steps: [{image: i}]",
     "spec.results[0].value: not-a-result\n"
     "spec.results[2].value: invalid-name\n"
     "spec.results[2].value: invalid-name"},
    {"ResultObjectNeedsProperties",
     "results: [{name: a, type: object}, {name: b, type: object, properties: "
     "{}}], steps: [{image: i}]",
     "spec.results[0]: missing-field"},
};
INSTANTIATE_TEST_SUITE_P(Rest, TaskFaults, testing::ValuesIn(kRest), NameOf);

class TaskHints : public testing::TestWithParam<FaultCase> {};

TEST_P(TaskHints, SayWhatToDo) {
  EXPECT_EQ(HintsOf(TaskOf(GetParam().spec)), GetParam().faults);
}

constexpr FaultCase kHints[] = {
    {"NearestParam",
     "params: [{name: version}], steps: [{image: $(params.vresion)}]",
     "spec.steps[0].image: did you mean \"version\"?"},
    {"ParamsThatThereAre",
     "params: [{name: b}, {name: a}], steps: [{image: $(params.xyz)}]",
     "spec.steps[0].image: declared here: a, b"},
    {"NoParamsAtAll", "steps: [{image: $(params.xyz)}]",
     "spec.steps[0].image: declare it under params"},
    {"NearestKey",
     "params: [{name: o, properties: {host: {}, port: {}}}], steps: [{image: "
     "$(params.o.prot)}]",
     "spec.steps[0].image: did you mean \"port\"?"},
    {"NearestWorkspace",
     "workspaces: [{name: source}], steps: [{image: i, workspaces: [{name: "
     "suorce}]}]",
     "spec.steps[0].workspaces[0].name: did you mean \"source\"?"},
    {"NearestResult",
     "results: [{name: digest}], steps: [{image: i, script: "
     "$(results.digset.path)}]",
     "spec.steps[0].script: did you mean \"digest\"?"},
    {"NearestOnError", "steps: [{image: i, onError: contineu}]",
     "spec.steps[0].onError: did you mean \"continue\"?"},
    {"BracketsForDots",
     "params: [{name: a}], steps: [{image: $(params.a.b.c)}]",
     "spec.steps[0].image: a name with dots goes into brackets: "
     "$(params[\"a.b.c\"])"},
    {"OperatorInLowerCase",
     "steps: [{image: i, when: [{input: a, operator: NotIn, values: [b]}]}]",
     "spec.steps[0].when[0].operator: write it \"notin\""},
};
INSTANTIATE_TEST_SUITE_P(All, TaskHints, testing::ValuesIn(kHints), NameOf);

TEST(Flags, TurnRulesOff) {
  FeatureFlags flags;
  const std::string task = TaskOf(
      "params: [{name: a, enum: [x]}], steps: [{image: i, stdoutConfig: {path: "
      "/o}, args: [$(steps.s.outputs.o)]}]");
  EXPECT_EQ(FaultsOf(task, flags),
            "spec.params[0].enum: feature-not-enabled\n"
            "spec.steps[0].args[0]: feature-not-enabled\n"
            "spec.steps[0].stdoutConfig: feature-not-enabled");
  ASSERT_TRUE(SetFeatureFlag("enable-param-enum", "true", &flags));
  ASSERT_TRUE(SetFeatureFlag("enable-artifacts", "true", &flags));
  ASSERT_TRUE(SetFeatureFlag("enable-api-fields", "alpha", &flags));
  EXPECT_EQ(FaultsOf(task, flags), "");
}

TEST(Flags, UnknownOnesChangeNothing) {
  FeatureFlags flags;
  EXPECT_FALSE(SetFeatureFlag("enable-api-fields", "gamma", &flags));
  EXPECT_FALSE(SetFeatureFlag("enable-everything", "true", &flags));
  EXPECT_EQ(flags.api_fields, v1::API_FIELDS_BETA);
}

TEST(Version, SidecarOfV1beta1NeedsNoImage) {
  EXPECT_EQ(FaultsOf("{apiVersion: tekton.dev/v1beta1, kind: Task, metadata: "
                     "{name: t}, spec: {steps: [{image: i}], sidecars: [{name: "
                     "s}]}}"),
            "");
}

TEST(Version, BundlesAndResourcesAreRemoved) {
  EXPECT_EQ(
      FaultsOf("{apiVersion: tekton.dev/v1beta1, kind: TaskRun, metadata: "
               "{name: t}, spec: {resources: {}, taskRef: {name: t, "
               "bundle: b}}}"),
      "spec.resources: removed-field\n"
      "spec.taskRef.bundle: removed-field");
}

struct ObjectCase {
  absl::string_view name;
  absl::string_view kind;
  absl::string_view spec;
  absl::string_view faults;
};

class ObjectFaults : public testing::TestWithParam<ObjectCase> {};

TEST_P(ObjectFaults, AreFoundWhereTheyStand) {
  const ObjectCase& given = GetParam();
  const absl::string_view version =
      given.kind == "StepAction" ? "v1beta1" : "v1";
  EXPECT_EQ(FaultsOf(absl::StrCat(
                "{apiVersion: tekton.dev/", version, ", kind: ", given.kind,
                ", metadata: {name: o}, spec: {", given.spec, "}}")),
            given.faults);
}

constexpr ObjectCase kObjects[] = {
    {"RunOfNothing", "TaskRun", "params: []", "spec: one-of-none"},
    {"RunOfBoth", "TaskRun",
     "taskRef: {name: t}, taskSpec: {steps: [{image: i}]}",
     "spec.taskSpec: one-of-many"},
    {"RunGivesParamTwice", "TaskRun",
     "taskRef: {name: t}, params: [{name: a, value: x}, {name: A, value: y}]",
     "spec.params[1].name: duplicate-name"},
    {"RunParamReachesIntoSpec", "TaskRun",
     "params: [{name: a, value: x}], taskSpec: {steps: [{image: "
     "$(params.a)}]}",
     ""},
    {"RunParamUnknownInSpec", "TaskRun",
     "params: [{name: a, value: x}], taskSpec: {steps: [{image: "
     "$(params.b)}]}",
     "spec.taskSpec.steps[0].image: unknown-param"},
    {"TypeThatTheRunGivesCounts", "TaskRun",
     "params: [{name: a, value: [x]}], taskSpec: {steps: [{image: "
     "$(params.a)}]}",
     "spec.taskSpec.steps[0].image: variable-type"},
    {"ObjectOfRunNeedsDeclaredKeys", "TaskRun",
     "params: [{name: o, value: {k: v}}], taskSpec: {params: [{name: o, type: "
     "object}], steps: [{image: i}]}",
     "spec.taskSpec.params[0]: missing-field"},
    {"BindingWithTwoSources", "TaskRun",
     "taskRef: {name: t}, workspaces: [{name: w, emptyDir: {}, secret: "
     "{secretName: s}}]",
     "spec.workspaces[0].secret: one-of-many"},
    {"BindingWithoutSource", "TaskRun",
     "taskRef: {name: t}, workspaces: [{name: w}, {}]",
     "spec.workspaces[0]: one-of-none\n"
     "spec.workspaces[1]: missing-field"},
    {"RefThroughResolver", "TaskRun",
     "taskRef: {name: t, params: [{name: a, value: b}]}",
     "spec.taskRef: missing-field\n"
     "spec.taskRef.params: one-of-many"},
    {"RefByUrl", "TaskRun", "taskRef: {name: 'https://x.dev/t.yaml'}",
     "spec.taskRef: missing-field\n"
     "spec.taskRef.name: feature-not-enabled"},
    {"StatusUnknown", "TaskRun", "taskRef: {name: t}, status: Cancelled",
     "spec.status: invalid-value"},
    {"ActionParamInScript", "StepAction",
     "image: i, params: [{name: a}], script: $(params.a)",
     "spec.script: forbidden-variable"},
    {"ActionMountIsParam", "StepAction",
     "image: i, params: [{name: a}], volumeMounts: [{name: v, mountPath: /v}, "
     "{name: $(params.a), mountPath: /w}]",
     "spec.volumeMounts[0].name: invalid-value"},
    {"ActionResultUnknown", "StepAction",
     "image: i, script: echo > $(step.results.r.path)",
     "spec.script: unknown-result"},
};
INSTANTIATE_TEST_SUITE_P(All, ObjectFaults, testing::ValuesIn(kObjects),
                         [](const testing::TestParamInfo<ObjectCase>& info) {
                           return std::string(info.param.name);
                         });

TEST(Names, ObjectsHaveValidOnes) {
  const auto faults = [](absl::string_view metadata) {
    return FaultsOf(
        absl::StrCat("{apiVersion: tekton.dev/v1, kind: Task, metadata: {",
                     metadata, "}, spec: {steps: [{image: i}]}}"));
  };
  EXPECT_EQ(faults("name: a.b-c"), "");
  EXPECT_EQ(faults("name: A"), "metadata.name: invalid-name");
  EXPECT_EQ(faults("labels: {}"), "metadata.name: invalid-name");
  EXPECT_EQ(faults("generateName: a-"), "");
  EXPECT_EQ(faults("generateName: A-"), "metadata.generateName: invalid-name");
  EXPECT_EQ(faults(absl::StrCat("name: ", std::string(64, 'a'))),
            "metadata.name: name-too-long");
  EXPECT_EQ(faults(absl::StrCat("generateName: ", std::string(90, 'a'))), "");
}

}  // namespace
}  // namespace colocation
