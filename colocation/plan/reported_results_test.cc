#include "colocation/plan/reported_results.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// "a.r1 b.r2": the results that have to be reported.
std::string NeededOf(const ResolvedRun& run, bool controlled) {
  const ReportedResults reported(run, controlled);
  std::string needed;
  for (const ResolvedTask& task : run.tasks) {
    for (const v1::DeclaredResult& result : task.results) {
      if (reported.Needed(task, result.name())) {
        absl::StrAppend(&needed, task.name, ".", result.name(), " ");
      }
    }
  }
  return needed;
}

std::string Needed(bool controlled) {
  return NeededOf(ResolveYaml(R"yaml(apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  pipelineSpec:
    results:
    - {name: whole, value: "$(tasks.a.results.list[*])"}
    - {name: part, value: [x, $(finally.f.results.last)]}
    tasks:
    - name: a
      taskSpec:
        results: [{name: list, type: array}, {name: given}, {name: tested}, {name: unread}]
        steps: [{name: s, image: i, command: [c]}]
    - name: b
      params: [{name: p, value: $(tasks.a.results.given)}]
      when: [{input: $(tasks.a.results.tested), operator: in, values: [x]}]
      taskSpec:
        params: [{name: p}]
        results: [{name: unread}]
        steps: [{name: s, image: i, command: [c]}]
    finally:
    - name: f
      taskSpec:
        results: [{name: last}]
        steps: [{name: s, image: i, command: [c]}]
)yaml"),
                  controlled);
}

TEST(ReportedResultsTest, WhatTasksAndThePipelineReferTo) {
  EXPECT_EQ(Needed(true), "a.list a.given a.tested f.last ");
}

TEST(ReportedResultsTest, AllOfATaskRun) {
  const ResolvedRun run = ResolveYaml(R"yaml(apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: run}
spec:
  taskSpec:
    results: [{name: u}, {name: v}]
    steps: [{name: s, image: i, command: [c]}]
)yaml");
  ASSERT_EQ(run.tasks.size(), 1);
  const std::string& task = run.tasks[0].name;
  EXPECT_EQ(NeededOf(run, true), absl::StrCat(task, ".u ", task, ".v "));
}

TEST(ReportedResultsTest, NoneWhereNobodyReadsThem) {
  EXPECT_EQ(Needed(false), "");
}

}  // namespace
}  // namespace colocation
