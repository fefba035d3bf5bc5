#include "colocation/colocation.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

v1::PlanRequest RequestFor(const std::vector<std::string>& texts) {
  v1::PlanRequest request;
  for (size_t i = 0; i < texts.size(); ++i) {
    v1::Document* document = request.add_documents();
    document->set_name(absl::StrCat(std::string(1, 'a' + i), ".yaml"));
    document->set_content(texts[i]);
  }
  return request;
}

// "CODE: FILE:LINE:COLUMN code; ..." of the errors, then "needs NAME" for each
// need; "OK" where there is nothing to refuse.
std::string Said(const absl::Status& status) {
  std::string text(absl::StatusCodeToString(status.code()));
  if (status.ok()) return text;
  absl::StrAppend(&text, ":");
  const v1::Diagnostics diagnostics =
      DiagnosticsOf(status).value_or(v1::Diagnostics());
  for (const v1::Diagnostic& d : diagnostics.diagnostics()) {
    absl::StrAppend(&text, " ", d.position().file(), ":", d.position().line(),
                    ":", d.position().column(), " ", d.code(), ";");
  }
  const v1::Needs needs = NeedsOf(status);
  for (const v1::Need& need : needs.needs()) {
    absl::StrAppend(&text, " needs ", need.name(), ";");
  }
  return text;
}

constexpr char kTask[] =
    "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\n"
    "spec: {steps: [{image: i, script: ls}]}\n";

constexpr char kRun[] =
    "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
    "spec: {pipelineRef: {name: p}}\n";

struct Case {
  const char* name;
  std::vector<std::string> texts;
  const char* planned;
  const char* validated;
};

class FacadeTest : public testing::TestWithParam<Case> {};

TEST_P(FacadeTest, Says) {
  const v1::PlanRequest request = RequestFor(GetParam().texts);
  EXPECT_EQ(Said(PlanRun(request).status()), GetParam().planned);
  EXPECT_EQ(Said(ValidateRequest(request).status()), GetParam().validated);
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, FacadeTest,
    testing::ValuesIn(std::vector<Case>{
        {"ATaskIsPlannedAlone", {kTask}, "OK", "OK"},
        {"NothingToPlanIsNothingWrong",
         {},
         "INVALID_ARGUMENT: :0:0 nothing-to-plan;",
         "OK"},
        {"WhatCannotBeReadSpeaksAlone",
         {kRun, "kind: ["},
         "INVALID_ARGUMENT: b.yaml:2:1 yaml-syntax;",
         "INVALID_ARGUMENT: b.yaml:2:1 yaml-syntax;"},
        {"AMissingObjectIsANeed",
         {kRun},
         "NOT_FOUND: a.yaml:4:28 unknown-pipeline-ref; needs p;",
         "NOT_FOUND: a.yaml:4:28 unknown-pipeline-ref; needs p;"},
        {"ANeedBesideAFaultIsAFault",
         {std::string(kRun) + "novelty: 1\n"},
         "INVALID_ARGUMENT: a.yaml:4:28 unknown-pipeline-ref; a.yaml:5:1 "
         "unknown-field; needs p;",
         "INVALID_ARGUMENT: a.yaml:4:28 unknown-pipeline-ref; a.yaml:5:1 "
         "unknown-field; needs p;"},
        {"AMountPathMayBeAResult",
         {"apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\n"
          "spec:\n  tasks:\n  - name: setup\n    taskSpec: {results: [{name: "
          "dir}], steps: [{image: i, script: ls}]}\n  - name: build\n    "
          "params: [{name: dir, value: $(tasks.setup.results.dir)}]\n    "
          "taskSpec:\n      params: [{name: dir}]\n      volumes: [{name: v, "
          "emptyDir: {}}]\n      stepTemplate: {volumeMounts: [{name: v, "
          "mountPath: $(params.dir)}]}\n      steps: [{image: i, script: "
          "ls}]\n"},
         "OK",
         "OK"},
        {"EveryTextIsLookedAt",
         {std::string(kTask) + "novelty: 1\n",
          "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: u}\n"
          "spec: {steps: [{image: i, script: ls, timeout: soon}]}\n"},
         "INVALID_ARGUMENT: :0:0 several-runs; a.yaml:5:1 unknown-field; "
         "b.yaml:4:48 bad-duration;",
         "INVALID_ARGUMENT: a.yaml:5:1 unknown-field; b.yaml:4:48 "
         "bad-duration;"},
        {"AnObjectWithoutANameIsRefused",
         {"apiVersion: tekton.dev/v1\nkind: Task\n"
          "spec: {steps: [{image: i, script: ls}]}\n"},
         "INVALID_ARGUMENT: a.yaml:1:1 invalid-name;",
         "INVALID_ARGUMENT: a.yaml:1:1 invalid-name;"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(PlanRunTest, SamePlanForSameRequest) {
  const auto one = PlanRun(RequestFor({kTask}));
  const auto two = PlanRun(RequestFor({kTask}));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->DebugString(), two->DebugString());
}

TEST(PlanRunTest, WhatFollowsFromAFieldThatCouldNotBeReadIsNotSaid) {
  // The steps count as absent, which the author knows already.
  const absl::Status status =
      PlanRun(RequestFor({"apiVersion: tekton.dev/v1\nkind: Task\n"
                          "metadata: {name: t}\nspec: {steps: 1}\n"}))
          .status();
  EXPECT_EQ(DiagnosticsOf(status)->diagnostics_size(), 1) << Said(status);
}

TEST(PlanRunTest, TheInputHasALimit) {
  v1::PlanRequest request = RequestFor({kTask});
  request.mutable_options()->mutable_limits()->set_input_bytes(20);
  EXPECT_EQ(Said(PlanRun(request).status()),
            "RESOURCE_EXHAUSTED: :0:0 limit-input-bytes;");
}

TEST(PlanRunTest, APodHasALimit) {
  v1::PlanRequest request = RequestFor({kTask});
  request.mutable_options()->mutable_limits()->set_pod_bytes(500);
  EXPECT_EQ(Said(PlanRun(request).status()),
            "RESOURCE_EXHAUSTED: :0:0 limit-pod-bytes;");
}

TEST(PlanRunTest, DepthHasALimit) {
  v1::PlanRequest request = RequestFor({kTask});
  request.mutable_options()->mutable_limits()->set_depth(2);
  EXPECT_EQ(PlanRun(request).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(PlanRunTest, WarningsAreInThePlan) {
  v1::PlanRequest request = RequestFor({std::string(kTask) + "novelty: 1\n"});
  request.mutable_options()->set_allow_unknown_fields(true);
  const auto plan = PlanRun(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->warnings_size(), 1);
  EXPECT_EQ(plan->warnings(0).position().line(), 5);
}

TEST(PlanRunTest, ResultsThatMayNotFitTheirPodAreWarnedOf) {
  const auto warnings = [](int tasks, int result_bytes) {
    std::string text =
        "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\n"
        "spec:\n  workspaces: [{name: w}]\n"
        "  results: [{name: r, value: $(tasks.t0.results.commit)}]\n  tasks:\n";
    for (int i = 0; i < tasks; ++i) {
      absl::StrAppend(&text, "  - {name: t", i,
                      ", workspaces: [{name: w}], taskSpec: {workspaces: "
                      "[{name: w}], results: [{name: commit}], steps: [{image: "
                      "i, script: ls}]}}\n");
    }
    v1::PlanRequest request = RequestFor({text});
    request.mutable_options()->mutable_limits()->set_result_bytes(result_bytes);
    request.mutable_options()->set_controlled(true);
    const auto plan = PlanRun(request);
    std::string said;
    if (!plan.ok()) return Said(plan.status());
    for (const v1::Diagnostic& d : plan->warnings()) {
      absl::StrAppend(&said, d.path(), " ", d.code(), ";");
    }
    return said;
  };
  EXPECT_EQ(warnings(50, 0), "");
  EXPECT_EQ(warnings(120, 0), "spec.tasks[0].name limit-result-bytes;");
  EXPECT_EQ(warnings(120, 20), "");
  EXPECT_EQ(warnings(120, 80),
            "RESOURCE_EXHAUSTED: a.yaml:8:12 limit-result-bytes;");
}

TEST(PlanRunTest, ATextWithoutANameGetsOne) {
  v1::PlanRequest request = RequestFor({"kind: ["});
  request.mutable_documents(0)->clear_name();
  EXPECT_EQ(Said(PlanRun(request).status()),
            "INVALID_ARGUMENT: document-1:2:1 yaml-syntax;");
}

TEST(PlanRunTest, EveryRunIsValidated) {
  EXPECT_EQ(Said(ValidateRequest(RequestFor({kRun, kRun})).status()),
            "NOT_FOUND: a.yaml:4:28 unknown-pipeline-ref; b.yaml:4:28 "
            "unknown-pipeline-ref; needs p; needs p;");
}

constexpr char kFaulty[] =
    "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: T_}\n"
    "spec: {steps: [{image: i, script: ls}]}\n";

// A run whose pipeline is not there, and that has a fault of its own.
constexpr char kFaultyRun[] =
    "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
    "spec:\n  pipelineSpec:\n    tasks:\n"
    "    - {name: a, taskRef: {name: absent}}\n"
    "    - name: b\n      params: [{name: p, value: 1}]\n"
    "      taskSpec: {params: [{name: p, type: array}], steps: [{image: i, "
    "args: ['$(params.p[*])']}]}\n";

struct UnreadableCase {
  const char* name;
  std::string text;
  std::string found;
};

class UnreadableTest : public testing::TestWithParam<UnreadableCase> {};

TEST_P(UnreadableTest, WhatCantBeReadHidesNothingElse) {
  const UnreadableCase& c = GetParam();
  const std::string expected =
      absl::StrCat("INVALID_ARGUMENT: ", c.found, " b.yaml:3:18 invalid-name;",
                   " c.yaml:9:33 param-type;");
  const v1::PlanRequest request = RequestFor({c.text, kFaulty, kFaultyRun});
  EXPECT_EQ(Said(ValidateRequest(request).status()), expected);
}

std::string ManyUnknownFields() {
  std::string text = kTask;
  for (int i = 0; i < 150; ++i) absl::StrAppend(&text, "x", i, ": 1\n");
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, UnreadableTest,
    testing::ValuesIn<UnreadableCase>({
        {"NoYaml", "a: [\n", "a.yaml:2:1 yaml-syntax;"},
        {"NoObject", "- a\n", "a.yaml:1:1 not-an-object;"},
        {"NoKind", "{apiVersion: v1}\n", "a.yaml:1:1 missing-kind;"},
        {"AnObjectThatIsCutOff",
         "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps: [{image: i, "
         "script: $(params.x)}, {",
         "a.yaml:5:1 yaml-syntax;"},
        {"GoodObjectsBeforeIt",
         std::string(kTask) + "---\napiVersion: tekton.dev/v1\nkind: Task\n{",
         "a.yaml:9:1 yaml-syntax;"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ValidateRequestTest, ManyFaultsOfOneTextHideNoneOfTheOthers) {
  const std::string said = Said(
      ValidateRequest(RequestFor({ManyUnknownFields(), kFaulty})).status());
  EXPECT_THAT(said, testing::HasSubstr("a.yaml:154:1 unknown-field;"));
  EXPECT_THAT(said, testing::HasSubstr("b.yaml:3:18 invalid-name;"));
}

TEST(ValidateRequestTest, TheLimitOfTheInputIsAllThatIsSaid) {
  v1::PlanRequest request = RequestFor({kFaulty});
  request.mutable_options()->set_run("t");
  request.mutable_options()->mutable_limits()->set_input_bytes(20);
  EXPECT_EQ(Said(ValidateRequest(request).status()),
            "RESOURCE_EXHAUSTED: :0:0 limit-input-bytes;");
}

TEST(ValidateRequestTest, NamesOfOptionsAreCheckedWithoutARun) {
  v1::PlanRequest request = RequestFor({kTask});
  v1::Param* param = request.mutable_options()->add_params();
  param->set_name("revison");
  param->mutable_value()->set_string_value("main");
  EXPECT_EQ(Said(ValidateRequest(request).status()),
            "INVALID_ARGUMENT: :0:0 unknown-param;");
}

TEST(PlanRunTest, FeatureFlagsDecideWhatIsAccepted) {
  v1::PlanRequest request = RequestFor(
      {"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n"
       "  params: [{name: x, enum: [a], default: a}]\n"
       "  steps: [{image: i, script: ls}]\n"});
  EXPECT_EQ(Said(ValidateRequest(request).status()),
            "INVALID_ARGUMENT: a.yaml:5:22 feature-not-enabled;");
  auto& flags = *request.mutable_options()->mutable_feature_flags();
  flags["enable-param-enum"] = "true";
  flags["_example"] = "is passed over";
  EXPECT_EQ(Said(ValidateRequest(request).status()), "OK");
  // As Go reads it, not as YAML does.
  flags["enable-param-enum"] = "yes";
  const absl::Status status = ValidateRequest(request).status();
  EXPECT_EQ(Said(status),
            "INVALID_ARGUMENT: :0:0 bad-feature-flag; a.yaml:5:22 "
            "feature-not-enabled;");
  EXPECT_EQ(status.message(),
            "error: data.enable-param-enum: enable-param-enum can't be \"yes\" "
            "[bad-feature-flag]");
}

TEST(PlanRunTest, AStatusThatSaysNothingNeedsNothing) {
  EXPECT_EQ(NeedsOf(absl::OkStatus()).needs_size(), 0);
  EXPECT_EQ(NeedsOf(absl::InternalError("x")).needs_size(), 0);
}

}  // namespace
}  // namespace colocation
