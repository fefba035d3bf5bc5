#include "colocation/resolve/steps.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct TemplateCase {
  absl::string_view name;
  absl::string_view step_template;
  absl::string_view step;
  absl::string_view merged;
};

class StepTemplateTest : public testing::TestWithParam<TemplateCase> {};

TEST_P(StepTemplateTest, IsTakenIn) {
  v1::TaskSpec spec;
  DiagnosticList diagnostics;
  DecodeMessage("test.yaml",
                absl::StrCat("{stepTemplate: ", GetParam().step_template,
                             ", steps: [", GetParam().step, "]}"),
                {}, &spec, &diagnostics);
  ASSERT_TRUE(diagnostics.empty());
  TakeInStepTemplate(&spec);
  EXPECT_FALSE(spec.has_step_template());
  EXPECT_EQ(ToJson(spec.steps(0)), GetParam().merged);
}

INSTANTIATE_TEST_SUITE_P(
    All, StepTemplateTest,
    testing::Values(
        TemplateCase{"StepWinsInPlainFields", "{image: t, workingDir: /t}",
                     "{image: s}", R"({"image":"s","workingDir":"/t"})"},
        TemplateCase{"ListsOfWordsAreWhole", "{command: [a, b], args: [c, d]}",
                     "{args: [e]}", R"({"command":["a","b"],"args":["e"]})"},
        TemplateCase{
            "VariablesByName",
            "{env: [{name: A, value: t}, {name: B, value: t}]}",
            "{env: [{name: B, value: s}, {name: C, value: s}]}",
            R"({"env":[{"name":"A","value":"t"},{"name":"B","value":"s"},)"
            R"({"name":"C","value":"s"}]})"},
        TemplateCase{"NewVariablesOfTheStepComeFirst",
                     "{env: [{name: T, value: t}]}",
                     "{env: [{name: S, value: s}]}",
                     R"({"env":[{"name":"S","value":"s"},)"
                     R"({"name":"T","value":"t"}]})"},
        TemplateCase{
            "TheTemplatesOwnStandBeforeWhatFollowsThem",
            "{env: [{name: A, value: t}, {name: B, value: t}]}",
            "{env: [{name: M, value: s}, {name: B, value: s}]}",
            R"({"env":[{"name":"M","value":"s"},{"name":"A","value":"t"},)"
            R"({"name":"B","value":"s"}]})"},
        TemplateCase{"TheStepsOrderWins",
                     "{env: [{name: A}, {name: B}, {name: C}]}",
                     "{env: [{name: C}, {name: A}]}",
                     R"({"env":[{"name":"B"},{"name":"C"},{"name":"A"}]})"},
        TemplateCase{
            "ASourceDoesNotStayBesideAValue", "{env: [{name: A, value: t}]}",
            "{env: [{name: A, valueFrom: {fieldRef: {fieldPath: p}}}]}",
            R"({"env":[{"name":"A","valueFrom":{"fieldRef":)"
            R"({"fieldPath":"p"}}}]})"},
        TemplateCase{
            "MountsByPath",
            "{volumeMounts: [{name: t, mountPath: /a, readOnly: true}]}",
            "{volumeMounts: [{name: s, mountPath: /a}]}",
            R"({"volumeMounts":[{"name":"s","readOnly":true,)"
            R"("mountPath":"/a"}]})"},
        TemplateCase{
            "ResourcesByName",
            "{computeResources: {requests: {cpu: 1, memory: 1Gi}}}",
            "{computeResources: {requests: {cpu: 2}, limits: {cpu: 3}}}",
            R"({"computeResources":{"limits":{"cpu":"3"},)"
            R"("requests":{"cpu":"2","memory":"1Gi"}}})"},
        TemplateCase{
            "SecurityContextFieldByField",
            "{securityContext: {runAsUser: 1, capabilities: {add: [A]}}}",
            "{securityContext: {runAsGroup: 2, capabilities: {add: [B]}}}",
            R"({"securityContext":{"capabilities":{"add":["B"]},)"
            R"("runAsUser":1,"runAsGroup":2}})"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(NameSteps, ByTheirIndex) {
  v1::TaskSpec spec;
  spec.add_steps();
  spec.add_steps()->set_name("own");
  spec.add_steps();
  spec.add_sidecars();
  NameSteps(&spec);
  EXPECT_EQ(spec.steps(0).name(), "unnamed-0");
  EXPECT_EQ(spec.steps(1).name(), "own");
  EXPECT_EQ(spec.steps(2).name(), "unnamed-2");
  EXPECT_EQ(spec.sidecars(0).name(), "unnamed-0");
}

}  // namespace
}  // namespace colocation
