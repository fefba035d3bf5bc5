#include "colocation/plan/dependencies.h"

#include <algorithm>
#include <cstdint>

namespace colocation {
namespace {

bool Waits(const WaitSets& waits, TaskIndex task, TaskIndex before) {
  const auto of = waits.Of(task);
  return std::binary_search(of.begin(), of.end(), before);
}

}  // namespace

void AddDependencies(const ResolvedRun& run, const Grouping& grouping,
                     const WaitSets& waits, v1::ColocationPlan* plan) {
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
    dependency->set_means(Waits(waits, to, from) ? v1::Dependency::WAIT
                                                 : v1::Dependency::IMPLIED);
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
