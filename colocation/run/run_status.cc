#include "colocation/run/run_status.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/run/late_matrix.h"
#include "colocation/run/late_values.h"
#include "colocation/syntax/duration.h"
#include "launcher/decide.h"
#include "launcher/substitute.h"

namespace colocation {
namespace {

using launcher::Outcome;
using launcher::SkipReason;
using launcher::Stop;

v1::Condition Succeeded(absl::string_view status, absl::string_view reason,
                        std::string message) {
  v1::Condition condition;
  condition.set_type("Succeeded");
  condition.set_status(std::string(status));
  condition.set_reason(std::string(reason));
  condition.set_message(std::move(message));
  return condition;
}

// A condition that says the same as before has not changed.
void KeepTime(const v1::Condition* before, int64_t now_ns,
              v1::Condition* condition) {
  const bool same = before != nullptr &&
                    before->status() == condition->status() &&
                    before->reason() == condition->reason() &&
                    before->message() == condition->message();
  condition->set_last_transition_time(same ? before->last_transition_time()
                                           : FromUnixNs(now_ns));
}

// pipelineRunStatusCount.
struct Counts {
  int succeeded = 0;
  int failed = 0;
  int ignored = 0;
  int cancelled = 0;
  int skipped = 0;
  int skipped_by_timeout = 0;
  int invalid = 0;
  int incomplete = 0;
  std::vector<std::string> invalid_messages;
  // Of the first task that has ended the run: its condition in CEL had no
  // value, or its matrix no lists.
  const launcher::TaskEnd* fatal = nullptr;
};

class StatusMaker {
 public:
  explicit StatusMaker(const Progress& progress)
      : progress_(progress),
        index_(progress.index()),
        plan_(*progress.index().plan),
        before_(progress.observed().status()) {
    for (const v1::TaskRunRecord& record : before_.task_runs()) {
      recorded_.emplace(record.name(), &record);
    }
  }

  v1::RunStatus Make() {
    status_.set_start_time(FromUnixNs(progress_.start_ns()));
    status_.set_finally_start_time(FromUnixNs(progress_.finally_start_ns()));
    status_.set_stop_time(FromUnixNs(progress_.stop_ns()));
    Tasks();
    Pods();
    v1::Condition condition = OfRun();
    if (progress_.AllEnded()) {
      Results(&condition);
      status_.set_completion_time(!before_.completion_time().empty()
                                      ? before_.completion_time()
                                      : FromUnixNs(progress_.now_ns()));
    }
    KeepTime(before_.conditions().empty() ? nullptr : &before_.conditions(0),
             progress_.now_ns(), &condition);
    *status_.add_conditions() = std::move(condition);
    return std::move(status_);
  }

 private:
  void Tasks() {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const v1::PlannedTask& planned = plan_.tasks(t);
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[t];
      if (end && end->outcome == Outcome::kSkipped) {
        v1::SkippedTask* skipped = status_.add_skipped_tasks();
        skipped->set_name(planned.name());
        skipped->set_reason(std::string(SkippingReason(end->skip_reason)));
        if (!planned.finally() || end->skip_reason == SkipReason::kWhen) {
          AddWhen(t, skipped->mutable_when_expressions());
        }
        continue;
      }
      const bool never_ran = end && end->attempts == 0;
      if (never_ran || (!end && !progress_.task(t).started)) {
        // Remembered, so that it stays what it is.
        if (never_ran) Record(t, 0);
        continue;
      }
      if (planned.placement() == v1::PLACEMENT_EXTERNAL) {
        External(t);
        continue;
      }
      for (int u = 0; u < planned.units_size(); ++u) {
        Child(t, "TaskRun", "tekton.dev/v1", Record(t, u));
      }
    }
  }

  void External(int t) {
    const TaskProgress& task = progress_.task(t);
    if (task.fanned_out) {
      for (size_t u = 0; u < task.units.size(); ++u) {
        Child(t, "TaskRun", "tekton.dev/v1", Record(t, static_cast<int>(u)));
      }
      return;
    }
    const std::string name = Record(t, 0);
    bool seen = false;
    for (const v1::ExternalRun& run : progress_.observed().external_runs()) {
      if (run.task() != plan_.tasks(t).name()) continue;
      Child(t, run.kind(), run.api_version(), run.name());
      seen = true;
    }
    const std::string& kind = plan_.tasks(t).spec().kind();
    if (seen) return;
    Child(t, kind, kind == "CustomRun" ? "tekton.dev/v1beta1" : "tekton.dev/v1",
          name);
  }

  void Child(int t, absl::string_view kind, absl::string_view api_version,
             absl::string_view name) {
    v1::ChildReference* child = status_.add_child_references();
    child->set_api_version(std::string(api_version));
    child->set_kind(std::string(kind));
    child->set_name(std::string(name));
    child->set_pipeline_task_name(plan_.tasks(t).name());
    AddWhen(t, child->mutable_when_expressions());
  }

  void AddWhen(int t,
               google::protobuf::RepeatedPtrField<v1::WhenExpression>* whens) {
    for (const launcher::When& when : index_.launch[t].when) {
      v1::WhenExpression* made = whens->Add();
      made->set_input(when.input);
      made->set_operator_(when.op);
      for (const std::string& value : when.values) made->add_values(value);
      made->set_cel(when.cel);
    }
  }

  // The status of one unit of work; returns the name of its TaskRun.
  std::string Record(int t, int u) {
    const v1::PlannedTask& planned = plan_.tasks(t);
    const TaskProgress& task = progress_.task(t);
    v1::TaskRunRecord* record = status_.add_task_runs();
    record->set_pipeline_task_name(planned.name());
    if (planned.units_size() > 0) record->set_unit(planned.units(u).name());
    if (task.fanned_out) record->set_unit(LateUnitName(planned, u));
    record->set_name(
        task.fanned_out
            ? LateTaskRunName(plan_.run().name(), planned, u, task.units.size())
            : absl::StrCat(plan_.run().name(), "-",
                           planned.units_size() > 0 ? planned.units(u).name()
                                                    : planned.name()));
    const auto found = recorded_.find(record->name());
    const v1::TaskRunRecord* before =
        found == recorded_.end() ? nullptr : found->second;
    v1::TaskRunStatus* status = record->mutable_status();
    const int p = index_.pod_of[t];
    if (p >= 0) {
      status->set_pod_name(plan_.pods(p).name());
      if (progress_.pod(p) != nullptr) {
        progress_.pod(p)->AddStates(plan_.pods(p), planned.units(u), status);
      } else if (before != nullptr) {
        *status->mutable_steps() = before->status().steps();
        *status->mutable_sidecars() = before->status().sidecars();
      }
    }
    const std::optional<launcher::TaskEnd>& end = task.units[u];
    v1::Condition condition = OfUnit(p, end);
    KeepTime(before == nullptr || before->status().conditions().empty()
                 ? nullptr
                 : &before->status().conditions(0),
             progress_.now_ns(), &condition);
    *status->add_conditions() = std::move(condition);
    const int64_t started =
        end && end->start_unix_ns > 0 ? end->start_unix_ns : task.start_ns;
    status->set_start_time(FromUnixNs(started));
    if (!end) return record->name();
    status->set_completion_time(FromUnixNs(
        end->end_unix_ns > 0 ? end->end_unix_ns : progress_.now_ns()));
    if (end->end_unix_ns == 0 && before != nullptr &&
        !before->status().completion_time().empty()) {
      status->set_completion_time(before->status().completion_time());
    }
    status->set_attempts(end->attempts);
    for (const launcher::ResultValue& result : end->results) {
      v1::TaskRunResult* given = status->add_results();
      given->set_name(result.name);
      *given->mutable_value() = ToParamValue(result);
      given->set_type(given->value().has_array_value()    ? "array"
                      : given->value().has_object_value() ? "object"
                                                          : "string");
    }
    return record->name();
  }

  v1::Condition OfUnit(int p, const std::optional<launcher::TaskEnd>& end) {
    if (!end) {
      const ObservedPod* pod = p < 0 ? nullptr : progress_.pod(p);
      if (p < 0 || (pod != nullptr && pod->HasStarted())) {
        return Succeeded("Unknown", "Running",
                         "Not all Steps in the Task have finished executing");
      }
      return Succeeded("Unknown", "Pending", WhyPending(pod));
    }
    if (end->outcome == Outcome::kSucceeded) {
      return Succeeded("True", "Succeeded",
                       "All Steps have completed executing");
    }
    return Succeeded("False", end->reason, end->message);
  }

  static std::string WhyPending(const ObservedPod* pod) {
    if (pod == nullptr) return "the Pod is about to be created";
    for (const v1::PodCondition& c : pod->pod().status().conditions()) {
      if (c.status() != "True" && !c.message().empty()) {
        return absl::StrCat("pod status \"", c.type(), "\":\"", c.status(),
                            "\"; message: \"", c.message(), "\"");
      }
    }
    return "Pending";
  }

  void Pods() {
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const ObservedPod* pod = progress_.pod(p);
      if (pod != nullptr) {
        v1::PodRecord* record = status_.add_pods();
        record->set_name(plan_.pods(p).name());
        record->set_uid(pod->pod().metadata().uid());
        continue;
      }
      for (const v1::PodRecord& record : before_.pods()) {
        if (record.name() != plan_.pods(p).name()) continue;
        *status_.add_pods() = record;
        status_.mutable_pods(status_.pods_size() - 1)
            ->set_missing_since(FromUnixNs(progress_.MissingSince(p)));
      }
    }
  }

  bool CancelledByTimeout(const launcher::TaskEnd& end) const {
    return end.reason == launcher::kTaskRunCancelled &&
           progress_.stop() != Stop::kCancelled &&
           progress_.stop() != Stop::kCancelledRunFinally;
  }

  // getPipelineTasksCount.
  Counts Count() const {
    Counts counts;
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[t];
      if (!end) {
        ++counts.incomplete;
      } else if (end->outcome == Outcome::kSkipped) {
        ++counts.skipped;
        counts.skipped_by_timeout +=
            end->skip_reason == SkipReason::kPipelineTimeout ||
            end->skip_reason == SkipReason::kTasksTimeout ||
            end->skip_reason == SkipReason::kFinallyTimeout;
      } else if (end->outcome == Outcome::kSucceeded) {
        ++counts.succeeded;
      } else if (CancelledByTimeout(*end)) {
        ++counts.failed;
      } else if (end->reason == launcher::kTaskRunCancelled) {
        ++counts.cancelled;
      } else if (end->attempts == 0 && launcher::EndsTheRun(*end)) {
        ++counts.failed;
        if (counts.fatal == nullptr) counts.fatal = &*end;
      } else if (end->attempts == 0) {
        ++counts.invalid;
        counts.invalid_messages.push_back(end->message);
      } else if (index_.launch[t].continue_on_error) {
        ++counts.ignored;
      } else {
        ++counts.failed;
      }
    }
    return counts;
  }

  // Whether a task, before or in `finally` or either, did not run or was
  // stopped as time was up.
  bool TimedOut(SkipReason reason, bool of_tasks_only) const {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[t];
      if (!end || (of_tasks_only && plan_.tasks(t).finally())) continue;
      if (end->skip_reason == reason || CancelledByTimeout(*end)) return true;
    }
    return false;
  }

  bool FinallyEnded() const {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (plan_.tasks(t).finally() && !progress_.Ended(t)) return false;
    }
    return true;
  }

  // GetPipelineConditionStatus.
  v1::Condition OfRun() const {
    const std::string name = absl::StrCat("\"", plan_.run().name(), "\"");
    const Counts c = Count();
    const int completed = c.succeeded + c.failed + c.cancelled + c.ignored;
    const v1::RunTimeouts& timeouts = plan_.timeouts();
    if (c.incomplete > 0) {
      std::string reason = "Running";
      if (progress_.Passed(timeouts.tasks_ns()) && !FinallyEnded()) {
        reason = "PipelineRunTimeoutRunningFinally";
      } else if (progress_.stop() == Stop::kCancelledRunFinally) {
        reason = "CancelledRunningFinally";
      } else if (progress_.stop() == Stop::kStoppedRunFinally) {
        reason = "StoppedRunningFinally";
      } else if (c.cancelled > 0 || (c.failed > 0 && FinallyEnded())) {
        reason = "PipelineRunStopping";
      }
      return Succeeded(
          "Unknown", reason,
          absl::StrCat("Tasks Completed: ", completed, " (Failed: ", c.failed,
                       ", Cancelled ", c.cancelled, "), Incomplete: ",
                       c.incomplete, ", Skipped: ", c.skipped));
    }
    // Tekton ends the run on the spot (reconcile and runNextSchedulableTask in
    // pkg/reconciler/pipelinerun/pipelinerun.go): what comes later, be it a
    // request to cancel or a timeout, finds it ended.
    if (c.fatal != nullptr && c.fatal->reason == launcher::kInvalidMatrix) {
      return Succeeded("False", c.fatal->reason,
                       absl::StrCat("Failed to validate matrix ", name,
                                    " with error ", c.fatal->message));
    }
    if (c.fatal != nullptr) {
      return Succeeded("False", c.fatal->reason,
                       absl::StrCat("Error evaluating CEL ", plan_.run().name(),
                                    ": ", c.fatal->message));
    }
    if (progress_.stop() == Stop::kCancelled) {
      return Succeeded("False", "Cancelled",
                       absl::StrCat("PipelineRun ", name, " was cancelled"));
    }
    if (progress_.Passed(timeouts.pipeline_ns()) &&
        TimedOut(SkipReason::kPipelineTimeout, false)) {
      return Succeeded(
          "False", "PipelineRunTimeout",
          absl::StrCat("PipelineRun ", name, " failed to finish within \"",
                       FormatDurationNs(timeouts.pipeline_ns()), "\""));
    }
    if (progress_.Passed(timeouts.tasks_ns()) &&
        TimedOut(SkipReason::kTasksTimeout, true)) {
      return Succeeded(
          "False", "PipelineRunTimeout",
          absl::StrCat("PipelineRun ", name,
                       " failed due to tasks failed to finish within \"",
                       FormatDurationNs(timeouts.tasks_ns()), "\""));
    }
    const std::string ignored =
        c.ignored > 0 ? absl::StrCat(" (Ignored: ", c.ignored, ")") : "";
    std::string message = absl::StrCat(
        "Tasks Completed: ", completed, " (Failed: ", c.failed + c.ignored,
        ignored, ", Cancelled ", c.cancelled, "), Skipped: ", c.skipped);
    if (c.invalid > 0) {
      absl::StrAppend(&message, ", Failed Validation: ", c.invalid, " (",
                      absl::StrJoin(c.invalid_messages, "; "), ")");
      return Succeeded("False", "PipelineValidationFailed", message);
    }
    if (c.failed > 0 || c.skipped_by_timeout > 0) {
      return Succeeded("False", "Failed", message);
    }
    if (progress_.stop() != Stop::kNone) {
      return Succeeded("False", "Cancelled",
                       absl::StrCat("PipelineRun ", name, " was cancelled"));
    }
    if (c.cancelled > 0) return Succeeded("False", "Cancelled", message);
    return Succeeded("True", c.skipped > 0 ? "Completed" : "Succeeded",
                     message);
  }

  // ApplyTaskResultsToPipelineResults: a result of a task that did not succeed
  // is left out; that a task which did has not given one fails the run.
  void Results(v1::Condition* condition) {
    const LateValues values(index_, progress_.ends());
    std::vector<std::string> invalid;
    for (const v1::PipelineResult& result : plan_.results()) {
      std::string missing;
      std::optional<v1::ParamValue> value =
          values.Replace(result.value(), &missing);
      if (value) {
        v1::PipelineRunResult* given = status_.add_results();
        given->set_name(result.name());
        given->mutable_value()->Swap(&*value);
        continue;
      }
      const auto task = index_.task.find(missing);
      if (task == index_.task.end() ||
          progress_.ends()[task->second]->outcome == Outcome::kSucceeded) {
        invalid.push_back(result.name());
      }
    }
    if (invalid.empty()) return;
    *condition = Succeeded(
        "False", "CouldntGetPipelineResult",
        absl::StrCat("Failed to get PipelineResult from TaskRun Results for "
                     "PipelineRun ",
                     plan_.run().name(), ": invalid pipelineresults [",
                     absl::StrJoin(invalid, " "),
                     "], the referenced results don't exist"));
  }

  const Progress& progress_;
  const RunIndex& index_;
  const v1::ColocationPlan& plan_;
  const v1::RunStatus& before_;
  absl::flat_hash_map<absl::string_view, const v1::TaskRunRecord*> recorded_;
  v1::RunStatus status_;
};

}  // namespace

v1::RunStatus StatusOf(const Progress& progress) {
  return StatusMaker(progress).Make();
}

}  // namespace colocation
