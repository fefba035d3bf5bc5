// Which tasks share a Pod.
//
// First what has to be: tasks that use the same Pod-internal workspace, one
// bound to an emptyDir, must share a Pod (TEP-0046), as an emptyDir lives and
// dies with its Pod. Their connected components are the smallest possible
// groups. Then what can't be: settings that a Pod has only once
// (pod_settings.h), ports (ports.h), fields that are fixed before a result is
// known (fixed_fields.h), what is too large for a Pod (pod_caps.h). Where the
// two contradict, the run is refused, with the tasks named. Then what the
// policy or the run's author would like to be together is joined, or, where it
// can't all be, split so that least is shared between the Pods
// (graph/partition.h).
//
// Cost: near linear; one walk between two tasks for each pair that claims the
// same port; where something has to be split, that of the partition.
#ifndef COLOCATION_PLAN_GROUPING_H_
#define COLOCATION_PLAN_GROUPING_H_

#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/decisions.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct Group {
  // Ascending; not empty.
  std::vector<TaskIndex> tasks;
  // Tasks that have to end before the Pod is created, because a field that is
  // then fixed takes their results. Ascending.
  std::vector<TaskIndex> needs;
};

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
