#include "tests/parity/runs.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/resolve.h"
#include "colocation/v1/request.pb.h"

namespace colocation {
namespace {

using Rejected = absl::FunctionRef<bool(const v1::Origin&)>;

template <typename Objects>
void KeepAccepted(const Objects& given, Rejected rejected, Objects* kept) {
  for (const auto& object : given) {
    if (!rejected(object.origin())) *kept->Add() = object;
  }
}

std::string NamespaceOf(const v1::ObjectMeta& metadata) {
  return metadata.namespace_().empty() ? "default" : metadata.namespace_();
}

template <typename Objects>
bool HasRejected(const Objects& objects, const std::string& name,
                 const std::string& of_run, Rejected rejected) {
  return std::any_of(objects.begin(), objects.end(), [&](const auto& object) {
    return object.metadata().name() == name &&
           NamespaceOf(object.metadata()) == of_run &&
           rejected(object.origin());
  });
}

// Whether the need is for an object that is there, but was rejected.
bool IsBlocked(const v1::ObjectSet& objects, const v1::Need& need,
               const std::string& of_run, Rejected rejected) {
  if (!need.resolver().empty()) return false;
  switch (need.kind()) {
    case v1::Need::PIPELINE:
      return HasRejected(objects.pipelines(), need.name(), of_run, rejected);
    case v1::Need::TASK:
      return HasRejected(objects.tasks(), need.name(), of_run, rejected);
    case v1::Need::STEP_ACTION:
      return HasRejected(objects.step_actions(), need.name(), of_run, rejected);
    default:
      return false;
  }
}

// Tekton checks a PipelineRun and its Pipeline before it looks for Tasks: what
// is wrong there is said even where a Task is missing
// (pkg/reconciler/pipelinerun/pipelinerun.go, reconcile).
bool IsFoundBeforeTasks(const v1::Diagnostic& error) {
  if (error.kind() != "PipelineRun" && error.kind() != "Pipeline") return false;
  // What is said of an embedded Task is found with the Tasks, but for what the
  // rules of v1 say of one that was written as v1beta1.
  const absl::string_view path = error.path();
  if (absl::StrContains(path, ".taskSpec")) return false;
  static constexpr absl::string_view kCodes[] = {
      "cycle", "index-out-of-bounds", "on-error-with-retries", "param-cycle",
      "removed-field"};
  for (const absl::string_view code : kCodes) {
    if (error.code() == code) return true;
  }
  if (absl::EndsWith(path, ".onError") || absl::EndsWith(path, ".runAfter")) {
    return true;
  }
  absl::string_view field = path;
  absl::ConsumePrefix(&field, "spec.");
  absl::ConsumePrefix(&field, "pipelineSpec.");
  return absl::StartsWith(field, "params") ||
         absl::StartsWith(field, "workspaces") ||
         absl::StartsWith(field, "taskRunSpecs");
}

void AppendTasks(const ResolvedRun& run, std::string* out) {
  absl::StrAppend(out, ",\"tasks\":[");
  const char* task_separator = "";
  for (const ResolvedTask& task : run.tasks) {
    absl::StrAppend(out, task_separator, "{\"name\":");
    task_separator = ",";
    AppendQuoted(task.name, out);
    absl::StrAppend(out, ",\"runs\":[");
    const char* unit_separator = "";
    for (const ResolvedUnit& unit : task.units) {
      absl::StrAppend(out, unit_separator, "{\"taskSpec\":", ToJson(unit.spec),
                      "}");
      unit_separator = ",";
    }
    absl::StrAppend(out, "]}");
  }
  absl::StrAppend(out, "]");
}

// Tekton's graph has the tasks, not the finally tasks.
void AppendEdges(const ResolvedRun& run, std::string* out) {
  absl::StrAppend(out, ",\"edges\":[");
  const char* separator = "";
  for (const ResolvedTask& task : run.tasks) {
    if (task.finally) continue;
    TaskIndex last = -1;
    for (const TaskDependency& dependency : task.dependencies) {
      // At most one for each kind, one after the other.
      if (dependency.on == last) continue;
      last = dependency.on;
      absl::StrAppend(out, separator, "[");
      separator = ",";
      AppendQuoted(run.tasks[dependency.on].name, out);
      absl::StrAppend(out, ",");
      AppendQuoted(task.name, out);
      absl::StrAppend(out, "]");
    }
  }
  absl::StrAppend(out, "]");
}

void AppendErrors(const std::vector<const v1::Diagnostic*>& errors,
                  std::string* out) {
  absl::StrAppend(out, ",\"errors\":[");
  const char* separator = "";
  for (const v1::Diagnostic* error : errors) {
    absl::StrAppend(out, separator, "{\"code\":");
    separator = ",";
    AppendQuoted(error->code(), out);
    absl::StrAppend(out, ",\"path\":");
    AppendQuoted(error->path(), out);
    absl::StrAppend(out, ",\"message\":");
    AppendQuoted(error->message(), out);
    absl::StrAppend(out, "}");
  }
  absl::StrAppend(out, "]");
}

// `cluster` has the one run, and everything else that is accepted.
void AppendRun(const v1::ObjectSet& objects, const v1::ObjectSet& cluster,
               const v1::PlanOptions& options, const v1::Origin& origin,
               absl::string_view kind, const v1::ObjectMeta& metadata,
               Rejected rejected, std::string* out) {
  DiagnosticList list;
  std::vector<v1::Need> needs;
  v1::PlanRequest request;
  *request.mutable_options() = options;
  const ResolvedRun run = Resolve(cluster, request, &list, &needs);

  const v1::Diagnostics sorted = list.Sorted();
  std::vector<const v1::Diagnostic*> errors;
  bool found_early = false;
  for (const v1::Diagnostic& diagnostic : sorted.diagnostics()) {
    if (diagnostic.severity() != v1::SEVERITY_ERROR) continue;
    errors.push_back(&diagnostic);
    found_early |= IsFoundBeforeTasks(diagnostic);
  }
  // Tekton asks for one object after the other, and stops at the first fault.
  const bool blocked =
      !needs.empty() && !found_early &&
      IsBlocked(objects, needs.front(), NamespaceOf(metadata), rejected);
  const char* verdict = blocked                          ? "blocked"
                        : !needs.empty() && !found_early ? "needs"
                        : !errors.empty()                ? "rejected"
                                                         : "accepted";
  absl::StrAppend(out, "{\"doc\":", origin.document(),
                  ",\"item\":", origin.has_item() ? origin.item() : -1,
                  ",\"kind\":\"", kind, "\",\"name\":");
  AppendQuoted(metadata.name(), out);
  absl::StrAppend(out, ",\"verdict\":\"", verdict, "\"");
  AppendErrors(errors, out);
  AppendEdges(run, out);
  AppendTasks(run, out);
  absl::StrAppend(out, "}");
}

}  // namespace

void AppendQuoted(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", c);
      out->append(escaped);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void AppendRuns(const v1::ObjectSet& objects, const v1::PlanOptions& options,
                Rejected rejected, std::string* out) {
  v1::ObjectSet cluster;
  KeepAccepted(objects.pipelines(), rejected, cluster.mutable_pipelines());
  KeepAccepted(objects.tasks(), rejected, cluster.mutable_tasks());
  KeepAccepted(objects.step_actions(), rejected,
               cluster.mutable_step_actions());
  absl::StrAppend(out, "[");
  const char* separator = "";
  for (const v1::PipelineRun& run : objects.pipeline_runs()) {
    if (rejected(run.origin())) continue;
    *cluster.add_pipeline_runs() = run;
    absl::StrAppend(out, separator);
    separator = ",";
    AppendRun(objects, cluster, options, run.origin(), "PipelineRun",
              run.metadata(), rejected, out);
    cluster.clear_pipeline_runs();
  }
  for (const v1::TaskRun& run : objects.task_runs()) {
    if (rejected(run.origin())) continue;
    *cluster.add_task_runs() = run;
    absl::StrAppend(out, separator);
    separator = ",";
    AppendRun(objects, cluster, options, run.origin(), "TaskRun",
              run.metadata(), rejected, out);
    cluster.clear_task_runs();
  }
  absl::StrAppend(out, "]");
}

}  // namespace colocation
