#include "colocation/validate/settings.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/validate/validate_testing.h"

namespace colocation {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

v1::PlanOptions OptionsOf(const Given& given) {
  v1::PlanOptions options;
  for (const auto& [key, value] : given) {
    (*options.mutable_feature_flags())[key] = value;
  }
  return options;
}

// What is said of these settings, a line each.
std::string Said(const Given& given) {
  DiagnosticList diagnostics;
  CheckSettings(OptionsOf(given), &diagnostics);
  std::string text;
  const v1::Diagnostics sorted = diagnostics.Sorted();
  for (const v1::Diagnostic& d : sorted.diagnostics()) {
    absl::StrAppend(&text, ToLogLine(d),
                    d.hint().empty() ? "" : absl::StrCat(" (", d.hint(), ")"),
                    "\n");
  }
  return text;
}

FeatureFlags FlagsWith(const Given& given) { return FlagsOf(OptionsOf(given)); }

TEST(SettingsTest, TableIsSortedAndSaysOfEachKeyWhatBecomesOfIt) {
  std::string before;
  for (const Setting& setting : Settings()) {
    const std::string name = absl::StrCat(setting.config_map, "/", setting.key);
    EXPECT_LT(before, name);
    before = name;
    EXPECT_FALSE(setting.note.empty()) << name;
    EXPECT_FALSE(setting.values.empty()) << name;
    EXPECT_NE(setting.set, nullptr) << name;
    const bool refuses = setting.use == SettingUse::kRefused ||
                         setting.use == SettingUse::kWarned;
    EXPECT_EQ(setting.asks != nullptr, refuses) << name;
  }
}

// pkg/apis/config in Tekton v1.15: every key that NewFeatureFlagsFromMap and
// NewDefaultsFromMap read, with its default value.
const Given& TektonDefaults() {
  static const Given* const kDefaults = new Given{
      {"default-affinity-assistant-pod-template", "nodeSelector: {a: b}"},
      {"default-cloud-events-sink", ""},
      {"default-container-resource-requirements", ""},
      {"default-create-container-error-timeout", "0"},
      {"default-forbidden-env", ""},
      {"default-imagepullbackoff-timeout", "0"},
      {"default-managed-by-label-value", "tekton-pipelines"},
      {"default-max-matrix-combinations-count", "256"},
      {"default-maximum-resolution-timeout", "1m"},
      {"default-pod-template", "nodeSelector: {a: b}"},
      {"default-resolver-type", ""},
      {"default-service-account", "default"},
      {"default-sidecar-log-polling-interval", "100ms"},
      {"default-step-ref-concurrency-limit", "5"},
      {"default-task-run-workspace-binding", ""},
      {"default-timeout-minutes", "60"},
      {"await-sidecar-readiness", "true"},
      {"coschedule", "workspaces"},
      {"disable-creds-init", "false"},
      {"disable-inline-spec", ""},
      {"enable-api-fields", "beta"},
      {"enable-artifacts", "false"},
      {"enable-cel-in-whenexpression", "false"},
      {"enable-concise-resolver-syntax", "false"},
      {"enable-informer-cache-transforms", "true"},
      {"enable-kubernetes-sidecar", "false"},
      {"enable-param-enum", "false"},
      {"enable-provenance-in-status", "true"},
      {"enable-step-actions", "true"},
      {"enable-tekton-oci-bundles", "false"},
      {"enable-termination-message-compression", "false"},
      {"enable-wait-exponential-backoff", "false"},
      {"enforce-nonfalsifiability", "none"},
      {"keep-pod-on-cancel", "false"},
      {"max-result-size", "4096"},
      {"require-git-ssh-secret-known-hosts", "false"},
      {"results-from", "termination-message"},
      {"running-in-environment-with-injected-sidecars", "true"},
      {"send-cloudevents-for-runs", "true"},
      {"set-security-context", "false"},
      {"set-security-context-read-only-root-filesystem", "false"},
      {"trusted-resources-verification-no-match-policy", "ignore"},
  };
  return *kDefaults;
}

TEST(SettingsTest, TektonsDefaultsAreNothingToSpeakOf) {
  EXPECT_EQ(Said(TektonDefaults()), "");
  std::set<std::string> known;
  for (const Setting& setting : Settings()) {
    if (setting.config_map == "feature-flags" ||
        setting.config_map == "config-defaults") {
      known.insert(std::string(setting.key));
    }
  }
  for (const auto& [key, value] : TektonDefaults()) known.erase(key);
  EXPECT_TRUE(known.empty()) << *known.begin();
}

struct SaidCase {
  const char* name;
  Given given;
  const char* said;
};

class SaidTest : public testing::TestWithParam<SaidCase> {};

TEST_P(SaidTest, IsSaid) { EXPECT_EQ(Said(GetParam().given), GetParam().said); }

INSTANTIATE_TEST_SUITE_P(
    , SaidTest,
    testing::ValuesIn(std::vector<SaidCase>{
        {"AnExampleIsNoSetting", {{"_example", "a: b"}}, ""},
        {"AnUnknownKeyIsWarnedOfWithTheNearest",
         {{"default-timeout-minute", "5"}},
         "warning: data.default-timeout-minute: Tekton has no setting "
         "\"default-timeout-minute\" [unknown-setting] (did you mean "
         "\"default-timeout-minutes\"?)\n"},
        {"ABooleanIsAsGoReadsIt",
         {{"enable-param-enum", "yes"}},
         "error: data.enable-param-enum: enable-param-enum can't be \"yes\" "
         "[bad-feature-flag] (it is true or false)\n"},
        {"EveryFaultIsSaid",
         {{"default-imagepullbackoff-timeout", "5"},
          {"default-timeout-minutes", " 5"},
          {"max-result-size", "1572864"},
          {"results-from", "logs"}},
         "error: data.default-imagepullbackoff-timeout: "
         "default-imagepullbackoff-timeout can't be \"5\" [bad-feature-flag] "
         "(it is a duration such as 5m)\n"
         "error: data.default-timeout-minutes: default-timeout-minutes can't "
         "be "
         "\" 5\" [bad-feature-flag] (it is a whole number)\n"
         "error: data.max-result-size: max-result-size can't be \"1572864\" "
         "[bad-feature-flag] (it is a number below 1572864)\n"
         "error: data.results-from: results-from can't be \"logs\" "
         "[bad-feature-flag] (it is termination-message or sidecar-logs)\n"},
        {"WhatIsWrongInAYamlTextIsSaid",
         {{"default-pod-template", "tolerations: ci"}},
         "error: data.default-pod-template: tolerations: expected a list, "
         "found "
         "the string ci [bad-feature-flag] (write it as [...], or with \"- "
         "\")\n"},
        {"AnUnknownFieldOfAYamlTextIsWarnedOf",
         {{"default-pod-template", "nodeSelektor: {a: b}"}},
         "warning: data.default-pod-template: nodeSelektor: unknown field "
         "\"nodeSelektor\" is left out [unknown-field]\n"},
        {"ADefaultBindingHasOneSource",
         {{"default-task-run-workspace-binding", "emptyDir: {}\nsecret: {}"}},
         "error: data.default-task-run-workspace-binding: "
         "default-task-run-workspace-binding can't be what it is "
         "[bad-feature-flag] (it is a workspace binding as YAML, with one "
         "source)\n"},
        {"SignedResultsAreRefused",
         {{"enforce-nonfalsifiability", "Spire"}},
         "error: data.enforce-nonfalsifiability: enforce-nonfalsifiability: "
         "Spire is not honoured here: results are not signed "
         "[not-supported]\n"},
        {"WhatChangesAResultIsWarnedOf",
         {{"results-from", "sidecar-logs"}},
         "warning: data.results-from: results-from: sidecar-logs is not "
         "honoured here: results come from termination messages: the room for "
         "them is what docs/planning.md says [setting-not-honoured]\n"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(SettingsTest, LevelsAreInAnyCaseOfLetters) {
  EXPECT_EQ(FlagsWith({{"enable-api-fields", "Alpha"}}).api_fields,
            v1::API_FIELDS_ALPHA);
}

TEST(SettingsTest, BlanksBetweenInlineSpecsCount) {
  const FeatureFlags flags =
      FlagsWith({{"disable-inline-spec", "pipeline, taskrun"}});
  EXPECT_TRUE(flags.InlineSpecDisabled("pipeline"));
  EXPECT_FALSE(flags.InlineSpecDisabled("taskrun"));
}

// SetDefaults comes before Validate: each run has it.
TEST(SettingsTest, AForbiddenVariableOfTheDefaultPodTemplateIsOfEachRun) {
  const FeatureFlags flags = FlagsWith(
      {{"default-forbidden-env", "A, B"},
       {"default-pod-template", "env: [{name: B, value: x}, {name: C}]"}});
  const std::string head = "apiVersion: tekton.dev/v1\nkind: ";
  EXPECT_EQ(FaultsOf(head + "PipelineRun\nmetadata: {name: r}\nspec: "
                            "{pipelineRef: {name: p}}\n",
                     flags),
            "spec.taskRunTemplate.podTemplate: forbidden-value");
  EXPECT_EQ(FaultsOf(head + "TaskRun\nmetadata: {name: r}\nspec: {taskRef: "
                            "{name: t}, podTemplate: {env: [{name: B}]}}\n",
                     flags),
            "spec.podTemplate.env[0].name: forbidden-value");
  EXPECT_EQ(FaultsOf(head + "Task\nmetadata: {name: t}\nspec: {steps: "
                            "[{image: i}]}\n",
                     flags),
            "");
}

TEST(SettingsTest, NumbersBeyondTheirFieldAreTheLargest) {
  EXPECT_EQ(
      FlagsWith({{"default-max-matrix-combinations-count", "99999999999"}})
          .max_matrix_combinations,
      2147483647);
}

TEST(SettingsTest, ResourcesAreReadByContainer) {
  const FeatureFlags flags = FlagsWith(
      {{"default-container-resource-requirements",
        "default: {requests: {cpu: 100m}}\nprefix-sidecar:\n  limits:\n    "
        "memory: 1Gi\n"}});
  ASSERT_EQ(flags.default_container_resources.size(), 2u);
  EXPECT_EQ(
      flags.default_container_resources.at("default").requests().at("cpu"),
      "100m");
  EXPECT_EQ(flags.default_container_resources.at("prefix-sidecar")
                .limits()
                .at("memory"),
            "1Gi");
}

}  // namespace
}  // namespace colocation
