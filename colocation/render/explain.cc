#include "colocation/render/explain.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/render/plan_index.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

template <typename List>
bool Contains(const List& list, absl::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Shortest paths of waits to one task. Linear in the plan.
class Ways {
 public:
  Ways(const v1::ColocationPlan& plan, absl::string_view to) {
    absl::flat_hash_map<absl::string_view, const v1::PlannedTask*> tasks;
    for (const v1::PlannedTask& task : plan.tasks()) {
      tasks.emplace(task.name(), &task);
    }
    std::vector<absl::string_view> queue = {to};
    next_.emplace(to, absl::string_view());
    for (size_t i = 0; i < queue.size(); ++i) {
      const auto task = tasks.find(queue[i]);
      if (task == tasks.end()) continue;
      for (const std::string& before : task->second->wait_for()) {
        if (next_.emplace(before, queue[i]).second) queue.push_back(before);
      }
    }
  }

  // From `from` on, both ends included; empty where there is none.
  std::vector<absl::string_view> From(absl::string_view from) const {
    std::vector<absl::string_view> way;
    auto at = next_.find(from);
    while (at != next_.end()) {
      way.push_back(at->first);
      at = next_.find(at->second);
    }
    return way;
  }

 private:
  // For each task that was reached, the one after it.
  absl::flat_hash_map<absl::string_view, absl::string_view> next_;
};

class Explainer {
 public:
  Explainer(const v1::ColocationPlan& plan, const TextOptions& options)
      : plan_(plan), options_(options), index_(plan) {}

  std::string Unknown(absl::string_view name) const {
    std::vector<absl::string_view> names;
    for (const v1::PlannedTask& task : plan_.tasks())
      names.push_back(task.name());
    std::string text =
        absl::StrCat("no pipeline task named \"", Printable(name), "\"");
    const auto nearest = NearestName(name, names);
    if (!nearest.empty())
      absl::StrAppend(&text, "; did you mean \"", Printable(nearest), "\"?");
    return absl::StrCat(text, "\n");
  }

  std::string Task(const v1::PlannedTask& task) {
    const v1::PlannedPod* pod = index_.Pod(task.pod());
    Line(0,
         absl::StrCat(task.name(), task.finally() ? ", a finally task" : "",
                      ", ", task.path()),
         TextStyle::kBold);
    WritePlace(task, pod);
    WriteDecisions(task, pod);
    WriteWaits(task);
    WriteDependents(task);
    WriteMayNotRun(task);
    WriteContainers(task);
    return std::move(out_);
  }

  std::string Plan() {
    Line(0,
         absl::StrCat(plan_.run().name(), ": ",
                      Count(plan_.tasks_size(), "task"), " in ",
                      Count(plan_.pods_size(), "Pod"), ", policy ",
                      PolicyName(plan_.policy())),
         TextStyle::kBold);
    for (const v1::PlannedPod& pod : plan_.pods()) {
      Section(absl::StrCat("Pod ", pod.name()));
      Line(2, absl::StrCat("holds ", absl::StrJoin(pod.tasks(), ", ")));
      Line(2, absl::StrCat("is created ", StartText(pod)));
      if (!pod.gates().empty())
        Line(2, absl::StrCat("is told of the end of ",
                             absl::StrJoin(pod.gates(), ", ")));
      for (const v1::Decision& decision : plan_.decisions()) {
        if (IsAbout(decision, pod)) Decide(decision);
      }
    }
    std::vector<const v1::Decision*> rest;
    for (const v1::Decision& decision : plan_.decisions()) {
      const bool shown = std::any_of(
          plan_.pods().begin(), plan_.pods().end(),
          [&](const v1::PlannedPod& pod) { return IsAbout(decision, pod); });
      if (!shown) rest.push_back(&decision);
    }
    if (!rest.empty()) Section("The plan as a whole");
    for (const v1::Decision* decision : rest) Decide(*decision);

    Section("What waits for what");
    TextTable table(2);
    for (const v1::PlannedTask& task : plan_.tasks()) {
      std::string name = task.name();
      for (const std::string& other : task.wait_for())
        table.Row(
            {std::exchange(name, ""), other, Reasons(task.name(), other)});
      if (!name.empty()) table.Row({name, "-", ""});
    }
    absl::StrAppend(&out_, table.Print(2, options_));
    return std::move(out_);
  }

 private:
  void Line(int indent, absl::string_view text,
            TextStyle style = TextStyle::kPlain) {
    int hang = 0;
    for (const std::string& line :
         Wrapped(Printable(text), options_.width - indent - 2)) {
      absl::StrAppend(&out_, std::string(indent + hang, ' '),
                      Styled(line, style, options_), "\n");
      hang = 2;
    }
  }

  void Section(absl::string_view title) {
    absl::StrAppend(&out_, "\n");
    Line(0, title, TextStyle::kBold);
  }

  void Decide(const v1::Decision& decision) {
    Line(2, absl::StrCat("- ", decision.message(), " [", decision.code(), "]"));
    if (!decision.hint().empty())
      Line(4, absl::StrCat("to change it: ", decision.hint()));
  }

  // A decision belongs to the Pod of its first task.
  bool IsAbout(const v1::Decision& decision, const v1::PlannedPod& pod) const {
    if (!decision.tasks().empty())
      return Contains(pod.tasks(), decision.tasks(0));
    return Contains(decision.pods(), pod.name()) && decision.pods_size() == 1;
  }

  void WritePlace(const v1::PlannedTask& task, const v1::PlannedPod* pod) {
    if (task.placement() == v1::PLACEMENT_EXTERNAL) {
      Line(2, absl::StrCat("runs outside of Pods, as ", task.external()));
    } else if (task.placement() == v1::PLACEMENT_SKIPPED) {
      Line(2, absl::StrCat("never runs: ",
                           SkipReasonText(task.end().skip_reason())));
    } else if (pod != nullptr) {
      std::vector<std::string> others;
      for (const std::string& name : pod->tasks()) {
        if (name != task.name()) others.push_back(name);
      }
      Line(2, absl::StrCat("runs in Pod ", pod->name(),
                           others.empty() ? ", alone" : " with ",
                           Listed(others, options_.width - 10, 3)));
      Line(2, absl::StrCat("the Pod is created ", StartText(*pod)));
    }
    if (!task.workspaces().empty())
      Line(2, absl::StrCat(
                  "uses ",
                  task.workspaces_size() == 1 ? "workspace " : "workspaces ",
                  absl::StrJoin(task.workspaces(), ", ")));
  }

  void WriteDecisions(const v1::PlannedTask& task, const v1::PlannedPod* pod) {
    std::vector<const v1::Decision*> about;
    for (const v1::Decision& decision : plan_.decisions()) {
      if (Contains(decision.tasks(), task.name()) ||
          (pod != nullptr && decision.tasks().empty() &&
           Contains(decision.pods(), pod->name()))) {
        about.push_back(&decision);
      }
    }
    if (about.empty()) return;
    Section("Why there");
    for (const v1::Decision* decision : about) Decide(*decision);
  }

  // "runAfter (spec.tasks[2].runAfter[0]), result (...)"
  std::string Reasons(absl::string_view to, absl::string_view from) const {
    std::vector<std::string> reasons;
    for (const v1::Dependency* dependency : index_.DependenciesOf(to)) {
      if (dependency->from() != from) continue;
      std::string reason(DependencyName(dependency->kind()));
      if (!dependency->paths().empty())
        absl::StrAppend(&reason, " (", absl::StrJoin(dependency->paths(), ", "),
                        ")");
      if (dependency->gate()) absl::StrAppend(&reason, ", through a gate");
      reasons.push_back(std::move(reason));
    }
    return absl::StrJoin(reasons, "; ");
  }

  void WriteDelays(const v1::PlannedTask& task) {
    TextTable table(1);
    bool any = false;
    for (const v1::PlannedUnit& unit : task.units()) {
      if (unit.delayed_by().empty()) continue;
      any = true;
      table.Row({unit.name(), absl::StrJoin(unit.delayed_by(), ", ")});
    }
    if (!any) return;
    Section("Waits for to have room, whatever its outcome");
    absl::StrAppend(&out_, table.Print(2, options_));
  }

  void WriteWaits(const v1::PlannedTask& task) {
    Section("Waits for");
    TextTable table(1);
    for (const std::string& name : task.wait_for())
      table.Row({name, Reasons(task.name(), name)});
    if (task.wait_for().empty()) table.Row({"nothing", ""});
    absl::StrAppend(&out_, table.Print(2, options_));
    WriteDelays(task);

    TextTable implied(1);
    bool any = false;
    const Ways ways(plan_, task.name());
    for (const v1::Dependency* dependency :
         index_.DependenciesOf(task.name())) {
      if (dependency->means() != v1::Dependency::IMPLIED) continue;
      any = true;
      implied.Row(
          {dependency->from(),
           absl::StrCat(DependencyName(dependency->kind()), " (",
                        absl::StrJoin(dependency->paths(), ", "),
                        "), by way of ",
                        absl::StrJoin(ways.From(dependency->from()), " -> "))});
    }
    if (!any) return;
    Section("Comes after as well, without waiting itself");
    absl::StrAppend(&out_, implied.Print(2, options_));
  }

  void WriteDependents(const v1::PlannedTask& task) {
    std::vector<std::string> names;
    for (const v1::Dependency* dependency : index_.DependentsOf(task.name())) {
      if (dependency->means() == v1::Dependency::WAIT &&
          !Contains(names, dependency->to()))
        names.push_back(dependency->to());
    }
    if (names.empty()) return;
    Section("Is waited for by");
    Line(2, absl::StrJoin(names, ", "));
  }

  void WriteMayNotRun(const v1::PlannedTask& task) {
    const v1::LaunchTask* launch = index_.Launch(task);
    if (launch == nullptr) return;
    std::vector<std::string> lines;
    for (const v1::When& when : launch->when()) {
      lines.push_back(
          when.cel().empty()
              ? absl::StrCat("runs only when ", when.input(), " is ",
                             when.operator_() == "notin" ? "not " : "", "in [",
                             absl::StrJoin(when.values(), ", "), "]")
              : absl::StrCat("runs only when ", when.cel()));
    }
    for (const v1::Parent& parent : launch->parents()) {
      if (parent.resource())
        lines.push_back(absl::StrCat("needs a result of ", parent.task(),
                                     ": without it, it does not run"));
    }
    if (launch->retries() > 0)
      lines.push_back(absl::StrCat("is run again after a failure, up to ",
                                   Count(launch->retries(), "time")));
    if (launch->timeout_ns() > 0)
      lines.push_back(
          absl::StrCat("may take ", FormatDurationNs(launch->timeout_ns())));
    if (launch->continue_on_error())
      lines.push_back("the run goes on if it fails");
    if (lines.empty()) return;
    Section("When it runs");
    for (const std::string& line : lines) Line(2, line);
  }

  static std::string EventText(const v1::Barrier& barrier) {
    switch (barrier.event()) {
      case v1::Barrier::TASK_ENDED:
        return absl::StrCat("task ", barrier.task(), " has ended",
                            barrier.gate() ? " (gate)" : "");
      case v1::Barrier::STEP_ENDED:
        return absl::StrCat(barrier.container(), " has ended");
      case v1::Barrier::UNIT_ENDED:
        return absl::StrCat("unit ", barrier.unit(),
                            " has ended (to have room)");
      case v1::Barrier::UNIT_STARTED:
        return absl::StrCat(barrier.container(), " has started");
      case v1::Barrier::SIDECAR_READY:
        return absl::StrCat("sidecar ", barrier.container(), " is ready");
      default:
        return "";
    }
  }

  // Of a container that gets its image while the Pod runs.
  std::string LateImage(const v1::PlannedTask& task,
                        const v1::PlannedContainer& container) const {
    const v1::PlannedPod* pod = index_.Pod(task.pod());
    if (pod == nullptr) return "";
    for (const v1::ImagePatch& patch : pod->image_patches()) {
      if (patch.container() == container.container().name()) {
        return patch.image();
      }
    }
    return "";
  }

  void WriteContainers(const v1::PlannedTask& task) {
    const auto containers = index_.Containers(task);
    if (containers.empty()) return;
    Section("Containers, and what each starts after");
    TextTable table(1);
    for (const v1::PlannedContainer* container : containers) {
      std::vector<std::string> events;
      for (const v1::Barrier& barrier : container->barriers())
        events.push_back(EventText(barrier));
      if (const std::string image = LateImage(task, *container);
          !image.empty()) {
        events.push_back(absl::StrCat("its image ", image, " is put in"));
      }
      table.Row({container->container().name(),
                 events.empty() ? "at once" : absl::StrJoin(events, ", ")});
    }
    absl::StrAppend(&out_, table.Print(2, options_));
  }

  const v1::ColocationPlan& plan_;
  const TextOptions& options_;
  const PlanIndex index_;
  std::string out_;
};

}  // namespace

std::string ExplainText(const v1::ColocationPlan& plan, absl::string_view task,
                        const TextOptions& options) {
  Explainer explainer(plan, options);
  if (task.empty()) return explainer.Plan();
  for (const v1::PlannedTask& planned : plan.tasks()) {
    if (planned.name() == task) return explainer.Task(planned);
  }
  return explainer.Unknown(task);
}

}  // namespace colocation
