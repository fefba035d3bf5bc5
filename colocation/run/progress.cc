#include "colocation/run/progress.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "colocation/run/late_matrix.h"
#include "colocation/syntax/child_name.h"

namespace colocation {
namespace {

struct SkipName {
  launcher::SkipReason reason;
  absl::string_view text;
};

constexpr SkipName kSkipNames[] = {
    {launcher::SkipReason::kWhen, "When Expressions evaluated to false"},
    {launcher::SkipReason::kParentSkipped, "Parent Tasks were skipped"},
    {launcher::SkipReason::kStopping, "PipelineRun was stopping"},
    {launcher::SkipReason::kCancelled, "PipelineRun was gracefully cancelled"},
    {launcher::SkipReason::kStopped, "PipelineRun was gracefully stopped"},
    {launcher::SkipReason::kMissingResults, "Results were missing"},
    {launcher::SkipReason::kPipelineTimeout,
     "PipelineRun timeout has been reached"},
    {launcher::SkipReason::kTasksTimeout,
     "PipelineRun Tasks timeout has been reached"},
    {launcher::SkipReason::kFinallyTimeout,
     "PipelineRun Finally timeout has been reached"},
    {launcher::SkipReason::kEmptyMatrix,
     "Matrix Parameters have an empty array"},
};

launcher::TaskEnd ToTaskEnd(const v1::TaskEnd& end) {
  launcher::TaskEnd made;
  made.outcome = static_cast<launcher::Outcome>(end.outcome());
  made.skip_reason = static_cast<launcher::SkipReason>(end.skip_reason());
  made.reason = end.reason();
  return made;
}

bool IsTrue(const v1::Condition& condition) {
  return condition.status() == "True";
}

bool IsOver(const v1::Condition& condition) {
  return IsTrue(condition) || condition.status() == "False";
}

// The end of one that ran, by its condition.
launcher::TaskEnd EndBy(const v1::Condition& condition) {
  launcher::TaskEnd end;
  end.outcome = IsTrue(condition) ? launcher::Outcome::kSucceeded
                                  : launcher::Outcome::kFailed;
  end.reason = condition.reason();
  end.message = condition.message();
  end.attempts = 1;
  return end;
}

// The end of one that was made for an external task.
launcher::TaskEnd EndOf(const v1::ExternalRun& run) {
  launcher::TaskEnd end = EndBy(run.condition());
  end.start_unix_ns = ToUnixNs(run.start_time());
  end.end_unix_ns = ToUnixNs(run.completion_time());
  for (const v1::Param& result : run.results()) {
    end.results.push_back(ToResultValue(result.name(), result.value()));
  }
  return end;
}

}  // namespace

absl::string_view SkippingReason(launcher::SkipReason reason) {
  for (const SkipName& name : kSkipNames) {
    if (name.reason == reason) return name.text;
  }
  return "None";
}

launcher::SkipReason ParseSkippingReason(absl::string_view text) {
  for (const SkipName& name : kSkipNames) {
    if (name.text == text) return name.reason;
  }
  return launcher::SkipReason::kUnspecified;
}

launcher::Stop ParseSpecStatus(absl::string_view spec_status) {
  if (spec_status == "Cancelled") return launcher::Stop::kCancelled;
  if (spec_status == "CancelledRunFinally") {
    return launcher::Stop::kCancelledRunFinally;
  }
  if (spec_status == "StoppedRunFinally") {
    return launcher::Stop::kStoppedRunFinally;
  }
  return launcher::Stop::kNone;
}

Progress::Progress(const RunIndex& index, const v1::Observation& observed)
    : index_(index),
      observed_(observed),
      now_ns_(ToUnixNs(observed.now())),
      tasks_(index.plan->tasks_size()),
      pods_(index.plan->pods_size()),
      missing_since_(index.plan->pods_size(), 0) {
  situation_.ends.resize(index.plan->tasks_size());
  situation_.stop = ParseSpecStatus(observed.spec_status());
  for (int t = 0; t < index_.plan->tasks_size(); ++t) {
    const v1::PlannedTask& task = index_.plan->tasks(t);
    tasks_[t].units.resize(std::max(1, task.units_size()));
    if (task.placement() == v1::PLACEMENT_SKIPPED)
      End(t, ToTaskEnd(task.end()));
  }
  Remember();
  ObservePods();
  ObserveExternal();
}

void Progress::Remember() {
  const v1::RunStatus& status = observed_.status();
  start_ns_ = ToUnixNs(status.start_time());
  if (start_ns_ == 0) start_ns_ = now_ns_;
  finally_start_ns_ = ToUnixNs(status.finally_start_time());
  if (stop() != launcher::Stop::kNone) {
    stop_ns_ = ToUnixNs(status.stop_time());
    if (stop_ns_ == 0) stop_ns_ = now_ns_;
  }
  // Matrices over results: every unit of one that has started has a record.
  std::map<int, size_t> combinations;
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    const auto task = index_.task.find(record.pipeline_task_name());
    if (task != index_.task.end() && !record.unit().empty() &&
        IsLateMatrix(index_.plan->tasks(task->second))) {
      ++combinations[task->second];
    }
  }
  for (const auto& [t, units] : combinations) FanOutTo(t, units);
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    RememberTask(record);
  }
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    const auto task = index_.task.find(skipped.name());
    if (task == index_.task.end()) continue;
    launcher::TaskEnd end;
    end.outcome = launcher::Outcome::kSkipped;
    end.skip_reason = ParseSkippingReason(skipped.reason());
    End(task->second, std::move(end));
  }
}

void Progress::RememberTask(const v1::TaskRunRecord& record) {
  const auto found = index_.task.find(record.pipeline_task_name());
  if (found == index_.task.end()) return;
  TaskProgress& task = tasks_[found->second];
  const v1::PlannedTask& planned = index_.plan->tasks(found->second);
  const auto& units = planned.units();
  size_t u = 0;
  while (task.fanned_out
             ? u < task.units.size() &&
                   LateUnitName(planned, u) != record.unit()
             : static_cast<int>(u) < units.size() &&
                   units[static_cast<int>(u)].name() != record.unit()) {
    ++u;
  }
  if (u >= task.units.size()) return;
  const v1::TaskRunStatus& status = record.status();
  task.started = true;
  task.start_ns = ToUnixNs(status.start_time());
  if (status.conditions().empty() || !IsOver(status.conditions(0))) return;
  launcher::TaskEnd end = EndBy(status.conditions(0));
  end.attempts = status.attempts();
  end.start_unix_ns = ToUnixNs(status.start_time());
  end.end_unix_ns = ToUnixNs(status.completion_time());
  for (const v1::TaskRunResult& result : status.results()) {
    end.results.push_back(ToResultValue(result.name(), result.value()));
  }
  if (units.empty() && !task.fanned_out) {
    End(found->second, std::move(end));
    return;
  }
  task.units[u] = std::move(end);
  Join(found->second);
}

void Progress::ObservePods() {
  absl::flat_hash_map<absl::string_view, const v1::PodRecord*> recorded;
  for (const v1::PodRecord& record : observed_.status().pods()) {
    recorded.emplace(record.name(), &record);
  }
  for (const v1::Pod& pod : observed_.pods()) {
    const auto found = index_.pod.find(pod.metadata().name());
    if (found == index_.pod.end()) continue;
    const auto record = recorded.find(pod.metadata().name());
    if (record != recorded.end() &&
        record->second->uid() != pod.metadata().uid()) {
      continue;
    }
    pods_[found->second].emplace(pod, index_.plan->pods(found->second));
  }
  for (int p = 0; p < index_.plan->pods_size(); ++p) {
    if (pods_[p]) {
      ObservePod(p);
      continue;
    }
    const auto record = recorded.find(index_.plan->pods(p).name());
    if (record == recorded.end()) continue;
    missing_since_[p] = ToUnixNs(record->second->missing_since());
    if (missing_since_[p] == 0) missing_since_[p] = now_ns_;
  }
}

void Progress::ObservePod(int p) {
  const ObservedPod& pod = *pods_[p];
  // What was declared before stands.
  for (const launcher::DeclaredTaskEnd& end : pod.Declared().ends) {
    const auto task = index_.task.find(end.task);
    if (task != index_.task.end() && end.end) End(task->second, *end.end);
  }
  for (const std::string& name : index_.plan->pods(p).tasks()) {
    const auto found = index_.task.find(name);
    if (found == index_.task.end() || Ended(found->second)) continue;
    const int t = found->second;
    const v1::PlannedTask& planned = index_.plan->tasks(t);
    for (int u = 0; u < planned.units_size(); ++u) {
      if (tasks_[t].units[u]) continue;
      std::optional<launcher::TaskEnd> end =
          pod.EndOf(planned.units(u), index_.launch[t]);
      if (!end || StoppedFromOutside(p, *end)) continue;
      tasks_[t].units[u] = std::move(end);
    }
    Join(t);
  }
}

bool Progress::EndedByItself(int t) const {
  const ObservedPod* pod = this->pod(index_.pod_of[t]);
  return pod != nullptr &&
         absl::c_all_of(index_.plan->tasks(t).units(), [&](const auto& unit) {
           return pod->EndOf(unit, index_.launch[t]).has_value();
         });
}

// The Pod was deleted or evicted, and its launchers took the signal for a
// cancellation: what became of its tasks is then found out as for a Pod that
// was killed (Run::Losses).
bool Progress::StoppedFromOutside(int p, const launcher::TaskEnd& end) const {
  const bool cancelled = end.reason == launcher::kTaskRunCancelled ||
                         end.skip_reason == launcher::SkipReason::kCancelled;
  if (!cancelled || stop() == launcher::Stop::kCancelled ||
      stop() == launcher::Stop::kCancelledRunFinally) {
    return false;
  }
  const v1::Pod& pod = pods_[p]->pod();
  return !pod.status().reason().empty() ||
         !pod.metadata().deletion_timestamp().empty();
}

void Progress::ObserveExternal() {
  std::map<int, std::vector<const v1::ExternalRun*>> by_task;
  for (const v1::ExternalRun& run : observed_.external_runs()) {
    const auto task = index_.task.find(run.task());
    if (task == index_.task.end() ||
        index_.plan->tasks(task->second).placement() !=
            v1::PLACEMENT_EXTERNAL) {
      continue;
    }
    by_task[task->second].push_back(&run);
  }
  // What one gives, another may need.
  for (const int t : index_.order) {
    const auto found = by_task.find(t);
    if (found == by_task.end()) continue;
    std::vector<const v1::ExternalRun*>& runs = found->second;
    if (IsLateMatrix(index_.plan->tasks(t))) {
      ObserveTaskRuns(t, runs);
      continue;
    }
    Start(t);
    tasks_[t].external_over = absl::c_all_of(
        runs,
        [](const v1::ExternalRun* run) { return IsOver(run->condition()); });
    if (Ended(t) || !tasks_[t].external_over) continue;
    absl::c_sort(runs, [](const auto* a, const auto* b) {
      return a->name() < b->name();
    });
    launcher::LaunchTask joined = index_.launch[t];
    std::vector<launcher::TaskEnd> ends;
    for (const v1::ExternalRun* run : runs) {
      joined.units.push_back({run->name(), {}, {}, {}});
      ends.push_back(EndOf(*run));
    }
    End(t, launcher::JoinUnits(joined, ends));
  }
}

void Progress::ObserveTaskRuns(
    int t, const std::vector<const v1::ExternalRun*>& runs) {
  TaskProgress& task = tasks_[t];
  const v1::PlannedTask& planned = index_.plan->tasks(t);
  if (!task.fanned_out) {
    // They were made, and the controller died before it wrote that down. What
    // is seen may be older than that: then the results are not there.
    if (Ended(t) || !WaitsEnded(t)) return;
    const LateMatrix matrix =
        FanOutLate(planned, LateValues(index_, situation_.ends));
    if (matrix.combinations.empty()) return;
    FanOutTo(t, matrix.combinations.size());
  }
  Start(t);
  task.external_over = absl::c_all_of(runs, [](const v1::ExternalRun* run) {
    return IsOver(run->condition());
  });
  absl::flat_hash_map<std::string, size_t> by_name;
  for (size_t u = 0; u < task.units.size(); ++u) {
    by_name.emplace(TaskRunName(index_.plan->run().name(), planned.name(), u,
                                task.units.size()),
                    u);
  }
  for (const v1::ExternalRun* run : runs) {
    const auto unit = by_name.find(run->name());
    if (unit == by_name.end() || task.units[unit->second]) continue;
    if (IsOver(run->condition())) task.units[unit->second] = EndOf(*run);
  }
  Join(t);
}

void Progress::FanOutTo(int t, size_t units) {
  tasks_[t].fanned_out = true;
  tasks_[t].units.resize(units);
}

void Progress::Join(int t) {
  if (Ended(t)) return;
  std::vector<launcher::TaskEnd> units;
  for (const std::optional<launcher::TaskEnd>& unit : tasks_[t].units) {
    if (!unit) return;
    units.push_back(*unit);
  }
  if (!tasks_[t].fanned_out) {
    situation_.ends[t] = launcher::JoinUnits(index_.launch[t], units);
    return;
  }
  launcher::LaunchTask fanned_out = index_.launch[t];
  const v1::PlannedTask& planned = index_.plan->tasks(t);
  for (size_t u = 0; u < units.size(); ++u) {
    fanned_out.units.push_back({TaskRunName(index_.plan->run().name(),
                                            planned.name(), u, units.size()),
                                {},
                                {},
                                {}});
  }
  situation_.ends[t] = launcher::JoinUnits(fanned_out, units);
}

bool Progress::AllEnded() const {
  return absl::c_all_of(ends(),
                        [](const auto& end) { return end.has_value(); });
}

bool Progress::HasRun(int t) const {
  const std::optional<launcher::TaskEnd>& end = situation_.ends[t];
  if (!end) return tasks_[t].started;
  return end->outcome != launcher::Outcome::kSkipped && end->attempts > 0;
}

bool Progress::WaitsEnded(int t) const {
  return absl::c_all_of(index_.waits[t], [&](int w) { return Ended(w); });
}

launcher::Decision Progress::Decide(int t) {
  // Tasks that wait for the same start together; none stops another
  // (launcher/decide.h, MattersFor).
  const launcher::LaunchTask& self = index_.launch[t];
  std::vector<std::pair<size_t, launcher::TaskEnd>> together;
  for (size_t i = 0; !self.finally && i < situation_.ends.size(); ++i) {
    std::optional<launcher::TaskEnd>& end = situation_.ends[i];
    const launcher::LaunchTask& other = index_.launch[i];
    if (!end || end->outcome != launcher::Outcome::kFailed || other.finally ||
        other.wait_for != self.wait_for) {
      continue;
    }
    together.emplace_back(i, *std::move(end));
    end.reset();
  }
  const v1::RunTimeouts& timeouts = index_.plan->timeouts();
  situation_.pipeline_timed_out = Passed(timeouts.pipeline_ns());
  situation_.tasks_timed_out = Passed(timeouts.tasks_ns());
  situation_.finally_timed_out = FinallyPassed();
  const launcher::Decision decision =
      launcher::Decide(index_.launch, static_cast<size_t>(t), situation_);
  for (auto& [i, end] : together) situation_.ends[i] = std::move(end);
  return decision;
}

bool Progress::Passed(int64_t timeout_ns, int64_t grace_ns) const {
  return timeout_ns > 0 && now_ns_ - start_ns_ - grace_ns >= timeout_ns;
}

bool Progress::FinallyPassed(int64_t grace_ns) const {
  const int64_t timeout_ns = index_.plan->timeouts().finally_ns();
  return timeout_ns > 0 && finally_start_ns_ > 0 &&
         now_ns_ - finally_start_ns_ - grace_ns >= timeout_ns;
}

bool Progress::StopPassed(int64_t grace_ns) const {
  return stop_ns_ > 0 && now_ns_ - stop_ns_ >= grace_ns;
}

void Progress::Start(int t) {
  if (tasks_[t].started) return;
  tasks_[t].started = true;
  tasks_[t].start_ns = now_ns_;
}

void Progress::End(int t, launcher::TaskEnd end) {
  if (Ended(t)) return;
  for (std::optional<launcher::TaskEnd>& unit : tasks_[t].units) {
    if (!unit) unit = end;
  }
  if (index_.plan->tasks(t).placement() == v1::PLACEMENT_EXTERNAL &&
      !tasks_[t].fanned_out) {
    // Joined already.
    situation_.ends[t] = std::move(end);
    return;
  }
  Join(t);
}

void Progress::BeginFinally(int64_t at_ns) {
  if (finally_start_ns_ == 0) finally_start_ns_ = at_ns;
}

void Progress::SettleFinally() {
  if (finally_start_ns_ > 0) return;
  int64_t earliest = 0;
  for (size_t t = 0; t < tasks_.size(); ++t) {
    const std::optional<launcher::TaskEnd>& end = situation_.ends[t];
    if (!index_.plan->tasks(static_cast<int>(t)).finally()) {
      // One that the plan skips has ended before it is its turn.
      if (!end) return;
      continue;
    }
    if (!end) continue;
    const bool looked_at =
        end->outcome != launcher::Outcome::kSkipped ||
        (end->skip_reason != launcher::SkipReason::kMissingResults &&
         end->skip_reason != launcher::SkipReason::kCancelled &&
         end->skip_reason != launcher::SkipReason::kStopping);
    if (!looked_at) continue;
    const bool ran = end->attempts > 0 && end->start_unix_ns > 0;
    const int64_t start = ran ? end->start_unix_ns : now_ns_;
    if (earliest == 0 || start < earliest) earliest = start;
  }
  if (earliest > 0) BeginFinally(earliest);
}

}  // namespace colocation
