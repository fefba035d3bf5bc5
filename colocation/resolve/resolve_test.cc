// What a run is once everything is followed, replaced and bound: its tasks,
// their workspaces and settings. The rules themselves are compared with
// Tekton's in tests/parity.
#include "colocation/resolve/resolve.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/pipeline_label.h"
#include "colocation/resolve/resolve_testing.h"
#include "colocation/syntax/child_name.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

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

// --- Identity

TEST(Resolve, LabelOfRunsOfOnePipelineIsTheSame) {
  const auto label = [](absl::string_view metadata, absl::string_view spec) {
    const ResolvedRun run =
        ResolvedYaml(absl::StrCat("apiVersion: tekton.dev/v1\n"
                                  "kind: PipelineRun\n"
                                  "metadata: ",
                                  metadata, "\nspec: ", spec, R"y(
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p, labels: {tekton.dev/pipeline: pipelines}}
spec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y"))
            .run();
    return PipelineLabelOf(run.identity);
  };
  constexpr absl::string_view kEmbedded =
      "{pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}}";
  constexpr absl::string_view kReferred = "{pipelineRef: {name: p}}";
  EXPECT_EQ(label("{generateName: nightly-.-}", kEmbedded), "nightly");
  EXPECT_EQ(label("{generateName: nightly-, name: nightly-7}", kEmbedded),
            "nightly");
  EXPECT_EQ(label("{name: r}", kEmbedded), "r");
  EXPECT_EQ(label("{generateName: r-}", kReferred), "p");
  EXPECT_EQ(label("{name: r, labels: {tekton.dev/pipeline: mine}}", kReferred),
            "p");
  EXPECT_EQ(label("{name: r, labels: {tekton.dev/pipeline: mine}}", kEmbedded),
            "r");
  EXPECT_EQ(label("{generateName: r-, labels: {tekton.dev/pipeline: mine}}",
                  kEmbedded),
            "mine");
}

TEST(Resolve, WhatChainsNotedOnTheRunIsNotCarriedOn) {
  const ResolvedRun run = ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r, annotations: {chains.tekton.dev/signed: "true", a: b}}
spec:
  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]}
)y")
                              .run();
  EXPECT_EQ(run.identity.annotations_size(), 1);
  EXPECT_TRUE(run.identity.annotations().contains("a"));
  // A TaskRun's own are its Pod's.
  EXPECT_EQ(ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r, annotations: {chains.tekton.dev/signed: "true"}}
spec: {taskSpec: {steps: [{image: i}]}}
)y")
                .run()
                .identity.annotations_size(),
            1);
}

TEST(Resolve, NamesOfTaskRunsThatAreTooLongAreCutAsTektonCutsThem) {
  const ResolvedRun run = ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: a-run-whose-name-is-so-long-that-the-task-has-no-room-there}
spec:
  pipelineSpec:
    tasks:
    - name: build
      taskSpec:
        steps: [{image: i, args: ["$(context.taskRun.name)"]}]
)y")
                              .run();
  const ResolvedUnit& unit = run.tasks[0].units[0];
  EXPECT_EQ(unit.task_run, ChildName(run.identity.name(), "-build"));
  EXPECT_EQ(unit.task_run.size(), 63);
  EXPECT_EQ(unit.spec.steps(0).args(0), unit.task_run);
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

}  // namespace
}  // namespace colocation
