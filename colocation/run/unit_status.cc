#include "colocation/run/unit_status.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "colocation/run/late_matrix.h"
#include "colocation/run/late_values.h"
#include "colocation/syntax/child_name.h"
#include "colocation/syntax/duration.h"
#include "launcher/decide.h"

namespace colocation {
namespace {

using launcher::Outcome;
using launcher::Stop;
using launcher::TaskEnd;

std::string WhyPending(const ObservedPod* pod) {
  if (pod == nullptr) return "the Pod is about to be created";
  for (const v1::PodCondition& c : pod->pod().status().conditions()) {
    if (c.status() != "True" && !c.message().empty()) {
      return absl::StrCat("pod status \"", c.type(), "\":\"", c.status(),
                          "\"; message: \"", c.message(), "\"");
    }
  }
  return "Pending";
}

// How long the task may take: its own timeout, or what the run gives it.
int64_t TimeoutOf(const RunIndex& index, int t) {
  const v1::RunTimeouts& timeouts = index.plan->timeouts();
  const int64_t of_list = index.plan->tasks(t).finally() ? timeouts.finally_ns()
                                                         : timeouts.tasks_ns();
  if (index.launch[t].timeout_ns > 0) return index.launch[t].timeout_ns;
  return of_list > 0 ? of_list : timeouts.pipeline_ns();
}

// What Tekton says of a TaskRun that it has stopped.
std::string WhyStopped(const Progress& progress, int t, const std::string& name,
                       const TaskEnd& end) {
  if (end.reason == launcher::kTaskRunTimeout) {
    return absl::StrCat("TaskRun \"", name, "\" failed to finish within \"",
                        FormatDurationNs(TimeoutOf(progress.index(), t)), "\"");
  }
  const bool asked = progress.stop() == Stop::kCancelled ||
                     progress.stop() == Stop::kCancelledRunFinally;
  return absl::StrCat("TaskRun \"", name,
                      "\" was cancelled. TaskRun cancelled as the PipelineRun "
                      "it belongs to has ",
                      asked ? "been cancelled." : "timed out.");
}

v1::Condition ConditionOf(const Progress& progress, int t,
                          const std::string& name,
                          const std::optional<TaskEnd>& end) {
  const int p = progress.index().pod_of[t];
  if (!end) {
    const ObservedPod* pod = p < 0 ? nullptr : progress.pod(p);
    if (p < 0 || (pod != nullptr && pod->HasStarted())) {
      return SucceededIs("Unknown", "Running",
                         "Not all Steps in the Task have finished executing");
    }
    return SucceededIs("Unknown", "Pending", WhyPending(pod));
  }
  if (end->outcome == Outcome::kSucceeded) {
    return SucceededIs("True", "Succeeded",
                       "All Steps have completed executing");
  }
  if (end->attempts == 0 && end->reason == launcher::kInvalidResultReference) {
    return SucceededIs("False", end->reason, MissingResultText(progress, t));
  }
  if (p >= 0 && (end->reason == launcher::kTaskRunTimeout ||
                 end->reason == launcher::kTaskRunCancelled)) {
    return SucceededIs("False", end->reason,
                       WhyStopped(progress, t, name, *end));
  }
  return SucceededIs("False", end->reason, end->message);
}

// Its containers run on through all attempts: what each step of one that was
// repeated did is not to be seen any more.
void AddRetries(const TaskEnd& end, v1::TaskRunStatus* status) {
  for (int attempt = 1; attempt < end.attempts; ++attempt) {
    v1::TaskRunStatus* retried = status->add_retries_status();
    retried->set_pod_name(status->pod_name());
    *retried->add_conditions() = SucceededIs(
        "False", "Failed",
        absl::StrCat("attempt ", attempt, " of ", end.attempts,
                     " failed; the steps were run again in the same Pod"));
  }
}

}  // namespace

v1::Condition SucceededIs(absl::string_view status, absl::string_view reason,
                          std::string message) {
  v1::Condition condition;
  condition.set_type("Succeeded");
  condition.set_status(std::string(status));
  condition.set_reason(std::string(reason));
  condition.set_message(std::move(message));
  return condition;
}

void KeepTime(const v1::Condition* before, int64_t now_ns,
              v1::Condition* condition) {
  const bool same = before != nullptr &&
                    before->status() == condition->status() &&
                    before->reason() == condition->reason() &&
                    before->message() == condition->message();
  condition->set_last_transition_time(same ? before->last_transition_time()
                                           : FromUnixNs(now_ns));
}

std::string UnitTaskRunName(const Progress& progress, int t, int u) {
  const v1::ColocationPlan& plan = *progress.index().plan;
  return TaskRunName(plan.run().name(), plan.tasks(t).name(),
                     static_cast<size_t>(u), progress.task(t).units.size());
}

void FillRecord(const Progress& progress, int t, int u,
                const v1::TaskRunRecord* before, v1::TaskRunRecord* record) {
  const v1::ColocationPlan& plan = *progress.index().plan;
  const v1::PlannedTask& planned = plan.tasks(t);
  const TaskProgress& task = progress.task(t);
  record->set_pipeline_task_name(planned.name());
  if (planned.units_size() > 0) record->set_unit(planned.units(u).name());
  if (task.fanned_out) {
    record->set_unit(LateUnitName(planned, static_cast<size_t>(u)));
  }
  v1::TaskRunStatus* status = record->mutable_status();
  const std::optional<TaskEnd>& end = task.units[u];
  const int p = progress.index().pod_of[t];
  // One that could not start has no Pod.
  if (p >= 0 && !(end && end->attempts == 0)) {
    status->set_pod_name(plan.pods(p).name());
    if (progress.pod(p) != nullptr) {
      progress.pod(p)->AddStates(planned.units(u), status);
    } else if (before != nullptr) {
      *status->mutable_steps() = before->status().steps();
      *status->mutable_sidecars() = before->status().sidecars();
    }
  }
  v1::Condition condition = ConditionOf(progress, t, record->name(), end);
  const bool known =
      before != nullptr && !before->status().conditions().empty();
  // What has ended says what it said then.
  if (known && end && before->status().conditions(0).status() != "Unknown") {
    condition = before->status().conditions(0);
  }
  KeepTime(known ? &before->status().conditions(0) : nullptr, progress.now_ns(),
           &condition);
  *status->add_conditions() = std::move(condition);
  const int64_t started =
      end && end->start_unix_ns > 0 ? end->start_unix_ns : task.start_ns;
  status->set_start_time(FromUnixNs(started));
  if (!end) return;
  status->set_completion_time(
      FromUnixNs(end->end_unix_ns > 0 ? end->end_unix_ns : progress.now_ns()));
  if (end->end_unix_ns == 0 && before != nullptr &&
      !before->status().completion_time().empty()) {
    status->set_completion_time(before->status().completion_time());
  }
  status->set_attempts(end->attempts);
  AddRetries(*end, status);
  for (const launcher::ResultValue& result : end->results) {
    v1::TaskRunResult* given = status->add_results();
    given->set_name(result.name);
    *given->mutable_value() = ToParamValue(result);
    given->set_type(std::string(TypeNameOf(given->value())));
  }
}

std::string MissingResultText(const Progress& progress, int t) {
  const RunIndex& index = progress.index();
  for (const launcher::ResultRef& ref : index.launch[t].result_refs) {
    const auto owner = index.task.find(ref.task);
    if (owner == index.task.end()) continue;
    const std::optional<TaskEnd>& end = progress.ends()[owner->second];
    const bool ran = end && end->outcome != Outcome::kSkipped &&
                     (end->outcome == Outcome::kSucceeded || end->attempts > 0);
    const bool given =
        ran && absl::c_any_of(end->results, [&](const auto& result) {
          return result.name == ref.result;
        });
    if (given) continue;
    if (ran && end->outcome == Outcome::kSucceeded) {
      return absl::StrCat("task \"", ref.task,
                          "\" completed successfully but did not emit the "
                          "result \"",
                          ref.result, "\", which is referenced by task \"",
                          index.plan->tasks(t).name(), "\"");
    }
    return absl::StrCat(
        "Invalid task result reference: Could not find result with name ",
        ref.result, " for pipeline task ", ref.task);
  }
  return "";
}

}  // namespace colocation
