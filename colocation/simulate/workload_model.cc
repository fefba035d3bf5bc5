#include "colocation/simulate/workload_model.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/simulate/read_fields.h"
#include "colocation/v1/launch.pb.h"

namespace colocation::simulate {
namespace {

constexpr int32_t kMostRuns = 100'000;

class WorkloadReader {
 public:
  WorkloadReader(const v1::ColocationPlan& plan, DiagnosticList* diagnostics)
      : plan_(plan), diagnostics_(diagnostics) {}

  WorkloadModel Read(const v1::Durations& durations,
                     const v1::Arrivals& arrivals);

 private:
  void ReadTasks();
  void ReadLaunchTasks();
  void ReadDependencies();
  void ReadDurations(const v1::Durations& durations);
  void ReadTaskDuration(const v1::TaskDuration& duration,
                        const std::string& path, Moment otherwise);
  void ReadArrivals(const v1::Arrivals& arrivals);
  // The steps of a unit, by their names in the task.
  std::vector<std::string> StepNames(int unit) const;
  void SetSteps(int unit, Moment whole,
                const std::map<std::string, Moment>& steps);
  int Percent(int32_t percent, const std::string& path);

  const v1::ColocationPlan& plan_;
  DiagnosticList* diagnostics_;
  Subject subject_;
  WorkloadModel model_;
  std::vector<const v1::PlannedUnit*> planned_units_;
  absl::flat_hash_map<std::string, const v1::PlannedContainer*> containers_;
};

void WorkloadReader::ReadTasks() {
  std::map<std::vector<int>, int> siblings;
  for (int t = 0; t < plan_.tasks_size(); ++t) {
    model_.task_index[plan_.tasks(t).name()] = t;
  }
  for (const v1::PlannedTask& planned : plan_.tasks()) {
    TaskModel& task = model_.tasks.emplace_back();
    task.name = planned.name();
    task.finally = planned.finally();
    task.external = planned.placement() == v1::PLACEMENT_EXTERNAL;
    task.never = planned.placement() == v1::PLACEMENT_SKIPPED;
    task.never_by_when =
        task.never && planned.end().skip_reason() == v1::SKIP_REASON_WHEN;
    for (const std::string& name : planned.wait_for()) {
      const auto found = model_.task_index.find(name);
      if (found != model_.task_index.end()) {
        task.wait_for.push_back(found->second);
      }
    }
    absl::c_sort(task.wait_for);
    task.siblings =
        siblings.try_emplace(task.wait_for, static_cast<int>(siblings.size()))
            .first->second;
    task.first_unit = static_cast<int>(model_.units.size());
    const int index = static_cast<int>(model_.tasks.size()) - 1;
    const auto add_unit = [&](const std::string& name) {
      model_.unit_index[name] = static_cast<int>(model_.units.size());
      UnitModel& unit = model_.units.emplace_back();
      unit.name = name;
      unit.task = index;
    };
    if (!task.external && !task.never) {
      for (const v1::PlannedUnit& unit : planned.units()) {
        add_unit(unit.name());
        planned_units_.push_back(&unit);
      }
    }
    if (task.external) {
      add_unit(planned.name());
      planned_units_.push_back(nullptr);
    }
    task.units = static_cast<int>(model_.units.size()) - task.first_unit;
  }
  for (size_t t = 0; t < model_.tasks.size(); ++t) {
    for (const int parent : model_.tasks[t].wait_for) {
      model_.tasks[parent].waited_by.push_back(static_cast<int>(t));
    }
  }
  for (size_t u = 0; u < planned_units_.size(); ++u) {
    if (planned_units_[u] == nullptr) continue;
    for (const std::string& name : planned_units_[u]->delayed_by()) {
      const auto found = model_.unit_index.find(name);
      if (found == model_.unit_index.end()) continue;
      model_.units[u].delayed_by.push_back(found->second);
      model_.units[found->second].delays.push_back(static_cast<int>(u));
    }
  }
}

void WorkloadReader::ReadLaunchTasks() {
  for (const v1::PlannedPod& pod : plan_.pods()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      containers_[container.container().name()] = &container;
    }
    for (const v1::LaunchTask& launch : pod.install().launch().tasks()) {
      const auto found = model_.task_index.find(launch.name());
      if (launch.gate() || found == model_.task_index.end()) continue;
      TaskModel& task = model_.tasks[found->second];
      task.continue_on_error = launch.continue_on_error();
      task.retries = std::max(0, launch.retries());
      task.timeout = std::max<Moment>(0, launch.timeout_ns());
    }
  }
}

void WorkloadReader::ReadDependencies() {
  for (const v1::Dependency& dependency : plan_.dependencies()) {
    const auto from = model_.task_index.find(dependency.from());
    const auto to = model_.task_index.find(dependency.to());
    if (from == model_.task_index.end() || to == model_.task_index.end() ||
        dependency.kind() == v1::Dependency::FINALLY) {
      continue;
    }
    model_.tasks[to->second].parents.emplace_back(
        from->second, dependency.kind() == v1::Dependency::RESOURCE);
  }
}

std::vector<std::string> WorkloadReader::StepNames(int unit) const {
  std::vector<std::string> names;
  if (planned_units_[unit] == nullptr) return names;
  for (const std::string& step : planned_units_[unit]->steps()) {
    const auto found = containers_.find(step);
    names.push_back(found == containers_.end() ? step : found->second->step());
  }
  return names;
}

void WorkloadReader::SetSteps(int unit, Moment whole,
                              const std::map<std::string, Moment>& steps) {
  const std::vector<std::string> names = StepNames(unit);
  std::vector<Moment>& durations = model_.units[unit].steps;
  if (names.empty()) {
    durations = {whole};
    return;
  }
  Moment given = 0;
  int64_t others = 0;
  for (const std::string& name : names) {
    const auto found = steps.find(name);
    if (found == steps.end()) {
      ++others;
    } else {
      given = Later(given, found->second);
    }
  }
  const Moment rest = std::max<Moment>(0, whole - given);
  int64_t done = 0;
  durations.clear();
  for (const std::string& name : names) {
    const auto found = steps.find(name);
    if (found != steps.end()) {
      durations.push_back(found->second);
      continue;
    }
    // Shares that add up to the rest exactly. At most a year times steps.
    const absl::int128 before = absl::int128(rest) * done / others;
    ++done;
    const absl::int128 after = absl::int128(rest) * done / others;
    durations.push_back(static_cast<Moment>(after - before));
  }
}

int WorkloadReader::Percent(int32_t percent, const std::string& path) {
  if (percent < 0 || percent > 100) {
    WrongValue(subject_, path, "it has to be between 0 and 100", diagnostics_);
    return 0;
  }
  return percent;
}

void WorkloadReader::ReadTaskDuration(const v1::TaskDuration& duration,
                                      const std::string& path,
                                      Moment otherwise) {
  const auto found = model_.task_index.find(duration.name());
  if (found == model_.task_index.end()) {
    std::vector<absl::string_view> names;
    for (const TaskModel& task : model_.tasks) names.push_back(task.name);
    diagnostics_
        ->Error("simulation-unknown-task", subject_, path + ".name",
                absl::StrCat("the plan has no task named \"", duration.name(),
                             "\""))
        .set_hint(DidYouMean(duration.name(), names));
    return;
  }
  TaskModel& task = model_.tasks[found->second];
  std::map<std::string, Moment> steps;
  Moment sum = 0;
  for (const auto& [step, text] : duration.steps()) {
    const std::string field = absl::StrCat(path, ".steps.", step);
    steps[step] = ReadDuration(text, 0, subject_, field, diagnostics_);
    sum = Later(sum, steps[step]);
    for (int u = 0; u < task.units; ++u) {
      const std::vector<std::string> names = StepNames(task.first_unit + u);
      if (absl::c_linear_search(names, step)) continue;
      diagnostics_->Error("simulation-unknown-task", subject_, field,
                          absl::StrCat("the task \"", task.name,
                                       "\" has no step \"", step, "\""));
      break;
    }
  }
  const Moment whole =
      ReadDuration(duration.duration(), std::max(otherwise, sum), subject_,
                   path + ".duration", diagnostics_);
  if (whole < sum) {
    WrongValue(subject_, path + ".duration", "its steps take longer than that",
               diagnostics_);
  }
  for (int u = 0; u < task.units; ++u) {
    SetSteps(task.first_unit + u, whole, steps);
  }
  const std::string& outcome = duration.outcome();
  if (outcome == "failed") {
    task.failing_attempts = kAllAttempts;
  } else if (outcome == "skipped") {
    task.skipped = true;
  } else if (!outcome.empty() && outcome != "succeeded") {
    WrongValue(
        subject_, path + ".outcome",
        absl::StrCat("\"", outcome, "\" is none of succeeded, failed, skipped"),
        diagnostics_);
  }
  if (duration.failing_attempts() < 0 || duration.failures_per_thousand() < 0 ||
      duration.failures_per_thousand() > 1000) {
    WrongValue(subject_, path,
               "failingAttempts can't be negative, failuresPerThousand has to "
               "be between 0 and 1000",
               diagnostics_);
  }
  task.failing_attempts =
      std::max(task.failing_attempts, duration.failing_attempts());
  task.failures_per_thousand = duration.failures_per_thousand();
  if (duration.has_spread_percent()) {
    task.spread_percent =
        Percent(duration.spread_percent(), path + ".spreadPercent");
  }
}

void WorkloadReader::ReadDurations(const v1::Durations& durations) {
  subject_ = Subject({}, "Durations", "");
  const Moment otherwise = ReadDuration(durations.default_(), 30 * kSecond,
                                        subject_, "default", diagnostics_);
  const int spread = Percent(durations.spread_percent(), "spreadPercent");
  for (TaskModel& task : model_.tasks) task.spread_percent = spread;
  for (size_t u = 0; u < model_.units.size(); ++u) {
    SetSteps(static_cast<int>(u), otherwise, {});
  }
  std::set<std::string> seen;
  for (int i = 0; i < durations.tasks_size(); ++i) {
    const v1::TaskDuration& duration = durations.tasks(i);
    const std::string path = absl::StrCat("tasks[", i, "]");
    if (!seen.insert(duration.name()).second) {
      WrongValue(subject_, path + ".name",
                 absl::StrCat("the task \"", duration.name(),
                              "\" is here a second time"),
                 diagnostics_);
      continue;
    }
    ReadTaskDuration(duration, path, otherwise);
  }
}

void WorkloadReader::ReadArrivals(const v1::Arrivals& arrivals) {
  subject_ = Subject({}, "Arrivals", "");
  if (arrivals.count() < 0 || arrivals.count() > kMostRuns) {
    WrongValue(subject_, "count",
               absl::StrCat("it has to be between 1 and ", kMostRuns),
               diagnostics_);
    return;
  }
  model_.runs = std::max(1, arrivals.count());
  model_.start =
      ReadDuration(arrivals.start(), 0, subject_, "start", diagnostics_);
  model_.interval =
      ReadDuration(arrivals.interval(), 0, subject_, "interval", diagnostics_);
  model_.random = arrivals.random();
}

WorkloadModel WorkloadReader::Read(const v1::Durations& durations,
                                   const v1::Arrivals& arrivals) {
  model_.name = plan_.run().name();
  model_.pipeline_timeout = std::max<Moment>(0, plan_.timeouts().pipeline_ns());
  model_.tasks_timeout = std::max<Moment>(0, plan_.timeouts().tasks_ns());
  ReadTasks();
  ReadLaunchTasks();
  ReadDependencies();
  ReadDurations(durations);
  ReadArrivals(arrivals);
  return std::move(model_);
}

}  // namespace

WorkloadModel ReadWorkload(const v1::ColocationPlan& plan,
                           const v1::Durations& durations,
                           const v1::Arrivals& arrivals,
                           DiagnosticList* diagnostics) {
  return WorkloadReader(plan, diagnostics).Read(durations, arrivals);
}

}  // namespace colocation::simulate
