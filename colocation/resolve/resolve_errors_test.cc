// What Resolve refuses: path, code and hint of each error.
#include "colocation/resolve/resolve_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

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
