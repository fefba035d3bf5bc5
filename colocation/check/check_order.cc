#include "colocation/check/check_order.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

class OrderChecker {
 public:
  OrderChecker(const CheckedPlan& index, WaitOrder* order, Faults* faults)
      : index_(index), plan_(*index.plan), order_(*order), faults_(*faults) {}

  void Run() {
    depends_on_.resize(plan_.tasks_size());
    for (int d = 0; d < plan_.dependencies_size(); ++d) Dependency(d);
    ThroughSkipped();
    Waits();
    Finally();
    CanEnd();
  }

 private:
  void Dependency(int d) {
    const v1::Dependency& dependency = plan_.dependencies(d);
    const auto fault = [&](absl::string_view code, absl::string_view field,
                           absl::string_view message) {
      faults_.Add(code, absl::StrCat("dependencies[", d, "].", field),
                  absl::StrCat("\"", dependency.from(), "\" before \"",
                               dependency.to(), "\": ", message));
    };
    const auto [from, to] = index_.dependencies[d];
    if (from < 0 || to < 0) {
      return fault("unknown-name", from < 0 ? "from" : "to", "no such task");
    }
    const auto key = std::make_tuple(to, from, dependency.kind());
    if (d > 0 && key <= last_) {
      fault("dependency-order", "from",
            "dependencies are in the order of the tasks, each once");
    }
    last_ = key;
    Kind(dependency, from, to, fault);
    depends_on_[to].push_back(from);
    if (index_.never_runs(from) || index_.never_runs(to)) {
      if (dependency.means() != v1::Dependency::MEANS_UNSPECIFIED ||
          HasPath(dependency) || dependency.gate()) {
        fault("dependency-means", "means",
              "nothing waits where one of the two never runs");
      }
      return;
    }
    Means(dependency, from, to, fault);
    Gate(dependency, from, to, fault);
  }

  template <typename Fault>
  void Kind(const v1::Dependency& dependency, int from, int to, Fault fault) {
    const bool finally = dependency.kind() == v1::Dependency::FINALLY;
    if (dependency.kind() == v1::Dependency::KIND_UNSPECIFIED) {
      fault("unspecified", "kind", "the kind is not stated");
    } else if (finally != (dependency.paths_size() == 0)) {
      fault("dependency-kind", "paths",
            "the fields that say so are stated, but for finally");
    }
    if (index_.task(from).finally() ||
        (finally && !index_.task(to).finally()) ||
        (index_.task(to).finally() &&
         dependency.kind() == v1::Dependency::ORDERING) ||
        from == to) {
      fault("dependency-kind", "kind", "no such dependency can be");
    }
  }

  template <typename Fault>
  void Means(const v1::Dependency& dependency, int from, int to, Fault fault) {
    switch (dependency.means()) {
      case v1::Dependency::WAIT:
        if (!index_.Waits(to, from)) {
          fault("not-implied", "means", "the wait set does not have it");
        }
        if (HasPath(dependency)) {
          fault("dependency-means", "via", "a direct wait needs no path");
        }
        return;
      case v1::Dependency::IMPLIED:
        break;
      default:
        return fault("unspecified", "means", "the means are not stated");
    }
    if (index_.Waits(to, from)) {
      fault("dependency-means", "means", "there is a wait, and not stated so");
    } else if (!order_.IsBefore(from, to)) {
      fault("not-implied", "means", "no path of waits leads to it");
    }
    if (plan_.version() > 1 && HasPath(dependency)) {
      fault("dependency-means", "via", "plans of this version state no paths");
    }
  }

  static bool HasPath(const v1::Dependency& dependency) {
    return dependency.via_size() > 0;
  }

  template <typename Fault>
  void Gate(const v1::Dependency& dependency, int from, int to, Fault fault) {
    // An external task is nowhere: the controller itself starts it.
    const int pod = index_.pod_of[to];
    const bool gate = pod >= 0 && pod != index_.pod_of[from];
    if (dependency.gate() != gate) {
      return fault("gate", "gate",
                   gate ? "the end is in another place, and no gate is stated"
                        : "a gate is stated, and none is needed");
    }
  }

  // A task that never runs ends when what it depends on has ended (Tekton looks
  // at a `when` only then: pkg/reconciler/pipelinerun/resources/
  // pipelinerunresolution.go, checkParentsDone). What depends on it therefore
  // waits for that.
  void ThroughSkipped() {
    for (int to = 0; to < plan_.tasks_size(); ++to) {
      if (index_.never_runs(to)) continue;
      std::vector<int> stack;
      for (const int from : depends_on_[to]) {
        if (index_.never_runs(from)) stack.push_back(from);
      }
      absl::flat_hash_set<int> seen(stack.begin(), stack.end());
      while (!stack.empty()) {
        const int at = stack.back();
        stack.pop_back();
        for (const int from : depends_on_[at]) {
          if (!seen.insert(from).second) continue;
          if (index_.never_runs(from)) {
            stack.push_back(from);
            continue;
          }
          through_skipped_.insert({to, from});
          // A finally task has its own check.
          if (index_.task(to).finally() || order_.IsBefore(from, to)) continue;
          faults_.Add("not-implied", absl::StrCat("tasks[", to, "].waitFor"),
                      absl::StrCat("\"", index_.task(from).name(),
                                   "\" comes before \"", index_.task(to).name(),
                                   "\", through a task that never runs"));
        }
      }
    }
  }

  void Waits() {
    int64_t steps = 10'000'000;
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      std::vector<int>& reasons = depends_on_[i];
      std::sort(reasons.begin(), reasons.end());
      for (const int w : index_.waits[i]) {
        if (std::binary_search(reasons.begin(), reasons.end(), w) ||
            through_skipped_.contains({i, w})) {
          continue;
        }
        faults_.Add("needless-wait", absl::StrCat("tasks[", i, "].waitFor"),
                    absl::StrCat("\"", index_.task(i).name(), "\" waits for \"",
                                 index_.task(w).name(),
                                 "\" without a dependency on it"));
      }
      if (order_.AnyImplied(index_.waits[i], &steps)) {
        faults_.Add("wait-not-minimal", absl::StrCat("tasks[", i, "].waitFor"),
                    absl::StrCat("\"", index_.task(i).name(),
                                 "\" waits for a task and for one that itself "
                                 "waits for that"));
      }
    }
  }

  void Finally() {
    // Those with the same wait set have the same answer.
    std::map<std::vector<int>, int> missing_by_waits;
    for (int f = 0; f < plan_.tasks_size(); ++f) {
      if (!index_.task(f).finally() || index_.never_runs(f)) continue;
      auto [entry, added] = missing_by_waits.try_emplace(index_.waits[f], -1);
      if (added) {
        const std::vector<bool> before = order_.AllBefore({f});
        for (int i = 0; i < plan_.tasks_size(); ++i) {
          if (index_.task(i).finally() || index_.never_runs(i)) continue;
          if (!before[i]) entry->second = i;
        }
      }
      if (entry->second < 0) continue;
      faults_.Add("finally-early", absl::StrCat("tasks[", f, "].waitFor"),
                  absl::StrCat("the finally task \"", index_.task(f).name(),
                               "\" does not wait for \"",
                               index_.task(entry->second).name(), "\""));
    }
  }

  // Lets everything happen as soon as it can. Linear: each wait and each task
  // of a start condition is looked at once.
  void CanEnd() {
    const int tasks = plan_.tasks_size();
    const int units = static_cast<int>(index_.units.size());
    // Of a task: waits, and the creation of its Pod. Then it is ready.
    std::vector<int> missing(tasks);
    // Of a unit: that its task is ready, the units that delay it, and that the
    // first one of its task has decided. Then it can end.
    std::vector<int> unit_missing(units);
    std::vector<std::vector<int>> delayed(units), units_of(tasks);
    // Of a task that is ready: units that have not ended.
    std::vector<int> open(tasks);
    for (int u = 0; u < units; ++u) {
      const int task = index_.units[u].task;
      unit_missing[u] = 1 + static_cast<int>(index_.delays[u].size()) +
                        (units_of[task].empty() ? 0 : 1);
      for (const int other : index_.delays[u]) delayed[other].push_back(u);
      units_of[task].push_back(u);
      ++open[task];
    }
    std::vector<std::vector<int>> followers(tasks);
    // (Pod, its condition) for each task of a condition.
    std::vector<std::vector<std::pair<int, int>>> starts(tasks);
    std::vector<std::vector<int>> condition_missing(plan_.pods_size());
    std::vector<bool> created(plan_.pods_size());
    std::vector<int> ready;
    std::vector<int> to_create;
    for (int i = 0; i < tasks; ++i) {
      if (index_.never_runs(i)) continue;
      missing[i] = static_cast<int>(index_.waits[i].size()) +
                   (index_.pod_of[i] >= 0 ? 1 : 0);
      for (const int w : index_.waits[i]) followers[w].push_back(i);
      if (missing[i] == 0) ready.push_back(i);
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      for (int s = 0; s < plan_.pods(p).start_when_size(); ++s) {
        const v1::StartCondition& condition = plan_.pods(p).start_when(s);
        condition_missing[p].push_back(condition.tasks_size());
        if (condition.tasks_size() == 0) to_create.push_back(p);
        for (const std::string& name : condition.tasks()) {
          const int task = index_.TaskOf(name);
          if (task >= 0) starts[task].push_back({p, s});
        }
      }
    }
    std::vector<bool> ended(tasks);
    std::vector<int> ready_units;
    const auto arrive = [&](int i) {
      if (--missing[i] == 0) ready.push_back(i);
    };
    const auto unit_arrive = [&](int u) {
      if (--unit_missing[u] == 0) ready_units.push_back(u);
    };
    const auto end = [&](int i) {
      ended[i] = true;
      for (const int f : followers[i]) arrive(f);
      for (const auto& [p, s] : starts[i]) {
        if (--condition_missing[p][s] == 0) to_create.push_back(p);
      }
    };
    while (!ready.empty() || !to_create.empty() || !ready_units.empty()) {
      if (!ready_units.empty()) {
        const int u = ready_units.back();
        ready_units.pop_back();
        const int task = index_.units[u].task;
        if (u == units_of[task].front()) {
          for (const int other : units_of[task]) {
            if (other != u) unit_arrive(other);
          }
        }
        for (const int other : delayed[u]) unit_arrive(other);
        if (--open[task] == 0) end(task);
        continue;
      }
      if (!to_create.empty()) {
        const int p = to_create.back();
        to_create.pop_back();
        if (created[p]) continue;
        created[p] = true;
        for (const std::string& name : plan_.pods(p).tasks()) {
          arrive(index_.TaskOf(name));
        }
        continue;
      }
      const int i = ready.back();
      ready.pop_back();
      if (units_of[i].empty()) end(i);
      for (const int u : units_of[i]) unit_arrive(u);
    }
    for (int i = 0; i < tasks; ++i) {
      if (ended[i] || index_.never_runs(i)) continue;
      faults_.Add("deadlock", absl::StrCat("tasks[", i, "]"),
                  absl::StrCat("\"", index_.task(i).name(),
                               "\" can never end: its Pod is not created, or "
                               "what it waits for never ends"));
      return;  // The others follow from the first.
    }
  }

  const CheckedPlan& index_;
  const v1::ColocationPlan& plan_;
  WaitOrder& order_;
  Faults& faults_;
  std::vector<std::vector<int>> depends_on_;
  // (to, from) of dependencies through tasks that never run.
  absl::flat_hash_set<std::pair<int, int>> through_skipped_;
  std::tuple<int, int, v1::Dependency::Kind> last_;
};

}  // namespace

void CheckOrder(const CheckedPlan& index, WaitOrder* order, Faults* faults) {
  OrderChecker(index, order, faults).Run();
}

}  // namespace colocation
