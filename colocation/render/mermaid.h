// A plan as a Mermaid flowchart, which forges draw in Markdown
// (mermaid.js.org/syntax/flowchart.html): a subgraph for each Pod, a node for
// each task with its steps, an arrow for each dependency. Solid: a task waits
// for another; thick where it takes a result; dotted: implied by other waits,
// or through a gate, which the label says.
#ifndef COLOCATION_RENDER_MERMAID_H_
#define COLOCATION_RENDER_MERMAID_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

std::string ToMermaid(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_RENDER_MERMAID_H_
