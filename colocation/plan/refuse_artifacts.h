// References to artifacts of steps and tasks, which no launcher puts in.
#ifndef COLOCATION_PLAN_REFUSE_ARTIFACTS_H_
#define COLOCATION_PLAN_REFUSE_ARTIFACTS_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Reports as `not-supported` each text of the task's units that refers to what
// a step has left in a provenance.json: Tekton's reconciler and entrypoint put
// it in (pkg/reconciler/pipelinerun/resources/apply.go, PropagateArtifacts;
// pkg/entrypoint/entrypointer.go, applyStepArtifactSubstitutions). Linear in
// the texts.
void RefuseArtifacts(const ResolvedTask& task, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_REFUSE_ARTIFACTS_H_
