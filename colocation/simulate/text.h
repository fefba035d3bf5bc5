// A simulation's result for people: both executions beside each other, then
// what happened to the runs that are told in full, with a line for each Pod
// over time.
#ifndef COLOCATION_SIMULATE_TEXT_H_
#define COLOCATION_SIMULATE_TEXT_H_

#include <string>

#include "colocation/render/text_layout.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation {

std::string SimulationText(const v1::SimulationResult& result,
                           const TextOptions& options = {});

}  // namespace colocation

#endif  // COLOCATION_SIMULATE_TEXT_H_
