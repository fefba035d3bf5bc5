#include "colocation/plan/grouping.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/plan/annotations.h"
#include "colocation/plan/cant_share.h"
#include "colocation/plan/hermetic.h"
#include "colocation/plan/join_groups.h"
#include "colocation/plan/late_pods.h"
#include "colocation/plan/missing_volumes.h"
#include "colocation/plan/not_shared.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/pod_wide_settings.h"
#include "colocation/plan/ports.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {
namespace {

Grouping Numbered(std::vector<Group> groups, size_t tasks) {
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.tasks.front() < b.tasks.front();
  });
  Grouping grouping;
  grouping.group_of = GroupOfTasks(tasks, groups);
  grouping.groups = std::move(groups);
  return grouping;
}

// Tasks that use one claim and are in one Pod.
void ExplainClaim(const std::vector<TaskIndex>& users, const Grouping& grouping,
                  const std::string& workspace, std::vector<bool>* shares,
                  Decisions* decisions) {
  std::map<int32_t, std::vector<TaskIndex>> by_pod;
  for (const TaskIndex task : users) {
    by_pod[grouping.group_of[task]].push_back(task);
  }
  for (const auto& [pod, together] : by_pod) {
    if (together.size() < 2) continue;
    for (const TaskIndex task : together) (*shares)[task] = true;
    decisions->Add(
        "shares-claim", together, workspace,
        absl::StrCat("One Pod, because all use the claim of the workspace ",
                     Quoted(workspace), " and the run's annotation ",
                     kShareClaims, " asks for it"));
  }
}

// An emptyDir that each user has for itself: all of them under the policy
// `isolated`, else those that no Pod of the plan runs.
void ExplainNotShared(const PodSharing& sharing, size_t w,
                      Decisions* decisions) {
  const bool isolated = sharing.policy == v1::POLICY_ISOLATED;
  std::vector<TaskIndex> users = sharing.users[w];
  const std::vector<TaskIndex>& outside = sharing.outside[w];
  users.insert(users.end(), outside.begin(), outside.end());
  if (users.size() < 2 || (!isolated && outside.empty())) return;
  const std::string& name = sharing.run.workspaces[w].name;
  decisions
      ->Add(
          "not-shared", users, name,
          absl::StrCat(isolated ? "Each task has"
                                : "Each task that no Pod of this plan runs has",
                       " an emptyDir of its own for the workspace ",
                       Quoted(name), ": what one writes, the others don't see"))
      .set_hint(isolated ? "plan with the policy `workspaces`"
                         : "bind it to a PersistentVolumeClaim");
}

// Why those that use a workspace together are, or aren't, in one Pod. Sets
// `shares` for each task that shares one.
void ExplainWorkspaces(const PodSharing& sharing, const Grouping& grouping,
                       std::vector<bool>* shares, Decisions* decisions) {
  for (size_t w = 0; w < sharing.users.size(); ++w) {
    const std::vector<TaskIndex>& users = sharing.users[w];
    const RunWorkspace& workspace = sharing.run.workspaces[w];
    const std::string& name = workspace.name;
    if (IsPodInternal(workspace)) {
      ExplainNotShared(sharing, w, decisions);
      if (sharing.policy == v1::POLICY_ISOLATED) continue;
    }
    if (users.size() < 2) continue;
    if (IsPodInternal(workspace)) {
      for (const TaskIndex task : users) (*shares)[task] = true;
      decisions->Add(
          "shares-workspace", users, name,
          absl::StrCat("One Pod, because all use the workspace ", Quoted(name),
                       ", an emptyDir, which only containers of one "
                       "Pod can share"));
    } else if (IsClaim(workspace) && sharing.share_claims) {
      ExplainClaim(users, grouping, name, shares, decisions);
    } else if (sharing.policy != v1::POLICY_PIPELINERUN) {
      decisions
          ->Add("workspace-not-pod-internal", users, name,
                absl::StrCat("The workspace ", Quoted(name),
                             " is no emptyDir: it does not make its tasks "
                             "share a Pod"))
          .set_hint(
              "bind it to an emptyDir, or plan with the policy `pipelinerun`");
    }
  }
}

// Tasks whose author wants them alone. Sets `explained` for each.
void ExplainOwnPods(const PodSharing& sharing, const Grouping& grouping,
                    std::vector<bool>* explained, Decisions* decisions) {
  for (const Group& group : grouping.groups) {
    const ResolvedTask& task = sharing.run.tasks[group.tasks.front()];
    if (!WantsOwnPod(task)) continue;
    (*explained)[group.tasks.front()] = true;
    decisions->Add(
        "own-pod", group.tasks, "",
        absl::StrCat("A Pod of its own, because the annotation ", kOwnPod,
                     " of ", Quoted(task.name), " asks for it"));
  }
}

// Why tasks are alone, or together without a workspace.
void ExplainPolicy(v1::Policy policy, const Grouping& grouping,
                   const std::vector<bool>& shares, Decisions* decisions) {
  std::vector<TaskIndex> alone;
  for (const Group& group : grouping.groups) {
    if (group.tasks.size() == 1 && !shares[group.tasks.front()]) {
      alone.push_back(group.tasks.front());
    } else if (policy == v1::POLICY_PIPELINERUN && group.tasks.size() > 1) {
      decisions->Add("policy-pipelinerun", group.tasks, "",
                     "One Pod, because the policy is to have as few as the "
                     "tasks' settings allow");
    }
  }
  if (alone.empty() || grouping.groups.size() < 2) return;
  if (policy == v1::POLICY_ISOLATED) {
    decisions->Add("policy-isolated", alone, "",
                   "A Pod each, because the policy is to share none");
  } else if (policy != v1::POLICY_PIPELINERUN) {
    decisions
        ->Add("alone", alone, "",
              alone.size() == 1
                  ? "A Pod of its own, because it shares no emptyDir workspace "
                    "with another task"
                  : "A Pod each, because they share no emptyDir workspace with "
                    "another task")
        .set_hint(
            "plan with the policy `pipelinerun` to have as few Pods as "
            "possible");
  }
}

}  // namespace

Grouping GroupTasks(const ResolvedRun& run, const v1::PlanOptions& options,
                    v1::Policy policy, const PodCaps& caps, WaitSets* waits,
                    Decisions* decisions, DiagnosticList* diagnostics) {
  const PodSharing sharing(run, policy);
  if (FlagsOf(options).api_fields == v1::API_FIELDS_ALPHA) {
    RefuseHermeticAnnotations(run, diagnostics);
  }
  CheckAnnotations(run, diagnostics);
  CheckNotShared(sharing, diagnostics);
  std::vector<Group> groups = MustShare(sharing);
  for (Group& group : groups) {
    CheckCanShare(sharing, caps, group, waits, diagnostics);
    FindNeeds(sharing, options, waits, &group, decisions, diagnostics);
  }
  const Grouping grouping = Numbered(
      JoinGroups(sharing, caps, groups, waits, decisions), run.tasks.size());
  CheckNeedsEachOther(run, grouping.groups, *waits, diagnostics);
  for (const Group& group : grouping.groups) {
    WarnOfUnknownPorts(run, group, waits, diagnostics);
    ExplainPodWideSettings(sharing, group, decisions);
  }
  WarnOfMissingVolumes(sharing, grouping.groups, waits, diagnostics);
  std::vector<bool> shares(run.tasks.size(), false);
  ExplainWorkspaces(sharing, grouping, &shares, decisions);
  ExplainOwnPods(sharing, grouping, &shares, decisions);
  ExplainPolicy(policy, grouping, shares, decisions);
  return grouping;
}

}  // namespace colocation
