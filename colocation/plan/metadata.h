// Labels and annotations of a Pod that several tasks share.
#ifndef COLOCATION_PLAN_METADATA_H_
#define COLOCATION_PLAN_METADATA_H_

#include "colocation/plan/decisions.h"
#include "colocation/plan/grouping.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Those of its tasks, as Tekton hands them on to the Pod of each; a key that
// two of them have with different values is left out, and a decision says so.
// Those of the run are added when the Pod is rendered.
void SetMetadata(const ResolvedRun& run, const Group& group,
                 v1::PlannedPod* pod, Decisions* decisions);

}  // namespace colocation

#endif  // COLOCATION_PLAN_METADATA_H_
