#include "colocation/plan/wait_sets.h"

#include <algorithm>
#include <utility>

#include "colocation/graph/order.h"
#include "colocation/graph/transitive_reduction.h"

namespace colocation {
namespace {

bool NeverRuns(const ResolvedTask& task) {
  return task.runs == ResolvedTask::Runs::kNever;
}

// The dependencies among the tasks before `finally`, as fields state them.
Graph StatedDependencies(const ResolvedRun& run) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    if (run.tasks[i].finally) continue;
    for (const TaskDependency& d : run.tasks[i].dependencies) {
      edges.emplace_back(d.on, static_cast<Vertex>(i));
    }
  }
  return Graph(static_cast<Vertex>(run.tasks.size()), std::move(edges));
}

// The same among those that may run, with the others passed by.
Graph PassByWhatNeverRuns(const ResolvedRun& run, const Graph& stated) {
  const bool all_run =
      std::none_of(run.tasks.begin(), run.tasks.end(), NeverRuns);
  if (all_run) return stated;
  std::vector<Edge> edges;
  // For a task that never runs: what it would have waited for.
  std::vector<std::vector<Vertex>> instead(run.tasks.size());
  const auto order = TopologicalOrder(stated);
  for (const Vertex v : *order) {
    std::vector<Vertex> waits;
    for (const Vertex parent : stated.Predecessors(v)) {
      if (NeverRuns(run.tasks[parent])) {
        waits.insert(waits.end(), instead[parent].begin(),
                     instead[parent].end());
      } else {
        waits.push_back(parent);
      }
    }
    if (NeverRuns(run.tasks[v])) {
      std::sort(waits.begin(), waits.end());
      waits.erase(std::unique(waits.begin(), waits.end()), waits.end());
      instead[v] = std::move(waits);
    } else {
      for (const Vertex parent : waits) edges.emplace_back(parent, v);
    }
  }
  return Graph(stated.size(), std::move(edges));
}

}  // namespace

int64_t MostWaits(const ResolvedRun& run) {
  const Graph stated = StatedDependencies(run);
  const int64_t tasks = stated.size();
  // Of each task; of one that never runs, what others wait for in its place.
  std::vector<int64_t> waits(run.tasks.size());
  int64_t total = 0;
  const auto order = TopologicalOrder(stated);
  for (const Vertex v : *order) {
    for (const Vertex parent : stated.Predecessors(v)) {
      waits[v] += NeverRuns(run.tasks[parent]) ? waits[parent] : 1;
    }
    waits[v] = std::min(waits[v], tasks);
    if (!NeverRuns(run.tasks[v])) total += waits[v];
  }
  int64_t last = 0, finally_tasks = 0;
  for (Vertex v = 0; v < stated.size(); ++v) {
    if (NeverRuns(run.tasks[v])) continue;
    if (run.tasks[v].finally) {
      ++finally_tasks;
      continue;
    }
    const auto after = stated.Successors(v);
    last += std::all_of(after.begin(), after.end(), [&](Vertex successor) {
      return NeverRuns(run.tasks[successor]);
    });
  }
  return total + last * finally_tasks;
}

WaitSets::WaitSets(const ResolvedRun& run) {
  const Graph reduced =
      TransitiveReduction(PassByWhatNeverRuns(run, StatedDependencies(run)));
  std::vector<Edge> edges = reduced.Edges();
  std::vector<Vertex> last;
  for (Vertex v = 0; v < reduced.size(); ++v) {
    const ResolvedTask& task = run.tasks[v];
    if (!task.finally && !NeverRuns(task) && reduced.Successors(v).empty()) {
      last.push_back(v);
    }
  }
  for (Vertex v = 0; v < reduced.size(); ++v) {
    if (!run.tasks[v].finally || NeverRuns(run.tasks[v])) continue;
    for (const Vertex before : last) edges.emplace_back(before, v);
  }
  graph_ = Graph(reduced.size(), std::move(edges));

  std::vector<int64_t> steps(run.tasks.size());
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    steps[i] = run.tasks[i].units.empty()
                   ? 1
                   : run.tasks[i].units.front().spec.steps_size();
  }
  order_ = *TopologicalOrder(graph_, LongestPathFrom(graph_, steps));
  position_.resize(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) {
    position_[order_[i]] = static_cast<int32_t>(i);
  }
  seen_.assign(order_.size(), 0);
  MakeForest();
}

void WaitSets::MakeForest() {
  const size_t n = order_.size();
  std::vector<TaskIndex> parent(n, -1);
  depth_.assign(n, 0);
  for (const TaskIndex task : order_) {
    for (const TaskIndex before : Of(task)) {
      depth_[task] = std::max(depth_[task], depth_[before] + 1);
      if (parent[task] < 0 || position_[parent[task]] < position_[before]) {
        parent[task] = before;
      }
    }
  }
  std::vector<int32_t> size(n, 1);
  for (auto task = order_.rbegin(); task != order_.rend(); ++task) {
    if (parent[*task] >= 0) size[parent[*task]] += size[*task];
  }
  number_.resize(n);
  below_.resize(n);
  // For each task the number of what hangs on it next.
  std::vector<int32_t> next(n);
  int32_t next_root = 0;
  for (const TaskIndex task : order_) {
    int32_t& number = parent[task] < 0 ? next_root : next[parent[task]];
    number_[task] = number;
    below_[task] = number + size[task];
    next[task] = number + 1;
    number += size[task];
  }
}

bool WaitSets::IsBefore(TaskIndex before, TaskIndex after) {
  if (before == after) return false;
  if (IsAbove(before, after)) return true;
  if (depth_[before] >= depth_[after]) return false;
  ++walk_;
  std::vector<TaskIndex> stack = {after};
  while (!stack.empty()) {
    const TaskIndex at = stack.back();
    stack.pop_back();
    for (const TaskIndex parent : Of(at)) {
      if (IsAbove(before, parent)) return true;
      if (depth_[parent] <= depth_[before] ||
          position_[parent] < position_[before] || seen_[parent] == walk_) {
        continue;
      }
      seen_[parent] = walk_;
      stack.push_back(parent);
    }
  }
  return false;
}

}  // namespace colocation
