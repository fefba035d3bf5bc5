#include "colocation/plan/dependencies.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace colocation {
namespace {

class PathFinder {
 public:
  explicit PathFinder(const WaitSets& waits)
      : waits_(waits),
        next_(waits.order().size(), 0),
        seen_(waits.order().size(), 0) {}

  // A shortest path of waits, both ends included; empty where there is none.
  // Searched from the end: wait sets are small, and so most paths are found
  // close to it.
  std::vector<TaskIndex> Find(TaskIndex from, TaskIndex to) {
    ++search_;
    std::vector<TaskIndex> queue = {to};
    seen_[to] = search_;
    for (size_t i = 0; i < queue.size(); ++i) {
      for (const TaskIndex parent : waits_.Of(queue[i])) {
        if (seen_[parent] == search_ ||
            waits_.position(parent) < waits_.position(from)) {
          continue;
        }
        seen_[parent] = search_;
        next_[parent] = queue[i];
        if (parent == from) {
          std::vector<TaskIndex> path = {from};
          while (path.back() != to) path.push_back(next_[path.back()]);
          return path;
        }
        queue.push_back(parent);
      }
    }
    return {};
  }

 private:
  const WaitSets& waits_;
  // The next task on the way to the end, of those seen in this search.
  std::vector<TaskIndex> next_;
  std::vector<int32_t> seen_;
  int32_t search_ = 0;
};

bool Waits(const WaitSets& waits, TaskIndex task, TaskIndex before) {
  const auto of = waits.Of(task);
  return std::binary_search(of.begin(), of.end(), before);
}

}  // namespace

void AddDependencies(const ResolvedRun& run, const Grouping& grouping,
                     const WaitSets& waits, v1::ColocationPlan* plan) {
  PathFinder paths(waits);
  const auto add = [&](TaskIndex from, TaskIndex to,
                       v1::Dependency::Kind kind) {
    v1::Dependency* dependency = plan->add_dependencies();
    dependency->set_from(run.tasks[from].name);
    dependency->set_to(run.tasks[to].name);
    dependency->set_kind(kind);
    const auto never = [&](TaskIndex task) {
      return run.tasks[task].runs == ResolvedTask::Runs::kNever;
    };
    if (never(from) || never(to)) return dependency;
    dependency->set_gate(grouping.group_of[to] >= 0 &&
                         grouping.group_of[from] != grouping.group_of[to]);
    if (Waits(waits, to, from)) {
      dependency->set_means(v1::Dependency::WAIT);
      return dependency;
    }
    dependency->set_means(v1::Dependency::IMPLIED);
    for (const TaskIndex at : paths.Find(from, to)) {
      dependency->add_via(run.tasks[at].name);
    }
    return dependency;
  };
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    const TaskIndex to = static_cast<TaskIndex>(i);
    const ResolvedTask& task = run.tasks[i];
    // Both lists are ascending: stated dependencies, and those of finally.
    const absl::Span<const TaskIndex> last =
        task.finally ? waits.Of(to) : absl::Span<const TaskIndex>();
    size_t next = 0;
    const auto finally_before = [&](TaskIndex on) {
      for (; next < last.size() && last[next] < on; ++next) {
        add(last[next], to, v1::Dependency::FINALLY);
      }
    };
    for (const TaskDependency& d : task.dependencies) {
      finally_before(d.on);
      v1::Dependency* dependency = add(d.on, to, d.kind);
      for (const std::string& path : d.paths) dependency->add_paths(path);
    }
    finally_before(static_cast<TaskIndex>(run.tasks.size()));
  }
}

}  // namespace colocation
