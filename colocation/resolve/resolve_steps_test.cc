// What the steps of a resolved run run: references followed, stepTemplate and
// StepActions taken in, parameters and workspaces put in.
#include "colocation/resolve/resolve_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

class StepsTest : public testing::TestWithParam<RunCase> {};

TEST_P(StepsTest, AreSubstituted) {
  const ResolvedYaml resolved(GetParam().yaml);
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Steps(), GetParam().expected);
}

constexpr absl::string_view kEcho = R"y(
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: echo}
spec:
  params: [{name: x, default: own}, {name: l, type: array, default: [d]}]
  steps: [{image: i, args: [$(params.x), "$(params.l[*])"]}]
)y";

INSTANTIATE_TEST_SUITE_P(
    Params, StepsTest,
    testing::Values(RunCase{"RunBeforeDefault", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: a, value: given}]
  pipelineSpec:
    params: [{name: a, default: not-me}, {name: b, default: "b-$(params.a)"}]
    tasks: [{name: t, taskSpec: {steps: [{image: i, args: [$(params.a), $(params.b)]}]}}]
)y",
                            "t: i given b-given"},
                    RunCase{"TaskParamBeforePropagated", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: x, value: of-run}, {name: z, value: of-run}]
  pipelineSpec:
    tasks:
    - name: t
      params: [{name: x, value: of-task}]
      taskSpec: {params: [{name: x}], steps: [{image: i, args: [$(params.x), $(params.z)]}]}
)y",
                            "t: i of-task of-run"},
                    RunCase{"PropagatedBeforeDefaultOfEmbedded", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: x, value: of-run}]
  pipelineSpec:
    tasks:
    - name: t
      taskSpec: {params: [{name: x, default: own}], steps: [{image: i, args: [$(params.x)]}]}
)y",
                            "t: i of-run"},
                    RunCase{"DefaultOfATaskSeesOnlyDefaults", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: a, value: given}]
  taskSpec:
    params: [{name: a, default: d}, {name: b, default: "$(params.a)!"}]
    steps: [{image: i, args: [$(params.a), $(params.b)]}]
)y",
                            "u: i given d!"},
                    RunCase{"ObjectKeysOfDefaultAndValue", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: o, value: {k: given}}]
  taskSpec:
    params: [{name: o, properties: {k: {}, l: {}}, default: {k: d, l: d}}]
    steps: [{image: i, args: [$(params.o.k), $(params.o.l)]}]
)y",
                            "u: i given d"},
                    RunCase{"ArraysExpandAndAreIndexed", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: l, value: [a, b]}]
  taskSpec:
    params: [{name: l, type: array}]
    steps: [{image: i, command: ["$(params.l[1])"], args: ["-", "$(params.l[*])", "x$(params.l[0])"]}]
)y",
                            "u: i b - a b xa"},
                    RunCase{
                        "Contexts", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r, namespace: ns}
spec:
  params: [{name: x, value: "of $(context.pipelineRun.name)"}]
  pipelineSpec:
    tasks:
    - name: t
      retries: 2
      params: [{name: retries, value: $(context.pipelineTask.retries)}]
      taskSpec:
        params: [{name: retries}]
        steps:
        - image: i
          args: [$(params.x), $(context.pipeline.name), $(context.pipelineRun.namespace), $(context.taskRun.name), $(context.task.name), $(params.retries), $(context.task.retry-count)]
)y",
                        "t: i of r r ns r-t r-t 2 $(context.task.retry-count)"},
                    RunCase{"RetryCountIsKnownWithoutRetries", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec: {taskSpec: {steps: [{image: i, args: [$(context.task.retry-count), $(context.taskRun.name)]}]}}
)y",
                            "u: i 0 u"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Results, StepsTest,
    testing::Values(
        RunCase{"ParameterBoundToAResultIsTheResult", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskSpec: {results: [{name: r}, {name: l, type: array}, {name: o, type: object, properties: {k: {}}}], steps: [{image: i}]}}
  - name: b
    params: [{name: s, value: "x-$(tasks.a.results.r)"}, {name: l, value: "$(tasks.a.results.l[*])"}, {name: o, value: "$(tasks.a.results.o[*])"}]
    taskSpec:
      params: [{name: s}, {name: l, type: array}, {name: o, type: object, properties: {k: {}}}]
      steps: [{image: i, args: [$(params.s), "$(params.l[*])", "$(params.l[1])", $(params.o.k)]}]
)y",
                "a: i | b: i x-$(tasks.a.results.r) $(tasks.a.results.l[*]) "
                "$(tasks.a.results.l[1]) $(tasks.a.results.o.k)"},
        RunCase{"ArrayResultWithoutStar", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskSpec: {results: [{name: l, type: array}], steps: [{image: i}]}}
  - name: b
    params: [{name: l, value: $(tasks.a.results.l)}]
    taskSpec: {params: [{name: l, type: array}], steps: [{image: i, args: ["$(params.l[*])"]}]}
)y",
                "a: i | b: i $(tasks.a.results.l[*])"},
        RunCase{"PathsOfResultsAndSteps", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  taskSpec:
    results: [{name: r}]
    steps:
    - {name: one, image: i, results: [{name: s}], script: "$(results.r.path) $(step.results.s.path) $(results['r'].path)"}
    - {image: i, script: "$(steps.step-one.exitCode.path) $(steps.one.results.s)"}
)y",
                "u: i '/tekton/results/r /tekton/steps/step-one/results/s "
                "/tekton/results/r' & i '/tekton/steps/step-one/exitCode "
                "$(steps.one.results.s)'"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    MatrixAndSteps, StepsTest,
    testing::Values(RunCase{"MatrixMakesAUnitOfEachCombination", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: l, type: array, default: [a, b]}]
  tasks:
  - name: t
    matrix:
      params: [{name: x, value: "$(params.l[*])"}]
      include: [{params: [{name: x, value: a}, {name: z, value: more}]}]
    taskSpec:
      params: [{name: x}, {name: z, default: none}]
      steps: [{image: i, args: [$(params.x), $(params.z), $(context.taskRun.name)]}]
)y",
                            "t-0: i a more p-t-0 | t-1: i b none p-t-1"},
                    RunCase{"LengthOfAMatrix", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: m, matrix: {params: [{name: x, value: [a, b]}]}, taskSpec: {params: [{name: x}], results: [{name: r}], steps: [{image: i}]}}
  - {name: t, runAfter: [m], params: [{name: len, value: "$(tasks.m.matrix.length)"}], taskSpec: {params: [{name: len}], steps: [{image: i, args: [$(params.len)]}]}}
)y",
                            "m-0: i | m-1: i | t: i 2"},
                    RunCase{"StepTemplateGivesWhatAStepLacks", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: image, value: given}]
  taskSpec:
    params: [{name: image}]
    stepTemplate: {image: $(params.image), args: [default]}
    steps: [{}, {image: own, args: [mine]}]
)y",
                            "u: given default & own mine"},
                    RunCase{"StepActionWithItsOwnParameters", R"y(
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: act}
spec:
  image: action
  params: [{name: x}, {name: z, default: "$(params.x)!"}, {name: l, type: array, default: [d]}]
  args: [$(params.x), $(params.z), "$(params.l[*])"]
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: p, value: given}]
  taskSpec:
    params: [{name: p}]
    steps: [{ref: {name: act}, params: [{name: x, value: "<$(params.p)>"}]}]
)y",
                            "u: action <given> <given>! d"},
                    RunCase{
                        "StepActionParameterOfAStepResult", R"y(
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: act}
spec:
  image: action
  params: [{name: s}, {name: l, type: array}]
  args: [$(params.s), "$(params.l[*])", "$(params.l[0])"]
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  taskSpec:
    steps:
    - {name: one, image: i, results: [{name: r}, {name: l, type: array}]}
    - {ref: {name: act}, params: [{name: s, value: $(steps.one.results.r)}, {name: l, value: $(steps.one.results.l)}]}
)y",
                        "u: i & action $(steps.one.results.r) "
                        "$(steps.one.results.l[*]) $(steps.one.results.l[0])"},
                    RunCase{"WorkspaceVariables", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  workspaces: [{name: w, persistentVolumeClaim: {claimName: c}}]
  taskSpec:
    workspaces: [{name: w, mountPath: /data}, {name: o, optional: true}]
    steps:
    - {image: i, args: [$(workspaces.w.path), $(workspaces.w.claim), $(workspaces.w.volume), $(workspaces.w.bound), $(workspaces.o.bound), "<$(workspaces.o.path)>"]}
    - {image: i, workspaces: [{name: w, mountPath: /mine}], args: [$(workspaces.w.path)]}
)y",
                            "u: i /data c ws-w true false <> & i /mine"}),
    CaseName);

TEST(Resolve, OptionsGiveATasksParameters) {
  v1::PlanRequest request;
  v1::Param* param = request.mutable_options()->add_params();
  param->set_name("x");
  param->mutable_value()->set_string_value("option");
  EXPECT_EQ(ResolvedYaml(kEcho, request).Steps(), "echo: i option d");
}

}  // namespace
}  // namespace colocation
