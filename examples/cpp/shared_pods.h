// An example: which tasks of a run share a Pod.
#ifndef EXAMPLES_CPP_SHARED_PODS_H_
#define EXAMPLES_CPP_SHARED_PODS_H_

#include <string>

#include "absl/status/statusor.h"
#include "colocation/colocation.h"

// Plans the run in `text`, which diagnostics call `name`.
absl::StatusOr<colocation::v1::ColocationPlan> PlanText(
    const std::string& name, const std::string& text);

// A line for each Pod: "build-pod: clone build test".
std::string SharedPods(const colocation::v1::ColocationPlan& plan);

#endif  // EXAMPLES_CPP_SHARED_PODS_H_
