#include "colocation/plan/launch_spec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/plan/cel_support.h"
#include "colocation/plan/late_references.h"
#include "colocation/resolve/texts.h"

namespace colocation {
namespace {

bool NeverRuns(const ResolvedTask& task) {
  return task.runs == ResolvedTask::Runs::kNever;
}

// The direct parents, merged over the kinds of dependency, ascending.
std::vector<std::pair<TaskIndex, bool>> ParentsOf(const ResolvedTask& task) {
  std::vector<std::pair<TaskIndex, bool>> parents;
  for (const TaskDependency& d : task.dependencies) {
    const bool resource = d.kind == v1::Dependency::RESOURCE;
    if (!parents.empty() && parents.back().first == d.on) {
      parents.back().second |= resource;
    } else {
      parents.emplace_back(d.on, resource);
    }
  }
  return parents;
}

// The tasks whose status the texts of `task` use; `*all` for $(tasks.status).
void StatusesUsed(const ResolvedTask& task, const TaskNames& names,
                  std::vector<TaskIndex>* used, bool* all) {
  // Only finally tasks can.
  if (!task.finally) return;
  const auto look = [&](const std::string& text) {
    ForEachTaskReference(text, [&](const ResultReference& reference) {
      if (reference.field == ResultReference::Field::kAggregateStatus) {
        *all = true;
        return;
      }
      const auto found = names.find(reference.owner);
      if (found != names.end()) used->push_back(found->second);
    });
  };
  for (const v1::WhenExpression& when : task.when) {
    look(when.input());
    look(when.cel());
    for (const std::string& value : when.values()) look(value);
  }
  constexpr TextFields kLate =
      kScriptText | kWorkingDirText | kCommandText | kEnvText;
  const FieldPath at("");
  const auto look_at = [&](const std::string& text, const FieldPath&) {
    look(text);
  };
  for (const ResolvedUnit& unit : task.units) {
    ForEachStepText(unit.spec, kLate, at, look_at);
    ForEachSidecarText(unit.spec, kLate, at, look_at);
  }
}

class SpecMaker {
 public:
  SpecMaker(const ResolvedRun& run, const WaitSets& waits,
            DiagnosticList* diagnostics)
      : run_(run), waits_(waits), diagnostics_(*diagnostics) {}

  // A task of this Pod.
  void Own(TaskIndex index, v1::LaunchTask* launch) {
    const ResolvedTask& task = run_.tasks[index];
    launch->set_name(task.name);
    launch->set_finally(task.finally);
    for (const TaskIndex before : waits_.Of(index)) {
      launch->add_wait_for(run_.tasks[before].name);
    }
    for (const auto& [on, resource] : ParentsOf(task)) {
      v1::Parent* parent = launch->add_parents();
      parent->set_task(run_.tasks[on].name);
      parent->set_resource(resource);
    }
    for (size_t i = 0; i < task.when.size(); ++i) {
      When(task, static_cast<int>(i), launch->add_when());
    }
    for (const v1::ResultRef& ref : task.result_refs) {
      *launch->add_result_refs() = ref;
    }
    launch->set_continue_on_error(task.continue_on_error);
    launch->set_retries(task.retries);
    launch->set_timeout_ns(task.timeout_ns);
    launch->set_matrixed(task.matrixed);
    for (const v1::DeclaredResult& result : task.results) {
      *launch->add_results() = result;
    }
  }

  // One that happens elsewhere, or not at all.
  void Other(TaskIndex index, v1::LaunchTask* launch) {
    const ResolvedTask& task = run_.tasks[index];
    launch->set_name(task.name);
    launch->set_finally(task.finally);
    launch->set_continue_on_error(task.continue_on_error);
    launch->set_matrixed(task.matrixed ||
                         task.runs == ResolvedTask::Runs::kLateMatrix);
    for (const v1::DeclaredResult& result : task.results) {
      *launch->add_results() = result;
    }
    if (NeverRuns(task)) {
      *launch->mutable_end() = EndOf(task);
    } else {
      launch->set_gate(true);
    }
  }

 private:
  void When(const ResolvedTask& task, int index, v1::When* launch) {
    const v1::WhenExpression& when = task.when[index];
    if (!when.cel().empty()) {
      RequireSupported(when.cel(), task.subject,
                       absl::StrCat(task.path, ".when"), diagnostics_);
      launch->set_cel(when.cel());
      return;
    }
    launch->set_input(when.input());
    launch->set_operator_(when.operator_());
    *launch->mutable_values() = when.values();
  }

  const ResolvedRun& run_;
  const WaitSets& waits_;
  DiagnosticList& diagnostics_;
};

}  // namespace

v1::TaskEnd EndOf(const ResolvedTask& task) {
  v1::TaskEnd end;
  end.set_outcome(v1::OUTCOME_SKIPPED);
  end.set_skip_reason(task.skip_reason);
  return end;
}

std::vector<TaskIndex> TasksLookedAt(const ResolvedRun& run,
                                     const Grouping& grouping, int32_t group,
                                     const WaitSets& waits,
                                     const TaskNames& names) {
  std::vector<TaskIndex> found;
  bool all = false;
  for (const TaskIndex index : grouping.groups[group].tasks) {
    const ResolvedTask& task = run.tasks[index];
    const auto waited = waits.Of(index);
    found.insert(found.end(), waited.begin(), waited.end());
    for (const TaskDependency& d : task.dependencies) found.push_back(d.on);
    StatusesUsed(task, names, &found, &all);
  }
  if (all) {
    for (size_t i = 0; i < run.tasks.size(); ++i) {
      if (!run.tasks[i].finally) found.push_back(static_cast<TaskIndex>(i));
    }
  }
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](TaskIndex task) {
                               return grouping.group_of[task] == group;
                             }),
              found.end());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void MakeLaunchSpec(const ResolvedRun& run, const Group& group,
                    const std::vector<PlacedUnit>& units,
                    const std::vector<TaskIndex>& looked_at,
                    const WaitSets& waits, const ReportedResults& reported,
                    bool controlled, v1::LaunchSpec* spec,
                    DiagnosticList* diagnostics) {
  spec->set_version(1);
  spec->set_pipeline_timeout_ns(run.timeouts.pipeline_ns());
  spec->set_tasks_timeout_ns(run.timeouts.tasks_ns());
  spec->set_finally_timeout_ns(run.timeouts.finally_ns());
  spec->set_controlled(controlled);
  SpecMaker maker(run, waits, diagnostics);
  size_t next_unit = 0, other = 0;
  for (const TaskIndex task : group.tasks) {
    for (; other < looked_at.size() && looked_at[other] < task; ++other) {
      maker.Other(looked_at[other], spec->add_tasks());
    }
    v1::LaunchTask* launch = spec->add_tasks();
    maker.Own(task, launch);
    for (v1::DeclaredResult& result : *launch->mutable_results()) {
      result.set_local(!reported.Needed(run.tasks[task], result.name()));
    }
    for (; next_unit < units.size() && units[next_unit].task == task;
         ++next_unit) {
      const PlacedUnit& placed = units[next_unit];
      v1::LaunchUnit* unit = launch->add_units();
      unit->set_name(placed.name);
      for (const std::string& step : placed.steps) unit->add_steps(step);
      for (const std::string& s : placed.sidecars) unit->add_sidecars(s);
    }
  }
  for (; other < looked_at.size(); ++other) {
    maker.Other(looked_at[other], spec->add_tasks());
  }
}

v1::LaunchTask ExternalLaunchTask(const ResolvedRun& run, TaskIndex task,
                                  const WaitSets& waits,
                                  DiagnosticList* diagnostics) {
  v1::LaunchTask launch;
  SpecMaker(run, waits, diagnostics).Own(task, &launch);
  launch.set_matrixed(run.tasks[task].runs == ResolvedTask::Runs::kLateMatrix);
  return launch;
}

void AddPrivateDirectories(const std::vector<PlacedUnit>& units,
                           v1::InstallSpec* install) {
  for (const PlacedUnit& unit : units) {
    const auto add = [&](const auto&... parts) {
      install->add_directories(absl::StrCat(unit.name, "/tekton", parts...));
    };
    // pkg/apis/pipeline/paths.go in Tekton; `run` is the launcher's. Those
    // above them are made with them.
    for (const char* name :
         {"/results", "/home", "/artifacts", "/creds", "/run"}) {
      add(name);
    }
    for (const v1::Step& step : unit.unit->spec.steps()) {
      for (const char* name : {"/results", "/artifacts"}) {
        add("/steps/step-", step.name(), name);
      }
    }
    install->add_directories(absl::StrCat(unit.name, "/workspace"));
  }
}

}  // namespace colocation
