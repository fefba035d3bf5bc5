// What a run is once everything is followed, replaced and bound, in tables:
// the rules themselves are compared with Tekton's in tests/parity.
#include "colocation/resolve/resolve.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "colocation/resolve/resolve_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct RunCase {
  absl::string_view name;
  absl::string_view yaml;
  absl::string_view expected;
};

std::string CaseName(const testing::TestParamInfo<RunCase>& info) {
  return std::string(info.param.name);
}

// --- Tasks and dependencies

class TasksTest : public testing::TestWithParam<RunCase> {};

TEST_P(TasksTest, AreResolved) {
  const ResolvedYaml resolved(GetParam().yaml);
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Tasks(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, TasksTest,
    testing::Values(
        RunCase{"RunAfterAndResultsAreDependencies", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: a
    taskSpec: {results: [{name: r}], steps: [{image: i}]}
  - name: b
    runAfter: [a]
    params: [{name: x, value: $(tasks.a.results.r)}]
    taskSpec: {params: [{name: x}], steps: [{image: i}]}
  - {name: c, runAfter: [b], taskSpec: {steps: [{image: i, script: "echo $(tasks.a.results.r)"}]}}
  finally:
  - {name: f, when: [{input: $(tasks.a.results.r), operator: in, values: [x]}], taskSpec: {steps: [{image: i}]}}
)y",
                "a; b <- a, a(result); c <- a(result), b; f[finally] <- "
                "a(result)"},
        RunCase{"CustomTasksAndPipelinesAreExternal", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskRef: {apiVersion: example.dev/v1, kind: Approval}}
  - {name: b, taskSpec: {apiVersion: example.dev/v1, kind: Wait, spec: {}}}
  - {name: c, pipelineRef: {name: child}}
)y",
                "a[Approval (example.dev/v1)]; b[Wait (example.dev/v1)]; "
                "c[Pipeline child]"},
        RunCase{"ConstantWhenDecides", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: mode, default: fast}]
  tasks:
  - {name: a, when: [{input: $(params.mode), operator: in, values: [fast]}], taskSpec: {steps: [{image: i}]}}
  - {name: b, when: [{input: $(params.mode), operator: notin, values: [fast]}], taskSpec: {steps: [{image: i}]}}
)y",
                "a; b[never: WHEN]"},
        RunCase{"OrderingDependentOfSkippedRunsResourceDependentDoesNot", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: a
    when: [{input: x, operator: in, values: [z]}]
    taskSpec: {results: [{name: r}], steps: [{image: i}]}
  - {name: b, runAfter: [a], taskSpec: {steps: [{image: i}]}}
  - {name: c, taskSpec: {steps: [{image: i, args: [$(tasks.a.results.r)]}]}}
  - {name: d, runAfter: [c], taskSpec: {steps: [{image: i}]}}
  finally:
  - {name: f, taskSpec: {steps: [{image: i}]}}
)y",
                "a[never: WHEN]; b <- a; c[never: MISSING_RESULTS] <- "
                "a(result); d[never: PARENT_SKIPPED] <- c; f[finally]"},
        // Both could be skipped by their own `when`, and what follows would
        // run.
        RunCase{"WhenOverResultsIsLookedAtBeforeWhatParentsDid", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: a
    when: [{input: x, operator: in, values: [z]}]
    taskSpec: {results: [{name: r}], steps: [{image: i}]}
  - {name: b, taskSpec: {results: [{name: r}], steps: [{image: i}]}}
  - name: c
    when: [{input: $(tasks.b.results.r), operator: in, values: [x]}]
    taskSpec: {steps: [{image: i, args: [$(tasks.a.results.r)]}]}
  - {name: d, runAfter: [c], taskSpec: {steps: [{image: i}]}}
)y",
                "a[never: WHEN]; b; c <- a(result), b(result); d <- c"},
        // Where b gives no result, c fails and is not skipped.
        RunCase{"EarlierResultThatMayBeMissingDecides", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: a
    when: [{input: x, operator: in, values: [z]}]
    taskSpec: {results: [{name: r}], steps: [{image: i}]}
  - {name: b, taskSpec: {results: [{name: r}], steps: [{image: i}]}}
  - {name: c, taskSpec: {steps: [{image: i, args: [$(tasks.b.results.r), $(tasks.a.results.r)]}]}}
  - {name: d, taskSpec: {steps: [{image: i, args: [$(tasks.a.results.r), $(tasks.b.results.r)]}]}}
)y",
                "a[never: WHEN]; b; c <- a(result), b(result); d[never: "
                "MISSING_RESULTS] <- a(result), b(result)"},
        RunCase{"MatrixOverAResultIsLate", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskSpec: {results: [{name: l, type: array}], steps: [{image: i}]}}
  - name: b
    matrix: {params: [{name: x, value: "$(tasks.a.results.l[*])"}]}
    taskSpec: {params: [{name: x}], steps: [{image: i}]}
)y",
                "a; b[a matrix over $(tasks.a.results.l[*])] <- a(result)"},
        RunCase{"EmptyMatrixNeverRuns", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: l, type: array, default: []}]
  tasks:
  - name: a
    matrix: {params: [{name: x, value: "$(params.l[*])"}]}
    taskSpec: {params: [{name: x}], steps: [{image: i}]}
)y",
                "a[never: EMPTY_MATRIX]"},
        RunCase{"ATaskRunIsARunOfOneTask", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec: {taskSpec: {steps: [{image: i}]}}
)y",
                "u"}),
    CaseName);

// --- What the steps run

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

// --- Workspaces

class WorkspacesTest : public testing::TestWithParam<RunCase> {};

TEST_P(WorkspacesTest, AreBound) {
  const ResolvedYaml resolved(GetParam().yaml);
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Workspaces(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, WorkspacesTest,
    testing::Values(
        RunCase{"MappedWithJoinedSubPath", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: dir, value: sub}]
  workspaces: [{name: shared, subPath: $(params.dir), emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: shared}]
    tasks:
    - name: a
      workspaces: [{name: src, workspace: shared, subPath: a/./b/}]
      taskSpec: {workspaces: [{name: src, mountPath: /src, readOnly: true}], steps: [{image: i}]}
    - name: b
      workspaces: [{name: shared}]
      taskSpec: {workspaces: [{name: shared}], steps: [{image: i}]}
)y",
                "a: src=/src on ws-shared/sub/a/b read-only | b: "
                "shared=/workspace/shared on ws-shared/sub"},
        RunCase{"PropagatedIntoAnEmbeddedTask", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  workspaces: [{name: w, emptyDir: {}}, {name: unused, emptyDir: {}}]
  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i, workingDir: $(workspaces.w.path)}]}}]}
)y",
                "a: w=/workspace/w on ws-w"},
        RunCase{"OptionalMayStayUnbound", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  workspaces: [{name: w, optional: true}]
  tasks:
  - {name: a, workspaces: [{name: w}], taskSpec: {workspaces: [{name: w, optional: true}], steps: [{image: i}]}}
)y",
                "a: w unbound"},
        RunCase{"IsolatedToStepsThatNameIt", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  workspaces: [{name: w, emptyDir: {}}, {name: v, emptyDir: {}}]
  taskSpec:
    workspaces: [{name: w}, {name: v}]
    steps: [{image: i, workspaces: [{name: w}]}]
)y",
                "u: w=/workspace/w on ws-w isolated; v=/workspace/v on ws-v"},
        RunCase{"DirectoryFromATaskParameter", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec:
  params: [{name: dir, value: d}]
  workspaces: [{name: w, subPath: x/$(params.dir), emptyDir: {}}]
  taskSpec: {params: [{name: dir}], workspaces: [{name: w, mountPath: "/$(params.dir)"}], steps: [{image: i}]}
)y",
                "u: w=/d on ws-w/x/d"},
        RunCase{"APipelineAloneGetsEmptyDirs", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  workspaces: [{name: w}]
  tasks: [{name: a, workspaces: [{name: w}], taskSpec: {workspaces: [{name: w}], steps: [{image: i}]}}]
)y",
                "a: w=/workspace/w on ws-w"},
        RunCase{"ATaskAloneGetsEmptyDirs", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {workspaces: [{name: w}, {name: o, optional: true}], steps: [{image: i}]}
)y",
                "t: w=/workspace/w on ws-w; o unbound"}),
    CaseName);

// --- What is refused: path, code, hint

class ErrorsTest : public testing::TestWithParam<RunCase> {};

TEST_P(ErrorsTest, AreExactAndHelp) {
  EXPECT_EQ(ResolvedYaml(GetParam().yaml).Errors(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, ErrorsTest,
    testing::Values(
        RunCase{"MissingParameterNearWhatIsGiven", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: revison, value: main}]
  pipelineSpec: {params: [{name: revision}], tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y",
                "spec.params [missing-param] is \"revison\" meant to be "
                "\"revision\"?"},
        RunCase{"ParameterThatMakesAnEmbeddedTaskWrong", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: x, value: ignore}]
  pipelineSpec:
    params: [{name: x}]
    tasks: [{name: a, taskSpec: {steps: [{image: i, command: [c], onError: $(params.x)}]}}]
)y",
                "spec.pipelineSpec.tasks[0].taskSpec.steps[0].onError "
                "[invalid-value] use \"continue\" or \"stopAndFail\""},
        RunCase{"MissingParameterOfAPipelineAlone", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {params: [{name: x}], tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y",
                "spec.params [missing-param] give it with --param NAME=VALUE"},
        RunCase{"MissingParameterOfATaskAlone", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {params: [{name: x}], steps: [{image: i}]}
)y",
                "spec.params [missing-param] give it with --param NAME=VALUE"},
        RunCase{"MissingParameterIsSaidOnce", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    params: [{name: x}]
    tasks: [{name: a, taskSpec: {steps: [{image: i, script: "$(params.x) $(params.xy)"}]}}]
)y",
                "spec.params [missing-param] give it in the PipelineRun's "
                "params, or with --param NAME=VALUE\n"
                "spec.pipelineSpec.tasks[0].taskSpec.steps[0].script "
                "[unknown-param] did you mean \"x\"?"},
        RunCase{"WorkspaceVariableOfThreeParts", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: a
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        stepTemplate: {workingDir: $(workspaces.w.path.x)}
        steps:
        - {image: i, script: "echo $(workspaces.w.path.path) $(workspaces.w.path)"}
        - {image: i, args: ["$$(workspaces.w.path.path)"]}
    - {name: b, workspaces: [{name: w}], taskRef: {name: t}}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {workspaces: [{name: w}], steps: [{image: i, script: "echo $(workspaces.w.path.path)"}]}
)y",
                "spec.pipelineSpec.tasks[0].taskSpec.stepTemplate.workingDir "
                "[unknown-variable] such as $(workspaces.w.path)\n"
                "spec.pipelineSpec.tasks[0].taskSpec.steps[0].script "
                "[unknown-variable] such as $(workspaces.w.path)\n"
                "spec.pipelineSpec.tasks[0].taskSpec.steps[1].args[0] "
                "[unknown-variable] such as $(workspaces.w.path)"},
        RunCase{"WorkspaceThatTheTaskHasNotNeedsNoBinding", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    workspaces: [{name: netrc, optional: true}]
    tasks: [{name: a, workspaces: [{name: netrc}], taskRef: {name: t}}]
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i}]}
)y",
                "spec.pipelineSpec.tasks[0].workspaces[0] [unknown-workspace]"},
        RunCase{"UnboundWorkspaceIsSaidOnce", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - {name: a, workspaces: [{name: w}], taskSpec: {workspaces: [{name: w}], steps: [{image: i}]}}
    - {name: b, workspaces: [{name: v}], taskSpec: {workspaces: [{name: v}], steps: [{image: i}]}}
)y",
                "spec.pipelineSpec.tasks[1].workspaces[0] [unbound-workspace] "
                "bind it in the run: {name: v, emptyDir: {}}\n"
                "spec.workspaces [unbound-workspace] bind it: - {name: w, "
                "emptyDir: {}}"},
        RunCase{"ParameterMakesTheTaskInvalid", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params: [{name: dir, default: /tekton/x}, {name: volume, default: v}]
  steps:
  - {image: i, volumeMounts: [{name: v, mountPath: $(params.dir)}]}
  volumes: [{name: v, emptyDir: {}}, {name: $(params.volume), emptyDir: {}}]
)y",
                "spec.steps[0].volumeMounts[0].mountPath [mount-path-conflict] "
                "mount it elsewhere; /tekton/home is allowed\n"
                "spec.volumes[1].name [duplicate-name] give one of them "
                "another name"},
        RunCase{"WhatWasInvalidBeforeIsSaidElsewhere", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params: [{name: image, default: i}]
  steps: [{name: A, image: $(params.image)}]
)y",
                ""},
        RunCase{"StepActionHasWhatATaskCannot", R"y(
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: s}
spec: {image: i, script: "echo $(steps.other.results.r)"}
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec: {taskSpec: {steps: [{name: a, ref: {name: s}}]}}
)y",
                "spec.taskSpec.steps[0].script [forbidden-variable] it can in "
                "env, command and args"},
        RunCase{"ConditionThatIsNone", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: x, default: a}]
  tasks:
  - {name: a, when: [{cel: "'$(params.x)' + 'b'"}], taskSpec: {steps: [{image: i}]}}
  - {name: b, when: [{cel: "'$(params.x)' == 'b'"}], taskSpec: {steps: [{image: i}]}}
)y",
                "spec.tasks[0].when[0].cel [invalid-value]"},
        RunCase{"ConditionThatIsNoneWithoutTheResult", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskSpec: {results: [{name: count}], steps: [{image: i}]}}
  - {name: b, when: [{cel: "int('$(tasks.a.results.count)') > 3"}], taskSpec: {steps: [{image: i}]}}
  - {name: c, when: [{cel: "'$(tasks.a.results.count)' == '4' && int('$(tasks.a.results.count)') > 3"}], taskSpec: {steps: [{image: i}]}}
)y",
                "spec.tasks[1].when[0].cel [invalid-value] Tekton also "
                "evaluates it before the results are there: put what needs "
                "them behind \"&&\""},
        RunCase{"MissingParameterOfATask", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskSpec: {params: [{name: x}], steps: [{image: i}]}}]}
)y",
                "spec.tasks[0].params [missing-param] give it in the task's "
                "params"},
        RunCase{"UnboundWorkspace", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  workspaces: [{name: sorce, emptyDir: {}}]
  pipelineSpec: {workspaces: [{name: source}], tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y",
                "spec.workspaces [unbound-workspace] did you mean \"sorce\"? "
                "else bind it: - {name: source, emptyDir: {}}"},
        RunCase{"UnboundWorkspaceOfATask", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskSpec: {workspaces: [{name: w}], steps: [{image: i}]}}]}
)y",
                "spec.tasks[0].workspaces [unbound-workspace] add - {name: w, "
                "workspace: ...} to the task's workspaces"},
        RunCase{"UnknownTaskInRunAfter", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: unit-test, taskSpec: {steps: [{image: i}]}}
  - {name: b, runAfter: [uint-test], taskSpec: {steps: [{image: i}]}}
)y",
                "spec.tasks[1].runAfter[0] [unknown-task] did you mean "
                "\"unit-test\"?"},
        RunCase{"UnknownResult", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskSpec: {results: [{name: digest}], steps: [{image: i}]}}
  - {name: b, taskSpec: {steps: [{image: i, env: [{name: E, value: $(tasks.a.results.digset)}]}]}}
  results: [{name: x, value: $(tasks.a.results.other)}]
)y",
                "spec.results[0].value [unknown-result] it has: digest\n"
                "spec.tasks[1].taskSpec.steps[0].env[0].value [unknown-result] "
                "did you mean \"digest\"?"},
        RunCase{"CycleAsAPath", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, runAfter: [c], taskSpec: {steps: [{image: i}]}}
  - {name: b, runAfter: [a], taskSpec: {steps: [{image: i}]}}
  - {name: c, runAfter: [b], taskSpec: {steps: [{image: i}]}}
)y",
                "spec.tasks[0].runAfter[0] [cycle] take one of these "
                "dependencies out"},
        RunCase{"MissingTaskNearOne", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: git-clone}
spec: {steps: [{image: i}]}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskRef: {name: git-clnoe}}]}
)y",
                "spec.tasks[0].taskRef.name [unknown-task-ref] did you mean "
                "\"git-clone\"?"},
        RunCase{"NoPipeline", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec: {}
)y",
                "spec.pipelineRef [missing-field]"},
        RunCase{"NoTask", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a}]}
)y",
                "spec.tasks[0].taskRef [missing-field]"},
        RunCase{"MissingPipeline", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec: {pipelineRef: {name: p}}
)y",
                "spec.pipelineRef.name [unknown-pipeline-ref] add the file or "
                "folder that holds the Pipeline \"p\""},
        RunCase{"MissingStepAction", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec: {taskSpec: {steps: [{ref: {name: act}}]}}
)y",
                "spec.taskSpec.steps[0].ref.name [unknown-step-ref] add the "
                "file or folder that holds the StepAction \"act\""},
        RunCase{"TwoTasksOfOneName", R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i}]}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskRef: {name: t}}]}
)y",
                "metadata.name [duplicate-object] leave one of them out, or "
                "rename it"},
        RunCase{"DefaultsReferToEachOther", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: a, default: $(params.b)}, {name: b, default: $(params.a)}]
  tasks: [{name: t, taskSpec: {steps: [{image: i}]}}]
)y",
                "spec.params[0].default [param-cycle]"},
        RunCase{"MatrixBeyondTheLimit", R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: l, type: array, default: [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r]}]
  tasks:
  - name: t
    matrix: {params: [{name: x, value: "$(params.l[*])"}, {name: z, value: "$(params.l[*])"}]}
    taskSpec: {params: [{name: x}, {name: z}], steps: [{image: i}]}
)y",
                "spec.tasks[0].matrix [limit-matrix] raise the limit "
                "`matrix_combinations` if this is meant"},
        RunCase{"SeveralFaultsAtOnce", R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  taskRunSpecs: [{pipelineTaskName: aa}]
  pipelineSpec:
    params: [{name: x}]
    workspaces: [{name: w}]
    tasks:
    - {name: a, taskRef: {name: t}}
    - {name: b, runAfter: [ab], taskSpec: {steps: [{image: i}]}}
)y",
                "spec.params [missing-param] give it in the PipelineRun's "
                "params, or with --param NAME=VALUE\n"
                "spec.pipelineSpec.tasks[0].taskRef.name [unknown-task-ref] "
                "add the file or folder that holds the Task \"t\"\n"
                "spec.pipelineSpec.tasks[1].runAfter[0] [unknown-task] did you "
                "mean \"a\"?\n"
                "spec.taskRunSpecs[0].pipelineTaskName [unknown-task] did you "
                "mean \"a\"?\n"
                "spec.workspaces [unbound-workspace] bind it: - {name: w, "
                "emptyDir: {}}"},
        RunCase{"NothingToPlan",
                "apiVersion: v1\nkind: ConfigMap\n"
                "metadata: {name: c}\n",
                "[nothing-to-plan] it has only: ConfigMap"},
        RunCase{"TwoRuns", R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: a}
spec: {taskSpec: {steps: [{image: i}]}}
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: b}
spec: {taskSpec: {steps: [{image: i}]}}
)y",
                "[several-runs] say which one with --run NAME"}),
    CaseName);

TEST(Resolve, ACycleIsToldAsItsPath) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, runAfter: [c], taskSpec: {steps: [{image: i}]}}
  - {name: b, runAfter: [a], taskSpec: {steps: [{image: i}]}}
  - {name: c, runAfter: [b], taskSpec: {steps: [{image: i}]}}
)y");
  ASSERT_EQ(resolved.diagnostics().diagnostics_size(), 1);
  const v1::Diagnostic& d = resolved.diagnostics().diagnostics(0);
  EXPECT_EQ(d.message(), "these tasks wait for each other: a -> b -> c -> a");
  EXPECT_EQ(d.related_size(), 2);
}

// --- Needs, and what is given for them

TEST(Resolve, AsksForWhatIsMissing) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: url, default: u}]
  tasks:
  - {name: a, taskRef: {name: t}}
  - {name: b, taskRef: {resolver: git, params: [{name: url, value: $(params.url)}]}}
  - {name: c, taskSpec: {steps: [{ref: {name: act}}]}}
)y");
  EXPECT_EQ(resolved.Needs(),
            "TASK t at spec.tasks[0].taskRef; TASK git url=u at "
            "spec.tasks[1].taskRef; STEP_ACTION act at "
            "spec.tasks[2].taskSpec.steps[0].ref");
}

TEST(Resolve, TakesWhatARemoteReferenceStandsFor) {
  v1::PlanRequest request;
  v1::ResolvedReference* reference = request.add_resolved();
  reference->set_resolver("git");
  for (const char* name : {"url", "path"}) {
    v1::Param* param = reference->add_params();
    param->set_name(name);
    param->mutable_value()->set_string_value(name);
  }
  reference->mutable_document()->set_name("fetched.yaml");
  reference->mutable_document()->set_content(R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: fetched}
spec: {steps: [{image: remote}]}
)y");
  // The order of its params doesn't count.
  const absl::string_view yaml = R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - {name: a, taskRef: {resolver: git, params: [{name: path, value: path}, {name: url, value: url}]}}
)y";
  const ResolvedYaml resolved(yaml, request);
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Steps(), "a: remote");

  reference->mutable_document()->set_content(R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: fetched}
spec: {steps: [{name: A, image: remote}]}
)y");
  EXPECT_THAT(ResolvedYaml(yaml, request).Errors(),
              testing::HasSubstr("spec.steps[0].name [invalid-name]"));

  reference->mutable_document()->set_content("{}");
  EXPECT_THAT(ResolvedYaml(yaml, request).Errors(),
              testing::HasSubstr("spec.tasks[0].taskRef [wrong-object]"));
}

// --- Options

TEST(Resolve, OptionsWinOverTheRun) {
  v1::PlanRequest request;
  v1::Param* param = request.mutable_options()->add_params();
  param->set_name("x");
  param->mutable_value()->set_string_value("option");
  v1::WorkspaceBinding* binding = request.mutable_options()->add_workspaces();
  binding->set_name("w");
  binding->mutable_persistent_volume_claim()->set_claim_name("mine");
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: x}]
  workspaces: [{name: w}]
  tasks:
  - name: a
    workspaces: [{name: w}]
    taskSpec: {workspaces: [{name: w}], steps: [{image: i, args: [$(params.x), $(workspaces.w.claim)]}]}
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineRef: {name: p}
  params: [{name: x, value: of-run}]
  workspaces: [{name: w, emptyDir: {}}]
)y",
                              request);
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Steps(), "a: i option mine");
}

TEST(Resolve, OptionsGiveATasksParameters) {
  v1::PlanRequest request;
  v1::Param* param = request.mutable_options()->add_params();
  param->set_name("x");
  param->mutable_value()->set_string_value("option");
  EXPECT_EQ(ResolvedYaml(kEcho, request).Steps(), "echo: i option d");
}

TEST(Resolve, WarnsOfOptionsThatNobodyTakes) {
  v1::PlanRequest request;
  request.mutable_options()->add_params()->set_name("revison");
  request.mutable_options()
      ->mutable_params(0)
      ->mutable_value()
      ->set_string_value("x");
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {params: [{name: revision, default: m}], tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y",
                              request);
  EXPECT_EQ(resolved.Errors(),
            "warning: [unknown-param] did you mean \"revision\"?");
}

TEST(Resolve, TheRunIsPickedByName) {
  v1::PlanRequest request;
  request.mutable_options()->set_run("b");
  const absl::string_view yaml = R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: a}
spec: {taskSpec: {steps: [{image: i}]}}
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: b}
spec: {taskSpec: {steps: [{image: i}]}}
)y";
  EXPECT_EQ(ResolvedYaml(yaml, request).Tasks(), "b");
  request.mutable_options()->set_run("c");
  EXPECT_EQ(ResolvedYaml(yaml, request).Errors(),
            "[unknown-run] there is: a, b");
}

TEST(Resolve, ObjectsOfAnotherNamespaceAreNotSeen) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t, namespace: other}
spec: {steps: [{image: i}]}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskRef: {name: t}}]}
)y");
  EXPECT_EQ(resolved.Needs(), "TASK t at spec.tasks[0].taskRef");
  EXPECT_EQ(resolved.Errors(),
            "spec.tasks[0].taskRef.name [unknown-task-ref] there is one in the "
            "namespace \"other\", but the run is in \"default\"");
}

TEST(Resolve, ARunFindsObjectsThatNameNoNamespace) {
  EXPECT_EQ(ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i}]}
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r, namespace: other}
spec: {taskRef: {name: t}}
)y")
                .Needs(),
            "");
}

TEST(Resolve, ConfigDefaultsAreHeeded) {
  v1::PlanRequest request;
  auto& flags = *request.mutable_options()->mutable_feature_flags();
  flags["default-service-account"] = "builder";
  flags["default-timeout-minutes"] = "5";
  const absl::string_view yaml = R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y";
  const ResolvedYaml of_flags(yaml, request);
  ASSERT_EQ(of_flags.Errors(), "");
  EXPECT_EQ(of_flags.run().tasks[0].service_account_name, "builder");
  EXPECT_EQ(of_flags.run().timeouts.pipeline_ns(), 300'000'000'000);

  request.mutable_options()->set_default_service_account("mine");
  request.mutable_options()->set_default_timeout_minutes(1);
  const ResolvedYaml of_options(yaml, request);
  EXPECT_EQ(of_options.run().tasks[0].service_account_name, "mine");
  EXPECT_EQ(of_options.run().timeouts.pipeline_ns(), 60'000'000'000);
}

// --- Settings

constexpr absl::string_view kSettings = R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  timeouts: {pipeline: 2h, finally: 30m}
  taskRunTemplate:
    serviceAccountName: of-run
    podTemplate: {nodeSelector: {a: run}, env: [{name: E, value: run}], schedulerName: s}
  taskRunSpecs:
  - pipelineTaskName: b
    serviceAccountName: of-task
    timeout: 5m
    podTemplate: {nodeSelector: {b: $(params.x)}, env: [{name: F, value: task}]}
    stepSpecs: [{name: s, computeResources: {requests: {cpu: 2}}}]
    computeResources: {requests: {memory: 1Gi}}
    metadata: {labels: {l: settings}}
  pipelineSpec:
    tasks:
    - {name: a, timeout: 1m, taskSpec: {steps: [{image: i}]}}
    - name: b
      retries: 3
      onError: stopAndFail
      params: [{name: x, value: given}]
      taskSpec:
        metadata: {labels: {l: embedded, m: embedded}}
        params: [{name: x}]
        steps: [{name: s, image: i, computeResources: {requests: {cpu: 1, memory: 1Mi}}}]
)y";

TEST(Resolve, SettingsOfTheRunAndOfATaskAreMerged) {
  const ResolvedYaml resolved(kSettings);
  ASSERT_EQ(resolved.Errors(), "");
  const ResolvedTask& a = resolved.run().tasks[0];
  const ResolvedTask& b = resolved.run().tasks[1];
  constexpr int64_t kMinute = 60'000'000'000;
  EXPECT_EQ(a.service_account_name, "of-run");
  EXPECT_EQ(b.service_account_name, "of-task");
  EXPECT_EQ(a.timeout_ns, kMinute);
  EXPECT_EQ(b.timeout_ns, 5 * kMinute);
  EXPECT_EQ(b.retries, 3);
  EXPECT_EQ(a.pod_template->node_selector().at("a"), "run");
  // A selector is replaced whole, variables by name.
  EXPECT_EQ(b.pod_template->node_selector().size(), 1);
  EXPECT_EQ(b.pod_template->node_selector().at("b"), "given");
  EXPECT_EQ(b.pod_template->env_size(), 2);
  EXPECT_EQ(b.pod_template->scheduler_name(), "s");
  EXPECT_EQ(b.labels.at("l"), "settings");
  EXPECT_EQ(b.labels.at("m"), "embedded");
  const auto& requests =
      b.units[0].spec.steps(0).compute_resources().requests();
  EXPECT_EQ(requests.at("cpu"), "2");
  EXPECT_EQ(requests.at("memory"), "1Mi");
  EXPECT_EQ(b.compute_resources->requests().at("memory"), "1Gi");
  EXPECT_EQ(resolved.run().timeouts.pipeline_ns(), 120 * kMinute);
  EXPECT_EQ(resolved.run().timeouts.tasks_ns(), 90 * kMinute);
  EXPECT_EQ(resolved.run().timeouts.finally_ns(), 30 * kMinute);
}

TEST(Resolve, AMatrixMayGiveEachUnitAPodTemplateOfItsOwn) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  taskRunSpecs: [{pipelineTaskName: a, podTemplate: {nodeSelector: {node: $(params.x)}}}]
  pipelineSpec:
    tasks:
    - name: a
      matrix: {params: [{name: x, value: [one, two]}]}
      taskSpec: {params: [{name: x}], steps: [{image: i}]}
)y");
  ASSERT_EQ(resolved.Errors(), "");
  const ResolvedTask& task = resolved.run().tasks[0];
  EXPECT_EQ(task.pod_template->node_selector().at("node"), "one");
  EXPECT_FALSE(task.units[0].pod_template);
  ASSERT_TRUE(task.units[1].pod_template);
  EXPECT_EQ(task.units[1].pod_template->node_selector().at("node"), "two");
}

TEST(Resolve, ATaskRunHasItsOwnTimeAlone) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: u}
spec: {timeout: 3h, taskSpec: {steps: [{image: i}]}}
)y");
  EXPECT_EQ(resolved.run().timeouts.pipeline_ns(), 0);
  EXPECT_EQ(resolved.run().tasks[0].timeout_ns, 3 * 3'600'000'000'000);
}

TEST(Resolve, AGeneratedNameDependsOnTheContentAlone) {
  const std::string yaml = R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {generateName: r-}
spec:
  taskRunTemplate: {podTemplate: {nodeSelector: {a: b, c: d, e: f, g: h}}}
  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y";
  const std::string name = ResolvedYaml(yaml).run().identity.name();
  EXPECT_EQ(name.size(), 7);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ResolvedYaml(yaml).run().identity.name(), name);
  }
  EXPECT_NE(ResolvedYaml(absl::StrReplaceAll(yaml, {{"image: i", "image: j"}}))
                .run()
                .identity.name(),
            name);
}

// What is not as in Tekton is said.
TEST(NotHonoured, ArtifactsInTheStatusAndBreakpoints) {
  v1::PlanRequest request;
  request.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  (*request.mutable_options()->mutable_feature_flags())["enable-artifacts"] =
      "true";
  EXPECT_EQ(ResolvedYaml(R"yaml(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: t}
spec:
  debug: {breakpoints: {onFailure: enabled}}
  taskSpec:
    steps:
    - {name: a, image: i, command: [c]}
    - {name: b, image: i, command: [c], args: [$(step.artifacts.path), $(artifacts.path)]}
)yaml",
                         request)
                .Errors(),
            "warning: spec.debug.breakpoints [breakpoints-ignored]\n"
            "warning: spec.taskSpec.steps[1] [artifacts-not-reported]");
}

}  // namespace
}  // namespace colocation
