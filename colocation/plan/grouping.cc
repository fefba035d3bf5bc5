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
#include "colocation/graph/partition.h"
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

std::string Count(int64_t number, absl::string_view what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

class Grouper {
 public:
  Grouper(const ResolvedRun& run, const v1::PlanOptions& options,
          v1::Policy policy, const PodCaps& caps, WaitSets* waits,
          Decisions* decisions, DiagnosticList* diagnostics)
      : run_(run),
        patches_images_(PatchesImages(options)),
        policy_(policy),
        caps_(caps),
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
    components_ = Components();
    for (Group& group : components_) {
      CheckSettings(group);
      CheckPorts(group);
      CheckLateFields(&group);
      CheckCaps(group);
    }
    std::vector<Group> groups = JoinAsWished();
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

  // Its tasks are joined where the run's author asks for it, as far as that can
  // be, so that no affinity assistant is needed.
  static bool IsClaim(const RunWorkspace& workspace) {
    return workspace.binding.has_persistent_volume_claim() ||
           workspace.binding.has_volume_claim_template();
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
        if (!IsPodInternal(run_.workspaces[w])) continue;
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
      if (!IsPodInternal(run_.workspaces[w]) || users[w].size() < 2) continue;
      if (std::binary_search(group.tasks.begin(), group.tasks.end(),
                             users[w].front())) {
        names.push_back(Quoted(run_.workspaces[w].name));
      }
    }
    return absl::StrCat("the emptyDir ",
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
      // A stepTemplate puts the same into every step: each text is said once.
      std::vector<std::pair<LateField, int>> said;
      for (const LateField& field : FindLateFields(run_.tasks[task], names_)) {
        if (patches_images_ && field.image && !field.needs.empty()) {
          decisions_.Add(
              "image-patched", {task}, field.path,
              absl::StrCat("The image of ", Quoted(run_.tasks[task].name),
                           " at ", field.path,
                           " is put into the running Pod when the value of ",
                           field.text,
                           " is known, as the request asks for it; until then "
                           "the container runs the launcher's"));
          continue;
        }
        CheckLateField(task, field, *group);
        group->needs.insert(group->needs.end(), field.needs.begin(),
                            field.needs.end());
        if (field.needs.empty()) continue;
        const auto same =
            std::find_if(said.begin(), said.end(), [&](const auto& earlier) {
              return earlier.first.text == field.text;
            });
        if (same != said.end()) {
          ++same->second;
        } else {
          said.emplace_back(field, 0);
        }
      }
      for (const auto& [field, more] : said) {
        decisions_.Add(
            "created-after-result", {task}, field.path,
            absl::StrCat(
                "The Pod of ", Quoted(run_.tasks[task].name),
                " is created when the value of ", field.text, " is known, as ",
                field.path,
                more == 0   ? ""
                : more == 1 ? " and another field"
                            : absl::StrCat(" and ", more, " other fields"),
                " can't be changed afterwards; whoever creates it puts the "
                "value in"));
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
        d.set_hint(absl::StrCat(
            "use a parameter here, or bind the workspace to a "
            "PersistentVolumeClaim, so that they need not share a Pod",
            field.image ? ", or have a controller put the image into the "
                          "running Pod (`patch_images`)"
                        : ""));
        Relate(member, absl::StrCat("\"", before, "\" is here"), &d);
        return;
      }
    }
  }

  // Nobody knows what a task will write, so this is no refusal; but in a Pod of
  // its own, which has fewer containers, the task has more room.
  void WarnOfResults(const CapExceeded& cap, const Group& group) {
    for (const TaskIndex t : group.tasks) {
      const ResolvedTask& task = run_.tasks[t];
      if (task.name != cap.subject) continue;
      diagnostics_
          .Warning("limit-result-bytes", task.subject,
                   absl::StrCat(task.path, ".name"),
                   absl::StrCat(Quoted(task.name),
                                " fails if its results are too long for a Pod "
                                "of this size: ",
                                cap.figures))
          .set_hint(
              "keep its results short or in fewer tasks, or bind the workspace "
              "to a PersistentVolumeClaim, so that they need not share a Pod; "
              "the limit `result_bytes` says how long values are");
    }
  }

  // What has to share a Pod and is too large for one.
  void CheckCaps(const Group& group) {
    size_t units = 0;
    for (const TaskIndex task : group.tasks) {
      units += run_.tasks[task].units.size();
    }
    for (const CapExceeded& cap : caps_.Exceeded(group.tasks, true)) {
      if (units < 2) {
        if (cap.cap != CapExceeded::Cap::kNode) continue;
        const ResolvedTask& task = run_.tasks[group.tasks.front()];
        diagnostics_
            .Warning(
                "node-too-small", task.task_subject, task.task_path,
                absl::StrCat("no node has room for ", Quoted(task.name),
                             ": its containers ask for ",
                             cap.figures.substr(
                                 std::string("together they ask for ").size())))
            .set_hint("lower its requests");
        continue;
      }
      if (cap.estimated) {
        WarnOfResults(cap, group);
        continue;
      }
      std::vector<std::string> names;
      for (const TaskIndex task : group.tasks) {
        names.push_back(Quoted(run_.tasks[task].name));
      }
      const bool matrix = group.tasks.size() == 1;
      const std::string message = absl::StrCat(
          matrix ? absl::StrCat("the units of ", names.front(),
                                " share a Pod, as they are of one matrix")
                 : absl::StrCat(absl::StrJoin(names, ", "),
                                " must share a Pod, because of ",
                                WhatJoins(group)),
          ", but ", cap.figures);
      const std::string apart =
          matrix
              ? "let the matrix have fewer combinations"
              : "bind the workspace to a PersistentVolumeClaim, so that they "
                "need not share a Pod";
      const ResolvedTask& first = run_.tasks[group.tasks.front()];
      switch (cap.cap) {
        case CapExceeded::Cap::kNode:
          diagnostics_
              .Error("node-too-small", first.subject,
                     absl::StrCat(first.path, ".name"), message)
              .set_hint(absl::StrCat(
                  "lower their requests, let them run one after the other "
                  "(runAfter), give a larger node, or ",
                  apart));
          break;
        case CapExceeded::Cap::kContainers:
          diagnostics_
              .Error("limit-pod-containers", first.subject,
                     absl::StrCat(first.path, ".name"), message)
              .set_hint(
                  absl::StrCat("raise the limit `pod_containers`, or ", apart));
          break;
        case CapExceeded::Cap::kResults:
          diagnostics_
              .Error("limit-result-bytes", first.subject,
                     absl::StrCat(first.path, ".name"), message)
              .set_hint(absl::StrCat(
                  "lower `result_bytes`, declare fewer results, write what is "
                  "large to a workspace, or ",
                  apart));
          break;
        case CapExceeded::Cap::kBytes:
          break;  // known exactly when the Pod is rendered
      }
    }
  }

  // The components that somebody would like to have in one Pod, in sets:
  // indices into components_. What is created after a result comes later than
  // anything else, and stays by itself.
  std::vector<std::vector<int32_t>> Wishes() const {
    const int32_t n = static_cast<int32_t>(components_.size());
    UnionFind sets(n);
    const bool all = policy_ == v1::POLICY_PIPELINERUN;
    int32_t first = -1;
    for (int32_t c = 0; c < n && all; ++c) {
      if (!components_[c].needs.empty()) continue;
      if (first < 0) first = c;
      sets.Join(first, c);
    }
    if (share_claims_ && !all && policy_ != v1::POLICY_ISOLATED) {
      const std::vector<int32_t> component_of = ComponentOf();
      std::map<std::string, int32_t> first_user;
      const auto users = UsersOfWorkspaces();
      for (size_t w = 0; w < users.size(); ++w) {
        if (!IsClaim(run_.workspaces[w])) continue;
        for (const TaskIndex task : users[w]) {
          const int32_t c = component_of[task];
          if (!components_[c].needs.empty()) continue;
          const auto [user, added] = first_user.insert({VolumeOf(w), c});
          sets.Join(user->second, c);
        }
      }
    }
    std::vector<std::vector<int32_t>> wishes;
    std::vector<int32_t> wish_of(n, -1);
    for (int32_t c = 0; c < n; ++c) {
      const int32_t set = sets.Find(c);
      if (wish_of[set] < 0) {
        wish_of[set] = static_cast<int32_t>(wishes.size());
        wishes.emplace_back();
      }
      wishes[wish_of[set]].push_back(c);
    }
    return wishes;
  }

  std::vector<int32_t> ComponentOf() const {
    std::vector<int32_t> component_of(run_.tasks.size(), -1);
    for (size_t c = 0; c < components_.size(); ++c) {
      for (const TaskIndex task : components_[c].tasks) {
        component_of[task] = static_cast<int32_t>(c);
      }
    }
    return component_of;
  }

  // Two workspaces on one claim are one volume.
  std::string VolumeOf(size_t workspace) const {
    const RunWorkspace& of = run_.workspaces[workspace];
    const std::string& claim =
        of.binding.persistent_volume_claim().claim_name();
    return claim.empty() ? absl::StrCat("workspace/", of.name)
                         : absl::StrCat("claim/", claim);
  }

  Group Joined(const std::vector<int32_t>& components) const {
    Group joined;
    for (const int32_t c : components) {
      const std::vector<TaskIndex>& tasks = components_[c].tasks;
      joined.tasks.insert(joined.tasks.end(), tasks.begin(), tasks.end());
      if (components.size() == 1) joined.needs = components_[c].needs;
    }
    std::sort(joined.tasks.begin(), joined.tasks.end());
    return joined;
  }

  std::vector<Group> JoinAsWished() {
    std::vector<Group> groups;
    for (const std::vector<int32_t>& wish : Wishes()) {
      if (wish.size() == 1) {
        groups.push_back(components_[wish.front()]);
        continue;
      }
      // Settings that have to be equal: those of a component's first task are
      // those of all its tasks.
      std::map<std::vector<std::string>, size_t> class_of;
      std::vector<std::vector<int32_t>> classes;
      for (const int32_t c : wish) {
        const auto [of, added] = class_of.insert(
            {settings_[components_[c].tasks.front()].front().same,
             classes.size()});
        if (added) classes.emplace_back();
        classes[of->second].push_back(c);
      }
      for (size_t i = 0; i < classes.size(); ++i) {
        if (i > 0) ExplainOtherSettings(classes[0], classes[i]);
        JoinClass(classes[i], &groups);
      }
    }
    return groups;
  }

  // Components that could share a Pod by their settings.
  void JoinClass(const std::vector<int32_t>& components,
                 std::vector<Group>* groups) {
    if (components.size() == 1 || WhyNot(components).empty()) {
      Group whole = Joined(components);
      if (components.size() == 1 || caps_.Fit(whole.tasks)) {
        groups->push_back(std::move(whole));
        return;
      }
    }
    const std::vector<Net> nets = NetsOf(components);
    const auto members = [&](absl::Span<const Vertex> part) {
      std::vector<int32_t> of_part;
      for (const Vertex v : part) of_part.push_back(components[v]);
      return of_part;
    };
    const std::vector<int32_t> part_of = Partition(
        static_cast<Vertex>(components.size()), nets,
        [&](absl::Span<const Vertex> part) {
          const std::vector<int32_t> of_part = members(part);
          return WhyNot(of_part).empty() && caps_.Fit(Joined(of_part).tasks);
        });
    std::vector<std::vector<int32_t>> parts(
        *std::max_element(part_of.begin(), part_of.end()) + 1);
    for (size_t i = 0; i < components.size(); ++i) {
      parts[part_of[i]].push_back(components[i]);
    }
    for (const std::vector<int32_t>& part : parts) {
      groups->push_back(Joined(part));
    }
    ExplainSplit(components, CostOfPartition(part_of, nets));
  }

  // What the components share, which a split would cut (docs/planning.md, "The
  // least cut"): volumes outside any Pod, results, waits.
  std::vector<Net> NetsOf(const std::vector<int32_t>& components) const {
    std::vector<int32_t> local(run_.tasks.size(), -1);
    for (size_t i = 0; i < components.size(); ++i) {
      for (const TaskIndex task : components_[components[i]].tasks) {
        local[task] = static_cast<int32_t>(i);
      }
    }
    std::vector<Net> nets;
    const auto add = [&](int kind, std::vector<Vertex> vertices) {
      std::sort(vertices.begin(), vertices.end());
      vertices.erase(std::unique(vertices.begin(), vertices.end()),
                     vertices.end());
      if (vertices.size() > 1) nets.push_back({kind, std::move(vertices)});
    };
    std::map<std::string, std::vector<Vertex>> volumes;
    const auto users = UsersOfWorkspaces();
    for (size_t w = 0; w < users.size(); ++w) {
      if (!IsClaim(run_.workspaces[w]) &&
          !run_.workspaces[w].binding.has_csi()) {
        continue;
      }
      std::vector<Vertex>& of = volumes[VolumeOf(w)];
      for (const TaskIndex task : users[w]) {
        if (local[task] >= 0) of.push_back(local[task]);
      }
    }
    for (auto& [volume, vertices] : volumes) add(0, std::move(vertices));
    std::map<std::pair<std::string, std::string>, std::vector<Vertex>> results;
    for (size_t i = 0; i < components.size(); ++i) {
      for (const TaskIndex task : components_[components[i]].tasks) {
        for (const v1::ResultRef& ref : run_.tasks[task].result_refs) {
          const auto from = names_.find(ref.task());
          if (from == names_.end() || local[from->second] < 0) continue;
          std::vector<Vertex>& of = results[{ref.task(), ref.result()}];
          of.push_back(local[from->second]);
          of.push_back(static_cast<Vertex>(i));
        }
        for (const TaskIndex before : waits_.Of(task)) {
          if (local[before] >= 0) {
            add(2, {local[before], static_cast<Vertex>(i)});
          }
        }
      }
    }
    for (auto& [result, vertices] : results) add(1, std::move(vertices));
    return nets;
  }

  // What keeps the components apart, of settings and ports; "" where nothing
  // does.
  std::string WhyNot(const std::vector<int32_t>& components) const {
    SharedSettings settings;
    SharedPorts ports;
    for (const int32_t component : components) {
      for (const TaskIndex task : components_[component].tasks) {
        if (const auto c = settings.FindConflict(task, settings_[task])) {
          return SettingsDiffer(*c);
        }
        if (const auto c = ports.FindConflict(run_, task, &waits_)) {
          return absl::StrCat(Quoted(run_.tasks[c->first].name), " and ",
                              Quoted(run_.tasks[c->second].name),
                              " can run at once and have sidecars on port ",
                              c->port.first, "/", c->port.second);
        }
      }
      for (const TaskIndex task : components_[component].tasks) {
        settings.Add(task, settings_[task]);
        ports.Add(run_, task);
      }
    }
    return "";
  }

  std::string SettingsDiffer(const SettingConflict& conflict) const {
    return absl::StrCat(Quoted(run_.tasks[conflict.first].name), " has ",
                        conflict.setting, " ", conflict.first_value, ", ",
                        Quoted(run_.tasks[conflict.second].name), " has ",
                        conflict.second_value);
  }

  void ExplainOtherSettings(const std::vector<int32_t>& main,
                            const std::vector<int32_t>& other) {
    const TaskIndex first = components_[main.front()].tasks.front();
    const TaskIndex second = components_[other.front()].tasks.front();
    SharedSettings settings;
    settings.Add(first, settings_[first]);
    const auto conflict = settings.FindConflict(second, settings_[second]);
    if (!conflict) return;
    decisions_
        .Add(
            "split", Joined(other).tasks, conflict->setting,
            absl::StrCat("In another Pod than ", Quoted(run_.tasks[first].name),
                         ", because ", SettingsDiffer(*conflict)))
        .set_hint("make them equal to have them in one Pod");
  }

  // One decision for each reason.
  void ExplainSplit(const std::vector<int32_t>& components,
                    const PartitionCost& cost) {
    const std::vector<TaskIndex> tasks = Joined(components).tasks;
    const auto add = [&](absl::string_view code, absl::string_view subject,
                         absl::string_view why, absl::string_view hint) {
      v1::Decision& decision = decisions_.Add(
          code, tasks, subject,
          absl::StrCat("In ", cost.back(), " Pods, because ", why,
                       "; between the Pods there are ",
                       Count(cost[0], "volume"), ", ", Count(cost[1], "result"),
                       " and ", Count(cost[2], "wait")));
      decision.set_hint(std::string(hint));
      decision.mutable_cut()->set_claims(static_cast<int32_t>(cost[0]));
      decision.mutable_cut()->set_results(static_cast<int32_t>(cost[1]));
      decision.mutable_cut()->set_waits(static_cast<int32_t>(cost[2]));
      decision.mutable_cut()->set_pods(static_cast<int32_t>(cost.back()));
    };
    const std::string settings = WhyNot(components);
    if (!settings.empty()) {
      add("split", "", settings, "make them equal to have them in one Pod");
    }
    for (const CapExceeded& cap : caps_.Exceeded(tasks, false)) {
      switch (cap.cap) {
        case CapExceeded::Cap::kNode:
          add("split-node", cap.subject, cap.figures,
              "lower their requests, let them run one after the other, or give "
              "a larger node");
          break;
        case CapExceeded::Cap::kContainers:
          add("split-containers", cap.subject, cap.figures,
              "raise the limit `pod_containers`");
          break;
        case CapExceeded::Cap::kResults:
          add("split-results", cap.subject, cap.figures,
              "declare fewer results, or lower the limit `result_bytes`");
          break;
        case CapExceeded::Cap::kBytes:
          add("split-bytes", cap.subject, cap.figures,
              "raise the limit `pod_bytes`");
          break;
      }
    }
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
      } else if (share_claims_ && IsClaim(workspace) &&
                 policy_ != v1::POLICY_ISOLATED) {
        std::map<int32_t, std::vector<TaskIndex>> by_pod;
        for (const TaskIndex task : users[w]) {
          by_pod[grouping.group_of[task]].push_back(task);
        }
        for (const auto& [pod, together] : by_pod) {
          if (together.size() < 2) continue;
          for (const TaskIndex task : together) shares[task] = true;
          decisions_.Add(
              "shares-claim", together, workspace.name,
              absl::StrCat("One Pod, because all use the claim of the "
                           "workspace ",
                           Quoted(workspace.name), " and the run's annotation ",
                           kShareClaims, " asks for it"));
        }
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
  const bool patches_images_;
  const v1::Policy policy_;
  const PodCaps& caps_;
  const bool share_claims_;
  WaitSets& waits_;
  Decisions& decisions_;
  DiagnosticList& diagnostics_;
  TaskNames names_;
  // For each task.
  std::vector<std::vector<PodSettings>> settings_;
  // What has to share a Pod; ascending by first task.
  std::vector<Group> components_;
};

}  // namespace

Grouping GroupTasks(const ResolvedRun& run, const v1::PlanOptions& options,
                    v1::Policy policy, const PodCaps& caps, WaitSets* waits,
                    Decisions* decisions, DiagnosticList* diagnostics) {
  return Grouper(run, options, policy, caps, waits, decisions, diagnostics)
      .Run();
}

}  // namespace colocation
