#include "colocation/render/dot.h"

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/render/markup.h"
#include "colocation/render/plan_index.h"

namespace colocation {
namespace {

std::string Node(const PlanIndex& index, const v1::PlannedTask& task) {
  std::string label = task.name();
  std::string style;
  switch (task.placement()) {
    case v1::PLACEMENT_EXTERNAL:
      absl::StrAppend(&label, "\n", task.external());
      style = ", style=\"rounded,dashed\", color=\"#D55E00\"";
      break;
    case v1::PLACEMENT_SKIPPED:
      absl::StrAppend(&label, "\nnever runs");
      style = ", style=\"rounded,dotted\", fontcolor=\"#666666\"";
      break;
    default:
      absl::StrAppend(&label, "\n", StepsText(index, task, 40));
      if (task.finally()) style = ", fillcolor=\"#F0F0F0\"";
  }
  return absl::StrCat(DotQuoted(task.name()), " [label=", DotQuoted(label),
                      style, "];\n");
}

std::string EdgeStyle(const v1::Dependency& dependency) {
  if (dependency.means() == v1::Dependency::IMPLIED)
    return "style=dotted, color=\"#999999\", fontcolor=\"#999999\", "
           "constraint=false";
  if (dependency.gate())
    return "style=dashed, color=\"#D55E00\", fontcolor=\"#D55E00\"";
  if (dependency.kind() == v1::Dependency::RESOURCE)
    return "color=\"#0072B2\", fontcolor=\"#0072B2\"";
  return "color=\"#444444\", fontcolor=\"#444444\"";
}

}  // namespace

std::string ToDot(const v1::ColocationPlan& plan) {
  const PlanIndex index(plan);
  std::string out = absl::StrCat(
      "digraph ", DotQuoted(plan.run().name()),
      " {\n"
      "  rankdir=LR;\n"
      "  fontname=\"Helvetica\";\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=white, "
      "fontname=\"Helvetica\"];\n"
      "  edge [fontname=\"Helvetica\", fontsize=10];\n");
  absl::flat_hash_set<absl::string_view> drawn;
  int number = 0;
  for (const v1::PlannedPod& pod : plan.pods()) {
    absl::StrAppend(&out, "  subgraph cluster_", number++, " {\n    label=",
                    DotQuoted(absl::StrCat("Pod ", pod.name())),
                    ";\n    style=\"rounded,filled\";\n"
                    "    color=\"#56B4E9\";\n    fillcolor=\"#EEF7FD\";\n");
    for (const std::string& name : pod.tasks()) {
      const v1::PlannedTask* task = index.Task(name);
      if (task == nullptr || !drawn.insert(task->name()).second) continue;
      absl::StrAppend(&out, "    ", Node(index, *task));
    }
    absl::StrAppend(&out, "  }\n");
  }
  for (const v1::PlannedTask& task : plan.tasks()) {
    if (drawn.insert(task.name()).second)
      absl::StrAppend(&out, "  ", Node(index, task));
  }
  // One edge for two tasks, whatever the number of reasons.
  for (const v1::PlannedTask& task : plan.tasks()) {
    const auto& dependencies = index.DependenciesOf(task.name());
    for (size_t i = 0; i < dependencies.size();) {
      const v1::Dependency* strongest = dependencies[i];
      std::vector<absl::string_view> reasons;
      size_t end = i;
      for (; end < dependencies.size() &&
             dependencies[end]->from() == dependencies[i]->from();
           ++end) {
        reasons.push_back(DependencyName(dependencies[end]->kind()));
        if (dependencies[end]->kind() == v1::Dependency::RESOURCE)
          strongest = dependencies[end];
      }
      absl::StrAppend(&out, "  ", DotQuoted(strongest->from()), " -> ",
                      DotQuoted(strongest->to()),
                      " [label=", DotQuoted(absl::StrJoin(reasons, ", ")), ", ",
                      EdgeStyle(*strongest), "];\n");
      i = end;
    }
    for (const v1::PlannedTask* other : index.DelaysOf(task)) {
      absl::StrAppend(&out, "  ", DotQuoted(other->name()), " -> ",
                      DotQuoted(task.name()),
                      " [label=\"room\", style=dashed, arrowhead=open, "
                      "color=\"#CC79A7\", fontcolor=\"#CC79A7\"];\n");
    }
  }
  absl::StrAppend(&out, "}\n");
  return out;
}

}  // namespace colocation
