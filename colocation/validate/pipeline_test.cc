// The rules for Pipelines: where a fault is found, and what is said about it.
// tests/parity has a case for every rule; here are the places, which Tekton
// often has less exactly, and the hints.
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/validate/feature_flags.h"
#include "colocation/validate/pipeline_graph.h"
#include "colocation/validate/validate_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

std::string PipelineOf(absl::string_view spec) {
  return absl::StrCat(
      "{apiVersion: tekton.dev/v1, kind: Pipeline, metadata: {name: p}, spec: "
      "{",
      spec, "}}");
}

FeatureFlags Alpha() {
  FeatureFlags flags;
  flags.api_fields = v1::API_FIELDS_ALPHA;
  flags.cel_in_when = true;
  return flags;
}

struct Case {
  absl::string_view name;
  absl::string_view spec;
  absl::string_view faults;
};

class PipelineTest : public testing::TestWithParam<Case> {};

TEST_P(PipelineTest, IsFoundAt) {
  EXPECT_EQ(FaultsOf(PipelineOf(GetParam().spec), Alpha()), GetParam().faults);
}

constexpr Case kCases[] = {
    {"GoodPipeline",
     "params: [{name: x}, {name: l, type: array}], workspaces: [{name: w}], "
     "tasks: [{name: a, taskRef: {name: t}, workspaces: [{name: v, workspace: "
     "w}], params: [{name: p, value: $(params.x)}, {name: q, value: "
     "['$(params.l[*])']}]}, {name: b, taskRef: {name: t}, runAfter: [a], "
     "when: "
     "[{input: $(tasks.a.results.r), operator: in, values: "
     "['$(params.l[*])']}]}], finally: [{name: f, taskRef: {name: t}, params: "
     "[{name: s, value: $(tasks.status)}, {name: r, value: "
     "$(tasks.a.results.r)}]}], results: [{name: r, value: "
     "'$(tasks.a.results.r)$(finally.f.results.q[0])'}]",
     ""},
    {"NothingInIt", "", "spec: empty-spec"},
    {"NamesAndWhatRuns",
     "tasks: [{name: A, taskRef: {name: t}}, {name: b}, {name: c, taskRef: "
     "{name: t}, taskSpec: {steps: [{image: i}]}}, {name: b, taskRef: {kind: "
     "K, "
     "name: k}}, {name: d, taskSpec: {kind: Task, steps: [{image: i}]}}]",
     "spec.tasks[0].name: invalid-name\n"
     "spec.tasks[1]: one-of-none\n"
     "spec.tasks[2].taskSpec: one-of-many\n"
     "spec.tasks[3].name: duplicate-name\n"
     "spec.tasks[3].taskRef.apiVersion: missing-field\n"
     "spec.tasks[4].taskSpec.kind: forbidden-field"},
    {"OnErrorAndRetries",
     "tasks: [{name: a, taskRef: {name: t}, onError: continue, retries: 1}, "
     "{name: b, taskRef: {name: t}, onError: skip}, {name: c, taskRef: {name: "
     "t}, onError: $(params.x)}]",
     "spec.tasks[0].onError: on-error-with-retries\n"
     "spec.tasks[1].onError: invalid-value"},
    {"UnknownTasksWhereverTheyAreNamed",
     "tasks: [{name: a, taskRef: {name: t}, runAfter: [x, f]}, {name: b, "
     "taskRef: {name: t}, params: [{name: p, value: [ok, "
     "$(tasks.x.results.r)]}, {name: q, value: {k: $(tasks.x.results.r)}}], "
     "matrix: {include: [{params: [{name: m, value: $(tasks.x.results.r)}]}]}, "
     "when: [{input: i, operator: in, values: [$(tasks.f.results.r)]}]}, "
     "{name: "
     "c, taskSpec: {stepTemplate: {image: $(tasks.x.results.r)}, steps: "
     "[{script: $(tasks.x.results.r), env: [{name: E, value: "
     "$(tasks.x.results.r)}]}]}}], finally: [{name: f, taskRef: {name: t}}]",
     "spec.tasks[0].runAfter[0]: unknown-task\n"
     "spec.tasks[0].runAfter[1]: run-after-finally\n"
     "spec.tasks[1].matrix.include[0].params[0].value: unknown-task\n"
     "spec.tasks[1].params[0].value[1]: unknown-task\n"
     "spec.tasks[1].params[1].value.k: unknown-task\n"
     "spec.tasks[1].when[0].values[0]: finally-reference\n"
     "spec.tasks[2].taskSpec.stepTemplate.image: unknown-task\n"
     "spec.tasks[2].taskSpec.steps[0].env[0].value: unknown-task\n"
     "spec.tasks[2].taskSpec.steps[0].script: unknown-task"},
    {"EachCycleOnce",
     "tasks: [{name: a, taskRef: {name: t}, runAfter: [c]}, {name: b, taskRef: "
     "{name: t}, params: [{name: p, value: $(tasks.a.results.r)}]}, {name: c, "
     "taskRef: {name: t}, runAfter: [b]}, {name: d, taskRef: {name: t}, "
     "runAfter: [d]}]",
     "spec.tasks[0].runAfter[0]: cycle\n"
     "spec.tasks[3].runAfter[0]: cycle"},
    {"FinallyTasks",
     "tasks: [{name: a, taskRef: {name: t}, when: [{input: $(tasks.b.status), "
     "operator: in, values: [x]}]}], finally: [{name: f, taskRef: {name: t}, "
     "runAfter: [a], params: [{name: p, value: $(tasks.g.results.r)}, {name: "
     "q, "
     "value: $(tasks.z.reason)}, {name: s, value: $(tasks.z.results.r)}]}, "
     "{name: g, taskRef: {name: t}}]",
     "spec.finally[0].params[0].value: finally-reference\n"
     "spec.finally[0].params[1].value: unknown-task\n"
     "spec.finally[0].params[2].value: unknown-task\n"
     "spec.finally[0].runAfter: forbidden-field\n"
     "spec.tasks[0].when[0].input: status-outside-finally"},
    {"ParamsAndTheirTypes",
     "params: [{name: s}, {name: l, type: array}, {name: o, properties: {k: "
     "{}}}], tasks: [{name: a, taskRef: {name: t}, params: [{name: p1, value: "
     "$(params.S)}, {name: p2, value: 'x$(params.l[*])'}, {name: p3, value: "
     "[$(params.s), 'x$(params.l[*])']}, {name: p4, value: {k: $(params.o)}}, "
     "{name: p5, value: $(params.o.j)}, {name: p6, value: $(params.o.k.l)}, "
     "{name: p7, value: '$(params.o[*])'}, {name: p8, value: "
     "'$(params.l[1])'}, "
     "{name: p1, value: $(other.x)}]}]",
     "spec.tasks[0].params[0].value: unknown-param\n"
     "spec.tasks[0].params[1].value: variable-type\n"
     "spec.tasks[0].params[2].value[1]: variable-not-isolated\n"
     "spec.tasks[0].params[3].value.k: variable-type\n"
     "spec.tasks[0].params[4].value: unknown-param\n"
     "spec.tasks[0].params[5].value: unknown-variable\n"
     "spec.tasks[0].params[8].name: duplicate-name\n"
     "spec.tasks[0].params[8].value: unknown-variable"},
    {"ParamsOfEmbeddedTasks",
     "params: [{name: x}], tasks: [{name: a, taskSpec: {params: [{name: v}], "
     "steps: [{image: i, script: $(params.x)$(params.v)$(params.z)}]}}]",
     "spec.tasks[0].taskSpec.steps[0].script: unknown-param"},
    {"Matrix",
     "tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: v}], "
     "matrix: {params: [{name: x, value: [a]}, {name: v, value: [a]}, {name: "
     "v, "
     "value: [$(params.z)]}]}}, {name: b, taskRef: {name: t}, params: [{name: "
     "p, "
     "value: $(tasks.a.results.r)}, {name: q, value: "
     "'$(tasks.a.results.r[*])'}]}]",
     "spec.tasks[0].matrix.params[2].name: duplicate-name\n"
     "spec.tasks[0].matrix.params[2].value[0]: unknown-param\n"
     "spec.tasks[0].params[0].name: one-of-many\n"
     "spec.tasks[1].params[0].value: matrix-result-use"},
    {"MatrixTooLarge",
     "tasks: [{name: a, taskRef: {name: t}, matrix: {params: [{name: x, value: "
     "[v1,v2,v3,v4,v5,v6,v7,v8,v9,v10,v11,v12,v13,v14,v15,v16]}, {name: v, "
     "value: "
     "[v1,v2,v3,v4,v5,v6,v7,v8,v9,v10,v11,v12,v13,v14,v15,v16]}], include: "
     "[{params: [{name: x, "
     "value: other}]}]}}]",
     "spec.tasks[0].matrix: limit-matrix"},
    {"ResultsOfThePipeline",
     "tasks: [{name: a, taskRef: {name: t}}], results: [{name: r1, value: text "
     "$(tasks.a.results.r)}, {name: r2, value: $(tasks.b.results.r)}, {name: "
     "r3, "
     "value: [$(tasks.a.results.r.k.l)]}, {name: r4, value: text}]",
     "spec.results[0].value: not-a-result\n"
     "spec.results[1].value: unknown-task\n"
     "spec.results[2].value[0]: not-a-result\n"
     "spec.results[3].value: not-a-result"},
    {"Workspaces",
     "workspaces: [{name: w}, {name: w}, {}], tasks: [{name: a, taskRef: "
     "{name: "
     "t}, workspaces: [{name: x, workspace: w}, {name: x, workspace: v}, "
     "{name: "
     "u}]}]",
     "spec.tasks[0].workspaces[1].name: duplicate-name\n"
     "spec.tasks[0].workspaces[1].workspace: unknown-workspace\n"
     "spec.tasks[0].workspaces[2].name: unknown-workspace\n"
     "spec.workspaces[1].name: duplicate-name\n"
     "spec.workspaces[2].name: missing-field"},
    {"ContextOfTheLastTaskOnly",
     "tasks: [{name: a, taskRef: {name: t}, params: [{name: p, value: "
     "$(context.pipeline.nome)}]}, {name: b, taskRef: {name: t}, params: "
     "[{name: "
     "p, value: $(context.pipeline.nome) $(context.pipelineRun.uid)}]}]",
     "spec.tasks[1].params[0].value: unknown-variable"},
    {"CelIsCompiled",
     "tasks: [{name: a, taskRef: {name: t}, when: [{cel: \"'$(params.x)' == "
     "'y'\"}, {cel: \"params.x == 'y'\"}]}]",
     "spec.tasks[0].when[1].cel: invalid-value"},
    {"PipelinesInPipelines",
     "tasks: [{name: a, pipelineSpec: {params: [{name: x}], tasks: [{name: b, "
     "taskRef: {name: t}, runAfter: [c]}]}}, {name: d, taskRef: {name: t}, "
     "params: [{name: p, value: $(tasks.a.results.r)}]}]",
     "spec.tasks[0].pipelineSpec.params[0].type: invalid-value\n"
     "spec.tasks[0].pipelineSpec.tasks[0].runAfter[0]: unknown-task\n"
     "spec.tasks[1].params[0].value: unsupported-reference"},
};

INSTANTIATE_TEST_SUITE_P(, PipelineTest, testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(PipelineHintTest, NearestNames) {
  EXPECT_EQ(HintsOf(PipelineOf(
                "params: [{name: image}], workspaces: [{name: source}], tasks: "
                "[{name: unit-test, taskRef: {name: t}}, {name: b, taskRef: "
                "{name: t}, runAfter: [uint-test], onError: continu, params: "
                "[{name: p, value: $(params.imgae)}], workspaces: [{name: "
                "sources}]}]")),
            "spec.tasks[1].onError: did you mean \"continue\"?\n"
            "spec.tasks[1].params[0].value: did you mean \"image\"?\n"
            "spec.tasks[1].runAfter[0]: did you mean \"unit-test\"?\n"
            "spec.tasks[1].workspaces[0].name: did you mean \"source\"?");
}

TEST(PipelineHintTest, ClusterTasksAreGone) {
  EXPECT_THAT(
      HintsOf(PipelineOf("tasks: [{name: a, taskRef: {name: t, kind: "
                         "ClusterTask}}]")),
      testing::StartsWith("spec.tasks[0].taskRef.apiVersion: Tekton has "
                          "removed ClusterTasks"));
}

TEST(PipelineHintTest, AVariableOfTheShell) {
  EXPECT_EQ(HintsOf(PipelineOf("tasks: [{name: a, taskRef: {name: t}, params: "
                               "[{name: p, value: $(HOME)}]}]")),
            "spec.tasks[0].params[0].value: begin it with params, tasks, "
            "finally, context, workspaces, results; a variable of the shell is "
            "${HOME}");
}

TEST(PipelineGraphTest, DependenciesOfALargePipeline) {
  constexpr int kTasks = 20000;
  v1::PipelineSpec pipeline;
  for (int i = 0; i < kTasks; ++i) {
    v1::PipelineTask* task = pipeline.add_tasks();
    task->set_name(absl::StrCat("t", i));
    for (const int back : {1, 10, 100}) {
      if (i < back) continue;
      if (back == 10) {
        v1::Param* param = task->add_params();
        param->mutable_value()->set_string_value(
            absl::StrCat("$(tasks.t", i - back, ".results.r)"));
      } else {
        task->add_run_after(absl::StrCat("t", i - back));
      }
    }
  }
  EXPECT_EQ(DependencyNames(pipeline).size(), 3 * kTasks - 111);
  pipeline.mutable_tasks(0)->add_run_after(absl::StrCat("t", kTasks - 1));
  EXPECT_TRUE(DependencyNames(pipeline).empty());
}

}  // namespace
}  // namespace colocation
