#include "colocation/render/plan_diff.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/render/plan_index.h"
#include "colocation/render/text_layout.h"

namespace colocation {
namespace {

using Texts = std::vector<std::string>;

// "+ a, + b, - c": in the order of each, first what is new.
std::string Changes(const Texts& before, const Texts& after) {
  const absl::flat_hash_set<std::string> old(before.begin(), before.end());
  const absl::flat_hash_set<std::string> now(after.begin(), after.end());
  absl::flat_hash_set<std::string> told;
  Texts changes;
  for (const std::string& text : after) {
    if (!old.contains(text) && told.insert(text).second)
      changes.push_back(absl::StrCat("+ ", text));
  }
  for (const std::string& text : before) {
    if (!now.contains(text) && told.insert(text).second)
      changes.push_back(absl::StrCat("- ", text));
  }
  return absl::StrJoin(changes, ", ");
}

// "a -> b", or nothing.
std::string Change(absl::string_view before, absl::string_view after) {
  if (before == after) return "";
  const auto named = [](absl::string_view text) {
    return text.empty() ? "none" : text;
  };
  return absl::StrCat(named(before), " -> ", named(after));
}

// What has changed in one Pod or task: lines with a name and a text.
class Entry {
 public:
  void Add(absl::string_view name, const std::string& change) {
    if (!change.empty())
      absl::StrAppend(&lines_, "      ", name,
                      std::string(name.size() < 12 ? 12 - name.size() : 1, ' '),
                      Printable(change), "\n");
  }

  // Nothing where nothing was added.
  std::string Text(absl::string_view title) const {
    if (lines_.empty()) return "";
    return absl::StrCat("  ~ ", Printable(title), "\n", lines_);
  }

 private:
  std::string lines_;
};

std::string WorkspaceVolume(const v1::PlannedVolume& volume) {
  const std::string text = VolumeText(volume.volume());
  return volume.workspace().empty()
             ? text
             : absl::StrCat("workspace ", volume.workspace(), " (", text, ")");
}

// Those that authors know of; the launcher's own follow from the rest.
bool IsAuthors(const v1::PlannedVolume& volume) {
  return volume.purpose() == v1::PlannedVolume::WORKSPACE ||
         volume.purpose() == v1::PlannedVolume::TASK ||
         volume.purpose() == v1::PlannedVolume::POD_TEMPLATE;
}

Texts Volumes(const v1::PlannedPod& pod) {
  Texts texts;
  for (const v1::PlannedVolume& volume : pod.volumes()) {
    if (IsAuthors(volume)) texts.push_back(WorkspaceVolume(volume));
  }
  return texts;
}

Texts Mounts(const PlanIndex& index, const v1::PlannedTask& task) {
  const v1::PlannedPod* pod = index.Pod(task.pod());
  if (pod == nullptr) return {};
  absl::flat_hash_map<absl::string_view, const v1::PlannedVolume*> volumes;
  for (const v1::PlannedVolume& volume : pod->volumes()) {
    if (IsAuthors(volume)) volumes[volume.volume().name()] = &volume;
  }
  Texts texts;
  for (const v1::PlannedContainer* container : index.Containers(task)) {
    for (const v1::VolumeMount& mount :
         container->container().volume_mounts()) {
      const auto volume = volumes.find(mount.name());
      if (volume == volumes.end()) continue;
      texts.push_back(absl::StrCat(
          container->step(), " ", mount.mount_path(), " ",
          WorkspaceVolume(*volume->second),
          mount.sub_path().empty() ? "" : absl::StrCat(" ", mount.sub_path()),
          mount.read_only() ? " read only" : ""));
    }
  }
  return texts;
}

// What the task comes after, and why. That finally tasks come after all others
// is no news.
Texts Dependencies(const PlanIndex& index, const v1::PlannedTask& task) {
  Texts texts;
  for (const v1::Dependency* dependency : index.DependenciesOf(task.name())) {
    if (dependency->kind() == v1::Dependency::FINALLY) continue;
    texts.push_back(absl::StrCat(dependency->from(), " (",
                                 DependencyName(dependency->kind()), ")"));
  }
  return texts;
}

Texts Strings(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return Texts(field.begin(), field.end());
}

std::string Place(const v1::PlannedTask& task) {
  switch (task.placement()) {
    case v1::PLACEMENT_EXTERNAL:
      return absl::StrCat("outside of Pods (", task.external(), ")");
    case v1::PLACEMENT_SKIPPED:
      return "nothing: it never runs";
    default:
      return absl::StrCat("Pod ", task.pod());
  }
}

class Diff {
 public:
  Diff(const v1::ColocationPlan& before, const v1::ColocationPlan& after)
      : before_(before), after_(after), old_(before), now_(after) {
    MatchPods();
  }

  std::string Write() const {
    std::string text;
    const auto add = [&text](absl::string_view title, std::string part) {
      if (part.empty()) return;
      absl::StrAppend(&text, text.empty() ? "" : "\n", title, "\n", part);
    };
    add("Pods", Pods());
    add("Tasks", Tasks());
    return text;
  }

 private:
  // `same_` is for each Pod of `after_` its index in `before_`, or -1.
  void MatchPods() {
    std::vector<bool> taken(before_.pods_size());
    for (const v1::PlannedPod& pod : after_.pods()) {
      const absl::flat_hash_set<absl::string_view> tasks(pod.tasks().begin(),
                                                         pod.tasks().end());
      int best = -1;
      int most = 0;
      for (int i = 0; i < before_.pods_size(); ++i) {
        if (taken[i]) continue;
        const int shared = static_cast<int>(absl::c_count_if(
            before_.pods(i).tasks(),
            [&](const std::string& task) { return tasks.contains(task); }));
        if (shared > most) {
          most = shared;
          best = i;
        }
      }
      if (best >= 0) {
        taken[best] = true;
        renamed_[before_.pods(best).name()] = pod.name();
      }
      same_.push_back(best);
    }
  }

  std::string Pods() const {
    std::string text;
    for (int i = 0; i < after_.pods_size(); ++i) {
      const v1::PlannedPod& pod = after_.pods(i);
      if (same_[i] >= 0) {
        absl::StrAppend(&text, PodChange(before_.pods(same_[i]), pod));
      } else {
        absl::StrAppend(&text, "  + ", Printable(pod.name()), ": ",
                        Printable(absl::StrJoin(pod.tasks(), ", ")), "\n");
      }
    }
    for (int i = 0; i < before_.pods_size(); ++i) {
      if (absl::c_linear_search(same_, i)) continue;
      absl::StrAppend(&text, "  - ", Printable(before_.pods(i).name()), ": ",
                      Printable(absl::StrJoin(before_.pods(i).tasks(), ", ")),
                      "\n");
    }
    return text;
  }

  static std::string PodChange(const v1::PlannedPod& before,
                               const v1::PlannedPod& after) {
    Entry entry;
    entry.Add("name", Change(before.name(), after.name()));
    entry.Add("tasks",
              Changes(Strings(before.tasks()), Strings(after.tasks())));
    entry.Add("created", Change(StartText(before), StartText(after)));
    entry.Add("gates",
              Changes(Strings(before.gates()), Strings(after.gates())));
    entry.Add("account", Change(before.spec().service_account_name(),
                                after.spec().service_account_name()));
    entry.Add("volumes", Changes(Volumes(before), Volumes(after)));
    for (const v1::ResourceUse* use : AllUses(before, after)) {
      const v1::ResourceUse old = Use(before, use->resource());
      const v1::ResourceUse now = Use(after, use->resource());
      Texts changes;
      for (const auto& [name, change] :
           {std::pair{"asks for ", Change(old.requested(), now.requested())},
            {"peak ", Change(old.peak(), now.peak())},
            {"sum ", Change(old.sum(), now.sum())}}) {
        if (!change.empty()) changes.push_back(absl::StrCat(name, change));
      }
      entry.Add(use->resource(), absl::StrJoin(changes, ", "));
    }
    return entry.Text(after.name());
  }

  // Of each resource that one of them has, in the order of the later one.
  static std::vector<const v1::ResourceUse*> AllUses(
      const v1::PlannedPod& before, const v1::PlannedPod& after) {
    std::vector<const v1::ResourceUse*> uses;
    absl::flat_hash_set<absl::string_view> names;
    for (const v1::PlannedPod* pod : {&after, &before}) {
      for (const v1::ResourceUse& use : pod->resources()) {
        if (names.insert(use.resource()).second) uses.push_back(&use);
      }
    }
    return uses;
  }

  static v1::ResourceUse Use(const v1::PlannedPod& pod,
                             absl::string_view resource) {
    for (const v1::ResourceUse& use : pod.resources()) {
      if (use.resource() == resource) return use;
    }
    return {};
  }

  std::string Tasks() const {
    std::string text;
    for (const v1::PlannedTask& task : after_.tasks()) {
      const v1::PlannedTask* old = old_.Task(task.name());
      if (old != nullptr) {
        absl::StrAppend(&text, TaskChange(*old, task));
        continue;
      }
      absl::StrAppend(&text, "  + ", Printable(task.name()), ": runs in ",
                      Printable(Place(task)), ", waits for ",
                      task.wait_for().empty()
                          ? "nothing"
                          : Printable(absl::StrJoin(task.wait_for(), ", ")),
                      "\n");
    }
    for (const v1::PlannedTask& task : before_.tasks()) {
      if (now_.Task(task.name()) == nullptr)
        absl::StrAppend(&text, "  - ", Printable(task.name()), "\n");
    }
    return text;
  }

  std::string TaskChange(const v1::PlannedTask& before,
                         const v1::PlannedTask& after) const {
    Entry entry;
    entry.Add("runs in", PlaceChange(before, after));
    entry.Add("finally", Change(before.finally() ? "yes" : "no",
                                after.finally() ? "yes" : "no"));
    entry.Add("times", Change(absl::StrCat(before.units_size()),
                              absl::StrCat(after.units_size())));
    entry.Add("waits for",
              Changes(Strings(before.wait_for()), Strings(after.wait_for())));
    entry.Add("comes after",
              Changes(Dependencies(old_, before), Dependencies(now_, after)));
    entry.Add("mounts", Changes(Mounts(old_, before), Mounts(now_, after)));
    return entry.Text(after.name());
  }

  // A Pod that only has another name is told once, with the Pod.
  std::string PlaceChange(const v1::PlannedTask& before,
                          const v1::PlannedTask& after) const {
    if (before.placement() == after.placement()) {
      const auto renamed = renamed_.find(before.pod());
      if (renamed != renamed_.end() && renamed->second == after.pod())
        return "";
    }
    return Change(Place(before), Place(after));
  }

  const v1::ColocationPlan& before_;
  const v1::ColocationPlan& after_;
  const PlanIndex old_;
  const PlanIndex now_;
  std::vector<int> same_;
  absl::flat_hash_map<absl::string_view, absl::string_view> renamed_;
};

}  // namespace

std::string PlanDiff(const v1::ColocationPlan& before,
                     const v1::ColocationPlan& after) {
  return Diff(before, after).Write();
}

}  // namespace colocation
