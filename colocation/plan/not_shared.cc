#include "colocation/plan/not_shared.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/plan/annotations.h"
#include "colocation/plan/must_share.h"

namespace colocation {
namespace {

// The first task beside `task` that uses the workspace; -1 where there is none.
TaskIndex OtherUser(const PodSharing& sharing, size_t workspace,
                    TaskIndex task) {
  for (const auto* users :
       {&sharing.users[workspace], &sharing.outside[workspace]}) {
    for (const TaskIndex other : *users) {
      if (other != task) return other;
    }
  }
  return -1;
}

// What runs the task makes several Pods of it, which don't share it either.
void WarnOfParts(const ResolvedTask& task, const std::string& workspace,
                 DiagnosticList* diagnostics) {
  if (task.runs == ResolvedTask::Runs::kCustomRun) return;
  diagnostics->Warning(
      "not-shared", task.subject, absl::StrCat(task.path, ".workspaces"),
      absl::StrCat("each Pod of ", Quoted(task.name),
                   ", which this plan doesn't make, has an emptyDir of its own "
                   "for the workspace ",
                   Quoted(workspace),
                   ": what one writes, the others don't "
                   "see"));
}

}  // namespace

void CheckNotShared(const PodSharing& sharing, DiagnosticList* diagnostics) {
  const ResolvedRun& run = sharing.run;
  for (size_t w = 0; w < run.workspaces.size(); ++w) {
    if (!IsPodInternal(run.workspaces[w])) continue;
    const std::string& name = run.workspaces[w].name;
    for (const TaskIndex outside : sharing.outside[w]) {
      const ResolvedTask& task = run.tasks[outside];
      const TaskIndex other = OtherUser(sharing, w, outside);
      if (other < 0) {
        WarnOfParts(task, name, diagnostics);
        continue;
      }
      const std::string path = absl::StrCat(task.path, ".workspaces");
      const std::string message = absl::StrCat(
          Quoted(task.name), " runs in no Pod of this plan, as it is ",
          task.external, ": for the workspace ", Quoted(name),
          " it gets another emptyDir than ", Quoted(run.tasks[other].name),
          ", and what one writes, the other doesn't see");
      const bool accepted =
          sharing.allow_not_shared || sharing.policy == v1::POLICY_ISOLATED;
      v1::Diagnostic& d =
          accepted
              ? diagnostics->Warning("not-shared", task.subject, path, message)
              : diagnostics->Error("not-shared", task.subject, path, message);
      d.set_hint(accepted ? "bind the workspace to a PersistentVolumeClaim to "
                            "have it shared"
                          : absl::StrCat(
                                "bind the workspace to a "
                                "PersistentVolumeClaim; or, where nothing has "
                                "to be shared, give the run the annotation ",
                                kAllowNotShared, ": \"true\""));
      RelateTask(run.tasks[other], &d);
    }
  }
}

}  // namespace colocation
