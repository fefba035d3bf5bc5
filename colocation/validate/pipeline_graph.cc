#include "colocation/validate/pipeline_graph.h"

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/pipeline_texts.h"

namespace colocation {
namespace {

using DependencyVisitor = absl::FunctionRef<void(
    absl::string_view on, bool run_after, const FieldPath& path)>;

// What of an embedded Task is looked at. v1beta1's validation does not look
// there (v1beta1/resultref.go, PipelineTaskResultRefs); that of v1 does when
// the template has been merged into the steps, and the reconciler when it has
// not.
enum class Embedded { kNothing, kSteps, kStepsWithTemplate };

Embedded EmbeddedOf(const ValidationContext& context) {
  return context.v1beta1 ? Embedded::kNothing : Embedded::kStepsWithTemplate;
}

// All tasks that `task`, which is at `path`, depends on, as often as it says
// so.
void ForEachDependency(const v1::PipelineTask& task, Embedded embedded,
                       const FieldPath& path, DependencyVisitor visit) {
  const FieldPath run_after = path.Field("runAfter");
  for (int i = 0; i < task.run_after_size(); ++i) {
    visit(task.run_after(i), true, run_after.Index(i));
  }
  const auto text = [&](absl::string_view text, const FieldPath& place) {
    while (const auto expression = NextExpression(&text)) {
      const auto reference = ParseResultExpression(*expression);
      if (reference) visit(reference->task, false, place);
    }
  };
  ForEachParamText(task, path, text);
  const FieldPath when = path.Field("when");
  for (int i = 0; i < task.when_size(); ++i) {
    ForEachText(task.when(i), when.Index(i), text);
  }
  if (task.has_task_spec() && embedded != Embedded::kNothing) {
    ForEachEmbeddedText(task.task_spec().task_spec(),
                        embedded == Embedded::kStepsWithTemplate,
                        path.Field("taskSpec"), text);
  }
}

// Puts the place where `task`, number `at`, first says that it depends on `on`
// into `*path`; whether that is its runAfter.
bool PlaceOfDependency(const v1::PipelineTask& task, int at,
                       absl::string_view on, Embedded embedded,
                       const FieldPath& tasks, std::string* path) {
  bool by_run_after = false;
  ForEachDependency(
      task, embedded, tasks.Index(at),
      [&](absl::string_view name, bool run_after, const FieldPath& place) {
        if (name != on || !path->empty()) return;
        *path = place.ToString();
        by_run_after = run_after;
      });
  return by_run_after;
}

// Where `on` is none of the pipeline's tasks: nothing runs before a finally
// task ends, and what isn't there never does.
void ReportDependency(const ValidationContext& context,
                      const PipelineNames& names, absl::string_view on,
                      bool run_after, const FieldPath& pipeline,
                      const FieldPath& path) {
  if (names.Finally(on) < 0) {
    ReportUnknownTask(context, names, on, pipeline, path);
  } else if (run_after) {
    context
        .Error("run-after-finally", path,
               absl::StrCat("\"", on,
                            "\" is a finally task; no task can run after it"))
        .set_hint(absl::StrCat("make this a finally task too, or move \"", on,
                               "\" to tasks"));
  } else {
    context
        .Error("finally-reference", path,
               absl::StrCat("\"", on,
                            "\" is a finally task; its results come when all "
                            "tasks have ended"))
        .set_hint(absl::StrCat("move \"", on, "\" to tasks"));
  }
}

void ReportCycle(const ValidationContext& context, const PipelineTasks& tasks,
                 const std::vector<Vertex>& cycle, const FieldPath& path) {
  std::string names;
  for (const Vertex v : cycle) absl::StrAppend(&names, tasks[v].name(), " -> ");
  absl::StrAppend(&names, tasks[cycle.front()].name());
  const auto place_of = [&](Vertex task, Vertex on, std::string* place) {
    return PlaceOfDependency(tasks[task], task, tasks[on].name(),
                             EmbeddedOf(context), path, place);
  };
  std::string place;
  place_of(cycle.front(), cycle.back(), &place);
  v1::Diagnostic& error = context.Error(
      "cycle", FieldPath(place),
      cycle.size() == 1
          ? absl::StrCat("\"", tasks[cycle.front()].name(),
                         "\" waits for itself")
          : absl::StrCat("these tasks wait for each other: ", names));
  error.set_hint(cycle.size() == 1 ? "take this out"
                                   : "take one of these dependencies out");
  for (size_t i = 1; i < cycle.size(); ++i) {
    std::string from;
    const bool run_after = place_of(cycle[i], cycle[i - 1], &from);
    context.Related(
        error, FieldPath(from),
        absl::StrCat("\"", tasks[cycle[i]].name(),
                     run_after ? "\" runs after \"" : "\" uses a result of \"",
                     tasks[cycle[i - 1]].name(), "\""));
  }
}

}  // namespace

void ValidateGraph(const ValidationContext& context, const PipelineNames& names,
                   const FieldPath& path) {
  const PipelineTasks& tasks = names.pipeline().tasks();
  const FieldPath list = path.Field("tasks");
  std::vector<Edge> edges;
  edges.reserve(tasks.size());
  for (int i = 0; i < tasks.size(); ++i) {
    ForEachDependency(
        tasks[i], EmbeddedOf(context), list.Index(i),
        [&](absl::string_view on, bool run_after, const FieldPath& place) {
          const int parent = names.Task(on);
          if (parent >= 0) {
            edges.emplace_back(parent, i);
          } else {
            ReportDependency(context, names, on, run_after, path, place);
          }
        });
  }
  // With two tasks of a name, no one can tell which of them is meant.
  if (names.has_duplicate_tasks()) return;
  const Graph graph(tasks.size(), std::move(edges));
  for (const std::vector<Vertex>& cycle : FindCycles(graph)) {
    ReportCycle(context, tasks, cycle, list);
  }
}

std::vector<std::pair<absl::string_view, absl::string_view>> DependencyNames(
    const v1::PipelineSpec& pipeline) {
  const PipelineNames names(pipeline);
  if (names.has_duplicate_tasks()) return {};
  bool all_known = true;
  std::vector<Edge> edges;
  for (int i = 0; i < pipeline.tasks_size(); ++i) {
    ForEachDependency(pipeline.tasks(i), Embedded::kSteps, FieldPath(""),
                      [&](absl::string_view on, bool, const FieldPath&) {
                        edges.emplace_back(names.Task(on), i);
                        if (edges.back().first < 0) all_known = false;
                      });
  }
  if (!all_known) return {};
  const Graph graph(pipeline.tasks_size(), std::move(edges));
  if (!FindCycles(graph).empty()) return {};
  std::vector<std::pair<absl::string_view, absl::string_view>> found;
  for (const auto& [parent, child] : graph.Edges()) {
    found.emplace_back(pipeline.tasks(parent).name(),
                       pipeline.tasks(child).name());
  }
  return found;
}

}  // namespace colocation
