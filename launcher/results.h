// Results as the steps left them in files.
#ifndef COLOCATION_LAUNCHER_RESULTS_H_
#define COLOCATION_LAUNCHER_RESULTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

// How large the results of a step, or those of a task, may be together: more
// than fits into any argument or variable (MAX_ARG_STRLEN of Linux is 128 KiB),
// and little enough for every launcher of the Pod to read.
inline constexpr size_t kMostResultBytes = size_t{1} << 20;

// Those of `declared` whose file is there, in that order. What can't be read as
// a result is left out and is the task's failure: its reason, with an error for
// people. An empty reason: all is well.

// `directory` is the step's, relative to `tekton`.
std::string_view ReadStepResults(const std::vector<DeclaredResult>& declared,
                                 const std::string& tekton,
                                 const std::string& directory,
                                 std::vector<ResultValue>* results,
                                 std::string* error);

// The results of a task, from TEKTON/results or, where it says so, from those
// of a step. One whose text does not have the declared type fails the task, as
// in Tekton (validateTaskRunResults).
std::string_view ReadTaskResults(const std::vector<DeclaredResult>& declared,
                                 const std::string& tekton,
                                 std::vector<ResultValue>* results,
                                 std::string* error);

// A step's result, relative to TEKTON: for "$(steps.compile.results.digest)",
// "steps/step-compile/results/digest".
std::string StepResultPath(std::string_view step, std::string_view result);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_RESULTS_H_
