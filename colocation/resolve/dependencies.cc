#include "colocation/resolve/dependencies.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

class DependencyFinder {
 public:
  DependencyFinder(ResolvedRun* run, DiagnosticList* diagnostics)
      : run_(*run), diagnostics_(*diagnostics) {
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      index_.emplace(run_.tasks[i].name, static_cast<TaskIndex>(i));
    }
  }

  void Find(TaskIndex at, const v1::PipelineTask& task) {
    at_ = at;
    found_.clear();
    refs_.clear();
    const std::string& path = run_.tasks[at].path;
    for (int i = 0; i < task.run_after_size(); ++i) {
      RunAfter(task.run_after(i), absl::StrCat(path, ".runAfter[", i, "]"));
    }
    Params(task.params(), absl::StrCat(path, ".params"));
    Params(task.matrix().params(), absl::StrCat(path, ".matrix.params"));
    for (int i = 0; i < task.matrix().include_size(); ++i) {
      Params(task.matrix().include(i).params(),
             absl::StrCat(path, ".matrix.include[", i, "].params"));
    }
    for (int i = 0; i < task.when_size(); ++i) {
      const std::string when = absl::StrCat(path, ".when[", i, "]");
      Text(task.when(i).input(), when + ".input");
      Text(task.when(i).cel(), when + ".cel");
      for (int j = 0; j < task.when(i).values_size(); ++j) {
        Text(task.when(i).values(j), absl::StrCat(when, ".values[", j, "]"));
      }
    }
    if (task.has_task_spec()) {
      // Results propagate into embedded Tasks.
      ForEachText(task.task_spec().task_spec(), [&](const std::string& text) {
        Text(text, absl::StrCat(path, ".taskSpec"));
      });
    }
    ResolvedTask& resolved = run_.tasks[at];
    for (auto& [key, paths] : found_) {
      resolved.dependencies.push_back(
          {key.first, key.second, {paths.begin(), paths.end()}});
    }
    for (const auto& [name, result] : refs_) {
      v1::ResultRef& ref = resolved.result_refs.emplace_back();
      ref.set_task(name);
      ref.set_result(result);
    }
  }

 private:
  void RunAfter(const std::string& name, const std::string& path) {
    const auto found = index_.find(name);
    if (found == index_.end()) {
      UnknownTask(name, path);
    } else if (run_.tasks[found->second].finally) {
      diagnostics_.Error(
          "run-after-finally", run_.tasks[at_].subject, path,
          absl::StrCat("\"", name,
                       "\" is a finally task; no task can run after it"));
    } else {
      found_[{found->second, v1::Dependency::ORDERING}].insert(path);
    }
  }

  void UnknownTask(const std::string& name, const std::string& path) {
    std::vector<absl::string_view> names;
    for (const ResolvedTask& task : run_.tasks) {
      if (!task.finally) names.push_back(task.name);
    }
    const ResolvedTask& at = run_.tasks[at_];
    v1::Diagnostic& d = diagnostics_.Error(
        "unknown-task", at.subject, path,
        absl::StrCat("no pipeline task named \"", name, "\""));
    const std::string nearest = NearestName(name, names);
    d.set_hint(DidYouMean(name, names));
    if (nearest.empty()) return;
    const ResolvedTask& meant = run_.tasks[index_[nearest]];
    v1::RelatedPlace* place = d.add_related();
    *place->mutable_origin() = meant.subject.origin;
    place->set_path(absl::StrCat(meant.path, ".name"));
    place->set_message(absl::StrCat("\"", nearest, "\" is here"));
  }

  void Params(const google::protobuf::RepeatedPtrField<v1::Param>& params,
              const std::string& path) {
    for (int i = 0; i < params.size(); ++i) {
      const std::string value = absl::StrCat(path, "[", i, "].value");
      const v1::ParamValue& v = params[i].value();
      Text(v.string_value(), value);
      for (int j = 0; j < v.array_value().items_size(); ++j) {
        Text(v.array_value().items(j), absl::StrCat(value, "[", j, "]"));
      }
      for (const auto& [key, text] : v.object_value().entries()) {
        Text(text, absl::StrCat(value, ".", key));
      }
    }
  }

  void Text(const std::string& text, const std::string& path) {
    ForEachReference(text, [&](absl::string_view inside) {
      const auto reference = ParseTaskReference(inside);
      if (!reference) return;
      if (reference->field != TaskReference::Field::kResult) {
        Status(*reference, path);
        return;
      }
      Result(*reference, path);
    });
  }

  void Status(const TaskReference& reference, const std::string& path) {
    const ResolvedTask& at = run_.tasks[at_];
    if (!at.finally) {
      diagnostics_
          .Error("status-outside-finally", at.subject, path,
                 absl::StrCat("$(", reference.ToString(),
                              ") is known only when all tasks have ended"))
          .set_hint("use it in a finally task");
      return;
    }
    if (reference.field == TaskReference::Field::kAggregateStatus) return;
    const auto found = index_.find(reference.task);
    if (found == index_.end()) {
      UnknownTask(reference.task, path);
    } else if (run_.tasks[found->second].finally) {
      diagnostics_.Error(
          "finally-reference", at.subject, path,
          absl::StrCat("\"", reference.task,
                       "\" is a finally task itself; its status is not "
                       "known here"));
    }
  }

  void Result(const TaskReference& reference, const std::string& path) {
    const ResolvedTask& at = run_.tasks[at_];
    const auto found = index_.find(reference.task);
    if (found == index_.end()) {
      UnknownTask(reference.task, path);
      return;
    }
    const ResolvedTask& from = run_.tasks[found->second];
    if (from.finally) {
      diagnostics_.Error(
          "finally-reference", at.subject, path,
          absl::StrCat("\"", reference.task,
                       "\" is a finally task; its results can't be used "
                       "by other tasks"));
      return;
    }
    found_[{found->second, v1::Dependency::RESOURCE}].insert(path);
    refs_.insert({reference.task, reference.result});
    // What a Task that we know does not declare, it will never give.
    const bool known = !from.task_path.empty();
    if (!known) return;
    std::vector<absl::string_view> names;
    for (const v1::DeclaredResult& result : from.results)
      names.push_back(result.name());
    if (std::find(names.begin(), names.end(), reference.result) ==
        names.end()) {
      diagnostics_
          .Error("unknown-result", at.subject, path,
                 absl::StrCat("the task \"", reference.task,
                              "\" has no result \"", reference.result, "\""))
          .set_hint(names.empty() ? "it declares no results"
                    : DidYouMean(reference.result, names).empty()
                        ? absl::StrCat("it has: ", absl::StrJoin(names, ", "))
                        : DidYouMean(reference.result, names));
    }
  }

  ResolvedRun& run_;
  DiagnosticList& diagnostics_;
  absl::flat_hash_map<std::string, TaskIndex> index_;
  TaskIndex at_ = 0;
  std::map<std::pair<TaskIndex, v1::Dependency::Kind>, std::set<std::string>>
      found_;
  std::set<std::pair<std::string, std::string>> refs_;
};

Graph DependencyGraph(const ResolvedRun& run) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    for (const TaskDependency& d : run.tasks[i].dependencies) {
      edges.emplace_back(d.on, static_cast<Vertex>(i));
    }
  }
  return Graph(static_cast<Vertex>(run.tasks.size()), std::move(edges));
}

void ReportCycles(const ResolvedRun& run, DiagnosticList* diagnostics) {
  for (const std::vector<Vertex>& cycle : FindCycles(DependencyGraph(run))) {
    const ResolvedTask& first = run.tasks[cycle.front()];
    // The edge that closes the cycle, into its first task.
    const auto on = std::find_if(
        first.dependencies.begin(), first.dependencies.end(),
        [&](const TaskDependency& d) { return d.on == cycle.back(); });
    std::string text;
    for (const Vertex v : cycle)
      absl::StrAppend(&text, run.tasks[v].name, " -> ");
    absl::StrAppend(&text, first.name);
    v1::Diagnostic& d = diagnostics->Error(
        "cycle", first.subject, on->paths.front(),
        absl::StrCat("these tasks wait for each other: ", text));
    d.set_hint("take one of these dependencies out");
    for (size_t i = 1; i < cycle.size(); ++i) {
      const ResolvedTask& task = run.tasks[cycle[i]];
      for (const TaskDependency& dependency : task.dependencies) {
        if (dependency.on != cycle[i - 1]) continue;
        v1::RelatedPlace* place = d.add_related();
        *place->mutable_origin() = task.subject.origin;
        place->set_path(dependency.paths.front());
        place->set_message(absl::StrCat("\"", task.name, "\" waits for \"",
                                        run.tasks[cycle[i - 1]].name, "\""));
        break;
      }
    }
  }
}

}  // namespace

void FindDependencies(const v1::PipelineSpec& pipeline, ResolvedRun* run,
                      DiagnosticList* diagnostics) {
  DependencyFinder finder(run, diagnostics);
  TaskIndex at = 0;
  for (const v1::PipelineTask& task : pipeline.tasks()) finder.Find(at++, task);
  for (const v1::PipelineTask& task : pipeline.finally())
    finder.Find(at++, task);
  ReportCycles(*run, diagnostics);
}

void SkipWhatNeverRuns(ResolvedRun* run) {
  using Runs = ResolvedTask::Runs;
  const auto order = TopologicalOrder(DependencyGraph(*run));
  if (!order) return;
  for (const Vertex v : *order) {
    ResolvedTask& task = run->tasks[v];
    if (task.runs == Runs::kNever) continue;
    v1::SkipReason reason = v1::SKIP_REASON_UNSPECIFIED;
    for (const TaskDependency& d : task.dependencies) {
      const ResolvedTask& parent = run->tasks[d.on];
      if (parent.runs != Runs::kNever) continue;
      if (!task.finally && parent.skip_reason != v1::SKIP_REASON_WHEN) {
        reason = v1::SKIP_REASON_PARENT_SKIPPED;
      } else if (d.kind == v1::Dependency::RESOURCE &&
                 reason == v1::SKIP_REASON_UNSPECIFIED) {
        reason = v1::SKIP_REASON_MISSING_RESULTS;
      }
    }
    if (reason == v1::SKIP_REASON_UNSPECIFIED) continue;
    task.runs = Runs::kNever;
    task.skip_reason = reason;
    task.units.clear();
  }
}

}  // namespace colocation
