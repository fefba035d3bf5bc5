// Tekton's rules for what runs and what is skipped, written from its source and
// for nothing else than to compare: which task of a pipeline may start, and
// which is skipped and why, given how far all tasks are.
//
// pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go (skip,
// IsFinallySkipped), pipelinerunstate.go (IsStopping, DAGExecutionQueue,
// GetFinalTasks), resultrefresolution.go, and pkg/reconciler/pipelinerun/
// pipelinerun.go (runNextSchedulableTask). Nothing is remembered between two
// looks but what has started and how it ended: skips are found anew each time,
// as Tekton does. Cancellation and time are left out.
#ifndef COLOCATION_TESTS_PROPERTY_TEKTON_RULES_H_
#define COLOCATION_TESTS_PROPERTY_TEKTON_RULES_H_

#include <string>
#include <vector>

#include "colocation/v1/launch.pb.h"
#include "tests/property/random_run.h"

namespace colocation {

// How far a task is, of what Tekton would see in the cluster.
struct TaskState {
  enum Phase : char {
    kNothing,  // no TaskRun: not yet, or skipped
    kRunning,
    kSucceeded,
    kFailed,
    kInvalid,  // refused, as a result that it needs does not exist
  };
  Phase phase = kNothing;
  // The result that it gave; empty for none.
  std::string result;

  bool ended() const { return phase >= kSucceeded; }
};

struct Verdict {
  enum Kind { kWait, kStart, kSkip, kInvalid };
  Kind kind = kWait;
  v1::SkipReason reason = v1::SKIP_REASON_UNSPECIFIED;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

class TektonRules {
 public:
  explicit TektonRules(const RandomRun& run);

  // What Tekton would do with `task` now.
  Verdict Of(const std::vector<TaskState>& states, int task) const;

  // Direct dependencies of a task that isn't in finally, ascending.
  const std::vector<int>& parents(int task) const { return parents_[task]; }

 private:
  class Look;

  const RandomRun& run_;
  std::vector<std::vector<int>> parents_;
  // Tasks whose result it takes, in the order in which Tekton looks.
  std::vector<std::vector<int>> refs_;
};

}  // namespace colocation

#endif  // COLOCATION_TESTS_PROPERTY_TEKTON_RULES_H_
