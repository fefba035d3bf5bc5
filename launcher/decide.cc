#include "launcher/decide.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace colocation::launcher {
namespace {

size_t IndexOf(const std::vector<LaunchTask>& tasks, std::string_view name) {
  size_t i = 0;
  while (i < tasks.size() && tasks[i].name != name) ++i;
  return i;
}

const TaskEnd* EndOf(const std::vector<LaunchTask>& tasks,
                     std::string_view name, const Situation& situation) {
  const size_t i = IndexOf(tasks, name);
  if (i == tasks.size() || !situation.ends[i].has_value()) return nullptr;
  return &*situation.ends[i];
}

// A TaskRun existed and is over.
bool Ran(const TaskEnd& end) {
  return end.outcome == Outcome::kSucceeded ||
         (end.outcome == Outcome::kFailed && end.attempts > 0);
}

const ResultValue* FindResult(const TaskEnd* end, std::string_view name) {
  if (end == nullptr || !Ran(*end)) return nullptr;
  for (const ResultValue& result : end->results) {
    if (result.name == name) return &result;
  }
  return nullptr;
}

// The first of the task's references that leads nowhere.
const ResultRef* MissingResult(const std::vector<LaunchTask>& tasks,
                               const LaunchTask& task,
                               const Situation& situation) {
  for (const ResultRef& ref : task.result_refs) {
    if (FindResult(EndOf(tasks, ref.task, situation), ref.result) == nullptr) {
      return &ref;
    }
  }
  return nullptr;
}

bool SkippedByWhen(const TaskEnd* end) {
  return end != nullptr && end->outcome == Outcome::kSkipped &&
         end->skip_reason == SkipReason::kWhen;
}

bool WaitsFor(const LaunchTask& task, const std::string& name) {
  return std::find(task.wait_for.begin(), task.wait_for.end(), name) !=
         task.wait_for.end();
}

// IsStopping: a task of `tasks` has failed, and that counts; or one that this
// task waited for was skipped for that.
bool Stopping(const std::vector<LaunchTask>& tasks, const LaunchTask& self,
              const Situation& situation) {
  for (size_t i = 0; i < tasks.size(); ++i) {
    const std::optional<TaskEnd>& end = situation.ends[i];
    if (tasks[i].finally || !end.has_value()) continue;
    if (end->outcome == Outcome::kFailed &&
        (!tasks[i].continue_on_error || EndsTheRun(*end))) {
      return true;
    }
    if (end->skip_reason == SkipReason::kStopping &&
        WaitsFor(self, tasks[i].name)) {
      return true;
    }
  }
  return situation.stop == Stop::kStopping;
}

std::string StatusOf(const std::optional<TaskEnd>& end) {
  if (end.has_value() && Ran(*end)) {
    return end->outcome == Outcome::kSucceeded ? "Succeeded" : "Failed";
  }
  return "None";
}

// GetPipelineTaskStatus, "tasks.status".
std::string AggregateStatus(const std::vector<LaunchTask>& tasks,
                            const Situation& situation) {
  std::string status = "Succeeded";
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].finally) continue;
    const std::optional<TaskEnd>& end = situation.ends[i];
    if (!end.has_value()) return "None";
    if (StatusOf(end) == "Failed") {
      status = "Failed";
    } else if (end->outcome == Outcome::kSkipped && status != "Failed") {
      status = "Completed";
    }
  }
  return status;
}

Decision Skip(SkipReason reason) {
  Decision decision;
  decision.kind = Decision::Kind::kSkip;
  decision.skip_reason = reason;
  return decision;
}

Decision Fail(std::string_view reason, std::string message) {
  Decision decision;
  decision.kind = Decision::Kind::kFail;
  decision.reason = reason;
  decision.message = std::move(message);
  return decision;
}

// What `when` makes of the task: nothing where it may run.
std::optional<Decision> DecideWhen(const std::vector<LaunchTask>& tasks,
                                   size_t task, const Situation& situation) {
  const Replacements replacements = ReplacementsFor(tasks, task, situation);
  std::string problem;
  std::vector<When> when;
  for (const When& w : tasks[task].when) {
    when.push_back(SubstituteWhen(w, replacements, &problem));
  }
  const WhenVerdict verdict = JudgeTaskWhen(when);
  switch (verdict.kind) {
    case WhenVerdict::Kind::kHold:
      break;
    case WhenVerdict::Kind::kDoNotHold:
      return Skip(SkipReason::kWhen);
    case WhenVerdict::Kind::kFail:
      return Fail(kCelEvaluationFailed, verdict.message);
  }
  return std::nullopt;
}

Decision DecideFinally(const std::vector<LaunchTask>& tasks, size_t task,
                       const Situation& situation) {
  if (situation.stop == Stop::kCancelled) return Skip(SkipReason::kCancelled);
  // Tekton fails the run then and there, without finally tasks
  // (pkg/reconciler/pipelinerun/pipelinerun.go, reconcile).
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (!tasks[i].finally && situation.ends[i].has_value() &&
        EndsTheRun(*situation.ends[i])) {
      return Skip(SkipReason::kStopping);
    }
  }
  if (MissingResult(tasks, tasks[task], situation) != nullptr) {
    return Skip(SkipReason::kMissingResults);
  }
  if (const auto decision = DecideWhen(tasks, task, situation))
    return *decision;
  if (situation.pipeline_timed_out) return Skip(SkipReason::kPipelineTimeout);
  if (situation.finally_timed_out) return Skip(SkipReason::kFinallyTimeout);
  return {};
}

}  // namespace

bool EndsTheRun(const TaskEnd& end) {
  return end.outcome == Outcome::kFailed &&
         (end.reason == kCelEvaluationFailed || end.reason == kInvalidMatrix);
}

Decision Decide(const std::vector<LaunchTask>& tasks, size_t task,
                const Situation& situation) {
  const LaunchTask& self = tasks[task];
  if (self.finally) return DecideFinally(tasks, task, situation);
  if (Stopping(tasks, self, situation)) return Skip(SkipReason::kStopping);
  switch (situation.stop) {
    case Stop::kNone:
    case Stop::kStopping:
      break;
    case Stop::kCancelled:
    case Stop::kCancelledRunFinally:
      return Skip(SkipReason::kCancelled);
    case Stop::kStoppedRunFinally:
      return Skip(SkipReason::kStopped);
  }
  if (const auto decision = DecideWhen(tasks, task, situation))
    return *decision;
  for (const Parent& parent : self.parents) {
    const TaskEnd* end = EndOf(tasks, parent.task, situation);
    if (end != nullptr && end->outcome == Outcome::kSkipped &&
        end->skip_reason != SkipReason::kWhen) {
      return Skip(SkipReason::kParentSkipped);
    }
  }
  const ResultRef* missing = MissingResult(tasks, self, situation);
  if (missing != nullptr &&
      (self.continue_on_error ||
       SkippedByWhen(EndOf(tasks, missing->task, situation)))) {
    return Skip(SkipReason::kMissingResults);
  }
  if (situation.pipeline_timed_out) return Skip(SkipReason::kPipelineTimeout);
  if (situation.tasks_timed_out) return Skip(SkipReason::kTasksTimeout);
  // CheckMissingResultReferences.
  if (missing != nullptr) {
    return Fail(kInvalidResultReference,
                "result \"" + missing->result + "\" of task \"" +
                    missing->task +
                    "\", which this task needs, does not exist");
  }
  return {};
}

std::vector<bool> MattersFor(const std::vector<LaunchTask>& tasks,
                             size_t task) {
  const LaunchTask& self = tasks[task];
  std::vector<bool> matters(tasks.size());
  if (self.finally) {
    for (size_t i = 0; i < tasks.size(); ++i) matters[i] = !tasks[i].finally;
    return matters;
  }
  std::map<std::string_view, size_t> by_name;
  for (size_t i = 0; i < tasks.size(); ++i) by_name[tasks[i].name] = i;
  std::vector<std::vector<size_t>> before(tasks.size());
  std::vector<std::vector<size_t>> after(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    for (const std::string& name : tasks[i].wait_for) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) continue;
      before[i].push_back(found->second);
      after[found->second].push_back(i);
    }
  }
  std::vector<bool> related(tasks.size());
  related[task] = true;
  for (const auto& edges : {before, after}) {
    std::vector<size_t> left = {task};
    while (!left.empty()) {
      const size_t at = left.back();
      left.pop_back();
      for (const size_t next : edges[at]) {
        if (related[next]) continue;
        related[next] = true;
        left.push_back(next);
      }
    }
  }
  const std::set<std::string_view> own(self.wait_for.begin(),
                                       self.wait_for.end());
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (related[i] || tasks[i].finally) continue;
    const std::set<std::string_view> others(tasks[i].wait_for.begin(),
                                            tasks[i].wait_for.end());
    matters[i] = tasks[i].gate || others != own;
  }
  const auto referred = [&](const std::string& name) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) matters[found->second] = true;
  };
  for (const std::string& name : self.wait_for) referred(name);
  for (const Parent& parent : self.parents) referred(parent.task);
  for (const ResultRef& ref : self.result_refs) referred(ref.task);
  return matters;
}

Replacements ReplacementsFor(const std::vector<LaunchTask>& tasks, size_t task,
                             const Situation& situation) {
  Replacements replacements;
  const LaunchTask& self = tasks[task];
  if (MissingResult(tasks, self, situation) == nullptr) {
    for (const ResultRef& ref : self.result_refs) {
      const ResultValue* result =
          FindResult(EndOf(tasks, ref.task, situation), ref.result);
      replacements.results.push_back(
          {ref.task, ref.result, ParseValue(result->value, result->type)});
    }
  }
  if (!self.finally) return replacements;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].finally) continue;
    const std::optional<TaskEnd>& end = situation.ends[i];
    replacements.statuses.push_back(
        {tasks[i].name, StatusOf(end),
         end.has_value() && Ran(*end) ? end->reason : ""});
  }
  replacements.aggregate_status = AggregateStatus(tasks, situation);
  return replacements;
}

TaskEnd JoinUnits(const LaunchTask& task, const std::vector<TaskEnd>& units) {
  TaskEnd joined = units[0];
  for (const TaskEnd& unit : units) {
    // The first that failed speaks for the task (getReason).
    if (unit.outcome == Outcome::kFailed &&
        joined.outcome != Outcome::kFailed) {
      joined.outcome = unit.outcome;
      joined.reason = unit.reason;
      joined.message = unit.message;
    }
    joined.attempts = std::max(joined.attempts, unit.attempts);
    joined.start_unix_ns = std::min(joined.start_unix_ns, unit.start_unix_ns);
    joined.end_unix_ns = std::max(joined.end_unix_ns, unit.end_unix_ns);
  }
  if (!task.matrixed) return joined;
  std::vector<size_t> by_name(units.size());
  std::iota(by_name.begin(), by_name.end(), size_t{0});
  std::stable_sort(by_name.begin(), by_name.end(), [&](size_t a, size_t b) {
    return task.units[a].name < task.units[b].name;
  });
  joined.results.clear();
  for (const DeclaredResult& declared : task.results) {
    std::vector<std::string> values;
    for (const size_t i : by_name) {
      for (const ResultValue& result : units[i].results) {
        if (result.name == declared.name) {
          values.push_back(ParseValue(result.value, result.type).text);
        }
      }
    }
    if (values.empty()) continue;
    joined.results.push_back(
        {declared.name, ValueType::kArray, ListJson(values)});
  }
  return joined;
}

}  // namespace colocation::launcher
