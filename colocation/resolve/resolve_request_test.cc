// What a request adds to a run: what was asked for and is now given, options,
// which run and which namespace.
#include <string>

#include "absl/strings/str_cat.h"
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

struct OptionCase {
  absl::string_view name;
  absl::string_view param;
  absl::string_view workspace;
  absl::string_view yaml;
  absl::string_view expected;
};

constexpr absl::string_view kPipeline = R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: revision, default: m}]
  workspaces: [{name: source, optional: true}]
  tasks: [{name: a, taskSpec: {steps: [{image: i}]}}]
)y";

// Its task uses what it doesn't declare.
constexpr absl::string_view kEmbedded = R"y(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: used, value: u}, {name: quoted, value: u}]
  pipelineSpec:
    tasks:
    - name: a
      workspaces: [{name: of-task}]
      taskSpec:
        params: [{name: of-task, default: d}]
        workspaces: [{name: of-task}]
        steps: [{image: i, args: [$(params.used), '$(params["quoted"])', $(workspaces.shared.path)]}]
  workspaces: [{name: shared, emptyDir: {}}, {name: of-task, emptyDir: {}}]
)y";

constexpr absl::string_view kTaskRun = R"y(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec: {taskRef: {name: t}}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params: [{name: depth, default: '1'}]
  workspaces: [{name: cache, optional: true}]
  steps: [{image: i, args: [$(params.depth)]}]
)y";

constexpr OptionCase kOptionCases[] = {
    {"DeclaredParam", "revision", "", kPipeline, ""},
    {"MisspeltParam", "revison", "", kPipeline,
     "[unknown-param] did you mean \"revision\"?"},
    {"ParamOfAnotherName", "url", "", kPipeline,
     "[unknown-param] there is: revision"},
    {"DeclaredWorkspace", "", "source", kPipeline, ""},
    {"MisspeltWorkspace", "", "sorce", kPipeline,
     "[unknown-workspace] did you mean \"source\"?"},
    {"UsedParamOfAnEmbeddedPipeline", "used", "", kEmbedded, ""},
    {"QuotedParamOfAnEmbeddedPipeline", "quoted", "", kEmbedded, ""},
    {"BeginningOfAUsedParam", "use", "", kEmbedded,
     "[unknown-param] there is: of-task"},
    {"ParamOfAnEmbeddedTask", "of-task", "", kEmbedded, ""},
    {"UsedWorkspaceOfAnEmbeddedPipeline", "", "shared", kEmbedded, ""},
    {"WorkspaceOfAnEmbeddedTask", "", "of-task", kEmbedded, ""},
    {"UnknownWorkspaceOfAnEmbeddedPipeline", "", "disk", kEmbedded,
     "[unknown-workspace] there is: of-task"},
    {"ParamOfATaskRun", "depth", "", kTaskRun, ""},
    {"MisspeltParamOfATaskRun", "dept", "", kTaskRun,
     "[unknown-param] did you mean \"depth\"?"},
    {"MisspeltWorkspaceOfATaskRun", "", "cahce", kTaskRun,
     "[unknown-workspace] did you mean \"cache\"?"},
};

class OptionNamesTest : public testing::TestWithParam<OptionCase> {};

TEST_P(OptionNamesTest, HaveToBeKnown) {
  v1::PlanRequest request;
  if (!GetParam().param.empty()) {
    v1::Param* param = request.mutable_options()->add_params();
    param->set_name(std::string(GetParam().param));
    param->mutable_value()->set_string_value("x");
  }
  if (!GetParam().workspace.empty()) {
    v1::WorkspaceBinding* binding = request.mutable_options()->add_workspaces();
    binding->set_name(std::string(GetParam().workspace));
    binding->mutable_empty_dir();
  }
  EXPECT_EQ(ResolvedYaml(GetParam().yaml, request).Errors(),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, OptionNamesTest,
                         testing::ValuesIn(kOptionCases), [](const auto& info) {
                           return std::string(info.param.name);
                         });

// --- Runs that are not to be started

struct StatusCase {
  absl::string_view name;
  absl::string_view kind;
  absl::string_view status;
  absl::string_view message;
};

class RunStatusTest : public testing::TestWithParam<StatusCase> {};

TEST_P(RunStatusTest, IsWarnedOf) {
  const bool task = GetParam().kind == "TaskRun";
  const ResolvedYaml resolved(absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: ", GetParam().kind,
      "\nmetadata: {name: r}\nspec:\n  status: ", GetParam().status,
      task ? "\n  taskSpec: {steps: [{image: i}]}\n"
           : "\n  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: "
             "[{image: i}]}}]}\n"));
  EXPECT_THAT(resolved.Errors(),
              testing::HasSubstr("warning: spec.status [run-not-started]"));
  EXPECT_THAT(resolved.diagnostics().diagnostics(0).message(),
              testing::HasSubstr(std::string(GetParam().message)));
}

constexpr StatusCase kStatusCases[] = {
    {"Cancelled", "PipelineRun", "Cancelled", "is cancelled"},
    {"Pending", "PipelineRun", "PipelineRunPending", "is pending"},
    {"Stopped", "PipelineRun", "StoppedRunFinally", "only its finally tasks"},
    {"CancelledRunFinally", "PipelineRun", "CancelledRunFinally",
     "only its finally tasks"},
    {"TaskRunCancelled", "TaskRun", "TaskRunCancelled", "is cancelled"},
};

INSTANTIATE_TEST_SUITE_P(Cases, RunStatusTest, testing::ValuesIn(kStatusCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

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
