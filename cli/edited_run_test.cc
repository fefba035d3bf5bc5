#include "cli/edited_run.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/colocation.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

constexpr char kRun[] = R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {generateName: build-}
spec:
  params: [{name: depth, value: "1"}, {name: strict, value: "no"}]
  taskRunSpecs: [{pipelineTaskName: lint, serviceAccountName: linter}]
  pipelineSpec:
    results: [{name: commit, value: $(tasks.clone.results.commit)}, {name: size, value: $(tasks.build.results.size)}]
    tasks:
    - name: clone
      taskSpec: {results: [{name: commit}], steps: [{image: i, script: "git $(params.depth)"}]}
    - name: lint
      runAfter: [clone]
      taskSpec: {steps: [{image: i, script: "lint $(params.strict)"}]}
    - name: build
      params: [{name: commit, value: $(tasks.clone.results.commit)}]
      taskSpec: {params: [{name: commit}], results: [{name: size}], steps: [{image: i, script: make}]}
    - name: test
      runAfter: [build]
      taskSpec: {steps: [{image: i, script: test}]}
    finally:
    - name: report
      taskSpec: {steps: [{image: i, script: report}]}
)y";

constexpr char kPipeline[] = R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: strict, default: "no"}]
  tasks:
  - {name: a, taskSpec: {steps: [{image: i, script: "$(params.strict)"}]}}
  - {name: b, taskSpec: {steps: [{image: i, script: ls}]}}
)y";

constexpr char kTask[] = R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i, script: ls}]}
)y";

v1::PlanRequest RequestFor(const std::string& text) {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  v1::Document* document = request.add_documents();
  document->set_name("run.yaml");
  document->set_content(text);
  return request;
}

// "NAME: TASK TASK -> RESULT" of the run as it is planned after the changes; or
// why they can't be made.
std::string Edited(v1::PlanRequest request, const RunEdits& edits) {
  const auto plan = PlanRun(request);
  if (!plan.ok()) return absl::StrCat("plan: ", plan.status().message());
  const auto edited = EditRun(request, edits, *plan);
  if (!edited.ok()) return std::string(edited.status().message());
  const auto made = PlanRun(*edited);
  if (!made.ok()) return absl::StrCat("edited: ", made.status().message());
  std::string text = absl::StrCat(made->run().name(), ":");
  for (const auto& task : made->tasks())
    absl::StrAppend(&text, " ", task.name());
  for (const auto& result : made->results()) {
    absl::StrAppend(&text, " -> ", result.name());
  }
  return text;
}

TEST(EditedRunTest, TheRunGetsItsName) {
  EXPECT_EQ(Edited(RequestFor(kRun), {.name = "build-7"}),
            "build-7: clone lint build test report -> commit -> size");
}

TEST(EditedRunTest, OfSeveralRunsTheChosenOneGetsTheName) {
  v1::PlanRequest request = RequestFor(
      absl::StrCat(kPipeline,
                   "---\napiVersion: tekton.dev/v1\nkind: PipelineRun\n"
                   "metadata: {name: one}\nspec: {pipelineRef: {name: p}}\n"
                   "---\napiVersion: tekton.dev/v1\nkind: PipelineRun\n"
                   "metadata: {name: two}\nspec: {pipelineRef: {name: p}}\n"));
  request.mutable_options()->set_run("two");
  EXPECT_EQ(Edited(request, {.name = "three"}), "three: a b");
  EXPECT_EQ(Edited(request, {.only = "b"}), "two: b");
}

TEST(EditedRunTest, APipelineAloneHasNoRunToName) {
  EXPECT_EQ(Edited(RequestFor(kPipeline), {.name = "x"}),
            "--name: only a PipelineRun or TaskRun can be given another name");
}

TEST(EditedRunTest, OnlyATaskAndWhatItNeedsIsPlanned) {
  EXPECT_EQ(Edited(RequestFor(kRun), {.only = "test"}).substr(13),
            "clone build test -> commit -> size");
  EXPECT_EQ(Edited(RequestFor(kRun), {.only = "lint"}).substr(13),
            "clone lint -> commit");
}

TEST(EditedRunTest, AFinallyTaskNeedsAll) {
  EXPECT_EQ(Edited(RequestFor(kRun), {.only = "report"}).substr(13),
            "clone lint build test report -> commit -> size");
}

TEST(EditedRunTest, APipelineAloneIsCutToo) {
  EXPECT_EQ(Edited(RequestFor(kPipeline), {.only = "b"}), "p: b");
}

TEST(EditedRunTest, ValuesForWhatIsCutAreNoFault) {
  v1::PlanRequest request = RequestFor(kRun);
  v1::Param* param = request.mutable_options()->add_params();
  param->set_name("strict");
  param->mutable_value()->set_string_value("yes");
  EXPECT_EQ(Edited(request, {.only = "test"}).substr(13),
            "clone build test -> commit -> size");
}

TEST(EditedRunTest, AnUnknownTaskIsRefusedWithTheNearest) {
  EXPECT_EQ(Edited(RequestFor(kRun), {.only = "biuld"}),
            "--only biuld: the pipeline has no such task; did you mean "
            "\"build\"?");
  EXPECT_EQ(Edited(RequestFor(kPipeline), {.only = "deploy"}),
            "--only deploy: the pipeline has no such task; it has a, b");
}

TEST(EditedRunTest, ATaskIsRunAsAWhole) {
  EXPECT_EQ(Edited(RequestFor(kTask), {.only = "t"}),
            "--only: a Task is run as a whole; this is for the tasks of a "
            "pipeline");
}

}  // namespace
}  // namespace colocation::cli
