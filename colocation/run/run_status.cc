#include "colocation/run/run_status.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "colocation/resolve/reference.h"
#include "colocation/run/late_values.h"
#include "colocation/run/unit_status.h"
#include "colocation/syntax/duration.h"
#include "launcher/decide.h"
#include "launcher/substitute.h"

namespace colocation {
namespace {

using launcher::Outcome;
using launcher::SkipReason;
using launcher::Stop;

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
  // By task.
  std::map<std::string, std::string> invalid_messages;
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
        if (IsUnmentioned(*end)) continue;
        v1::SkippedTask* skipped = status_.add_skipped_tasks();
        skipped->set_name(planned.name());
        skipped->set_reason(std::string(SkippingReason(ReasonOf(t))));
        if (!planned.finally() || end->skip_reason == SkipReason::kWhen) {
          AddWhen(t, /*statuses=*/true, skipped->mutable_when_expressions());
        }
        continue;
      }
      if (!progress_.HasRun(t)) {
        // Remembered, so that it stays what it is.
        if (end) Record(t, 0);
        continue;
      }
      if (planned.placement() == v1::PLACEMENT_EXTERNAL) {
        External(t);
        continue;
      }
      for (int u = 0; u < planned.units_size(); ++u) {
        Child(t, "TaskRun", "tekton.dev/v1", Record(t, u), &planned.units(u));
      }
    }
  }

  // A plain cancellation ends Tekton's run on the spot, with the tasks that had
  // been skipped before (cancelPipelineRun in pkg/reconciler/pipelinerun/
  // cancel.go). Until ours is over, these ends have to be remembered.
  bool IsUnmentioned(const launcher::TaskEnd& end) const {
    if (progress_.stop() != Stop::kCancelled || !progress_.AllEnded()) {
      return false;
    }
    return end.skip_reason == SkipReason::kCancelled ||
           (end.skip_reason == SkipReason::kStopping && !AnyFailedByItself());
  }

  // A failure that was not the cancellation.
  bool AnyFailedByItself() const {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[t];
      if (!plan_.tasks(t).finally() && end &&
          end->outcome == Outcome::kFailed &&
          end->reason != launcher::kTaskRunCancelled &&
          !index_.launch[t].continue_on_error) {
        return true;
      }
    }
    return false;
  }

  // What is cut short by the timeout is a failure, which Tekton looks at before
  // the time (skip in pkg/reconciler/pipelinerun/resources/
  // pipelinerunresolution.go).
  SkipReason ReasonOf(int t) const {
    const SkipReason reason = progress_.ends()[t]->skip_reason;
    const bool of_time = reason == SkipReason::kPipelineTimeout ||
                         reason == SkipReason::kTasksTimeout;
    if (!of_time || plan_.tasks(t).finally()) return reason;
    for (int other = 0; other < plan_.tasks_size(); ++other) {
      const std::optional<launcher::TaskEnd>& end = progress_.ends()[other];
      if (!plan_.tasks(other).finally() && end &&
          end->outcome == Outcome::kFailed &&
          !index_.launch[other].continue_on_error) {
        return SkipReason::kStopping;
      }
    }
    return reason;
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
             absl::string_view name, const v1::PlannedUnit* unit = nullptr) {
    v1::ChildReference* child = status_.add_child_references();
    child->set_api_version(std::string(api_version));
    child->set_kind(std::string(kind));
    child->set_name(std::string(name));
    child->set_pipeline_task_name(plan_.tasks(t).name());
    child->set_display_name(DisplayName(t, unit));
    AddWhen(t, /*statuses=*/false, child->mutable_when_expressions());
  }

  // getDisplayName in pkg/reconciler/pipelinerun/resources/
  // pipelinerunstate.go: the values of a matrix put in; and where the
  // combination has the values of an entry of `include`, that one's name.
  std::string DisplayName(int t, const v1::PlannedUnit* unit) const {
    const v1::PlannedTask& planned = plan_.tasks(t);
    std::map<absl::string_view, absl::string_view> params;
    if (unit != nullptr) {
      for (const v1::Param& param : unit->matrix_params()) {
        params[param.name()] = param.value().string_value();
      }
    }
    const auto with_params = [&](absl::string_view text) {
      return ReplaceReferences(
          text, [&](absl::string_view inside) -> std::optional<std::string> {
            if (!absl::ConsumePrefix(&inside, "params.")) return std::nullopt;
            const auto found = params.find(inside);
            if (found == params.end()) return std::nullopt;
            return std::string(found->second);
          });
    };
    std::vector<std::string> names;
    if (!params.empty()) {
      for (const v1::IncludeParams& include : MatrixOf(t).include()) {
        if (include.name().empty()) continue;
        const bool fits =
            absl::c_all_of(include.params(), [&](const v1::Param& param) {
              const auto found = params.find(param.name());
              return found != params.end() &&
                     found->second == param.value().string_value();
            });
        if (fits) names.push_back(with_params(include.name()));
      }
    }
    if (!names.empty()) return absl::StrJoin(names, " ");
    if (planned.display_name().empty()) return "";
    const std::string text = with_params(planned.display_name());
    return LateValues(index_, progress_.ends()).Replace(text).value_or(text);
  }

  const v1::Matrix& MatrixOf(int t) const {
    const int tasks = plan_.pipeline_spec().tasks_size();
    if (t < tasks) return plan_.pipeline_spec().tasks(t).matrix();
    if (t - tasks < plan_.pipeline_spec().finally_size()) {
      return plan_.pipeline_spec().finally(t - tasks).matrix();
    }
    return v1::Matrix::default_instance();
  }

  // The conditions with the results put in if all that the task refers to are
  // there; and, as Tekton does while a finally task has no TaskRun, the
  // statuses.
  void AddWhen(int t, bool statuses,
               google::protobuf::RepeatedPtrField<v1::WhenExpression>* whens) {
    const auto& written = plan_.tasks(t).when();
    if (written.empty()) return;
    launcher::Replacements values = launcher::ReplacementsFor(
        index_.launch, static_cast<size_t>(t), progress_.situation());
    if (!statuses) {
      values.statuses.clear();
      values.aggregate_status.clear();
    }
    for (const v1::WhenExpression& when : written) {
      std::string ignored;
      const launcher::When filled = launcher::SubstituteWhen(
          {when.input(),
           when.operator_(),
           {when.values().begin(), when.values().end()},
           when.cel()},
          values, &ignored);
      v1::WhenExpression* made = whens->Add();
      made->set_input(filled.input);
      made->set_operator_(filled.op);
      *made->mutable_values() = {filled.values.begin(), filled.values.end()};
      made->set_cel(filled.cel);
    }
  }

  // The status of one unit of work; returns the name of its TaskRun.
  std::string Record(int t, int u) {
    v1::TaskRunRecord* record = status_.add_task_runs();
    record->set_name(UnitTaskRunName(progress_, t, u));
    const auto found = recorded_.find(record->name());
    FillRecord(progress_, t, u,
               found == recorded_.end() ? nullptr : found->second, record);
    return record->name();
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
        std::string why = MissingResultText(progress_, t);
        counts.invalid_messages[plan_.tasks(t).name()] =
            why.empty() ? end->message : std::move(why);
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

  bool AnyRuns() const {
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (!progress_.Ended(t) && progress_.HasRun(t)) return true;
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
        // Where nothing runs, what is left is about to be skipped.
        if (!AnyRuns() && !before_.conditions().empty()) {
          return before_.conditions(0);
        }
        reason = "PipelineRunStopping";
      }
      return SucceededIs(
          "Unknown", reason,
          absl::StrCat("Tasks Completed: ", completed, " (Failed: ", c.failed,
                       ", Cancelled ", c.cancelled, "), Incomplete: ",
                       c.incomplete, ", Skipped: ", c.skipped));
    }
    // Tekton ends the run on the spot (reconcile and runNextSchedulableTask in
    // pkg/reconciler/pipelinerun/pipelinerun.go): what comes later, be it a
    // request to cancel or a timeout, finds it ended.
    if (c.fatal != nullptr && c.fatal->reason == launcher::kInvalidMatrix) {
      return SucceededIs("False", c.fatal->reason,
                         absl::StrCat("Failed to validate matrix ", name,
                                      " with error ", c.fatal->message));
    }
    if (c.fatal != nullptr) {
      return SucceededIs(
          "False", c.fatal->reason,
          absl::StrCat("Error evaluating CEL ", plan_.run().name(), ": ",
                       c.fatal->message));
    }
    if (progress_.stop() == Stop::kCancelled) {
      return SucceededIs("False", "Cancelled",
                         absl::StrCat("PipelineRun ", name, " was cancelled"));
    }
    if (progress_.Passed(timeouts.pipeline_ns()) &&
        TimedOut(SkipReason::kPipelineTimeout, false)) {
      return SucceededIs(
          "False", "PipelineRunTimeout",
          absl::StrCat("PipelineRun ", name, " failed to finish within \"",
                       FormatDurationNs(timeouts.pipeline_ns()), "\""));
    }
    if (progress_.Passed(timeouts.tasks_ns()) &&
        TimedOut(SkipReason::kTasksTimeout, true)) {
      return SucceededIs(
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
      std::string why = absl::StrJoin(
          c.invalid_messages, "; ",
          [](std::string* out, const auto& of) { out->append(of.second); });
      constexpr size_t kMostWhy = 1024;
      if (why.size() > kMostWhy) why = why.substr(0, kMostWhy) + "...";
      absl::StrAppend(&message, ", Failed Validation: ", c.invalid, " (", why,
                      ")");
      return SucceededIs("False", "PipelineValidationFailed", message);
    }
    if (c.failed > 0 || c.skipped_by_timeout > 0) {
      return SucceededIs("False", "Failed", message);
    }
    if (progress_.stop() != Stop::kNone) {
      return SucceededIs("False", "Cancelled",
                         absl::StrCat("PipelineRun ", name, " was cancelled"));
    }
    if (c.cancelled > 0) return SucceededIs("False", "Cancelled", message);
    return SucceededIs("True", c.skipped > 0 ? "Completed" : "Succeeded",
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
    *condition = SucceededIs(
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
