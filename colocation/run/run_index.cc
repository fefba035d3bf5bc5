#include "colocation/run/run_index.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"

namespace colocation {
namespace {

// The part of a task that a decision depends on.
launcher::LaunchTask ToLaunchTask(const v1::LaunchTask& task) {
  launcher::LaunchTask launch;
  launch.name = task.name();
  launch.finally = task.finally();
  launch.wait_for = {task.wait_for().begin(), task.wait_for().end()};
  for (const v1::Parent& parent : task.parents()) {
    launch.parents.push_back({parent.task(), parent.resource()});
  }
  for (const v1::When& when : task.when()) {
    launch.when.push_back({when.input(),
                           when.operator_(),
                           {when.values().begin(), when.values().end()},
                           when.cel()});
  }
  for (const v1::ResultRef& ref : task.result_refs()) {
    launch.result_refs.push_back({ref.task(), ref.result()});
  }
  launch.continue_on_error = task.continue_on_error();
  launch.retries = task.retries();
  launch.timeout_ns = task.timeout_ns();
  launch.matrixed = task.matrixed();
  for (const v1::DeclaredResult& result : task.results()) {
    launch.results.push_back({result.name(),
                              static_cast<launcher::ValueType>(result.type()),
                              result.value()});
  }
  for (const v1::LaunchUnit& unit : task.units()) {
    launch.units.push_back(
        {unit.name(),
         {unit.steps().begin(), unit.steps().end()},
         {unit.sidecars().begin(), unit.sidecars().end()},
         {unit.delayed_by().begin(), unit.delayed_by().end()}});
  }
  return launch;
}

class RunIndexer {
 public:
  explicit RunIndexer(const v1::ColocationPlan& plan) : plan_(plan) {}

  absl::StatusOr<RunIndex> Index() {
    if (plan_.version() != 1 && plan_.version() != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          "plans of version ", plan_.version(), " are not known here"));
    }
    index_.plan = &plan_;
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      index_.task.emplace(plan_.tasks(i).name(), i);
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      index_.pod.emplace(plan_.pods(p).name(), p);
    }
    index_.launch.resize(plan_.tasks_size());
    index_.pod_of.assign(plan_.tasks_size(), -1);
    index_.waits.resize(plan_.tasks_size());
    Tasks();
    if (problem_.empty()) Pods();
    if (problem_.empty()) Patches();
    if (problem_.empty()) Order();
    if (!problem_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the plan does not hold together: ", problem_));
    }
    return std::move(index_);
  }

 private:
  void Tasks() {
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      const v1::PlannedTask& task = plan_.tasks(i);
      for (const std::string& name : task.wait_for()) {
        index_.waits[i].push_back(TaskNamed(name));
      }
      index_.launch[i] = ToLaunchTask(task.launch());
      index_.launch[i].name = task.name();
      index_.launch[i].finally = task.finally();
      if (task.placement() == v1::PLACEMENT_EXTERNAL ||
          task.placement() == v1::PLACEMENT_SKIPPED) {
        continue;
      }
      const auto pod = index_.pod.find(task.pod());
      if (task.placement() != v1::PLACEMENT_POD || pod == index_.pod.end() ||
          task.units().empty()) {
        Problem(absl::StrCat("task \"", task.name(), "\" has no Pod"));
        continue;
      }
      index_.pod_of[i] = pod->second;
      for (const v1::PlannedUnit& unit : task.units()) {
        if (unit.steps().empty()) {
          Problem(absl::StrCat("unit \"", unit.name(), "\" has no steps"));
        }
      }
    }
  }

  void Pods() {
    std::vector<bool> launched(plan_.tasks_size(), false);
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const v1::PlannedPod& pod = plan_.pods(p);
      for (const v1::StartCondition& condition : pod.start_when()) {
        for (const std::string& name : condition.tasks()) TaskNamed(name);
      }
      for (const std::string& name : pod.gates()) TaskNamed(name);
      for (const std::string& name : pod.tasks()) {
        const int task = TaskNamed(name);
        if (!problem_.empty()) return;
        if (index_.pod_of[task] != p) {
          Problem(absl::StrCat("task \"", name, "\" is not placed in Pod \"",
                               pod.name(), "\""));
        }
      }
      for (const v1::LaunchTask& launch : pod.install().launch().tasks()) {
        const int task = TaskNamed(launch.name());
        if (!problem_.empty()) return;
        if (launch.gate() || launch.has_end() || index_.pod_of[task] != p) {
          continue;
        }
        if (launch.units_size() != plan_.tasks(task).units_size()) {
          Problem(absl::StrCat("the launch spec has other units of task \"",
                               launch.name(), "\""));
        }
        index_.launch[task] = ToLaunchTask(launch);
        launched[task] = true;
      }
    }
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      if (index_.pod_of[i] >= 0 && !launched[i]) {
        Problem(absl::StrCat("task \"", plan_.tasks(i).name(),
                             "\" is not in the launch spec of its Pod"));
      }
    }
  }

  void Patches() {
    index_.patches.resize(plan_.pods_size());
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const v1::PlannedPod& pod = plan_.pods(p);
      if (pod.image_patches().empty()) continue;
      absl::flat_hash_map<absl::string_view, int> place;
      for (int c = 0; c < pod.containers_size(); ++c) {
        place.emplace(pod.containers(c).container().name(), c);
      }
      for (const v1::ImagePatch& patch : pod.image_patches()) {
        const auto found = place.find(patch.container());
        if (found == place.end()) {
          Problem(absl::StrCat("Pod \"", pod.name(), "\" has no container \"",
                               patch.container(), "\""));
          return;
        }
        IndexedPatch indexed;
        indexed.patch = &patch;
        indexed.task = TaskNamed(pod.containers(found->second).task());
        if (!problem_.empty()) return;
        if (index_.pod_of[indexed.task] != p) {
          Problem(absl::StrCat("container \"", patch.container(),
                               "\" belongs to no task of its Pod"));
          return;
        }
        indexed.decides =
            patch.container() == plan_.tasks(indexed.task).units(0).steps(0);
        index_.patches[p].push_back(indexed);
      }
    }
  }

  void Order() {
    std::vector<Edge> edges;
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      for (const int before : index_.waits[i]) edges.emplace_back(before, i);
    }
    const std::optional<std::vector<Vertex>> order =
        TopologicalOrder(Graph(plan_.tasks_size(), std::move(edges)));
    if (!order) {
      Problem("tasks wait for each other in a circle");
      return;
    }
    index_.order = {order->begin(), order->end()};
  }

  int TaskNamed(const std::string& name) {
    const auto found = index_.task.find(name);
    if (found != index_.task.end()) return found->second;
    // Callers stop at the first problem.
    Problem(absl::StrCat("there is no task \"", name, "\""));
    return 0;
  }

  void Problem(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  const v1::ColocationPlan& plan_;
  RunIndex index_;
  std::string problem_;
};

}  // namespace

absl::StatusOr<RunIndex> IndexRun(const v1::ColocationPlan& plan) {
  return RunIndexer(plan).Index();
}

}  // namespace colocation
