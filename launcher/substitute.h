// Late substitution: references to what is known only when a unit starts.
//
//   $(tasks.NAME.results.R)       a result of another task; also ["R"], ['R']
//   $(tasks.NAME.results.R[2])    an element of a list
//   $(tasks.NAME.results.R.key)   an entry of a mapping
//   $(tasks.NAME.results.R[*])    a whole list, as an argument or value of its
//   own
//   $(tasks.NAME.status), .reason, $(tasks.status)     in finally tasks
//   $(steps.NAME.results.R)...    of an earlier step of the unit
//   $(context.task.retry-count)   how many attempts came before this one
//
// One pass: what a reference stands for is not looked into again. Anything that
// is no known reference stays as it is, as in Tekton (ApplyReplacements and
// ApplyArrayReplacements in pkg/substitution/replacements.go; results in
// resultrefresolution.go, getReplaceTarget; steps in pkg/entrypoint/
// entrypointer.go, findReplacement).
#ifndef COLOCATION_LAUNCHER_SUBSTITUTE_H_
#define COLOCATION_LAUNCHER_SUBSTITUTE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/spec.h"
#include "launcher/value.h"

namespace colocation::launcher {

// What references stand for.
struct Replacements {
  struct TaskResult {
    std::string task;
    std::string result;
    Value value;
  };
  struct Status {
    std::string task;
    std::string status;
    std::string reason;
  };

  std::vector<TaskResult> results;
  std::vector<Status> statuses;
  // Of all tasks together; empty where it is not to be replaced.
  std::string aggregate_status;
  int32_t retry_count = 0;
  // The content of a result of a step of this unit, if there is one.
  std::function<std::optional<std::string>(std::string_view step,
                                           std::string_view result)>
      step_result;
};

// Replaces references inside `text`. A reference to an element that a list
// doesn't have is an error of the run (validateArrayResultsIndex): it stays,
// and `problem`, if it was empty, says so.
std::string Substitute(std::string_view text, const Replacements& replacements,
                       std::string* problem);

// The same for one argument; if it is a reference to a whole list, the list.
std::vector<std::string> SubstituteArgument(std::string_view argument,
                                            const Replacements& replacements,
                                            std::string* problem);

// In `when`: a whole list as input is compared as JSON, as one of the values it
// stands for its elements (pkg/apis/pipeline/v1/when_types.go,
// applyReplacements).
When SubstituteWhen(const When& when, const Replacements& replacements,
                    std::string* problem);

// What a task's or step's `when` come to.
struct WhenVerdict {
  enum class Kind { kHold, kDoNotHold, kFail };
  Kind kind = Kind::kHold;
  // Of kFail: why a CEL expression has no value.
  std::string message;
};

// Of a task: every CEL expression is evaluated, whatever the others come to
// (EvaluateCEL in pkg/reconciler/pipelinerun/resources/
// pipelinerunresolution.go).
WhenVerdict JudgeTaskWhen(const std::vector<When>& when);

// Of a step: CEL expressions come first and end with the one that is false
// (allowExec in pkg/entrypoint/entrypointer.go).
WhenVerdict JudgeStepWhen(const std::vector<When>& when);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_SUBSTITUTE_H_
