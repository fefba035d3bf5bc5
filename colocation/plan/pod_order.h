// In which order the tasks of one Pod run, also where that follows from tasks
// elsewhere: A1 -> B -> A2, with B in another Pod or outside any.
#ifndef COLOCATION_PLAN_POD_ORDER_H_
#define COLOCATION_PLAN_POD_ORDER_H_

#include "absl/types/span.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// On the indices of `tasks`, which is ascending: an edge (a, b) where b runs
// after a; not all, but so many that paths say which tasks can't run at once.
// Walks the tasks outside that lie between the first and the last of the group.
Graph OrderInPod(absl::Span<const TaskIndex> tasks, const WaitSets& waits);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_ORDER_H_
