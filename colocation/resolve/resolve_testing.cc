#include "colocation/resolve/resolve_testing.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/decode.h"
#include "colocation/resolve/resolve.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {
namespace {

std::string TaskText(const ResolvedRun& run, const ResolvedTask& task) {
  std::vector<std::string> notes;
  if (task.finally) notes.push_back("finally");
  switch (task.runs) {
    case ResolvedTask::Runs::kUnits:
      break;
    case ResolvedTask::Runs::kCustomRun:
    case ResolvedTask::Runs::kPipeline:
    case ResolvedTask::Runs::kLateMatrix:
      notes.push_back(task.external);
      break;
    case ResolvedTask::Runs::kNever:
      notes.push_back(absl::StrCat(
          "never: ", v1::SkipReason_Name(task.skip_reason).substr(12)));
      break;
  }
  std::string text = task.name;
  if (!notes.empty()) {
    absl::StrAppend(&text, "[", absl::StrJoin(notes, ", "), "]");
  }
  const char* separator = " <- ";
  for (const TaskDependency& dependency : task.dependencies) {
    absl::StrAppend(
        &text, separator, run.tasks[dependency.on].name,
        dependency.kind == v1::Dependency::RESOURCE ? "(result)" : "");
    separator = ", ";
  }
  return text;
}

std::string StepText(const v1::Step& step) {
  std::string text = step.image();
  for (const std::string& word : step.command()) {
    absl::StrAppend(&text, " ", word);
  }
  for (const std::string& arg : step.args()) absl::StrAppend(&text, " ", arg);
  if (!step.script().empty()) absl::StrAppend(&text, " '", step.script(), "'");
  return text;
}

}  // namespace

ResolvedYaml::ResolvedYaml(absl::string_view yaml,
                           const v1::PlanRequest& request) {
  v1::ObjectSet objects;
  DiagnosticList list;
  DecodeObjects("test.yaml", yaml, {}, &objects, &list);
  run_ = Resolve(objects, request, &list, &needs_);
  diagnostics_ = list.Sorted();
}

std::string ResolvedYaml::Tasks() const {
  return absl::StrJoin(run_.tasks, "; ",
                       [&](std::string* out, const ResolvedTask& task) {
                         absl::StrAppend(out, TaskText(run_, task));
                       });
}

std::string ResolvedYaml::Steps() const {
  std::vector<std::string> units;
  for (const ResolvedTask& task : run_.tasks) {
    for (const ResolvedUnit& unit : task.units) {
      units.push_back(absl::StrCat(
          unit.name, ": ",
          absl::StrJoin(unit.spec.steps(), " & ",
                        [](std::string* out, const v1::Step& step) {
                          absl::StrAppend(out, StepText(step));
                        })));
    }
  }
  return absl::StrJoin(units, " | ");
}

std::string ResolvedYaml::Workspaces() const {
  std::vector<std::string> tasks;
  for (const ResolvedTask& task : run_.tasks) {
    if (task.workspaces.empty()) continue;
    std::vector<std::string> workspaces;
    for (const TaskWorkspace& workspace : task.workspaces) {
      if (workspace.run_workspace < 0) {
        workspaces.push_back(absl::StrCat(workspace.name, " unbound"));
        continue;
      }
      workspaces.push_back(absl::StrCat(
          workspace.name, "=", workspace.mount_path, " on ",
          run_.workspaces[workspace.run_workspace].volume,
          workspace.sub_path.empty() ? "" : "/", workspace.sub_path,
          workspace.read_only ? " read-only" : "",
          workspace.isolated ? " isolated" : ""));
    }
    tasks.push_back(
        absl::StrCat(task.name, ": ", absl::StrJoin(workspaces, "; ")));
  }
  return absl::StrJoin(tasks, " | ");
}

std::string ResolvedYaml::Errors() const {
  std::vector<std::string> lines;
  for (const v1::Diagnostic& d : diagnostics_.diagnostics()) {
    lines.push_back(
        absl::StrCat(d.severity() == v1::SEVERITY_WARNING ? "warning: " : "",
                     d.path(), d.path().empty() ? "[" : " [", d.code(), "]",
                     d.hint().empty() ? "" : " ", d.hint()));
  }
  return absl::StrJoin(lines, "\n");
}

std::string ResolvedYaml::Needs() const {
  return absl::StrJoin(needs_, "; ",
                       [](std::string* out, const v1::Need& need) {
                         absl::StrAppend(out, v1::Need::Kind_Name(need.kind()),
                                         " ", need.name(), need.resolver());
                         for (const v1::Param& param : need.params()) {
                           absl::StrAppend(out, " ", param.name(), "=",
                                           param.value().string_value());
                         }
                         absl::StrAppend(out, " at ", need.path());
                       });
}

std::string CaseName(const testing::TestParamInfo<RunCase>& info) {
  return std::string(info.param.name);
}

}  // namespace colocation
