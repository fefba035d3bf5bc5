#include "colocation/plan/grouping.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/graph/union_find.h"
#include "colocation/plan/fixed_fields.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/ports.h"

namespace colocation {
namespace {

bool HasContainers(const ResolvedTask& task) {
  return task.runs == ResolvedTask::Runs::kUnits;
}

// On the run: "true" where tasks that share a claim are to share a Pod.
constexpr char kShareClaims[] = "colocation.dev/share-claims";

bool AsksToShareClaims(const ResolvedRun& run) {
  const auto found = run.identity.annotations().find(kShareClaims);
  return found != run.identity.annotations().end() && found->second == "true";
}

std::string Quoted(const std::string& name) {
  return absl::StrCat("\"", name, "\"");
}

class Grouper {
 public:
  Grouper(const ResolvedRun& run, v1::Policy policy, WaitSets* waits,
          Decisions* decisions, DiagnosticList* diagnostics)
      : run_(run),
        policy_(policy),
        share_claims_(AsksToShareClaims(run)),
        waits_(*waits),
        decisions_(*decisions),
        diagnostics_(*diagnostics) {
    for (size_t i = 0; i < run.tasks.size(); ++i) {
      names_.emplace(run.tasks[i].name, static_cast<TaskIndex>(i));
      settings_.push_back(PodSettingsOf(run.tasks[i]));
    }
  }

  Grouping Run() {
    std::vector<Group> groups = Components();
    for (Group& group : groups) {
      CheckSettings(group);
      CheckPorts(group);
      CheckLateFields(&group);
    }
    if (policy_ == v1::POLICY_PIPELINERUN) groups = JoinWhatFits(groups);
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
      return a.tasks.front() < b.tasks.front();
    });
    Grouping grouping;
    grouping.group_of.assign(run_.tasks.size(), -1);
    for (size_t g = 0; g < groups.size(); ++g) {
      for (const TaskIndex task : groups[g].tasks) {
        grouping.group_of[task] = static_cast<int32_t>(g);
      }
    }
    grouping.groups = std::move(groups);
    CheckNeedsEachOther(grouping);
    Explain(grouping);
    return grouping;
  }

 private:
  static bool IsPodInternal(const RunWorkspace& workspace) {
    return workspace.binding.has_empty_dir();
  }

  // Whether those that use it share a Pod: always an emptyDir, a claim where
  // the run's author asks for it, so that no affinity assistant is needed.
  bool Joins(const RunWorkspace& workspace) const {
    return IsPodInternal(workspace) ||
           (share_claims_ && (workspace.binding.has_persistent_volume_claim() ||
                              workspace.binding.has_volume_claim_template()));
  }

  // The tasks with containers that use each workspace of the run, ascending.
  std::vector<std::vector<TaskIndex>> UsersOfWorkspaces() const {
    std::vector<std::vector<TaskIndex>> users(run_.workspaces.size());
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      if (!HasContainers(run_.tasks[i])) continue;
      for (const TaskWorkspace& workspace : run_.tasks[i].workspaces) {
        if (workspace.run_workspace < 0) continue;
        std::vector<TaskIndex>& of = users[workspace.run_workspace];
        const TaskIndex task = static_cast<TaskIndex>(i);
        if (of.empty() || of.back() != task) of.push_back(task);
      }
    }
    return users;
  }

  std::vector<Group> Components() {
    UnionFind sets(static_cast<int32_t>(run_.tasks.size()));
    if (policy_ != v1::POLICY_ISOLATED) {
      const auto users = UsersOfWorkspaces();
      for (size_t w = 0; w < users.size(); ++w) {
        if (!Joins(run_.workspaces[w])) continue;
        for (size_t i = 1; i < users[w].size(); ++i) {
          sets.Join(users[w][0], users[w][i]);
        }
      }
    }
    std::vector<Group> groups;
    std::vector<int32_t> group_of(run_.tasks.size(), -1);
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      if (!HasContainers(run_.tasks[i])) continue;
      // The representative of a set is its smallest member, and has containers.
      const int32_t first = sets.Find(static_cast<int32_t>(i));
      if (group_of[first] < 0) {
        group_of[first] = static_cast<int32_t>(groups.size());
        groups.emplace_back();
      }
      groups[group_of[first]].tasks.push_back(static_cast<TaskIndex>(i));
    }
    return groups;
  }

  // The workspaces that make two tasks share a Pod: "over the workspaces ...".
  std::string WhatJoins(const Group& group) const {
    std::vector<std::string> names;
    const auto users = UsersOfWorkspaces();
    for (size_t w = 0; w < users.size(); ++w) {
      if (!Joins(run_.workspaces[w]) || users[w].size() < 2) continue;
      if (std::binary_search(group.tasks.begin(), group.tasks.end(),
                             users[w].front())) {
        names.push_back(Quoted(run_.workspaces[w].name));
      }
    }
    const absl::string_view kind = share_claims_ ? "" : "emptyDir ";
    return absl::StrCat("the ", kind,
                        names.size() == 1 ? "workspace " : "workspaces ",
                        absl::StrJoin(names, ", "));
  }

  void Relate(TaskIndex task, std::string message, v1::Diagnostic* d) const {
    v1::RelatedPlace* place = d->add_related();
    *place->mutable_origin() = run_.tasks[task].subject.origin;
    place->set_path(absl::StrCat(run_.tasks[task].path, ".name"));
    place->set_message(std::move(message));
  }

  void CheckSettings(const Group& group) {
    SharedSettings shared;
    for (const TaskIndex task : group.tasks) {
      const auto conflict = shared.Add(task, settings_[task]);
      if (!conflict) continue;
      if (conflict->first == conflict->second) {
        diagnostics_
            .Error("pod-setting-conflict", run_.tasks[task].subject,
                   absl::StrCat(run_.tasks[task].path, ".matrix"),
                   absl::StrCat("the units of ", Quoted(run_.tasks[task].name),
                                " run in one Pod, which has one ",
                                conflict->setting, ": one has ",
                                conflict->first_value, ", another ",
                                conflict->second_value))
            .set_hint("make tasks of the combinations");
        return;
      }
      const std::string& first = run_.tasks[conflict->first].name;
      const std::string& second = run_.tasks[conflict->second].name;
      const bool account = conflict->setting == "serviceAccountName";
      v1::Diagnostic& d = diagnostics_.Error(
          account ? "service-account-conflict" : "pod-setting-conflict",
          run_.subject, "spec.taskRunSpecs",
          absl::StrCat("\"", first, "\" and \"", second,
                       "\" must share a Pod, because they share ",
                       WhatJoins(group), ", but a Pod has one ",
                       account ? "ServiceAccount" : conflict->setting, ": \"",
                       first, "\" has ", conflict->first_value, ", \"", second,
                       "\" has ", conflict->second_value));
      d.set_hint(absl::StrCat(
          "give both the same ", conflict->setting,
          ", or bind the workspace to a PersistentVolumeClaim, so that they "
          "need not share a Pod"));
      Relate(conflict->first, absl::StrCat("\"", first, "\" is here"), &d);
      Relate(conflict->second, absl::StrCat("\"", second, "\" is here"), &d);
      return;
    }
  }

  void CheckPorts(const Group& group) {
    SharedPorts ports;
    for (const TaskIndex task : group.tasks) {
      const auto conflict = ports.FindConflict(run_, task, &waits_);
      if (!conflict) {
        ports.Add(run_, task);
        continue;
      }
      const ResolvedTask& first = run_.tasks[conflict->first];
      const ResolvedTask& second = run_.tasks[conflict->second];
      const std::string port =
          absl::StrCat(conflict->port.first, "/", conflict->port.second);
      const bool matrix = conflict->first == conflict->second;
      v1::Diagnostic& d = diagnostics_.Error(
          "port-conflict", second.task_subject,
          absl::StrCat(second.task_path, ".sidecars[", conflict->sidecar,
                       "].ports"),
          matrix
              ? absl::StrCat("the units of the matrix of \"", second.name,
                             "\" run at once in one Pod, and the sidecar of "
                             "each would listen on port ",
                             port)
              : absl::StrCat("\"", first.name, "\" and \"", second.name,
                             "\" must share a Pod and can run at once, and a "
                             "sidecar of each listens on port ",
                             port));
      d.set_hint(matrix
                     ? "let the sidecar listen on a port that the matrix "
                       "gives, or make tasks of the combinations"
                     : absl::StrCat("use another port, or let \"", second.name,
                                    "\" run after \"", first.name, "\""));
      if (!matrix) {
        Relate(conflict->first, absl::StrCat("\"", first.name, "\" is here"),
               &d);
      }
      return;
    }
  }

  void CheckLateFields(Group* group) {
    for (const TaskIndex task : group->tasks) {
      for (const LateField& field : FindLateFields(run_.tasks[task], names_)) {
        CheckLateField(task, field, *group);
        group->needs.insert(group->needs.end(), field.needs.begin(),
                            field.needs.end());
        if (field.needs.empty()) continue;
        decisions_
            .Add("created-after-result", {task}, field.path,
                 absl::StrCat("The Pod of ", Quoted(run_.tasks[task].name),
                              " is created when the value of ", field.text,
                              " is known, as ", field.path,
                              " can't be changed afterwards; whoever creates "
                              "it puts the value in"))
            .set_hint("");
      }
    }
    std::sort(group->needs.begin(), group->needs.end());
    group->needs.erase(std::unique(group->needs.begin(), group->needs.end()),
                       group->needs.end());
  }

  void CheckLateField(TaskIndex task, const LateField& field,
                      const Group& group) {
    const std::string& name = run_.tasks[task].name;
    if (field.needs.empty()) {
      diagnostics_
          .Error("late-field", *field.subject, field.path,
                 absl::StrCat(field.text,
                              " is known only when the Pod runs, but "
                              "Kubernetes fixes this field of \"",
                              name, "\" before"))
          .set_hint("use a parameter here");
      return;
    }
    for (const TaskIndex need : field.needs) {
      for (const TaskIndex member : group.tasks) {
        if (member != need && !waits_.IsBefore(member, need)) continue;
        const std::string& before = run_.tasks[member].name;
        v1::Diagnostic& d = diagnostics_.Error(
            "late-field", *field.subject, field.path,
            absl::StrCat(
                "\"", name, "\" must share a Pod with \"", before,
                "\", because of ", WhatJoins(group),
                ", but this field is fixed when the Pod is created, and ",
                field.text, " is known only ",
                member == need ? "when it has run" : "after it has run"));
        d.set_hint(
            "use a parameter here, or bind the workspace to a "
            "PersistentVolumeClaim, so that they need not share a Pod");
        Relate(member, absl::StrCat("\"", before, "\" is here"), &d);
        return;
      }
    }
  }

  // Puts each component into the first Pod that it fits into.
  std::vector<Group> JoinWhatFits(const std::vector<Group>& components) {
    struct Pod {
      Group group;
      SharedSettings settings;
      SharedPorts ports;
    };
    std::vector<Pod> pods;
    // Only Pods with the same settings of the kind that must be equal are worth
    // a try.
    std::map<std::vector<std::string>, std::vector<size_t>> by_settings;
    for (const Group& component : components) {
      std::optional<size_t> fits;
      std::string why_not;
      auto& candidates =
          by_settings[settings_[component.tasks.front()].front().same];
      // What is created after a result comes later than anything else.
      if (component.needs.empty()) {
        for (const size_t at : candidates) {
          why_not = WhyNot(component, pods[at].settings, pods[at].ports);
          if (why_not.empty()) {
            fits = at;
            break;
          }
        }
      }
      if (!fits) {
        fits = pods.size();
        if (!pods.empty()) ExplainSplit(component, pods[0].group, why_not);
        pods.emplace_back();
        if (component.needs.empty()) candidates.push_back(*fits);
      }
      Pod& pod = pods[*fits];
      for (const TaskIndex task : component.tasks) {
        pod.settings.Add(task, settings_[task]);
        pod.ports.Add(run_, task);
        pod.group.tasks.push_back(task);
      }
      pod.group.needs = component.needs;
    }
    std::vector<Group> groups;
    for (Pod& pod : pods) {
      std::sort(pod.group.tasks.begin(), pod.group.tasks.end());
      groups.push_back(std::move(pod.group));
    }
    return groups;
  }

  std::string WhyNot(const Group& component, const SharedSettings& settings,
                     const SharedPorts& ports) {
    for (const TaskIndex task : component.tasks) {
      if (const auto c = settings.FindConflict(task, settings_[task])) {
        return absl::StrCat(Quoted(run_.tasks[c->first].name), " has ",
                            c->setting, " ", c->first_value, ", ",
                            Quoted(run_.tasks[c->second].name), " has ",
                            c->second_value);
      }
      if (const auto c = ports.FindConflict(run_, task, &waits_)) {
        return absl::StrCat(Quoted(run_.tasks[c->first].name), " and ",
                            Quoted(run_.tasks[c->second].name),
                            " can run at once and have sidecars on port ",
                            c->port.first, "/", c->port.second);
      }
    }
    return "";
  }

  void ExplainSplit(const Group& component, const Group& main,
                    const std::string& why_not) {
    if (!component.needs.empty()) return;  // created-after-result says it
    std::string why = why_not;
    if (why.empty()) {
      // Settings that must be equal differ from those of every Pod before.
      SharedSettings settings;
      settings.Add(main.tasks.front(), settings_[main.tasks.front()]);
      const TaskIndex first = component.tasks.front();
      if (const auto c = settings.FindConflict(first, settings_[first])) {
        why = absl::StrCat(Quoted(run_.tasks[c->first].name), " has ",
                           c->setting, " ", c->first_value, ", ",
                           Quoted(run_.tasks[c->second].name), " has ",
                           c->second_value);
      }
    }
    decisions_
        .Add("split", component.tasks, "",
             absl::StrCat("A Pod of their own, because ", why))
        .set_hint("make them equal to have them in one Pod");
  }

  // Pods that are created only after results, and that need each other's, would
  // wait for ever (docs/planning.md, "No plan deadlocks").
  void CheckNeedsEachOther(const Grouping& grouping) {
    const Vertex n = static_cast<Vertex>(run_.tasks.size());
    std::vector<Edge> edges;
    for (size_t g = 0; g < grouping.groups.size(); ++g) {
      const Group& group = grouping.groups[g];
      if (group.needs.empty()) continue;
      const Vertex creation = n + static_cast<Vertex>(g);
      for (const TaskIndex need : group.needs) {
        edges.emplace_back(need, creation);
      }
      for (const TaskIndex task : group.tasks) {
        edges.emplace_back(creation, task);
      }
    }
    if (edges.empty()) return;
    const std::vector<Edge> waits = waits_.graph().Edges();
    edges.insert(edges.end(), waits.begin(), waits.end());
    const Graph graph(n + static_cast<Vertex>(grouping.groups.size()),
                      std::move(edges));
    for (const std::vector<Vertex>& cycle : FindCycles(graph)) {
      std::vector<std::string> names;
      TaskIndex first = -1;
      for (const Vertex v : cycle) {
        if (v >= n) continue;
        if (first < 0) first = v;
        names.push_back(run_.tasks[v].name);
      }
      // A single task is reported with its field.
      if (names.size() < 2 || diagnostics_.has_errors()) continue;
      diagnostics_
          .Error("late-field-cycle", run_.tasks[first].subject,
                 run_.tasks[first].path,
                 absl::StrCat("these tasks wait for each other's Pods, whose "
                              "creation needs their results: ",
                              absl::StrJoin(names, ", ")))
          .set_hint("use parameters instead of results in images and volumes");
    }
  }

  void Explain(const Grouping& grouping) {
    const auto users = UsersOfWorkspaces();
    std::vector<bool> shares(run_.tasks.size(), false);
    for (size_t w = 0; w < users.size(); ++w) {
      if (users[w].size() < 2) continue;
      const RunWorkspace& workspace = run_.workspaces[w];
      if (IsPodInternal(workspace) && policy_ == v1::POLICY_ISOLATED) {
        decisions_
            .Add("not-shared", users[w], workspace.name,
                 absl::StrCat("Each task has an emptyDir of its own for the "
                              "workspace ",
                              Quoted(workspace.name),
                              ": what one writes, the others don't see"))
            .set_hint("plan with the policy `workspaces`");
      } else if (IsPodInternal(workspace)) {
        for (const TaskIndex task : users[w]) shares[task] = true;
        decisions_.Add(
            "shares-workspace", users[w], workspace.name,
            absl::StrCat("One Pod, because all use the workspace ",
                         Quoted(workspace.name),
                         ", an emptyDir, which only containers of one Pod can "
                         "share"));
      } else if (Joins(workspace) && policy_ != v1::POLICY_ISOLATED) {
        for (const TaskIndex task : users[w]) shares[task] = true;
        decisions_.Add(
            "shares-claim", users[w], workspace.name,
            absl::StrCat("One Pod, because all use the claim of the "
                         "workspace ",
                         Quoted(workspace.name), " and the run's annotation ",
                         kShareClaims, " asks for it"));
      } else if (policy_ != v1::POLICY_PIPELINERUN) {
        decisions_
            .Add("workspace-not-pod-internal", users[w], workspace.name,
                 absl::StrCat("The workspace ", Quoted(workspace.name),
                              " is no emptyDir: it does not make its tasks "
                              "share a Pod"))
            .set_hint(
                "bind it to an emptyDir, or plan with the policy "
                "`pipelinerun`");
      }
    }
    std::vector<TaskIndex> alone;
    for (const Group& group : grouping.groups) {
      if (group.tasks.size() == 1 && !shares[group.tasks.front()]) {
        alone.push_back(group.tasks.front());
      } else if (policy_ == v1::POLICY_PIPELINERUN && group.tasks.size() > 1) {
        decisions_.Add("policy-pipelinerun", group.tasks, "",
                       "One Pod, because the policy is to have as few as the "
                       "tasks' settings allow");
      }
    }
    if (alone.empty() || grouping.groups.size() < 2) return;
    if (policy_ == v1::POLICY_ISOLATED) {
      decisions_.Add("policy-isolated", alone, "",
                     "A Pod each, because the policy is to share none");
    } else if (policy_ != v1::POLICY_PIPELINERUN) {
      decisions_
          .Add(
              "alone", alone, "",
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

  const ResolvedRun& run_;
  const v1::Policy policy_;
  const bool share_claims_;
  WaitSets& waits_;
  Decisions& decisions_;
  DiagnosticList& diagnostics_;
  TaskNames names_;
  // For each task.
  std::vector<std::vector<PodSettings>> settings_;
};

}  // namespace

Grouping GroupTasks(const ResolvedRun& run, v1::Policy policy, WaitSets* waits,
                    Decisions* decisions, DiagnosticList* diagnostics) {
  return Grouper(run, policy, waits, decisions, diagnostics).Run();
}

}  // namespace colocation
