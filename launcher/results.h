// Results as the steps left them in files.
#ifndef COLOCATION_LAUNCHER_RESULTS_H_
#define COLOCATION_LAUNCHER_RESULTS_H_

#include <string>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

// Those of `declared` whose file is there, in that order. A file that is there
// but can't be read is an error.
bool ReadStepResults(const std::vector<DeclaredResult>& declared,
                     const std::string& step_directory,
                     std::vector<ResultValue>* results, std::string* error);

// The results of a task, from TEKTON/results or, where it says so, from those
// of a step. A result whose text does not have the declared type is left out
// and an error, as in Tekton (validateTaskRunResults).
bool ReadTaskResults(const std::vector<DeclaredResult>& declared,
                     const std::string& tekton,
                     std::vector<ResultValue>* results, std::string* error);

// A step's result without the path: for "$(steps.compile.results.digest)",
// "TEKTON/steps/step-compile/results/digest".
std::string StepResultPath(const std::string& tekton, std::string_view step,
                           std::string_view result);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_RESULTS_H_
