#include "colocation/plan/missing_volumes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Task {
  const char* name;
  const char* script = "make";
  // A volume of the Task, without its name.
  const char* volume = "";
  // More fields of the pipeline task.
  const char* fields = "";
  // More fields of the TaskSpec.
  const char* spec = "";
};

constexpr char kWorkspace[] = ", workspaces: [{name: w}]";

std::string RunOf(const std::vector<Task>& tasks, bool shared = true) {
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [{name: w, emptyDir: {}}]\n  pipelineSpec:\n"
      "    workspaces: [{name: w}]\n    tasks:\n";
  for (const Task& task : tasks) {
    const std::string volumes =
        *task.volume == 0
            ? ""
            : absl::StrCat(", volumes: [{name: v, ", task.volume, "}]");
    absl::StrAppend(&yaml, "    - {name: ", task.name, task.fields,
                    shared ? kWorkspace : "", ", taskSpec: {",
                    shared ? "workspaces: [{name: w}], " : "",
                    "steps: [{name: s, image: i, script: \"", task.script,
                    "\"}]", volumes, task.spec, "}}\n");
  }
  return yaml;
}

constexpr char kSecret[] = "secret: {secretName: run-key}";
constexpr char kAfterA[] = ", runAfter: [a]";
constexpr char kWhen[] =
    ", when: [{input: $(tasks.a.results.r), operator: in, values: [x]}]";
constexpr char kResult[] = ", results: [{name: r}]";

struct VolumeCase {
  const char* name;
  std::vector<Task> tasks;
  // Part of the only warning; empty: there is none.
  const char* warning;
  bool shared = true;
};

class MissingVolumesTest : public ::testing::TestWithParam<VolumeCase> {};

TEST_P(MissingVolumesTest, AreWarnedOf) {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  const Planned planned =
      PlanYaml(RunOf(GetParam().tasks, GetParam().shared), request);
  EXPECT_THAT(planned.errors, IsEmpty());
  if (*GetParam().warning == 0) {
    EXPECT_THAT(planned.warnings, IsEmpty());
    return;
  }
  ASSERT_EQ(planned.warnings.size(), 1);
  EXPECT_THAT(planned.warnings[0], StartsWith("volume-may-be-missing at "));
  EXPECT_THAT(planned.warnings[0], HasSubstr(GetParam().warning));
}

INSTANTIATE_TEST_SUITE_P(
    , MissingVolumesTest,
    ::testing::ValuesIn(std::vector<VolumeCase>{
        {"WhereAnEarlierTaskNamesTheSecret",
         {{"a", "kubectl create secret generic run-key --from-literal=k=v"},
          {"b", "cat", kSecret, kAfterA}},
         "at spec.pipelineSpec.tasks[1].taskSpec.volumes[0]: the Secret "
         "\"run-key\" may be made by \"a\""},
        {"WhereItsNameIsPartOfAWord",
         {{"a", "mk --name=run-key.yaml"}, {"b", "cat", kSecret, kAfterA}},
         "may be made by \"a\""},
        {"NotWhereALongerNameIsMeant",
         {{"a", "mk my-run-key run-keys"}, {"b", "cat", kSecret, kAfterA}},
         ""},
        {"WhereAnEarlierTaskMayMakeAnything",
         {{"a", "kubectl apply -f manifests"}, {"b", "cat", kSecret, kAfterA}},
         "as \"a\", which runs before, gives orders to the cluster"},
        {"NotWhereItOnlyLooks",
         {{"a", "kubectl get pods"}, {"b", "cat", kSecret, kAfterA}},
         ""},
        {"NotOfATaskThatIsNotBefore",
         {{"a", "kubectl create secret generic run-key"},
          {"b", "cat", kSecret}},
         ""},
        {"NotOfAnotherUserOfTheSecret",
         {{"a", "echo run-key", kSecret}, {"b", "cat", kSecret, kAfterA}},
         ""},
        {"NotWhereItIsOptional",
         {{"a", "mk run-key"},
          {"b", "cat", "secret: {secretName: run-key, optional: true}",
           kAfterA}},
         ""},
        {"OfAConfigMap",
         {{"a", "mk run-key"},
          {"b", "cat", "configMap: {name: run-key}", kAfterA}},
         "the ConfigMap \"run-key\" may be made by \"a\""},
        {"OfAClaim",
         {{"a", "mk run-key"},
          {"b", "cat", "persistentVolumeClaim: {claimName: run-key}", kAfterA}},
         "the PersistentVolumeClaim \"run-key\" may be made by \"a\""},
        {"OfAProjectedVolume",
         {{"a", "mk run-key"},
          {"b", "cat",
           "projected: {sources: [{configMap: {name: o, optional: true}}, "
           "{secret: {name: run-key}}]}",
           kAfterA}},
         "the Secret \"run-key\" may be made by \"a\""},
        {"NotWhereTheTaskHasAPodOfItsOwn",
         {{"a", "mk run-key"}, {"b", "cat", kSecret, kAfterA}},
         "",
         false},
        {"ThatOnlyATaskThatMayBeSkippedNeeds",
         {{"a", "make", "", "", kResult}, {"b", "cat", kSecret, kWhen}},
         "the Secret \"run-key\" has to be there also when \"b\" is skipped"},
        {"ThatOnlyWhatNeedsASkippedTasksResultNeeds",
         {{"a", "make", "", "", kResult},
          {"c", "make", "", kWhen, kResult},
          {"b", "echo $(tasks.c.results.r)", kSecret}},
         "also when \"b\" is skipped"},
        {"NotWhereOthersNeedItAnyway",
         {{"a", "make", kSecret, "", kResult}, {"b", "cat", kSecret, kWhen}},
         ""},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(MissingWorkspacesTest, AWorkspaceOnASecretIsAVolumeToo) {
  const Planned planned = PlanYaml(R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: w, emptyDir: {}}, {name: key, secret: {secretName: run-key}}]
  pipelineSpec:
    workspaces: [{name: w}, {name: key}]
    tasks:
    - name: a
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [make-key], args: [run-key]}]
    - name: b
      runAfter: [a]
      workspaces: [{name: w}, {name: key}]
      taskSpec:
        workspaces: [{name: w}, {name: key}]
        steps: [{name: s, image: i, command: [c]}]
)");
  EXPECT_THAT(planned.warnings,
              ElementsAre(HasSubstr(
                  "at spec.pipelineSpec.tasks[1].workspaces: the Secret "
                  "\"run-key\" may be made by \"a\"")));
}

}  // namespace
}  // namespace colocation
