// Pods that can be created only when a result is known.
//
// A field that Kubernetes fixes when it creates the Pod (fixed_fields.h) and
// that takes a result has the whole Pod wait for the task that gives it. So
// neither that task nor one before it can be in the Pod, and two such Pods
// can't wait for each other.
//
// Cost: linear in the fields' text; for each field that takes a result, one
// walk to each task of its Pod (WaitSets::IsBefore).
#ifndef COLOCATION_PLAN_LATE_PODS_H_
#define COLOCATION_PLAN_LATE_PODS_H_

#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/decisions.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// Fills in Group::needs. An error where a member of the group would have to end
// before its Pod is created; decisions about what is put in late.
void FindNeeds(const PodSharing& sharing, const v1::PlanOptions& options,
               WaitSets* waits, Group* group, Decisions* decisions,
               DiagnosticList* diagnostics);

// An error where groups need each other's results, and so would wait for ever
// (docs/planning.md, "No plan deadlocks").
void CheckNeedsEachOther(const ResolvedRun& run,
                         const std::vector<Group>& groups,
                         const WaitSets& waits, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LATE_PODS_H_
