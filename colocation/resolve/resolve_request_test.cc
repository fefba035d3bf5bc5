// What a request adds to a run: what was asked for and is now given, options,
// which run and which namespace.
#include "absl/strings/string_view.h"
#include "colocation/resolve/resolve_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

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

}  // namespace
}  // namespace colocation
