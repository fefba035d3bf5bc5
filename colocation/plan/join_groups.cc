#include "colocation/plan/join_groups.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/partition.h"
#include "colocation/graph/union_find.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/ports.h"

namespace colocation {
namespace {

// Some of the groups, as indices into them.
using GroupSet = std::vector<int32_t>;

// Kinds of nets: what a split costs, the dearest first.
enum NetKind { kVolume, kResult, kWait };

constexpr char kMakeEqual[] = "make them equal to have them in one Pod";

// Why groups can't be in one Pod, and what would help.
struct Obstacle {
  std::string why;
  absl::string_view hint;
};

std::string Count(int64_t number, absl::string_view what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

// The groups that somebody would like to have in one Pod, in sets by their
// first. What is created after a result comes later than anything else, and
// stays by itself, as does what its author wants in a Pod of its own, and what
// fills a Pod so that parts of it have to wait for others.
std::vector<GroupSet> Wishes(const PodSharing& sharing, const PodCaps& caps,
                             const std::vector<Group>& groups) {
  const int32_t n = static_cast<int32_t>(groups.size());
  UnionFind sets(n);
  const auto stays = [&](int32_t g) {
    return !groups[g].needs.empty() ||
           WantsOwnPod(sharing.run.tasks[groups[g].tasks.front()]) ||
           !caps.WaysToFit(groups[g].tasks).empty();
  };
  if (sharing.policy == v1::POLICY_PIPELINERUN) {
    int32_t first = -1;
    for (int32_t g = 0; g < n; ++g) {
      if (stays(g)) continue;
      if (first < 0) first = g;
      sets.Join(first, g);
    }
  } else if (sharing.share_claims) {
    const std::vector<RunWorkspace>& workspaces = sharing.run.workspaces;
    const std::vector<int32_t> group_of =
        GroupOfTasks(sharing.run.tasks.size(), groups);
    std::map<std::string, int32_t> first_user;
    for (size_t w = 0; w < workspaces.size(); ++w) {
      if (!IsClaim(workspaces[w])) continue;
      for (const TaskIndex task : sharing.users[w]) {
        const int32_t g = group_of[task];
        if (stays(g)) continue;
        const auto [user, added] =
            first_user.insert({VolumeOf(workspaces[w]), g});
        sets.Join(user->second, g);
      }
    }
  }
  std::vector<GroupSet> wishes;
  std::vector<int32_t> wish_of(n, -1);
  for (int32_t g = 0; g < n; ++g) {
    const int32_t set = sets.Find(g);
    if (wish_of[set] < 0) {
      wish_of[set] = static_cast<int32_t>(wishes.size());
      wishes.emplace_back();
    }
    wishes[wish_of[set]].push_back(g);
  }
  return wishes;
}

class Joiner {
 public:
  Joiner(const PodSharing& sharing, const PodCaps& caps,
         const std::vector<Group>& groups, WaitSets* waits,
         Decisions* decisions)
      : sharing_(sharing),
        run_(sharing.run),
        caps_(caps),
        groups_(groups),
        waits_(*waits),
        decisions_(*decisions) {}

  void Join(const GroupSet& wish) {
    const std::vector<GroupSet> classes = BySettings(wish);
    for (size_t i = 0; i < classes.size(); ++i) {
      if (i > 0) ExplainOtherSettings(classes[0], classes[i]);
      JoinClass(classes[i]);
    }
  }

  std::vector<Group> Take() { return std::move(joined_); }

 private:
  // In classes with equal settings: those of a group's first task are those of
  // all its tasks.
  std::vector<GroupSet> BySettings(const GroupSet& wish) const {
    std::map<std::vector<std::string>, size_t> class_of;
    std::vector<GroupSet> classes;
    for (const int32_t g : wish) {
      const TaskIndex first = groups_[g].tasks.front();
      const auto [of, added] = class_of.insert(
          {sharing_.settings[first].front().same, classes.size()});
      if (added) classes.emplace_back();
      classes[of->second].push_back(g);
    }
    return classes;
  }

  // Joins groups whose settings are equal, in as few Pods as can be.
  void JoinClass(const GroupSet& set) {
    if (set.size() == 1) {
      joined_.push_back(groups_[set.front()]);
      return;
    }
    if (Fit(set)) {
      joined_.push_back({TasksOf(set), {}});
      return;
    }
    const std::vector<Net> nets = NetsOf(set);
    const std::vector<int32_t> part_of =
        Partition(static_cast<Vertex>(set.size()), nets,
                  [&](absl::Span<const Vertex> part) {
                    GroupSet of_part;
                    for (const Vertex v : part) of_part.push_back(set[v]);
                    return Fit(of_part);
                  });
    std::vector<GroupSet> parts(
        *std::max_element(part_of.begin(), part_of.end()) + 1);
    for (size_t i = 0; i < set.size(); ++i) {
      parts[part_of[i]].push_back(set[i]);
    }
    for (const GroupSet& part : parts) {
      // What needs a result is in a set of its own (Wishes).
      joined_.push_back({TasksOf(part), {}});
    }
    ExplainSplit(set, CostOfPartition(part_of, nets));
  }

  bool Fit(const GroupSet& set) const {
    return !FindObstacle(set) && caps_.Fit(TasksOf(set));
  }

  std::vector<TaskIndex> TasksOf(const GroupSet& set) const {
    std::vector<TaskIndex> tasks;
    for (const int32_t g : set) {
      tasks.insert(tasks.end(), groups_[g].tasks.begin(),
                   groups_[g].tasks.end());
    }
    std::sort(tasks.begin(), tasks.end());
    return tasks;
  }

  // What the groups share, which a split would cut: volumes outside any Pod,
  // results, waits. The vertices are indices into `set`.
  std::vector<Net> NetsOf(const GroupSet& set) const {
    std::vector<Vertex> vertex_of(run_.tasks.size(), -1);
    for (size_t i = 0; i < set.size(); ++i) {
      for (const TaskIndex task : groups_[set[i]].tasks) {
        vertex_of[task] = static_cast<Vertex>(i);
      }
    }
    std::map<std::string, std::vector<Vertex>> volumes;
    for (size_t w = 0; w < run_.workspaces.size(); ++w) {
      const RunWorkspace& workspace = run_.workspaces[w];
      if (!IsClaim(workspace) && !workspace.binding.has_csi()) continue;
      std::vector<Vertex>& of = volumes[VolumeOf(workspace)];
      for (const TaskIndex task : sharing_.users[w]) {
        if (vertex_of[task] >= 0) of.push_back(vertex_of[task]);
      }
    }
    std::vector<Net> nets;
    const auto add = [&](NetKind kind, std::vector<Vertex> vertices) {
      std::sort(vertices.begin(), vertices.end());
      vertices.erase(std::unique(vertices.begin(), vertices.end()),
                     vertices.end());
      if (vertices.size() > 1) nets.push_back({kind, std::move(vertices)});
    };
    for (auto& [volume, vertices] : volumes) add(kVolume, std::move(vertices));
    std::map<std::pair<std::string, std::string>, std::vector<Vertex>> results;
    for (size_t i = 0; i < set.size(); ++i) {
      const Vertex vertex = static_cast<Vertex>(i);
      for (const TaskIndex task : groups_[set[i]].tasks) {
        for (const v1::ResultRef& ref : run_.tasks[task].result_refs) {
          const auto from = sharing_.names.find(ref.task());
          if (from == sharing_.names.end() || vertex_of[from->second] < 0) {
            continue;
          }
          std::vector<Vertex>& of = results[{ref.task(), ref.result()}];
          of.push_back(vertex_of[from->second]);
          of.push_back(vertex);
        }
        for (const TaskIndex before : waits_.Of(task)) {
          if (vertex_of[before] >= 0) add(kWait, {vertex_of[before], vertex});
        }
      }
    }
    for (auto& [result, vertices] : results) add(kResult, std::move(vertices));
    return nets;
  }

  // What keeps the groups apart, of settings and ports.
  std::optional<Obstacle> FindObstacle(const GroupSet& set) const {
    SharedSettings settings;
    SharedPorts ports;
    for (const int32_t g : set) {
      for (const TaskIndex task : groups_[g].tasks) {
        if (const auto c =
                settings.FindConflict(task, sharing_.settings[task])) {
          return Obstacle{SettingsDiffer(*c), kMakeEqual};
        }
        if (const auto c = ports.FindConflict(run_, task, &waits_)) {
          return Obstacle{
              c->first == c->second
                  ? absl::StrCat("the units of the matrix of ",
                                 Quoted(run_.tasks[c->first].name),
                                 " run at once, with sidecars on port ",
                                 c->port.first, "/", c->port.second)
                  : absl::StrCat(Quoted(run_.tasks[c->first].name), " and ",
                                 Quoted(run_.tasks[c->second].name),
                                 " can run at once and have sidecars on port ",
                                 c->port.first, "/", c->port.second),
              "use another port, or let one run after the other, to have them "
              "in one Pod"};
        }
      }
      for (const TaskIndex task : groups_[g].tasks) {
        settings.Add(task, sharing_.settings[task]);
        ports.Add(run_, task, waits_);
      }
    }
    return std::nullopt;
  }

  std::string SettingsDiffer(const SettingConflict& conflict) const {
    return absl::StrCat(Quoted(run_.tasks[conflict.first].name), " has ",
                        conflict.setting, " ", conflict.first_value, ", ",
                        Quoted(run_.tasks[conflict.second].name), " has ",
                        conflict.second_value);
  }

  void ExplainOtherSettings(const GroupSet& main, const GroupSet& other) {
    const TaskIndex first = groups_[main.front()].tasks.front();
    const TaskIndex second = groups_[other.front()].tasks.front();
    SharedSettings settings;
    settings.Add(first, sharing_.settings[first]);
    const auto conflict =
        settings.FindConflict(second, sharing_.settings[second]);
    if (!conflict) return;
    decisions_
        .Add(
            "split", TasksOf(other), conflict->setting,
            absl::StrCat("In another Pod than ", Quoted(run_.tasks[first].name),
                         ", because ", SettingsDiffer(*conflict)))
        .set_hint(kMakeEqual);
  }

  // One decision for each reason.
  void ExplainSplit(const GroupSet& set, const PartitionCost& cost) {
    const std::vector<TaskIndex> tasks = TasksOf(set);
    const auto add = [&](absl::string_view code, absl::string_view subject,
                         absl::string_view why, absl::string_view hint) {
      v1::Decision& decision =
          decisions_.Add(code, tasks, subject,
                         absl::StrCat("In ", cost.back(), " Pods, because ",
                                      why, "; between the Pods there are ",
                                      Count(cost[kVolume], "volume"), ", ",
                                      Count(cost[kResult], "result"), " and ",
                                      Count(cost[kWait], "wait")));
      decision.set_hint(std::string(hint));
      decision.mutable_cut()->set_claims(static_cast<int32_t>(cost[kVolume]));
      decision.mutable_cut()->set_results(static_cast<int32_t>(cost[kResult]));
      decision.mutable_cut()->set_waits(static_cast<int32_t>(cost[kWait]));
      decision.mutable_cut()->set_pods(static_cast<int32_t>(cost.back()));
    };
    if (const auto obstacle = FindObstacle(set)) {
      add("split", "", obstacle->why, obstacle->hint);
    }
    for (const CapExceeded& cap : caps_.Exceeded(tasks, false)) {
      switch (cap.cap) {
        case CapExceeded::Cap::kNode:
          add("split-node", cap.subject, cap.figures,
              "lower their requests, let them run one after the other, or give "
              "a larger node");
          break;
        case CapExceeded::Cap::kLimitRange:
          add("split-limit-range", cap.subject, cap.figures,
              "lower the limits and requests of their steps and sidecars");
          break;
        case CapExceeded::Cap::kQuota:
          add("split-quota", cap.subject, cap.figures,
              "lower the limits and requests of their steps and sidecars");
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

  const PodSharing& sharing_;
  const ResolvedRun& run_;
  const PodCaps& caps_;
  const std::vector<Group>& groups_;
  WaitSets& waits_;
  Decisions& decisions_;
  std::vector<Group> joined_;
};

}  // namespace

std::vector<Group> JoinGroups(const PodSharing& sharing, const PodCaps& caps,
                              const std::vector<Group>& groups, WaitSets* waits,
                              Decisions* decisions) {
  Joiner joiner(sharing, caps, groups, waits, decisions);
  for (const GroupSet& wish : Wishes(sharing, caps, groups)) joiner.Join(wish);
  return joiner.Take();
}

}  // namespace colocation
