#include "colocation/plan/pod_sharing.h"

#include "absl/strings/str_cat.h"

namespace colocation {

PodSharing::PodSharing(const ResolvedRun& run, v1::Policy policy)
    : run(run), policy(policy), users(run.workspaces.size()) {
  const auto& annotations = run.identity.annotations();
  const auto wish = annotations.find(kShareClaims);
  share_claims = policy != v1::POLICY_ISOLATED && wish != annotations.end() &&
                 wish->second == "true";
  settings.reserve(run.tasks.size());
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    const ResolvedTask& task = run.tasks[i];
    const TaskIndex index = static_cast<TaskIndex>(i);
    names.emplace(task.name, index);
    settings.push_back(PodSettingsOf(task));
    if (!HasContainers(task)) continue;
    for (const TaskWorkspace& workspace : task.workspaces) {
      if (workspace.run_workspace < 0) continue;
      std::vector<TaskIndex>& of = users[workspace.run_workspace];
      if (of.empty() || of.back() != index) of.push_back(index);
    }
  }
}

bool HasContainers(const ResolvedTask& task) {
  return task.runs == ResolvedTask::Runs::kUnits;
}

bool IsPodInternal(const RunWorkspace& workspace) {
  return workspace.binding.has_empty_dir();
}

bool IsClaim(const RunWorkspace& workspace) {
  return workspace.binding.has_persistent_volume_claim() ||
         workspace.binding.has_volume_claim_template();
}

std::string VolumeOf(const RunWorkspace& workspace) {
  const std::string& claim =
      workspace.binding.persistent_volume_claim().claim_name();
  return claim.empty() ? absl::StrCat("workspace/", workspace.name)
                       : absl::StrCat("claim/", claim);
}

std::string Quoted(const std::string& name) {
  return absl::StrCat("\"", name, "\"");
}

}  // namespace colocation
