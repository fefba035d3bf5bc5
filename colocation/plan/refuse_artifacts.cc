#include "colocation/plan/refuse_artifacts.h"

#include <string>

#include "colocation/diagnostics/field_path.h"
#include "colocation/resolve/texts.h"
#include "colocation/validate/artifacts.h"

namespace colocation {

void RefuseArtifacts(const ResolvedTask& task, DiagnosticList* diagnostics) {
  const auto look = [&](const std::string& text, const FieldPath& path) {
    if (!RefersToStepArtifact(text) && !RefersToTaskArtifact(text)) return;
    diagnostics
        ->Error("not-supported", task.task_subject, path.ToString(),
                "the launcher does not read artifacts of steps and tasks")
        .set_hint("hand it on as a result");
  };
  // Where the reconciler looks (pkg/reconciler/taskrun/resources/apply.go,
  // ApplyReplacements).
  constexpr TextFields kFields = kNameText | kImageText | kPullPolicyText |
                                 kScriptText | kWorkingDirText | kCommandText |
                                 kEnvText | kEnvSourceText | kEnvFromText |
                                 kMountText | kOnErrorText;
  const FieldPath at(task.task_path);
  for (const ResolvedUnit& unit : task.units) {
    ForEachStepText(unit.spec, kFields, at, look);
    ForEachSidecarText(unit.spec, kFields, at, look);
    ForEachVolumeText(unit.spec, at, look);
  }
}

}  // namespace colocation
