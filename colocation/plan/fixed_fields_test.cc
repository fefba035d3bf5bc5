#include "colocation/plan/fixed_fields.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// Tasks a and b, and c with these fields of its pipeline task, its step and its
// TaskSpec.
constexpr char kRun[] = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - {name: a, taskSpec: {results: [{name: r}], steps: [{name: s, image: i, command: [c]}]}}
    - {name: b, taskSpec: {results: [{name: r}], steps: [{name: s, image: i, command: [c]}]}}
    - {name: c, TASK taskSpec: {workspaces: [{name: w, optional: true}], SPEC steps: [{name: s, STEP command: [c]}]}}
)yaml";

struct FieldCase {
  const char* name;
  const char* task;
  const char* spec;
  const char* step;
  // "PATH<INDICES OF TASKS", with "*" for an image.
  const char* fields;
};

class FixedFieldsTest : public ::testing::TestWithParam<FieldCase> {};

TEST_P(FixedFieldsTest, Are) {
  const FieldCase& c = GetParam();
  const ResolvedRun run = ResolveYaml(absl::StrReplaceAll(
      kRun, {{"TASK", c.task},
             {"SPEC", c.spec},
             {"STEP", *c.step == 0 ? "image: i," : c.step}}));
  ASSERT_EQ(run.tasks.size(), 3u);
  TaskNames names;
  for (size_t t = 0; t < run.tasks.size(); ++t) {
    names.emplace(run.tasks[t].name, static_cast<TaskIndex>(t));
  }
  std::vector<std::string> fields;
  for (const LateField& field : FindLateFields(run, run.tasks[2], names)) {
    absl::string_view path = field.path;
    constexpr absl::string_view kTask = "spec.pipelineSpec.tasks[2].";
    path.remove_prefix(kTask.size());
    fields.push_back(absl::StrCat(path, field.image ? "*" : "", "<",
                                  absl::StrJoin(field.needs, ",")));
  }
  EXPECT_EQ(absl::StrJoin(fields, " "), c.fields);
}

INSTANTIATE_TEST_SUITE_P(
    , FixedFieldsTest,
    ::testing::ValuesIn(std::vector<FieldCase>{
        {"NoneWithoutResults", "", "", "", ""},
        {"AnImage", "", "", "image: $(tasks.a.results.r),",
         "taskSpec.steps[0].image*<0"},
        {"AnImageOfTwoResults", "", "",
         "image: \"$(tasks.b.results.r):$(tasks.a.results.r)\",",
         "taskSpec.steps[0].image*<0,1"},
        {"AnImageOfASidecar", "",
         "sidecars: [{name: d, image: $(tasks.b.results.r), command: [c]}],",
         "", "taskSpec.sidecars[0].image*<1"},
        {"AVolume", "",
         "volumes: [{name: v, configMap: {name: $(tasks.a.results.r)}}],", "",
         "taskSpec.volumes[0].configMap.name<0"},
        {"APartOfAVolumeInWhichParametersAreNotReplaced", "",
         "volumes: [{name: v, emptyDir: {medium: $(tasks.a.results.r)}}],", "",
         "taskSpec.volumes[0]<0"},
        {"ASubPathOfAWorkspace",
         "workspaces: [{name: w, subPath: $(tasks.a.results.r)}],", "", "",
         "workspaces<0"},
        {"TheLauncherReplacesTheRest", "", "",
         "image: i, workingDir: $(tasks.a.results.r), env: [{name: e, value: "
         "$(tasks.a.results.r)}], args: [$(tasks.a.results.r)],",
         ""},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WorkspaceBindingTest, IsAFieldOfEachTaskThatUsesIt) {
  const ResolvedRun run = ResolveYaml(absl::StrReplaceAll(
      kRun,
      {{"emptyDir: {}",
        "persistentVolumeClaim: {claimName: $(tasks.a.results.r)}"},
       {"TASK", "workspaces: [{name: w}],"},
       {"SPEC", ""},
       {"STEP", "image: i,"}}));
  const TaskNames names = {{"a", 0}, {"b", 1}, {"c", 2}};
  EXPECT_TRUE(FindLateFields(run, run.tasks[0], names).empty());
  const std::vector<LateField> fields =
      FindLateFields(run, run.tasks[2], names);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].path, "spec.workspaces");
  EXPECT_EQ(fields[0].text, "$(tasks.a.results.r)");
  EXPECT_EQ(fields[0].needs, std::vector<TaskIndex>{0});
}

}  // namespace
}  // namespace colocation
