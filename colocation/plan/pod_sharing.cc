#include "colocation/plan/pod_sharing.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "colocation/plan/annotations.h"

namespace colocation {

WorkspaceUsers FindWorkspaceUsers(const ResolvedRun& run) {
  WorkspaceUsers users;
  users.in_pods.resize(run.workspaces.size());
  users.outside.resize(run.workspaces.size());
  absl::flat_hash_map<absl::string_view, int32_t> by_name;
  for (size_t w = 0; w < run.workspaces.size(); ++w) {
    by_name.emplace(run.workspaces[w].name, static_cast<int32_t>(w));
  }
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    const ResolvedTask& task = run.tasks[i];
    if (task.runs == ResolvedTask::Runs::kNever) continue;
    auto& users_of = HasContainers(task) ? users.in_pods : users.outside;
    const auto add = [&](int32_t workspace) {
      std::vector<TaskIndex>& of = users_of[workspace];
      const TaskIndex index = static_cast<TaskIndex>(i);
      if (of.empty() || of.back() != index) of.push_back(index);
    };
    for (const TaskWorkspace& workspace : task.workspaces) {
      if (workspace.run_workspace >= 0) add(workspace.run_workspace);
    }
    if (HasContainers(task) || task.pipeline_task == nullptr) continue;
    for (const v1::WorkspacePipelineTaskBinding& binding :
         task.pipeline_task->workspaces()) {
      const auto found = by_name.find(
          binding.workspace().empty() ? binding.name() : binding.workspace());
      if (found != by_name.end()) add(found->second);
    }
  }
  return users;
}

PodSharing::PodSharing(const ResolvedRun& run, v1::Policy policy)
    : run(run), policy(policy) {
  const auto& annotations = run.identity.annotations();
  share_claims =
      policy != v1::POLICY_ISOLATED && IsTrue(annotations, kShareClaims);
  allow_not_shared = IsTrue(annotations, kAllowNotShared);
  WorkspaceUsers found = FindWorkspaceUsers(run);
  users = std::move(found.in_pods);
  outside = std::move(found.outside);
  settings.reserve(run.tasks.size());
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    names.emplace(run.tasks[i].name, static_cast<TaskIndex>(i));
    settings.push_back(PodSettingsOf(run.tasks[i]));
  }
}

bool HasContainers(const ResolvedTask& task) {
  return task.runs == ResolvedTask::Runs::kUnits;
}

bool WantsOwnPod(const ResolvedTask& task) {
  return IsTrue(task.annotations, kOwnPod);
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
