// A plan as one page, to look at in a browser: the picture with zoom, search
// and a panel about each task, what the Pods ask for and why, and tables of
// Pods, tasks and decisions.
//
// All of it is in the one text; nothing is loaded from elsewhere, and the
// page's Content-Security-Policy lets no other program run than its own. Where
// programs don't run at all it has the picture of ToSvg in place of its own.
// Deterministic. Cost: linear in the plan, apart from ToSvg.
#ifndef COLOCATION_RENDER_HTML_H_
#define COLOCATION_RENDER_HTML_H_

#include <string>

#include "colocation/v1/plan.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation {

std::string ToHtml(const v1::ColocationPlan& plan);

// With a timeline of the first simulated run of each execution.
std::string ToHtml(const v1::ColocationPlan& plan,
                   const v1::SimulationResult& simulation);

}  // namespace colocation

#endif  // COLOCATION_RENDER_HTML_H_
