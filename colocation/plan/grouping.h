// Which tasks share a Pod.
//
// First what has to be, because of an emptyDir (must_share.h); where that can't
// be, the run is refused (cant_share.h). A Pod whose creation needs a result
// comes after what gives it (late_pods.h). Then what the policy or the run's
// author would like to be together is joined as far as it can be
// (join_groups.h). The decisions say why for every workspace that several tasks
// use.
//
// Cost: near linear, and a few walks between tasks that claim the same port or
// that may make what another mounts; where something has to be split, that of
// the partition.
#ifndef COLOCATION_PLAN_GROUPING_H_
#define COLOCATION_PLAN_GROUPING_H_

#include <cstdint>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/decisions.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct Grouping {
  // By their first task.
  std::vector<Group> groups;
  // For each task: its group, or -1 where it has no containers.
  std::vector<int32_t> group_of;
};

// The grouping counts only where no error was added.
Grouping GroupTasks(const ResolvedRun& run, const v1::PlanOptions& options,
                    v1::Policy policy, const PodCaps& caps, WaitSets* waits,
                    Decisions* decisions, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_GROUPING_H_
