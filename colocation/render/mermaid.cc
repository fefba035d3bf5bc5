#include "colocation/render/mermaid.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/render/plan_index.h"

namespace colocation {
namespace {

// `text` in quotes. Mermaid reads "#35;" as the character of that number;
// whatever could end the quotes, or be markup in them, is written so.
std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c >= 0x80 || absl::ascii_isalnum(c) ||
        absl::StrContains(" .,:-_/+()=", static_cast<char>(c))) {
      out.push_back(static_cast<char>(c));
    } else {
      absl::StrAppend(&out, "#", static_cast<int>(c), ";");
    }
  }
  return absl::StrCat(out, "\"");
}

class Flowchart {
 public:
  explicit Flowchart(const v1::ColocationPlan& plan)
      : plan_(plan), index_(plan) {
    // Names may be words of the language: "end".
    for (const v1::PlannedTask& task : plan.tasks()) {
      const int number = static_cast<int>(ids_.size());
      ids_.emplace(task.name(), absl::StrCat("t", number));
    }
  }

  std::string Draw() {
    out_ = "flowchart LR\n";
    for (int p = 0; p < plan_.pods_size(); ++p) {
      absl::StrAppend(&out_, "  subgraph p", p, "[",
                      Quoted(absl::StrCat("Pod ", plan_.pods(p).name())),
                      "]\n");
      for (const std::string& name : plan_.pods(p).tasks()) {
        if (const v1::PlannedTask* task = index_.Task(name)) {
          Node(*task, "    ");
        }
      }
      absl::StrAppend(&out_, "  end\n");
    }
    for (const v1::PlannedTask& task : plan_.tasks()) Node(task, "  ");
    for (const v1::PlannedTask& task : plan_.tasks()) Arrows(task);
    return std::move(out_);
  }

 private:
  // Draws the task once.
  void Node(const v1::PlannedTask& task, absl::string_view indent) {
    const auto id = ids_.find(task.name());
    if (id == ids_.end() || !drawn_.insert(task.name()).second) return;
    switch (task.placement()) {
      case v1::PLACEMENT_EXTERNAL:
        absl::StrAppend(
            &out_, indent, id->second, "{{",
            Quoted(absl::StrCat(task.name(), ": ", task.external())), "}}\n");
        return;
      case v1::PLACEMENT_SKIPPED:
        absl::StrAppend(&out_, indent, id->second, "[/",
                        Quoted(absl::StrCat(task.name(), ": never runs")),
                        "/]\n");
        return;
      default: {
        const std::string steps = StepsText(index_, task, /*limit=*/40);
        absl::StrAppend(
            &out_, indent, id->second, task.finally() ? "([" : "[",
            Quoted(absl::StrCat(task.name(), steps.empty() ? "" : ": ", steps)),
            task.finally() ? "])" : "]", "\n");
      }
    }
  }

  // One arrow for two tasks, whatever the number of reasons.
  void Arrows(const v1::PlannedTask& task) {
    const auto& dependencies = index_.DependenciesOf(task.name());
    for (size_t i = 0; i < dependencies.size();) {
      const v1::Dependency& first = *dependencies[i];
      std::vector<absl::string_view> reasons;
      bool result = false;
      for (; i < dependencies.size() && dependencies[i]->from() == first.from();
           ++i) {
        reasons.push_back(DependencyName(dependencies[i]->kind()));
        result |= dependencies[i]->kind() == v1::Dependency::RESOURCE;
      }
      const auto from = ids_.find(first.from());
      const auto to = ids_.find(first.to());
      if (from == ids_.end() || to == ids_.end()) continue;
      const bool dotted =
          first.means() == v1::Dependency::IMPLIED || first.gate();
      if (first.gate()) reasons.push_back("gate");
      absl::StrAppend(&out_, "  ", from->second,
                      dotted   ? " -.->"
                      : result ? " ==>"
                               : " -->",
                      "|", Quoted(absl::StrJoin(reasons, ", ")), "| ",
                      to->second, "\n");
    }
    for (const v1::PlannedTask* other : index_.DelaysOf(task)) {
      absl::StrAppend(&out_, "  ", ids_.at(other->name()), " --o|",
                      Quoted("room"), "| ", ids_.at(task.name()), "\n");
    }
  }

  const v1::ColocationPlan& plan_;
  const PlanIndex index_;
  absl::flat_hash_map<absl::string_view, std::string> ids_;
  absl::flat_hash_set<absl::string_view> drawn_;
  std::string out_;
};

}  // namespace

std::string ToMermaid(const v1::ColocationPlan& plan) {
  return Flowchart(plan).Draw();
}

}  // namespace colocation
