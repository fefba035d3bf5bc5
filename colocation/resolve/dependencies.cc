#include "colocation/resolve/dependencies.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/resolve/texts.h"

namespace colocation {
namespace {

// The fields of an embedded Task in which Tekton looks for results
// (pkg/apis/pipeline/v1/container_types.go, GetVarSubstitutionExpressions).
constexpr TextFields kResultFields = kNameText | kImageText | kPullPolicyText |
                                     kScriptText | kWorkingDirText |
                                     kCommandText | kEnvText | kEnvSourceText;

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
        cycle.size() == 1
            ? absl::StrCat("\"", first.name, "\" waits for itself")
            : absl::StrCat("these tasks wait for each other: ", text));
    d.set_hint(cycle.size() == 1 ? "take this out"
                                 : "take one of these dependencies out");
    for (size_t i = 1; i < cycle.size(); ++i) {
      const ResolvedTask& task = run.tasks[cycle[i]];
      for (const TaskDependency& dependency : task.dependencies) {
        if (dependency.on != cycle[i - 1]) continue;
        v1::RelatedPlace* place = d.add_related();
        *place->mutable_origin() = task.subject.origin();
        place->set_path(dependency.paths.front());
        place->set_message(absl::StrCat("\"", task.name, "\" waits for \"",
                                        run.tasks[cycle[i - 1]].name, "\""));
        break;
      }
    }
  }
}

}  // namespace

DependencyFinder::DependencyFinder(ResolvedRun* run,
                                   DiagnosticList* diagnostics)
    : run_(*run), diagnostics_(*diagnostics) {
  index_.reserve(run_.tasks.size());
  for (size_t i = 0; i < run_.tasks.size(); ++i) {
    index_.emplace(run_.tasks[i].name, static_cast<TaskIndex>(i));
  }
}

void DependencyFinder::Add(TaskIndex at, const v1::PipelineTask& task) {
  at_ = at;
  found_.clear();
  refs_.clear();
  const FieldPath path(run_.tasks[at].path);
  for (int i = 0; i < task.run_after_size(); ++i) {
    RunAfter(task.run_after(i),
             absl::StrCat(run_.tasks[at].path, ".runAfter[", i, "]"));
  }
  Params(task.params(), path.Field("params"));
  const FieldPath matrix = path.Field("matrix");
  Params(task.matrix().params(), matrix.Field("params"));
  const FieldPath includes = matrix.Field("include");
  for (int i = 0; i < task.matrix().include_size(); ++i) {
    const FieldPath include = includes.Index(i);
    Params(task.matrix().include(i).params(), include.Field("params"));
  }
  const FieldPath whens = path.Field("when");
  for (int i = 0; i < task.when_size(); ++i) {
    const FieldPath when = whens.Index(i);
    Text(task.when(i).input(), when.Field("input"));
    Text(task.when(i).cel(), when.Field("cel"));
    const FieldPath values = when.Field("values");
    for (int j = 0; j < task.when(i).values_size(); ++j) {
      Text(task.when(i).values(j), values.Index(j));
    }
  }
  if (task.has_task_spec()) {
    // Results propagate into embedded Tasks.
    const v1::TaskSpec& spec = task.task_spec().task_spec();
    const FieldPath at_spec = path.Field("taskSpec");
    // A status means nothing there.
    const auto look = [&](const std::string& text, const FieldPath& where) {
      ForEachReference(text, [&](absl::string_view inside) {
        const auto reference = ParseTaskReference(inside);
        if (reference && reference->field == ResultReference::Field::kResult) {
          Result(*reference, where);
        }
      });
    };
    ForEachStepText(spec, kResultFields, at_spec, look);
    ForEachSidecarText(spec, kResultFields, at_spec, look);
  }
  ResolvedTask& resolved = run_.tasks[at];
  std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.on, a.kind, a.path) < std::tie(b.on, b.kind, b.path);
  });
  for (Found& found : found_) {
    auto& dependencies = resolved.dependencies;
    if (dependencies.empty() || dependencies.back().on != found.on ||
        dependencies.back().kind != found.kind) {
      dependencies.push_back({found.on, found.kind, {}});
    }
    auto& paths = dependencies.back().paths;
    if (paths.empty() || paths.back() != found.path) {
      paths.push_back(std::move(found.path));
    }
  }
  std::set<std::pair<std::string, std::string>> known;
  for (auto& [name, result] : refs_) {
    if (!known.emplace(name, result).second) continue;
    v1::ResultRef& ref = resolved.result_refs.emplace_back();
    ref.set_task(std::move(name));
    ref.set_result(std::move(result));
  }
}

void DependencyFinder::RunAfter(const std::string& name,
                                const std::string& path) {
  const Subject& subject = run_.tasks[at_].subject;
  const auto found = index_.find(name);
  if (found == index_.end()) {
    UnknownTask(subject, name, path);
  } else if (run_.tasks[found->second].finally) {
    diagnostics_.Error(
        "run-after-finally", subject, path,
        absl::StrCat("\"", name,
                     "\" is a finally task; no task can run after it"));
  } else {
    found_.push_back({found->second, v1::Dependency::ORDERING, path});
  }
}

v1::Diagnostic& DependencyFinder::UnknownTask(const Subject& subject,
                                              const std::string& name,
                                              std::string path) {
  v1::Diagnostic& d =
      diagnostics_.Error("unknown-task", subject, std::move(path),
                         absl::StrCat("no pipeline task named \"", name, "\""));
  if (hints_left_ == 0) return d;
  --hints_left_;
  std::vector<absl::string_view> names;
  for (const ResolvedTask& task : run_.tasks) {
    if (!task.finally) names.push_back(task.name);
  }
  const std::string nearest = NearestName(name, names);
  if (nearest.empty()) return d;
  d.set_hint(absl::StrCat("did you mean \"", nearest, "\"?"));
  const ResolvedTask& meant = run_.tasks[index_[nearest]];
  v1::RelatedPlace* place = d.add_related();
  *place->mutable_origin() = meant.subject.origin();
  place->set_path(absl::StrCat(meant.path, ".name"));
  place->set_message(absl::StrCat("\"", nearest, "\" is here"));
  return d;
}

void DependencyFinder::Params(
    const google::protobuf::RepeatedPtrField<v1::Param>& params,
    const FieldPath& path) {
  for (int i = 0; i < params.size(); ++i) {
    const FieldPath param = path.Index(i);
    ForEachValueText(params[i].value(), param.Field("value"),
                     [&](const std::string& text, const FieldPath& where) {
                       Text(text, where);
                     });
  }
}

void DependencyFinder::Text(const std::string& text, const FieldPath& path) {
  if (!MayHoldReference(text)) return;
  ForEachReference(text, [&](absl::string_view inside) {
    const auto reference = ParseTaskReference(inside);
    if (!reference) return;
    if (reference->field == ResultReference::Field::kResult) {
      Result(*reference, path);
    } else {
      Status(*reference, path);
    }
  });
}

void DependencyFinder::Status(const ResultReference& reference,
                              const FieldPath& path) {
  const ResolvedTask& at = run_.tasks[at_];
  if (!at.finally) {
    diagnostics_
        .Error("status-outside-finally", at.subject, path.ToString(),
               absl::StrCat("$(", reference.ToString(),
                            ") is known only when all tasks have ended"))
        .set_hint("use it in a finally task");
    return;
  }
  if (reference.field == ResultReference::Field::kAggregateStatus) return;
  const auto found = index_.find(reference.owner);
  if (found == index_.end()) {
    UnknownTask(at.subject, reference.owner, path.ToString());
  } else if (run_.tasks[found->second].finally) {
    diagnostics_.Error(
        "finally-reference", at.subject, path.ToString(),
        absl::StrCat("\"", reference.owner,
                     "\" is a finally task itself; its status is not known "
                     "here"));
  }
}

void DependencyFinder::Result(const ResultReference& reference,
                              const FieldPath& path) {
  const ResolvedTask& at = run_.tasks[at_];
  std::string text = path.ToString();
  const auto found = index_.find(reference.owner);
  if (found == index_.end()) {
    UnknownTask(at.subject, reference.owner, std::move(text));
    return;
  }
  if (run_.tasks[found->second].finally) {
    diagnostics_.Error(
        "finally-reference", at.subject, std::move(text),
        absl::StrCat("\"", reference.owner,
                     "\" is a finally task; its results can't be used by other "
                     "tasks"));
    return;
  }
  uses_.push_back({at_, found->second, reference.result, text});
  found_.push_back({found->second, v1::Dependency::RESOURCE, std::move(text)});
  refs_.emplace_back(reference.owner, reference.result);
}

// What a Task that we know does not declare, it will never give
// (pkg/reconciler/pipelinerun/resources/validate_dependencies.go,
// validateResultRef).
void DependencyFinder::CheckResult(const Subject& subject,
                                   const ResolvedTask& from,
                                   const std::string& result,
                                   const std::string& path) {
  if (from.task_path.empty()) return;
  std::vector<absl::string_view> names;
  for (const v1::DeclaredResult& declared : from.results) {
    if (declared.name() == result) return;
    names.push_back(declared.name());
  }
  const std::string nearest = DidYouMean(result, names);
  diagnostics_
      .Error("unknown-result", subject, path,
             absl::StrCat("the task \"", from.name, "\" has no result \"",
                          result, "\""))
      .set_hint(names.empty() ? "it declares no results"
                : nearest.empty()
                    ? absl::StrCat("it has: ", absl::StrJoin(names, ", "))
                    : nearest);
}

void DependencyFinder::CheckPipelineResults(const v1::PipelineSpec& pipeline,
                                            const Subject& subject,
                                            absl::string_view pipeline_path) {
  const FieldPath at(pipeline_path);
  const FieldPath list = at.Field("results");
  for (int i = 0; i < pipeline.results_size(); ++i) {
    const FieldPath result = list.Index(i);
    ForEachValueText(
        pipeline.results(i).value(), result.Field("value"),
        [&](const std::string& text, const FieldPath& path) {
          ForEachReference(text, [&](absl::string_view inside) {
            const auto reference = ParseResultReference(inside);
            if (!reference || reference->scope == "steps" ||
                reference->field != ResultReference::Field::kResult) {
              return;
            }
            const auto found = index_.find(reference->owner);
            if (found == index_.end()) {
              UnknownTask(subject, reference->owner, path.ToString());
              return;
            }
            CheckResult(subject, run_.tasks[found->second], reference->result,
                        path.ToString());
          });
        });
  }
}

void DependencyFinder::Check(const v1::PipelineSpec& pipeline,
                             const Subject& subject,
                             absl::string_view pipeline_path) {
  for (const Use& use : uses_) {
    CheckResult(run_.tasks[use.by].subject, run_.tasks[use.of], use.result,
                use.path);
  }
  CheckPipelineResults(pipeline, subject, pipeline_path);
  ReportCycles(run_, &diagnostics_);
}

void SkipWhatNeverRuns(ResolvedRun* run) {
  using Runs = ResolvedTask::Runs;
  if (std::none_of(
          run->tasks.begin(), run->tasks.end(),
          [](const ResolvedTask& t) { return t.runs == Runs::kNever; })) {
    return;
  }
  const auto order = TopologicalOrder(DependencyGraph(*run));
  if (!order) return;
  // Those that may be skipped for another reason than their own `when`, as far
  // as can't be known: their children's reason can't be known either.
  std::vector<bool> may_be_skipped(run->tasks.size(), false);
  for (const Vertex v : *order) {
    ResolvedTask& task = run->tasks[v];
    if (task.runs == Runs::kNever) continue;
    const bool parent_may_be_skipped =
        std::any_of(task.dependencies.begin(), task.dependencies.end(),
                    [&](const TaskDependency& d) {
                      return static_cast<bool>(may_be_skipped[d.on]);
                    });
    may_be_skipped[v] = parent_may_be_skipped || !task.result_refs.empty();
    // Its own `when` comes first, and is not known yet.
    if (!task.finally && !task.when.empty()) continue;
    v1::SkipReason reason = v1::SKIP_REASON_UNSPECIFIED;
    for (const TaskDependency& d : task.dependencies) {
      const ResolvedTask& parent = run->tasks[d.on];
      if (parent.runs != Runs::kNever) continue;
      if (!task.finally && parent.skip_reason != v1::SKIP_REASON_WHEN) {
        reason = v1::SKIP_REASON_PARENT_SKIPPED;
      } else if (d.kind == v1::Dependency::RESOURCE &&
                 reason == v1::SKIP_REASON_UNSPECIFIED &&
                 (task.finally || !parent_may_be_skipped) &&
                 (task.finally || task.continue_on_error ||
                  parent.name == task.result_refs[0].task())) {
        // Where an earlier one of the results is missing, too, the task fails.
        reason = v1::SKIP_REASON_MISSING_RESULTS;
      }
    }
    if (reason == v1::SKIP_REASON_UNSPECIFIED) continue;
    may_be_skipped[v] = false;
    task.runs = Runs::kNever;
    task.skip_reason = reason;
    task.units.clear();
  }
}

}  // namespace colocation
