#include "colocation/plan/plan_testing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/plan.h"
#include "colocation/resolve/resolve.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

std::vector<std::string> TextsOf(const DiagnosticList& diagnostics,
                                 v1::Severity severity) {
  std::vector<std::string> texts;
  const v1::Diagnostics sorted = diagnostics.Sorted();
  for (const v1::Diagnostic& d : sorted.diagnostics()) {
    if (d.severity() != severity) continue;
    texts.push_back(
        absl::StrCat(d.code(), " at ", d.path(), ": ", d.message()));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

ResolvedRun Resolve(absl::string_view yaml, const v1::PlanRequest& request,
                    v1::ObjectSet* objects, DiagnosticList* diagnostics,
                    std::vector<v1::Need>* needs) {
  *objects = request.objects();
  DecodeObjects("run.yaml", yaml, {}, objects, diagnostics);
  if (diagnostics->has_errors()) return {};
  return Resolve(*objects, request, diagnostics, needs);
}

}  // namespace

Planned PlanYaml(absl::string_view yaml, const v1::PlanRequest& request) {
  Planned planned;
  DiagnosticList diagnostics;
  v1::ObjectSet objects;
  const ResolvedRun run =
      Resolve(yaml, request, &objects, &diagnostics, &planned.needs);
  if (!diagnostics.has_errors()) {
    v1::PlanRequest with_cluster = request;
    v1::Cluster* cluster = with_cluster.mutable_cluster();
    cluster->mutable_service_accounts()->MergeFrom(objects.service_accounts());
    cluster->mutable_secrets()->MergeFrom(objects.secrets());
    planned.plan = Plan(run, with_cluster, &diagnostics, &planned.needs);
  }
  planned.errors = TextsOf(diagnostics, v1::SEVERITY_ERROR);
  planned.warnings = TextsOf(diagnostics, v1::SEVERITY_WARNING);
  return planned;
}

ResolvedRun ResolveYaml(absl::string_view yaml,
                        const v1::PlanRequest& request) {
  DiagnosticList diagnostics;
  std::vector<v1::Need> needs;
  v1::ObjectSet objects;
  ResolvedRun run = Resolve(yaml, request, &objects, &diagnostics, &needs);
  EXPECT_EQ(absl::StrJoin(TextsOf(diagnostics, v1::SEVERITY_ERROR), "\n"), "");
  return run;
}

std::string GroupsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> groups;
  for (const v1::PlannedPod& pod : plan.pods()) {
    groups.push_back(absl::StrCat("{", absl::StrJoin(pod.tasks(), " "), "}"));
  }
  return absl::StrJoin(groups, " ");
}

std::string WaitsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> waits;
  for (const v1::PlannedTask& task : plan.tasks()) {
    if (task.wait_for().empty()) continue;
    waits.push_back(
        absl::StrCat(task.name(), "<", absl::StrJoin(task.wait_for(), ",")));
  }
  return absl::StrJoin(waits, " ");
}

const v1::PlannedContainer& ContainerOf(const v1::ColocationPlan& plan,
                                        absl::string_view name) {
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      if (container.container().name() == name) return container;
    }
  }
  ADD_FAILURE() << "no container " << name;
  return v1::PlannedContainer::default_instance();
}

std::string MountsOf(const v1::PlannedContainer& container) {
  std::vector<std::string> mounts;
  for (const v1::VolumeMount& m : container.container().volume_mounts()) {
    if (absl::StartsWith(m.mount_path(), "/colocation/")) continue;
    mounts.push_back(absl::StrCat(
        m.name(), ":", m.mount_path(),
        m.has_sub_path() ? absl::StrCat(" sub=", m.sub_path()) : "",
        m.read_only() ? " ro" : ""));
  }
  return absl::StrJoin(mounts, ", ");
}

std::string DecisionsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> codes;
  for (const v1::Decision& d : plan.decisions()) {
    if (d.code() != "credentials-unknown") codes.push_back(d.code());
  }
  return absl::StrJoin(codes, " ");
}

std::string PipelineOf(absl::string_view tasks) {
  std::string list, finally;
  for (absl::string_view text :
       absl::StrSplit(tasks, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    const bool last = absl::ConsumeSuffix(&text, "!");
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(text, absl::MaxSplits('<', 1));
    absl::StrAppend(last ? &finally : &list, "  - name: ", parts.first,
                    "\n    workspaces: [{name: w}]\n"
                    "    taskSpec: {workspaces: [{name: w}], steps: "
                    "[{name: s, image: i, command: [c]}]}\n");
    if (!parts.second.empty()) {
      absl::StrAppend(&list, "    runAfter: [",
                      absl::StrJoin(absl::StrSplit(parts.second, ','), ", "),
                      "]\n");
    }
  }
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\n"
      "spec:\n  workspaces: [{name: w}]\n  tasks:\n",
      list, finally.empty() ? "" : "  finally:\n", finally);
}

}  // namespace colocation
