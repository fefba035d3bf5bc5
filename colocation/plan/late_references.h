// References that only the run itself can replace.
//
// After resolving, what is left in a text are the forms that resolve/run.h
// lists. The launcher replaces them when the unit starts; in a field that
// Kubernetes fixes when it creates the Pod they can't be (fixed_fields.h).
#ifndef COLOCATION_PLAN_LATE_REFERENCES_H_
#define COLOCATION_PLAN_LATE_REFERENCES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/reference.h"

namespace colocation {

// Whether `text` refers to results or statuses of tasks, to results of steps,
// or to the number of the attempt.
bool HasLateReference(absl::string_view text);

// An argument or variable of a container, as it has to stand in the Pod.
//
// Tekton's controllers replace references to tasks before the Pod is created:
// "$$(tasks.a.results.r)" becomes "$VALUE", where Kubernetes finds nothing to
// do (ApplyReplacements in pkg/substitution/replacements.go). In our Pod it
// would find "$$" before the launcher gets to see the reference, and make it
// "$". So one more "$" is put before a reference that has an odd number of them
// before it. References to steps are left: Tekton's entrypoint replaces those,
// after Kubernetes.
std::string WithDollarsKept(absl::string_view text);

// Calls `found` with each reference to another task in `text`.
void ForEachTaskReference(
    absl::string_view text,
    absl::FunctionRef<void(const ResultReference&)> found);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LATE_REFERENCES_H_
