// Tasks whose steps are to run without a network.
#ifndef COLOCATION_PLAN_HERMETIC_H_
#define COLOCATION_PLAN_HERMETIC_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Refuses steps with the variable TEKTON_HERMETIC, by which Tekton's entrypoint
// takes the network away (cmd/entrypoint/runner.go), whatever the settings. The
// launcher takes none away, and such a step must not run with one.
//
// Linear in the variables of all steps.
void RefuseHermeticVariables(const ResolvedRun& run,
                             DiagnosticList* diagnostics);

// Refuses the annotation that sets this variable (pkg/pod/pod.go,
// ExecutionModeAnnotation), which Tekton heeds where enable-api-fields is alpha.
void RefuseHermeticAnnotations(const ResolvedRun& run,
                               DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_HERMETIC_H_
