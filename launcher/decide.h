// Whether a task runs, once everything that it waits for has ended.
//
// A pure function of the ends of all tasks, so that it can be compared with a
// naive interpreter over every small pipeline. The rules and their order are
// those of Tekton's
// pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go (skip for
// `tasks`, IsFinallySkipped for `finally`) and pipelinerunstate.go (IsStopping,
// GetPipelineTaskStatus).
#ifndef COLOCATION_LAUNCHER_DECIDE_H_
#define COLOCATION_LAUNCHER_DECIDE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/spec.h"
#include "launcher/substitute.h"

namespace colocation::launcher {

// Tekton's reasons of a TaskRun (pkg/apis/pipeline/v1/taskrun_types.go) that
// are given here.
inline constexpr std::string_view kSucceeded = "Succeeded";
inline constexpr std::string_view kStepFailed = "StepFailed";
// A process of the step was killed for want of memory.
inline constexpr std::string_view kStepOom = "StepOOM";
inline constexpr std::string_view kFailureIgnored = "FailureIgnored";
inline constexpr std::string_view kTaskRunTimeout = "TaskRunTimeout";
inline constexpr std::string_view kImagePullFailed = "TaskRunImagePullFailed";
inline constexpr std::string_view kTaskRunCancelled = "TaskRunCancelled";
inline constexpr std::string_view kTaskRunValidationFailed =
    "TaskRunValidationFailed";
inline constexpr std::string_view kResultTooLarge =
    "TaskRunResultLargerThanAllowedLimit";
// Of a task whose `when` has a CEL expression without a value: a reason of a
// PipelineRun, which ends at once.
inline constexpr std::string_view kCelEvaluationFailed = "CELEvaluationFailed";
// Of a matrix over results that turned out to be no lists. Likewise.
inline constexpr std::string_view kInvalidMatrix =
    "InvalidMatrixParameterTypes";
// Of a task that couldn't start for want of a result: a reason of a
// PipelineRun.
inline constexpr std::string_view kInvalidResultReference =
    "InvalidTaskResultReference";

// Whether a task's end is also the run's, whatever its onError says.
bool EndsTheRun(const TaskEnd& end);

// What the controller asked for, in the file "_stop" among the gates.
enum class Stop {
  kNone,
  // A task in another Pod has failed.
  kStopping,
  // PipelineRun.spec.status.
  kCancelled,
  kCancelledRunFinally,
  kStoppedRunFinally,
};

// All that the decision depends on.
struct Situation {
  // By the order of LaunchSpec.tasks; absent while the task has not ended, and
  // where MattersFor says that it doesn't matter.
  std::vector<std::optional<TaskEnd>> ends;
  Stop stop = Stop::kNone;
  bool pipeline_timed_out = false;
  bool tasks_timed_out = false;
  bool finally_timed_out = false;
};

struct Decision {
  enum class Kind { kRun, kSkip, kFail };
  Kind kind = Kind::kRun;
  SkipReason skip_reason = SkipReason::kUnspecified;
  // Of kFail: Tekton's, and what is wrong, for people.
  std::string_view reason;
  std::string message;
};

Decision Decide(const std::vector<LaunchTask>& tasks, size_t task,
                const Situation& situation);

// Whose ends the decision on a task depends on, by the order of `tasks`.
//
// For a finally task all others, because of their statuses. Else those that it
// waits for or refers to, and those of which it can't be told otherwise whether
// they failed before this one could start. That is settled for
//   - those before its parents: had one failed, the parents would have been
//     skipped for that;
//   - those after it;
//   - those that wait for exactly the same tasks: Tekton starts them together,
//     in one reconciliation, so that none stops another. Here each starts when
//     its container does, and an image may take a while to arrive; but whether
//     it runs does not depend on that.
// In a chain of n tasks this leaves each with one to look at instead of n, and
// likewise in a fan-out.
std::vector<bool> MattersFor(const std::vector<LaunchTask>& tasks, size_t task);

// What late references in the task's texts stand for; those to steps are the
// caller's to add. Results only if all of the task's result_refs exist: Tekton
// resolves all or none (ResolveResultRefs).
Replacements ReplacementsFor(const std::vector<LaunchTask>& tasks, size_t task,
                             const Situation& situation);

// The end of a task with several units, from the ends of its units in the order
// of the matrix: failed if one has failed; the values of each result as a list,
// in the order of the units' names (createResultsCacheMatrixedTaskRuns sorts
// TaskRuns by name, so that unit 10 comes before unit 2).
TaskEnd JoinUnits(const LaunchTask& task, const std::vector<TaskEnd>& units);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_DECIDE_H_
