// How far a run is, task by task: what the controller remembers of it (the
// status that the last call gave) joined with what it sees.
//
// Nothing un-ends: what the status says has ended has ended so.
#ifndef COLOCATION_RUN_PROGRESS_H_
#define COLOCATION_RUN_PROGRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "colocation/run/late_values.h"
#include "colocation/run/observed_pod.h"
#include "colocation/run/run_index.h"
#include "colocation/v1/run.pb.h"
#include "launcher/decide.h"
#include "launcher/spec.h"

namespace colocation {

// Tekton's SkippingReason for each of ours
// (pkg/apis/pipeline/v1/pipelinerun_types.go), and back.
absl::string_view SkippingReason(launcher::SkipReason reason);
launcher::SkipReason ParseSkippingReason(absl::string_view text);

// PipelineRun.spec.status as the launchers know it.
launcher::Stop ParseSpecStatus(absl::string_view spec_status);

struct TaskProgress {
  // It could start, and nothing kept it from that: so it has, or will have as
  // soon as its container gets there.
  bool started = false;
  int64_t start_ns = 0;
  bool external_over = false;
  // A matrix over results whose combinations are known: `units` has one each.
  bool fanned_out = false;
  // By unit; one for another external task.
  std::vector<std::optional<launcher::TaskEnd>> units;
};

class Progress {
 public:
  // All outlive this.
  Progress(const RunIndex& index, const v1::Observation& observed);

  const RunIndex& index() const { return index_; }
  const v1::Observation& observed() const { return observed_; }
  int64_t now_ns() const { return now_ns_; }
  int64_t start_ns() const { return start_ns_; }
  int64_t finally_start_ns() const { return finally_start_ns_; }
  int64_t stop_ns() const { return stop_ns_; }
  launcher::Stop stop() const { return situation_.stop; }

  const launcher::Situation& situation() const { return situation_; }

  // By task.
  const TaskEnds& ends() const { return situation_.ends; }
  const TaskProgress& task(int t) const { return tasks_[t]; }
  bool Ended(int t) const { return situation_.ends[t].has_value(); }
  bool AllEnded() const;
  // It runs or has run: Tekton would have made its TaskRuns.
  bool HasRun(int t) const;
  // Whatever runs that external task has come to an end of its own.
  bool ExternalIsOver(int t) const { return tasks_[t].external_over; }
  bool WaitsEnded(int t) const;

  // By Pod: null where it is not there.
  const ObservedPod* pod(int p) const {
    return pods_[p] ? &*pods_[p] : nullptr;
  }
  // It was there once, and is no more, or another one has its name: since
  // then; 0 where that is not so. What is seen may be older than what was seen
  // before, so that it may show up again.
  int64_t MissingSince(int p) const { return missing_since_[p]; }
  // The units' own containers say how the task, which is in that Pod, ended.
  bool EndedByItself(int t) const;

  // Whether the task starts, once all that it waits for has ended, as the
  // launchers decide it.
  launcher::Decision Decide(int t);

  // Whether that much time since the run's start has passed; 0 is never.
  bool Passed(int64_t timeout_ns, int64_t grace_ns = 0) const;
  // Likewise since the start of `finally`.
  bool FinallyPassed(int64_t grace_ns = 0) const;
  bool StopPassed(int64_t grace_ns) const;

  // What is found out on the way.
  void Start(int t);
  // Of a matrix over results, when it starts.
  void FanOutTo(int t, size_t units);
  // Gives every unit of it that has not ended this end.
  void End(int t, launcher::TaskEnd end);
  void BeginFinally(int64_t at_ns);
  // Begins it where finally tasks have ended that were never seen to run: when
  // the first of them started (setFinallyStartedTimeIfNeeded in
  // pkg/reconciler/pipelinerun/pipelinerun.go, which also counts those that are
  // skipped by their conditions).
  void SettleFinally();

 private:
  void Remember();
  void RememberTask(const v1::TaskRunRecord& record);
  void ObservePods();
  void ObservePod(int p);
  void ObserveExternal();
  void ObserveTaskRuns(int t, const std::vector<const v1::ExternalRun*>& runs);
  bool StoppedFromOutside(int p, const launcher::TaskEnd& end) const;
  void Join(int t);

  const RunIndex& index_;
  const v1::Observation& observed_;
  int64_t now_ns_ = 0;
  int64_t start_ns_ = 0;
  int64_t finally_start_ns_ = 0;
  int64_t stop_ns_ = 0;
  launcher::Situation situation_;
  std::vector<TaskProgress> tasks_;
  std::vector<std::optional<ObservedPod>> pods_;
  std::vector<int64_t> missing_since_;
};

}  // namespace colocation

#endif  // COLOCATION_RUN_PROGRESS_H_
