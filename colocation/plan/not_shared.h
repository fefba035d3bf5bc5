// An emptyDir that a task outside of the plan's Pods uses.
//
// A custom task, a pipeline in the pipeline and the TaskRuns of a matrix over
// results run in Pods of their own, where the workspace is another, empty
// emptyDir. What the others write there they don't see. So this is refused,
// unless the run's author accepts it (kAllowNotShared in annotations.h) or the
// policy `isolated` shares no emptyDir anyway; then it is a warning.
//
// Cost: linear in the tasks and their workspaces.
#ifndef COLOCATION_PLAN_NOT_SHARED_H_
#define COLOCATION_PLAN_NOT_SHARED_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/pod_sharing.h"

namespace colocation {

// Adds an error or a warning for each task and workspace.
void CheckNotShared(const PodSharing& sharing, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_NOT_SHARED_H_
