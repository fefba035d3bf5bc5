#include "colocation/plan/missing_volumes.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/pod_settings.h"

namespace colocation {
namespace {

// Pairs of tasks that are compared for one object; beyond that it is taken for
// granted that the object is there.
constexpr int kMostPairs = 100;

// "Secret" and its name.
using Object = std::pair<std::string, std::string>;

// Where an object is mounted from the start.
struct Use {
  TaskIndex task = 0;
  const Subject* subject = nullptr;
  std::string path;
};

using FoundObject =
    absl::FunctionRef<void(absl::string_view kind, const std::string& name)>;

template <typename Source>
void FindInProjection(const Source& projected, FoundObject found) {
  for (const v1::VolumeProjection& part : projected.sources()) {
    if (part.has_secret() && !part.secret().optional()) {
      found("Secret", part.secret().name());
    }
    if (part.has_config_map() && !part.config_map().optional()) {
      found("ConfigMap", part.config_map().name());
    }
  }
}

// What has to be there for a volume, or the binding of a workspace.
template <typename Source>
void FindRequired(const Source& source, FoundObject found) {
  if (source.has_secret() && !source.secret().optional()) {
    found("Secret", source.secret().secret_name());
  }
  if (source.has_config_map() && !source.config_map().optional()) {
    found("ConfigMap", source.config_map().name());
  }
  if (source.has_projected()) FindInProjection(source.projected(), found);
  if (source.has_persistent_volume_claim()) {
    found("PersistentVolumeClaim",
          source.persistent_volume_claim().claim_name());
  }
}

// Calls `word` with each word of `text` that can be the name of an object, and
// with its parts between dots.
void ForEachWord(absl::string_view text,
                 absl::FunctionRef<void(absl::string_view)> word) {
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  const auto trimmed = [](absl::string_view part) {
    while (!part.empty() && (part.front() == '-' || part.front() == '.')) {
      part.remove_prefix(1);
    }
    while (!part.empty() && (part.back() == '-' || part.back() == '.')) {
      part.remove_suffix(1);
    }
    return part;
  };
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && in_name(text[end])) ++end;
    const absl::string_view whole = trimmed(text.substr(i, end - i));
    i = end + 1;
    if (whole.empty()) continue;
    word(whole);
    if (whole.find('.') == absl::string_view::npos) continue;
    for (const absl::string_view part : absl::StrSplit(whole, '.')) word(part);
  }
}

template <typename Container>
void ForEachTextOf(const Container& container,
                   absl::FunctionRef<void(absl::string_view)> text) {
  text(container.script());
  for (const std::string& part : container.command()) text(part);
  for (const std::string& argument : container.args()) text(argument);
  for (const v1::EnvVar& env : container.env()) text(env.value());
}

// What a task says to its programs. Linear in the task.
void ForEachText(const ResolvedTask& task,
                 absl::FunctionRef<void(absl::string_view)> text) {
  for (const ResolvedUnit& unit : task.units) {
    for (const v1::Step& step : unit.spec.steps()) ForEachTextOf(step, text);
    for (const v1::Sidecar& sidecar : unit.spec.sidecars()) {
      ForEachTextOf(sidecar, text);
    }
  }
  if (task.pipeline_task != nullptr) {
    text(task.pipeline_task->SerializeAsString());
  }
}

// Whether a program of the task may create objects whose names can't be seen.
bool OrdersTheCluster(const ResolvedTask& task) {
  static const auto* const kClients =
      new absl::flat_hash_set<absl::string_view>{"helm", "kubectl", "oc",
                                                 "virtctl"};
  static const auto* const kOrders = new absl::flat_hash_set<absl::string_view>{
      "apply", "create", "install", "replace", "upgrade"};
  bool client = false, orders = false;
  ForEachText(task, [&](absl::string_view text) {
    ForEachWord(text, [&](absl::string_view word) {
      client |= kClients->contains(word);
      orders |= kOrders->contains(word);
    });
  });
  return client && orders;
}

class Finder {
 public:
  Finder(const PodSharing& sharing, WaitSets* waits,
         DiagnosticList* diagnostics)
      : run_(sharing.run), waits_(*waits), diagnostics_(*diagnostics) {
    for (size_t t = 0; t < run_.tasks.size(); ++t) {
      if (run_.tasks[t].pipeline_task != nullptr &&
          !HasContainers(run_.tasks[t])) {
        outside_.push_back(static_cast<TaskIndex>(t));
      }
    }
    FindSkippable();
  }

  void Run(const Group& group) {
    group_ = &group;
    uses_.clear();
    makers_.clear();
    clients_.clear();
    for (const TaskIndex task : group.tasks) FindUses(task);
    if (uses_.empty()) return;
    FindMakers();
    for (const auto& [object, uses] : uses_) Warn(object, uses);
  }

 private:
  void FindUses(TaskIndex t) {
    const ResolvedTask& task = run_.tasks[t];
    const auto add = [&](const Subject* subject, std::string path) {
      return [this, t, subject, path](absl::string_view kind,
                                      const std::string& name) {
        if (name.empty()) return;
        std::vector<Use>& of = uses_[{std::string(kind), name}];
        // The units of a matrix mount the same.
        if (of.empty() || of.back().task != t) of.push_back({t, subject, path});
      };
    };
    for (const ResolvedUnit& unit : task.units) {
      for (int v = 0; v < unit.spec.volumes_size(); ++v) {
        FindRequired(unit.spec.volumes(v),
                     add(&task.task_subject,
                         absl::StrCat(task.task_path, ".volumes[", v, "]")));
      }
      for (const v1::Volume& volume : PodTemplateOf(task, unit).volumes()) {
        FindRequired(volume,
                     add(&task.subject, absl::StrCat(task.path, ".name")));
      }
    }
    for (const TaskWorkspace& workspace : task.workspaces) {
      if (workspace.run_workspace < 0) continue;
      FindRequired(run_.workspaces[workspace.run_workspace].binding,
                   add(&task.subject, absl::StrCat(task.path, ".workspaces")));
    }
  }

  bool Uses(const std::vector<Use>& uses, TaskIndex task) const {
    return std::any_of(uses.begin(), uses.end(),
                       [&](const Use& use) { return use.task == task; });
  }

  // Those that run before or beside the Pod's tasks: a task that has ended when
  // the Pod is created has done its part.
  void FindMakers() {
    absl::flat_hash_map<absl::string_view, std::vector<TaskIndex>*> by_name;
    for (const auto& [object, uses] : uses_) {
      by_name.emplace(object.second, &makers_[object.second]);
    }
    std::vector<TaskIndex> candidates = group_->tasks;
    candidates.insert(candidates.end(), outside_.begin(), outside_.end());
    for (const TaskIndex task : candidates) {
      ForEachText(run_.tasks[task], [&](absl::string_view text) {
        ForEachWord(text, [&](absl::string_view word) {
          const auto found = by_name.find(word);
          if (found == by_name.end()) return;
          std::vector<TaskIndex>& of = *found->second;
          if (of.empty() || of.back() != task) of.push_back(task);
        });
      });
      if (OrdersTheCluster(run_.tasks[task])) clients_.push_back(task);
    }
  }

  // A task with conditions may be skipped, and so is what needs its results
  // (skipBecauseParentTaskWasSkipped in pkg/reconciler/pipelinerun/resources/
  // pipelinerunresolution.go).
  void FindSkippable() {
    skippable_.assign(run_.tasks.size(), false);
    for (const TaskIndex t : waits_.order()) {
      skippable_[t] = !run_.tasks[t].when.empty();
      for (const TaskDependency& d : run_.tasks[t].dependencies) {
        if (d.kind == v1::Dependency::RESOURCE && skippable_[d.on]) {
          skippable_[t] = true;
        }
      }
    }
  }

  // The first of `makers` that comes before a user of the object, and whose end
  // the creation of the Pod doesn't wait for; and that use.
  std::pair<TaskIndex, const Use*> FindMaker(
      const std::vector<TaskIndex>& makers, const std::vector<Use>& uses) {
    int pairs = 0;
    for (const TaskIndex maker : makers) {
      if (Uses(uses, maker)) continue;
      for (const Use& use : uses) {
        if (++pairs > kMostPairs) return {-1, nullptr};
        if (!waits_.IsBefore(maker, use.task)) continue;
        if (RunsWithThePod(maker)) return {maker, &use};
      }
    }
    return {-1, nullptr};
  }

  // Whether the task is in the Pod, or comes after one that is.
  bool RunsWithThePod(TaskIndex maker) {
    if (std::binary_search(group_->tasks.begin(), group_->tasks.end(), maker)) {
      return true;
    }
    const size_t few = std::min<size_t>(group_->tasks.size(), kMostPairs);
    return std::any_of(
        group_->tasks.begin(), group_->tasks.begin() + few,
        [&](TaskIndex task) { return waits_.IsBefore(task, maker); });
  }

  void Warn(const Object& object, const std::vector<Use>& uses) {
    const std::string what =
        absl::StrCat("the ", object.first, " ", Quoted(object.second));
    if (const auto [maker, use] = FindMaker(makers_[object.second], uses);
        use != nullptr) {
      Warning(
          *use,
          absl::StrCat(what, " may be made by ", Quoted(run_.tasks[maker].name),
                       ", which names it and can't run before it is there: "
                       "no container of a Pod starts before all of its "
                       "volumes can be mounted"),
          maker);
      return;
    }
    if (const auto [client, use] = FindMaker(clients_, uses); use != nullptr) {
      Warning(*use,
              absl::StrCat(what,
                           " may not be there yet when the Pod is "
                           "created, as ",
                           Quoted(run_.tasks[client].name),
                           ", which runs before, gives orders to the cluster: "
                           "no container of a Pod starts before all of its "
                           "volumes can be mounted"),
              client);
      return;
    }
    const bool others = std::any_of(
        group_->tasks.begin(), group_->tasks.end(),
        [&](TaskIndex task) { return !skippable_[task] && !Uses(uses, task); });
    if (!others || !std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
          return skippable_[use.task];
        })) {
      return;
    }
    Warning(uses.front(),
            absl::StrCat(what, " has to be there also when ",
                         Quoted(run_.tasks[uses.front().task].name),
                         " is skipped: no container of a Pod starts before all "
                         "of its volumes can be mounted"),
            -1);
  }

  void Warning(const Use& use, std::string message, TaskIndex maker) {
    v1::Diagnostic& d = diagnostics_.Warning(
        "volume-may-be-missing", *use.subject, use.path, std::move(message));
    d.set_hint(absl::StrCat(
        "set `optional: true` on the volume, or give ",
        Quoted(run_.tasks[use.task].name),
        " a Pod of its own (annotation colocation.dev/own-pod: \"true\")"));
    if (maker >= 0) RelateTask(run_.tasks[maker], &d);
  }

  const ResolvedRun& run_;
  WaitSets& waits_;
  DiagnosticList& diagnostics_;
  // Tasks that no Pod of the plan runs.
  std::vector<TaskIndex> outside_;
  std::vector<bool> skippable_;
  // Of the Pod at hand.
  const Group* group_ = nullptr;
  std::map<Object, std::vector<Use>> uses_;
  // By the name of the object: tasks whose text names it.
  std::map<std::string, std::vector<TaskIndex>> makers_;
  // Tasks that give orders to the cluster.
  std::vector<TaskIndex> clients_;
};

}  // namespace

void WarnOfMissingVolumes(const PodSharing& sharing,
                          const std::vector<Group>& groups, WaitSets* waits,
                          DiagnosticList* diagnostics) {
  Finder finder(sharing, waits, diagnostics);
  for (const Group& group : groups) {
    // A Pod of one task is created when that task may start.
    if (group.tasks.size() > 1) finder.Run(group);
  }
}

}  // namespace colocation
