// Tests that run a whole pipeline in a real Pod: YAML in, planned, rendered,
// and run with podman, the launcher in every container.
//
// Steps use PodTest's busybox image unless they name another one.
#ifndef COLOCATION_TESTS_E2E_PLANNED_RUN_TESTING_H_
#define COLOCATION_TESTS_E2E_PLANNED_RUN_TESTING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "tests/e2e/pod_testing.h"

namespace colocation {

// A run that was planned into one Pod, and what the Pod did.
struct RunResult {
  v1::ColocationPlan plan;
  v1::Pod pod;
  PodResult ran;

  // "Succeeded" or "Failed"; empty where the Pod could not be run.
  std::string phase() const;

  // The container of a step; an empty name, and a failed test, where there is
  // none. A unit is a task, or "TASK-INDEX" under a matrix.
  std::string Container(absl::string_view unit, absl::string_view step) const;

  // What the steps of a unit wrote, in their order.
  std::string LogOf(absl::string_view unit) const;
  int ExitCodeOf(absl::string_view unit, absl::string_view step) const;

  // The value that a step's termination message has for `key`; empty where it
  // has none.
  std::string MessageOf(absl::string_view unit, absl::string_view step,
                        absl::string_view key) const;
};

class PlannedRunTest : public PodTest {
 protected:
  // A request for the run that `yaml` describes. "IMAGE" in it stands for the
  // busybox image.
  static v1::PlanRequest Request(absl::string_view yaml);

  // Plans the request, which has to give one Pod, and runs that.
  RunResult RunPlanned(const v1::PlanRequest& request) {
    return RunPlanned(request, Options());
  }
  RunResult RunPlanned(const v1::PlanRequest& request,
                       podman::RunOptions options);
  RunResult RunPlanned(absl::string_view yaml) {
    return RunPlanned(Request(yaml));
  }
};

}  // namespace colocation

#endif  // COLOCATION_TESTS_E2E_PLANNED_RUN_TESTING_H_
