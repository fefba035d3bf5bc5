// References that only the run itself can replace.
//
// After resolving, what is left in a text are the forms that resolve/run.h
// lists. The launcher replaces them when the unit starts; in a field that
// Kubernetes fixes when it creates the Pod they can't be (fixed_fields.h).
#ifndef COLOCATION_PLAN_LATE_REFERENCES_H_
#define COLOCATION_PLAN_LATE_REFERENCES_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/reference.h"

namespace colocation {

// Whether `text` refers to results or statuses of tasks, to results of steps,
// or to the number of the attempt.
bool HasLateReference(absl::string_view text);

// Calls `found` with each reference to another task in `text`.
void ForEachTaskReference(
    absl::string_view text,
    absl::FunctionRef<void(const ResultReference&)> found);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LATE_REFERENCES_H_
