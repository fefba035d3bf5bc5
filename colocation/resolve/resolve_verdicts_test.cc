// What Tekton's reconciler decides, where that is not what one would expect.
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/resolve/resolve.h"
#include "colocation/resolve/resolve_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

v1::PlanRequest WithFlag(const char* name, const char* value) {
  v1::PlanRequest request;
  (*request.mutable_options()->mutable_feature_flags())[name] = value;
  return request;
}

TEST(ReferenceOfATaskRun, IsToATaskWhateverItsApiVersion) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec: {taskRef: {apiVersion: tekton.dev/v1, kind: Task, name: t}}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{image: i, command: [c]}]}
)y");
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.Steps(), "r: i c");
}

TEST(RulesOfV1, ApplyToWhatWasWrittenAsV1beta1) {
  EXPECT_EQ(ResolvedYaml(R"y(
apiVersion: tekton.dev/v1beta1
kind: TaskRun
metadata: {name: r}
spec: {taskSpec: {steps: [{image: i}], sidecars: [{name: s}]}}
)y")
                .Errors(),
            "spec.taskSpec.sidecars[0] [missing-field] give it an image; "
            "stepTemplate is for steps only");
  EXPECT_EQ(
      ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec: {pipelineRef: {name: p}}
---
apiVersion: tekton.dev/v1beta1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
  - name: a
    taskSpec:
      steps: [{image: i}]
      sidecars: [{image: i, script: x, command: [c]}]
)y")
          .Errors(),
      "spec.tasks[0].taskSpec.sidecars[0].script [one-of-many] take one of the "
      "two away; a script may have args");
}

TEST(DefaultResolver, IsAskedForWhatHasNoName) {
  EXPECT_EQ(ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec: {pipelineSpec: {tasks: [{name: a, taskRef: {}}]}}
)y",
                         WithFlag("default-resolver-type", "git"))
                .Needs(),
            "TASK git at spec.pipelineSpec.tasks[0].taskRef");
}

TEST(ParameterInBracketsWithAnIndex, IsTextWhereItIsNotDeclared) {
  EXPECT_EQ(ResolvedYaml(R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec: {taskSpec: {steps: [{image: i, command: ["$(params['a.b'][0])"]}]}}
)y")
                .Errors(),
            "");
}

TEST(ResultOfATask, IsTextInATaskRun) {
  constexpr char kTaskRun[] = R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec:
  params: [{name: p, value: $(tasks.a.status)}]
  taskSpec:
    params: [{name: p}]
    steps:
    - {image: i, command: [$(tasks.a.results.b)]}
    - {image: i, script: $(params.p)}
)y";
  EXPECT_EQ(ResolvedYaml(kTaskRun).Errors(),
            "warning: spec.taskSpec.steps[0].command[0] [left-as-text] declare "
            "a parameter for it, and let the pipeline give the result as its "
            "value\n"
            "warning: spec.taskSpec.steps[1].script [left-as-text] declare a "
            "parameter for it, and let the pipeline give the result as its "
            "value");
}

TEST(PipelineInAPipeline, IsLostInV1beta1) {
  for (const char* nested :
       {"pipelineRef: {name: q}",
        "pipelineSpec: {tasks: [{name: b, taskRef: {name: t}}]}"}) {
    const std::string field(nested, std::string(nested).find(':'));
    EXPECT_EQ(ResolvedYaml(absl::StrCat(R"y(
apiVersion: tekton.dev/v1beta1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    tasks:
    - name: a
      )y",
                                        nested),
                           WithFlag("enable-api-fields", "alpha"))
                  .Errors(),
              absl::StrCat("spec.pipelineSpec.tasks[0].", field,
                           " [removed-field] write it as tekton.dev/v1"));
  }
}

TEST(LengthOfAMatrix, CountsAnIncludeThatAddsNoCombinationAsNone) {
  const ResolvedYaml resolved(R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    tasks:
    - name: m
      matrix:
        params: [{name: v, value: ["1", "2", "3"]}]
        include: [{params: [{name: v, value: "3"}, {name: f, value: x}]}]
      taskSpec: {params: [{name: v}, {name: f, default: n}], steps: [{image: i}]}
    - name: a
      runAfter: [m]
      params: [{name: size, value: $(tasks.m.matrix.length)}]
      taskSpec: {params: [{name: size}], steps: [{image: i, command: [$(params.size)]}]}
)y");
  EXPECT_EQ(resolved.Errors(), "");
  EXPECT_EQ(resolved.run().tasks[1].units[0].spec.steps(0).command(0), "3");
}

TEST(ExpandedText, IsLimitedBeforeItIsMade) {
  v1::PlanRequest request;
  request.mutable_options()->mutable_limits()->set_expanded_bytes(2000);
  constexpr char kTask[] = R"y(
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params:
  - {name: a, default: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}
  - {name: b, default: $(params.a)$(params.a)$(params.a)$(params.a)}
  - {name: c, default: $(params.b)$(params.b)$(params.b)$(params.b)}
  - {name: d, default: $(params.c)$(params.c)$(params.c)$(params.c)}
  steps: [{image: i, command: [$(params.d)]}]
)y";
  EXPECT_EQ(ResolvedYaml(kTask, request).Errors(),
            "spec.taskRef [limit-expanded-bytes] raise the limit "
            "`expanded_bytes` if this is meant");
  EXPECT_EQ(ResolvedYaml(kTask).Errors(), "");
}

}  // namespace
}  // namespace colocation
