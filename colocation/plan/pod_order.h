// In which order the tasks of one Pod run, also where that follows from tasks
// elsewhere: A1 -> B -> A2, with B in another Pod or outside any.
#ifndef COLOCATION_PLAN_POD_ORDER_H_
#define COLOCATION_PLAN_POD_ORDER_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// The order of `members`, vertices of an acyclic graph that is given by each
// vertex' predecessors and its place in a topological order: on their indices,
// an edge (a, b) where b comes after a; not all, but so many that paths say
// which come one after the other. Walks the vertices outside that lie between
// the first and the last member.
Graph OrderAmong(
    absl::Span<const Vertex> members, absl::Span<const int32_t> position,
    absl::FunctionRef<absl::Span<const Vertex>(Vertex)> predecessors);

// On the indices of `tasks`, which is ascending: an edge (a, b) where b runs
// after a; not all, but so many that paths say which tasks can't run at once.
// Walks the tasks outside that lie between the first and the last of the group.
Graph OrderInPod(absl::Span<const TaskIndex> tasks, const WaitSets& waits);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_ORDER_H_
