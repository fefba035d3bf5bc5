// What each task of a run depends on.
#ifndef COLOCATION_RESOLVE_DEPENDENCIES_H_
#define COLOCATION_RESOLVE_DEPENDENCIES_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Fills in dependencies and result_refs of each task of the run, which are
// those of `pipeline` in its order: runAfter, and results in params, matrix,
// `when` and the texts of embedded Tasks
// (pkg/apis/pipeline/v1/pipeline_types.go, Deps; resultref.go,
// PipelineTaskResultRefs). Reports unknown tasks, results that a known Task
// does not declare, and every cycle as its path.
void FindDependencies(const v1::PipelineSpec& pipeline, ResolvedRun* run,
                      DiagnosticList* diagnostics);

// Marks the tasks that are skipped whatever happens because of those that are
// so already: consequences of a constant `when`, by Tekton's rules
// (pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go, skip). The
// run has no cycles.
void SkipWhatNeverRuns(ResolvedRun* run);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_DEPENDENCIES_H_
