// Transitive reduction of a directed acyclic graph.
//
// The reduction keeps an edge (u, v) only if no other path leads from u to v;
// it is unique for a DAG (Aho, Garey, Ullman 1972). Wait sets are the in-edges
// of the reduced graph: nothing waits for what is implied.
//
// Cost: O(V · E / 64) time and O(V) space in the worst case. Sources are taken
// in blocks along the topological order, and a block is swept only as far as
// its longest edge, so that graphs whose edges are short in that order, as
// pipelines are, take time linear in their size.
#ifndef COLOCATION_GRAPH_TRANSITIVE_REDUCTION_H_
#define COLOCATION_GRAPH_TRANSITIVE_REDUCTION_H_

#include "colocation/graph/graph.h"

namespace colocation {

// `graph` is acyclic.
Graph TransitiveReduction(const Graph& graph);

}  // namespace colocation

#endif  // COLOCATION_GRAPH_TRANSITIVE_REDUCTION_H_
