#include "colocation/render/text.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/render/plan_index.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

// Up to so many Pods have a block of their own even if they hold one task only.
constexpr int kFewPods = 4;
// So many decisions are shown.
constexpr int kDecisions = 12;
// So many lines for what one task waits for.
constexpr int kWaitLines = 3;
constexpr size_t kStepsWidth = 24;

class PlanWriter {
 public:
  PlanWriter(const v1::ColocationPlan& plan, const TextOptions& options)
      : plan_(plan), options_(options), index_(plan) {}

  std::string Write() {
    WriteHead();
    std::vector<const v1::PlannedPod*> single;
    for (const v1::PlannedPod& pod : plan_.pods()) {
      if (pod.tasks_size() == 1 && plan_.pods_size() > kFewPods) {
        single.push_back(&pod);
      } else {
        WritePod(pod);
      }
    }
    if (!single.empty()) WriteSinglePods(single);
    WriteOutside();
    WriteResults();
    WriteDecisions();
    WriteWarnings();
    return std::move(out_);
  }

 private:
  void Heading(absl::string_view text, absl::string_view rest = "") {
    absl::StrAppend(&out_, "\n", Styled(text, TextStyle::kBold, options_));
    const int width = options_.width - static_cast<int>(TextWidth(text)) - 2;
    std::vector<std::string> lines = Wrapped(Printable(rest), width);
    if (!rest.empty()) absl::StrAppend(&out_, "  ", lines[0]);
    absl::StrAppend(&out_, "\n");
    for (size_t i = 1; i < lines.size(); ++i)
      absl::StrAppend(&out_, std::string(TextWidth(text) + 2, ' '), lines[i],
                      "\n");
  }

  void WriteHead() {
    const v1::RunIdentity& run = plan_.run();
    absl::StrAppend(&out_, Styled(run.name(), TextStyle::kBold, options_));
    if (run.pipeline() != run.name())
      absl::StrAppend(&out_, ", of pipeline ", Printable(run.pipeline()));
    if (!run.namespace_().empty())
      absl::StrAppend(&out_, ", in namespace ", Printable(run.namespace_()));
    absl::StrAppend(&out_, "\n");
    std::string line =
        absl::StrCat(Count(plan_.tasks_size(), "task"), " in ",
                     Count(plan_.pods_size(), "Pod"), "; policy ",
                     PolicyName(plan_.policy()), ", requests ",
                     RequestModeName(plan_.requests()));
    const v1::RunTimeouts& timeouts = plan_.timeouts();
    std::vector<std::string> limits;
    if (timeouts.pipeline_ns() > 0)
      limits.push_back(FormatDurationNs(timeouts.pipeline_ns()));
    if (timeouts.tasks_ns() > 0)
      limits.push_back(
          absl::StrCat("tasks ", FormatDurationNs(timeouts.tasks_ns())));
    if (timeouts.finally_ns() > 0)
      limits.push_back(
          absl::StrCat("finally ", FormatDurationNs(timeouts.finally_ns())));
    if (!limits.empty())
      absl::StrAppend(&line, "; timeout ", absl::StrJoin(limits, ", "));
    for (const std::string& part : Wrapped(line, options_.width))
      absl::StrAppend(&out_, part, "\n");
  }

  // What a task waits for, those beyond a gate marked, and those that it waits
  // for only to have room.
  std::vector<std::string> Waits(const v1::PlannedTask& task) const {
    std::vector<std::string> waits;
    for (const std::string& name : task.wait_for()) {
      const v1::PlannedTask* other = index_.Task(name);
      const bool here = other != nullptr &&
                        other->placement() == v1::PLACEMENT_POD &&
                        other->pod() == task.pod();
      waits.push_back(absl::StrCat(name, here ? "" : "*"));
    }
    for (const v1::PlannedTask* other : index_.DelaysOf(task)) {
      waits.push_back(absl::StrCat(other->name(), "~"));
    }
    return waits;
  }

  void WritePod(const v1::PlannedPod& pod) {
    Heading(absl::StrCat("Pod ", pod.name()),
            absl::StrCat("created ", StartText(pod)));
    TextTable table(1);
    table.Head({"TASK", "WAITS FOR", "STEPS"});
    std::vector<std::pair<const v1::PlannedTask*, std::vector<std::string>>>
        rows;
    TextTable measure(1);
    for (const std::string& name : pod.tasks()) {
      const v1::PlannedTask* task = index_.Task(name);
      if (task == nullptr) continue;
      rows.push_back({task, Waits(*task)});
      measure.Row({name, "", StepsText(index_, *task, kStepsWidth)});
    }
    const int width = measure.WrapWidth(2, options_);
    bool finally = false;
    bool gated = false;
    bool delayed = false;
    for (const auto& [task, names] : rows) {
      if (task->finally() && !finally) {
        finally = true;
        table.Line("finally:");
      }
      for (const std::string& name : names) {
        gated |= name.back() == '*';
        delayed |= name.back() == '~';
      }
      table.Row({task->name(), Listed(names, width, kWaitLines),
                 StepsText(index_, *task, kStepsWidth)});
    }
    absl::StrAppend(&out_, table.Print(2, options_));
    if (gated)
      absl::StrAppend(&out_, "  ",
                      Styled("* not in this Pod: the controller opens a gate",
                             TextStyle::kDim, options_),
                      "\n");
    if (delayed)
      absl::StrAppend(&out_, "  ",
                      Styled("~ only to have room, whatever its outcome",
                             TextStyle::kDim, options_),
                      "\n");
    WritePodParts(pod);
  }

  void WritePodParts(const v1::PlannedPod& pod) {
    TextTable table(1);
    std::string label = "workspaces";
    for (const v1::PlannedVolume& volume : pod.volumes()) {
      if (volume.purpose() != v1::PlannedVolume::WORKSPACE) continue;
      table.Row({std::exchange(label, ""),
                 absl::StrCat(volume.workspace(), ": ",
                              VolumeText(volume.volume()))});
    }
    label = "volumes";
    for (const v1::PlannedVolume& volume : pod.volumes()) {
      if (volume.purpose() != v1::PlannedVolume::TASK &&
          volume.purpose() != v1::PlannedVolume::POD_TEMPLATE)
        continue;
      table.Row({std::exchange(label, ""),
                 absl::StrCat(volume.volume().name(), ": ",
                              VolumeText(volume.volume()))});
    }
    std::map<std::string, std::string> selectors;
    if (pod.spec().has_service_account_name())
      table.Row({"account", pod.spec().service_account_name()});
    // What one task asks for holds for all in the Pod.
    label = "node";
    for (const auto& [key, value] : pod.spec().node_selector())
      selectors[key] = value;
    for (const auto& [key, value] : selectors)
      table.Row({std::exchange(label, ""), absl::StrCat(key, "=", value)});
    label = "requests";
    for (const v1::ResourceUse& use : pod.resources())
      table.Row({std::exchange(label, ""), ResourceText(use)});
    const std::string text = table.Print(2, options_);
    if (!text.empty()) absl::StrAppend(&out_, "\n", text);
  }

  // "cpu 6500m instead of 13; most for lint, unit-test at once"
  std::string ResourceText(const v1::ResourceUse& use) const {
    std::string text = absl::StrCat(use.resource(), " ", use.requested());
    if (use.requested() != use.peak())
      absl::StrAppend(&text, " (peak ", use.peak(), ")");
    if (use.requested() == use.sum()) return text;
    absl::StrAppend(&text, " instead of ", use.sum());
    std::vector<std::string> units;
    for (const v1::UnitNeed& need : use.witness()) units.push_back(need.unit());
    if (!units.empty())
      absl::StrAppend(&text, "; most for ",
                      Listed(units, options_.width - 40, 2),
                      units.size() > 1 ? " at once" : "");
    return text;
  }

  void WriteSinglePods(const std::vector<const v1::PlannedPod*>& pods) {
    Heading("Pods of one task each");
    const auto requests = [](const v1::PlannedPod& pod) {
      std::vector<std::string> asked;
      for (const v1::ResourceUse& use : pod.resources())
        asked.push_back(absl::StrCat(use.resource(), " ", use.requested()));
      return absl::StrJoin(asked, ", ");
    };
    TextTable table(1);
    TextTable measure(1);
    for (const v1::PlannedPod* pod : pods)
      measure.Row({pod->tasks(0), "", requests(*pod)});
    const int width = measure.WrapWidth(2, options_);
    table.Head({"TASK", "CREATED AFTER", "REQUESTS"});
    bool finally = false;
    for (const v1::PlannedPod* pod : pods) {
      const v1::PlannedTask* task = index_.Task(pod->tasks(0));
      if (task == nullptr) continue;
      if (task->finally() && !finally) {
        finally = true;
        table.Line("finally:");
      }
      table.Row({task->name(),
                 Listed(std::vector<std::string>(task->wait_for().begin(),
                                                 task->wait_for().end()),
                        width, kWaitLines),
                 requests(*pod)});
    }
    absl::StrAppend(&out_, table.Print(2, options_));
  }

  void WriteOutside() {
    TextTable outside(2);
    TextTable never(1);
    outside.Head({"TASK", "RUN AS", "WAITS FOR"});
    bool any_outside = false;
    bool any_never = false;
    for (const v1::PlannedTask& task : plan_.tasks()) {
      if (task.placement() == v1::PLACEMENT_EXTERNAL) {
        any_outside = true;
        outside.Row({task.name(), task.external(),
                     absl::StrJoin(task.wait_for(), ", ")});
      } else if (task.placement() == v1::PLACEMENT_SKIPPED) {
        any_never = true;
        never.Row({task.name(),
                   std::string(SkipReasonText(task.end().skip_reason()))});
      }
    }
    if (any_outside) {
      Heading("Outside of Pods");
      absl::StrAppend(&out_, outside.Print(2, options_));
    }
    if (any_never) {
      Heading("Never run");
      absl::StrAppend(&out_, never.Print(2, options_));
    }
  }

  void WriteResults() {
    TextTable table(1);
    for (const v1::PersistentVolumeClaim& claim : plan_.claims())
      table.Row({"claim", absl::StrCat(claim.metadata().name(),
                                       ", created before the Pods")});
    std::vector<std::string> names;
    for (const v1::PipelineResult& result : plan_.results())
      names.push_back(result.name());
    if (!names.empty())
      table.Row({"results", Listed(names, options_.width - 20, 2)});
    const std::string text = table.Print(0, options_);
    if (!text.empty()) absl::StrAppend(&out_, "\n", text);
  }

  void Item(absl::string_view text) {
    bool first = true;
    for (const std::string& line :
         Wrapped(Printable(text), options_.width - 4)) {
      absl::StrAppend(&out_, std::exchange(first, false) ? "  - " : "    ",
                      line, "\n");
    }
  }

  void WriteDecisions() {
    std::vector<const v1::Decision*> decisions;
    for (const v1::Decision& decision : plan_.decisions()) {
      // "Never run" says it, and why.
      if (decision.code() != "never-runs") decisions.push_back(&decision);
    }
    if (decisions.empty()) return;
    Heading("Why");
    int shown = 0;
    for (const v1::Decision* decision : decisions) {
      if (++shown > kDecisions) {
        absl::StrAppend(
            &out_, "  ",
            Styled(absl::StrCat("and ", decisions.size() - kDecisions,
                                " more: colocate explain"),
                   TextStyle::kDim, options_),
            "\n");
        break;
      }
      // Why tasks don't share a Pod is what most want to change.
      const bool hint = decision->code() == "workspace-not-pod-internal" &&
                        !decision->hint().empty();
      Item(absl::StrCat(decision->message(), " [", decision->code(), "]",
                        hint ? "; to change it: " : "",
                        hint ? decision->hint() : ""));
    }
  }

  void WriteWarnings() {
    if (plan_.warnings().empty()) return;
    absl::StrAppend(&out_, "\n");
    for (const v1::Diagnostic& warning : plan_.warnings())
      absl::StrAppend(&out_, ToDisplayString(warning, options_.color));
  }

  const v1::ColocationPlan& plan_;
  const TextOptions& options_;
  const PlanIndex index_;
  std::string out_;
};

}  // namespace

std::string PlanText(const v1::ColocationPlan& plan,
                     const TextOptions& options) {
  return PlanWriter(plan, options).Write();
}

}  // namespace colocation
