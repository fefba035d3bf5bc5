#include "colocation/validate/unknown_kind.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct KindCase {
  absl::string_view name;
  absl::string_view api_version;
  absl::string_view kind;
  // "PATH HINT", or nothing.
  absl::string_view expected;
};

class UnknownKindTest : public testing::TestWithParam<KindCase> {};

TEST_P(UnknownKindTest, IsWarnedOfWhereTektonsWasMeant) {
  v1::OtherObject object;
  object.set_api_version(std::string(GetParam().api_version));
  object.set_kind(std::string(GetParam().kind));
  DiagnosticList diagnostics;
  WarnOfUnknownKind(object, &diagnostics);
  std::string said;
  const v1::Diagnostics found = diagnostics.Sorted();
  for (const v1::Diagnostic& d : found.diagnostics()) {
    EXPECT_EQ(d.severity(), v1::SEVERITY_WARNING);
    EXPECT_EQ(d.code(), object.kind() == "VerificationPolicy" ? "not-verified"
                                                              : "unknown-kind");
    absl::StrAppend(&said, d.path(), " ", d.hint());
  }
  EXPECT_EQ(said, GetParam().expected);
}

constexpr absl::string_view kUseV1 =
    "apiVersion use tekton.dev/v1 for Tekton's own kinds";

constexpr KindCase kCases[] = {
    {"Misspelt", "tekton.dev/v1", "Pipline", "kind did you mean \"Pipeline\"?"},
    {"OfAnotherCase", "tekton.dev/v1", "pipelinerun",
     "kind did you mean \"PipelineRun\"?"},
    {"OfAnotherCaseThroughout", "tekton.dev/v1", "TASK",
     "kind did you mean \"Task\"?"},
    {"Unlike", "tekton.dev/v1", "Deployment", "kind "},
    {"Removed", "tekton.dev/v1beta1", "ClusterTask",
     "kind make it a Task, and refer to it with the cluster resolver"},
    {"RemovedLongAgo", "tekton.dev/v1alpha1", "PipelineResource",
     "kind use parameters, results and workspaces"},
    {"GroupWithoutItsDomain", "tekton/v1", "Task", kUseV1},
    {"GroupWithoutItsVersion", "tekton.dev", "Task", kUseV1},
    {"GroupOfAnotherDomain", "tekton.io/v1", "Pipeline", kUseV1},
    {"GroupMisspelt", "tektn.dev/v1", "Pipeline", kUseV1},
    {"GroupOfAnotherCase", "Tekton.dev/v1", "Pipeline", kUseV1},
    {"GroupWithAPrefix", "pipeline.tekton.dev/v1", "Pipeline", kUseV1},
    {"BothMisspelt", "tekton/v1", "Pipline", kUseV1},
    {"NoGroup", "v1", "Task", kUseV1},
    {"StepAction", "tekton/v1", "StepAction",
     "apiVersion use tekton.dev/v1beta1 for Tekton's own kinds"},
    {"TektonsButNotReadHere", "tekton.dev/v1beta1", "CustomRun", ""},
    {"PolicyThatNobodyEnforces", "tekton.dev/v1alpha1", "VerificationPolicy",
     "kind verify what a resolver fetches where it is fetched"},
    {"OfTriggers", "triggers.tekton.dev/v1beta1", "TriggerTemplate", ""},
    {"OfTheOperator", "operator.tekton.dev/v1alpha1", "TektonConfig", ""},
    {"OfOthers", "apps/v1", "Deployment", ""},
    {"TasksOfOthers", "example.com/v1", "Task", ""},
    {"Core", "v1", "ConfigMap", ""},
    {"CoreAndAlike", "v1", "Tasks", ""},
};

INSTANTIATE_TEST_SUITE_P(Cases, UnknownKindTest, testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace colocation
