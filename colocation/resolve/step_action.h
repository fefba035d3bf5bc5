// A step that refers to a StepAction becomes what the action says.
#ifndef COLOCATION_RESOLVE_STEP_ACTION_H_
#define COLOCATION_RESOLVE_STEP_ACTION_H_

#include <string>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/replacements.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Takes the action, with its parameters replaced, into a step; the reference
// and the step's params are gone afterwards. `of_task` are the Task's
// parameters, which the step's params may use. Parameters that the action
// doesn't declare, that are missing or of another type than their default, and
// defaults that refer to nobody or to each other, are reported at `path`, the
// step's, in `subject` (pkg/reconciler/taskrun/resources/taskspec.go,
// resolveStepRef, and apply.go, applyStepActionParameters).
void TakeInStepAction(const v1::StepActionSpec& action,
                      const Replacements& of_task, const Subject& subject,
                      const std::string& path, v1::Step* step,
                      DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_STEP_ACTION_H_
