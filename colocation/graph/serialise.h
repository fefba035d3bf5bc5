// Waits that keep what runs at once within bounds.
//
// Vertices take time and need resources of a pool, of which there is only so
// much at any moment; some vertices have to come after others anyway. Asked for
// are more edges (a, b), "b starts when a has ended", so that whatever can run
// at once under all edges together never needs more than there is, however long
// things really take: a partial-order schedule.
//
//  1. Serial schedule generation: each vertex in turn, those on which the
//     longest path hangs first, is placed as early as order and resources
//     allow. Resource-constrained scheduling is NP-hard; this is the usual
//     approximation, tried with a few priorities, of which the shortest counts.
//  2. Chaining (Policella, Smith, Cesta, Oddi 2004): each vertex takes what it
//     needs from vertices that have ended by then in the schedule, and hands it
//     on. Each hand-over is an edge; those that follow from others are taken
//     first. The hand-overs are a flow of as much as there is, and so the proof
//     that it is enough.
//  3. Transitive reduction, and then removal of edges that aren't needed, one
//     after the other.
//
// Every edge goes forward in the schedule, so that no cycle can come of them,
// whatever is in which pool.
//
// Cost: for n vertices in pools and m in all, O(n² · resources) for 1 and 2 (n
// log n where vertices are alike), and n · m / 8 bytes up to a bound, beyond
// which chaining takes less care; a transitive reduction; and for 3, up to a
// bound, a maximum flow for each edge.
#ifndef COLOCATION_GRAPH_SERIALISE_H_
#define COLOCATION_GRAPH_SERIALISE_H_

#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "colocation/graph/graph.h"

namespace colocation {

struct BoundedOrder {
  // What comes after what anyway; acyclic.
  Graph order;
  // Of each vertex; positive for those of a pool, and none negative.
  std::vector<int64_t> duration;
  // Of each vertex: its pool, or -1.
  std::vector<int32_t> pool;
  // Of each vertex of a pool: what it needs of each of the pool's resources. At
  // most the capacity, none negative.
  std::vector<std::vector<absl::int128>> need;
  // Of each pool: how much there is of each of its resources.
  std::vector<std::vector<absl::int128>> capacity;
  // (a, b) where b must not start before a does; acyclic with `order`. Added
  // edges keep to that: no path leads from the end of b to a.
  std::vector<Edge> start_order;
};

// When each vertex starts: within the capacities, and as early as the
// approximation finds.
std::vector<int64_t> ScheduleStarts(const BoundedOrder& bounded);

// When all has ended.
int64_t EndOfSchedule(const BoundedOrder& bounded,
                      const std::vector<int64_t>& starts);

// The edges to add, sorted by their ends, then by their beginnings; all between
// vertices of one pool. There is always an answer, as one vertex after the
// other fits.
std::vector<Edge> Serialise(const BoundedOrder& bounded);

}  // namespace colocation

#endif  // COLOCATION_GRAPH_SERIALISE_H_
