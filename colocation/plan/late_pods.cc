#include "colocation/plan/late_pods.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/graph.h"
#include "colocation/graph/order.h"
#include "colocation/plan/fixed_fields.h"

namespace colocation {
namespace {

void RefuseUnknowable(const std::string& name, const LateField& field,
                      DiagnosticList* diagnostics) {
  diagnostics
      ->Error("late-field", *field.subject, field.path,
              absl::StrCat(field.text,
                           " is known only when the Pod runs, but "
                           "Kubernetes fixes this field of \"",
                           name, "\" before"))
      .set_hint("use a parameter here");
}

// Refuses `field` of a task named `name` if it takes the result of a member of
// its own group, or of a task that waits for one.
void CheckKnownBefore(const PodSharing& sharing, const std::string& name,
                      const LateField& field, const Group& group,
                      WaitSets* waits, DiagnosticList* diagnostics) {
  for (const TaskIndex need : field.needs) {
    for (const TaskIndex member : group.tasks) {
      if (member != need && !waits->IsBefore(member, need)) continue;
      const ResolvedTask& before = sharing.run.tasks[member];
      v1::Diagnostic& d = diagnostics->Error(
          "late-field", *field.subject, field.path,
          absl::StrCat(
              "\"", name, "\" must share a Pod with \"", before.name,
              "\", because of ", WhatJoins(sharing, group),
              ", but this field is fixed when the Pod is created, and ",
              field.text, " is known only ",
              member == need ? "when it has run" : "after it has run"));
      d.set_hint(absl::StrCat(
          "use a parameter here, or bind the workspace to a "
          "PersistentVolumeClaim, so that they need not share a Pod",
          field.image ? ", or have a controller put the image into the "
                        "running Pod (`patch_images`)"
                      : ""));
      RelateTask(before, &d);
      return;
    }
  }
}

// A text that fields of one task take, and the first of these fields. A
// stepTemplate puts the same into every step: each text is told once.
struct LateText {
  LateField field;
  int other_fields = 0;
};

void CountText(const LateField& field, std::vector<LateText>* texts) {
  for (LateText& known : *texts) {
    if (known.field.text != field.text) continue;
    ++known.other_fields;
    return;
  }
  texts->push_back({field});
}

std::string OtherFields(int number) {
  if (number == 0) return "";
  if (number == 1) return " and another field";
  return absl::StrCat(" and ", number, " other fields");
}

}  // namespace

void FindNeeds(const PodSharing& sharing, const v1::PlanOptions& options,
               WaitSets* waits, Group* group, Decisions* decisions,
               DiagnosticList* diagnostics) {
  for (const TaskIndex task : group->tasks) {
    const std::string& name = sharing.run.tasks[task].name;
    std::vector<LateText> texts;
    for (const LateField& field :
         FindLateFields(sharing.run, sharing.run.tasks[task], sharing.names)) {
      if (field.needs.empty()) {
        RefuseUnknowable(name, field, diagnostics);
        continue;
      }
      if (PatchesImages(options) && field.image) {
        decisions->Add(
            "image-patched", {task}, field.path,
            absl::StrCat("The image of ", Quoted(name), " at ", field.path,
                         " is put into the running Pod when the value of ",
                         field.text,
                         " is known, as the request asks for it; until then "
                         "the container runs the launcher's"));
        continue;
      }
      CheckKnownBefore(sharing, name, field, *group, waits, diagnostics);
      group->needs.insert(group->needs.end(), field.needs.begin(),
                          field.needs.end());
      CountText(field, &texts);
    }
    for (const auto& [field, other_fields] : texts) {
      decisions->Add(
          "created-after-result", {task}, field.path,
          absl::StrCat("The Pod of ", Quoted(name),
                       " is created when the value of ", field.text,
                       " is known, as ", field.path, OtherFields(other_fields),
                       " can't be changed afterwards; whoever creates it puts "
                       "the value in"));
    }
  }
  std::sort(group->needs.begin(), group->needs.end());
  group->needs.erase(std::unique(group->needs.begin(), group->needs.end()),
                     group->needs.end());
}

void CheckNeedsEachOther(const ResolvedRun& run,
                         const std::vector<Group>& groups,
                         const WaitSets& waits, DiagnosticList* diagnostics) {
  // The tasks, and after them the creation of each group's Pod.
  const Vertex n = static_cast<Vertex>(run.tasks.size());
  std::vector<Edge> edges;
  for (size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    if (group.needs.empty()) continue;
    const Vertex creation = n + static_cast<Vertex>(g);
    for (const TaskIndex need : group.needs) {
      edges.emplace_back(need, creation);
    }
    for (const TaskIndex task : group.tasks) {
      edges.emplace_back(creation, task);
    }
  }
  if (edges.empty()) return;
  const std::vector<Edge> waiting = waits.graph().Edges();
  edges.insert(edges.end(), waiting.begin(), waiting.end());
  const Graph graph(n + static_cast<Vertex>(groups.size()), std::move(edges));
  for (const std::vector<Vertex>& cycle : FindCycles(graph)) {
    std::vector<std::string> names;
    TaskIndex first = -1;
    for (const Vertex v : cycle) {
      if (v >= n) continue;
      if (first < 0) first = v;
      names.push_back(run.tasks[v].name);
    }
    // A single task is reported with its field.
    if (names.size() < 2 || diagnostics->has_errors()) continue;
    diagnostics
        ->Error("late-field-cycle", run.tasks[first].subject,
                run.tasks[first].path,
                absl::StrCat("these tasks wait for each other's Pods, whose "
                             "creation needs their results: ",
                             absl::StrJoin(names, ", ")))
        .set_hint("use parameters instead of results in images and volumes");
  }
}

}  // namespace colocation
