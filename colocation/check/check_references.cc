#include "colocation/check/check_references.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

class ReferenceChecker {
 public:
  ReferenceChecker(const CheckedPlan& index, Faults* faults)
      : index_(index),
        plan_(*index.plan),
        faults_(*faults),
        own_(plan_.tasks_size(), nullptr) {}

  void Run() {
    FindOwn();
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (own_[t] == nullptr) continue;
      ResultRefs(t, *own_[t]);
    }
    External();
    for (int p = 0; p < plan_.pods_size(); ++p) {
      Gates(p);
      Late(p);
      Controlled(p);
    }
    NeedsController();
  }

 private:
  // The launch task of each task that runs: in its Pod, or the external one's.
  void FindOwn() {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (plan_.tasks(t).has_launch()) own_[t] = &plan_.tasks(t).launch();
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      for (const v1::LaunchTask& launch :
           plan_.pods(p).install().launch().tasks()) {
        const int task = index_.TaskOf(launch.name());
        if (task >= 0 && index_.pod_of[task] == p) own_[task] = &launch;
      }
    }
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (index_.pod_of[t] < 0 || own_[t] == nullptr) continue;
      for (const v1::DeclaredResult& result : own_[t]->results()) {
        declared_.emplace(std::make_pair(t, result.name()), &result);
      }
    }
  }

  bool IsControlled(int pod) const {
    return plan_.pods(pod).install().launch().controlled();
  }

  // What others take of a task in a Pod is declared there, and told to the
  // controller, which judges what becomes of it.
  void ResultRefs(int t, const v1::LaunchTask& launch) {
    for (const v1::ResultRef& ref : launch.result_refs()) {
      const int from = index_.TaskOf(ref.task());
      if (from < 0 || index_.pod_of[from] < 0) continue;
      const auto found = declared_.find(std::make_pair(from, ref.result()));
      const bool there = found != declared_.end();
      if (there &&
          !(found->second->local() && IsControlled(index_.pod_of[from]))) {
        continue;
      }
      faults_.Add(
          "declared-result", absl::StrCat("tasks[", t, "]"),
          absl::StrCat(
              "\"", launch.name(), "\" takes the result \"", ref.result(),
              "\" of \"", ref.task(), "\", which ",
              there ? "is not told outside of its Pod" : "doesn't declare it"));
    }
  }

  // The parents are those of the dependencies, in their order.
  void External() {
    std::vector<std::vector<std::pair<int, bool>>> parents(plan_.tasks_size());
    for (int d = 0; d < plan_.dependencies_size(); ++d) {
      const v1::Dependency::Kind kind = plan_.dependencies(d).kind();
      const auto [from, to] = index_.dependencies[d];
      if (from < 0 || to < 0 || kind == v1::Dependency::FINALLY ||
          plan_.tasks(to).placement() != v1::PLACEMENT_EXTERNAL) {
        continue;
      }
      std::vector<std::pair<int, bool>>& of = parents[to];
      if (of.empty() || of.back().first != from) of.emplace_back(from, false);
      of.back().second |= kind == v1::Dependency::RESOURCE;
    }
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const v1::PlannedTask& task = plan_.tasks(t);
      if (task.placement() != v1::PLACEMENT_EXTERNAL) continue;
      std::vector<std::pair<int, bool>> stated;
      for (const v1::Parent& parent : task.launch().parents()) {
        stated.emplace_back(index_.TaskOf(parent.task()), parent.resource());
      }
      if (stated != parents[t]) {
        faults_.Add("launch-parents", absl::StrCat("tasks[", t, "].launch"),
                    "the parents are not those of the task's dependencies, in "
                    "the pipeline's order");
      }
      absl::flat_hash_set<int> consumed;
      for (const v1::ResultRef& ref : task.launch().result_refs()) {
        consumed.insert(index_.TaskOf(ref.task()));
      }
      for (const auto& [from, resource] : parents[t]) {
        if (resource == consumed.contains(from)) continue;
        faults_.Add("result-refs", absl::StrCat("tasks[", t, "].launch"),
                    absl::StrCat("the results that it takes of \"",
                                 index_.task(from).name(),
                                 "\" and its dependency on it don't agree"));
      }
    }
  }

  // What a Pod is told of a task elsewhere.
  void Gates(int p) {
    const v1::LaunchSpec& spec = plan_.pods(p).install().launch();
    for (int i = 0; i < spec.tasks_size(); ++i) {
      const v1::LaunchTask& told = spec.tasks(i);
      const int task = index_.TaskOf(told.name());
      if (!told.gate() || task < 0 || own_[task] == nullptr) continue;
      const v1::LaunchTask& own = *own_[task];
      bool same =
          told.continue_on_error() == own.continue_on_error() &&
          told.results_size() == own.results_size() &&
          (index_.pod_of[task] < 0 || told.matrixed() == own.matrixed());
      for (int r = 0; same && r < told.results_size(); ++r) {
        same = told.results(r).name() == own.results(r).name() &&
               told.results(r).type() == own.results(r).type();
      }
      if (same) continue;
      faults_.Add("launch-task",
                  absl::StrCat("pods[", p, "].install.launch.tasks[", i, "]"),
                  absl::StrCat("\"", told.name(),
                               "\" runs elsewhere, and is another task there"));
    }
  }

  // Whether a text has a reference to one of the task's results, to a status,
  // or to an earlier step's result.
  static bool IsLate(absl::string_view text,
                     const std::vector<std::string>& references) {
    if (!absl::StrContains(text, "$(")) return false;
    return std::any_of(references.begin(), references.end(),
                       [&](const std::string& reference) {
                         return absl::StrContains(text, reference);
                       });
  }

  void Late(int p) {
    const v1::PlannedPod& pod = plan_.pods(p);
    const v1::LaunchSpec& spec = pod.install().launch();
    absl::flat_hash_map<absl::string_view, const std::string*> scripts;
    for (const v1::Script& script : pod.install().scripts()) {
      scripts.emplace(script.container(), &script.content());
    }
    const int n = std::min(spec.containers_size(), pod.containers_size());
    for (int c = 0; c < n; ++c) {
      const v1::LaunchContainer& launch = spec.containers(c);
      const v1::Container& container = pod.containers(c).container();
      const int task = index_.TaskOf(launch.task());
      if (task < 0 || own_[task] == nullptr) continue;
      const std::vector<std::string>& references = ReferencesOf(task);
      if (references.empty()) continue;
      const auto late = [&](const std::string& text) {
        return IsLate(text, references);
      };
      const auto script = scripts.find(container.name());
      const bool any =
          std::any_of(container.command().begin(), container.command().end(),
                      late) ||
          std::any_of(container.args().begin(), container.args().end(), late) ||
          (script != scripts.end() && late(*script->second));
      const std::string at =
          absl::StrCat("pods[", p, "].install.launch.containers[", c, "]");
      if (any && !launch.late()) {
        faults_.Add("late", at + ".late",
                    absl::StrCat("\"", container.name(),
                                 "\" refers to results, and they would not be "
                                 "put in"));
      }
      for (const v1::EnvVar& env : container.env()) {
        if (!late(env.value())) continue;
        const bool told =
            std::any_of(launch.env().begin(), launch.env().end(),
                        [&](const auto& e) { return e.name() == env.name(); });
        if (told) continue;
        faults_.Add("late", at + ".env",
                    absl::StrCat("the variable \"", env.name(),
                                 "\" refers to results, and they would not be "
                                 "put in"));
      }
    }
  }

  // How the results that a task takes are written.
  const std::vector<std::string>& ReferencesOf(int task) {
    if (task != references_of_) {
      references_of_ = task;
      references_.clear();
      for (const v1::ResultRef& ref : own_[task]->result_refs()) {
        references_.push_back(
            absl::StrCat("$(tasks.", ref.task(), ".results.", ref.result()));
      }
    }
    return references_;
  }

  // Only a controller opens gates, and it is there for all Pods or for none.
  void Controlled(int p) {
    if (IsControlled(p) == IsControlled(0)) return;
    faults_.Add("controlled",
                absl::StrCat("pods[", p, "].install.launch.controlled"),
                "the other Pods say otherwise");
  }

  void NeedsController() {
    if (plan_.pods_size() > 0 && IsControlled(0)) return;
    const bool external =
        std::any_of(plan_.tasks().begin(), plan_.tasks().end(),
                    [](const v1::PlannedTask& task) {
                      return task.placement() == v1::PLACEMENT_EXTERNAL;
                    });
    const bool waits = std::any_of(
        plan_.pods().begin(), plan_.pods().end(), [](const auto& pod) {
          return pod.gates_size() > 0 || pod.start_when_size() != 1 ||
                 !pod.start_when(0).tasks().empty();
        });
    const bool said = std::any_of(
        plan_.decisions().begin(), plan_.decisions().end(),
        [](const auto& d) { return d.code() == "needs-controller"; });
    if (said || (!external && !waits && plan_.pods_size() < 2)) return;
    // Without Pods nobody has said whether there is a controller.
    if (plan_.pods_size() == 0) return;
    faults_.Add("controlled", "decisions",
                "something has to run what this plan leaves to a controller, "
                "and no decision says so");
  }

  const CheckedPlan& index_;
  const v1::ColocationPlan& plan_;
  Faults& faults_;
  // For each task.
  std::vector<const v1::LaunchTask*> own_;
  // By task and name, those of tasks in Pods.
  absl::flat_hash_map<std::pair<int, std::string>, const v1::DeclaredResult*>
      declared_;
  int references_of_ = -1;
  std::vector<std::string> references_;
};

}  // namespace

void CheckReferences(const CheckedPlan& index, Faults* faults) {
  ReferenceChecker(index, faults).Run();
}

}  // namespace colocation
