// What the program of a plan's page is given to show.
#ifndef COLOCATION_RENDER_PAGE_DATA_H_
#define COLOCATION_RENDER_PAGE_DATA_H_

#include <string>

#include "colocation/v1/plan.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation {

// A ColocationPlan, or a SimulationResult, as JSON, with what the page shows
// and nothing else: no scripts, arguments or environment. It can stand in a
// script element of any type: no character of it ends the element, or a line
// or string of JavaScript, whatever names the plan has.
//
// Cost: linear in the plan.
std::string PageData(const v1::ColocationPlan& plan);
std::string PageData(const v1::SimulationResult& simulation);

}  // namespace colocation

#endif  // COLOCATION_RENDER_PAGE_DATA_H_
