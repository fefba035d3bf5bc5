// A plan as a graph for Graphviz: a cluster for each Pod, a node for each task
// with its steps, an edge for each dependency. Solid: a task waits for another,
// blue where it takes a result, grey where only the order counts; orange and
// dashed: through a gate; dotted: implied by other waits. The colours are Okabe
// and Ito's, told apart by colour-blind people too, and so are the line styles.
#ifndef COLOCATION_RENDER_DOT_H_
#define COLOCATION_RENDER_DOT_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

std::string ToDot(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_RENDER_DOT_H_
