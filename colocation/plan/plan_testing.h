// YAML to a plan in one call, and short texts of what is in it, so that many
// cases fit on a page.
#ifndef COLOCATION_PLAN_PLAN_TESTING_H_
#define COLOCATION_PLAN_PLAN_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// What planning a text gave. `plan` counts only where `errors` is empty.
struct Planned {
  v1::ColocationPlan plan;
  // "code at path: message", sorted.
  std::vector<std::string> errors;
  // The same of warnings.
  std::vector<std::string> warnings;
  std::vector<v1::Need> needs;
};

// Decodes and resolves `yaml`, and plans it with the other fields of `request`.
// The file's name is "run.yaml".
Planned PlanYaml(absl::string_view yaml, const v1::PlanRequest& request = {});

// The same up to the resolved run; fails the test where there are errors.
ResolvedRun ResolveYaml(absl::string_view yaml,
                        const v1::PlanRequest& request = {});

// "{clone build} {lint}": the tasks of each Pod.
std::string GroupsOf(const v1::ColocationPlan& plan);

// "build<clone report<build,lint": each task that waits, and for what.
std::string WaitsOf(const v1::ColocationPlan& plan);

// The container of that name in any Pod; fails the test where there is none.
const v1::PlannedContainer& ContainerOf(const v1::ColocationPlan& plan,
                                        absl::string_view name);

// "ws-src:/workspace/src sub=a ro" for each mount that isn't the launcher's.
std::string MountsOf(const v1::PlannedContainer& container);

// The codes of all decisions, in their order, separated by blanks; but
// "credentials-unknown", which every plan without a ServiceAccount has.
std::string DecisionsOf(const v1::ColocationPlan& plan);

// A pipeline of tasks over an emptyDir that all use, in a short form: "a b<a
// c<a,b f!" are tasks with what they run after, and a finally task. Each has
// one step that does nothing.
std::string PipelineOf(absl::string_view tasks);

}  // namespace colocation

#endif  // COLOCATION_PLAN_PLAN_TESTING_H_
