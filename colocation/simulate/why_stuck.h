// Why something of a simulation doesn't go on, in words for people.
//
// Cost: O(nodes · resources) for each Pod that is asked about.
#ifndef COLOCATION_SIMULATE_WHY_STUCK_H_
#define COLOCATION_SIMULATE_WHY_STUCK_H_

#include <string>

#include "colocation/simulate/execution_state.h"

namespace colocation::simulate {

// A Pod's name, also an assistant's.
std::string PodName(const World& world, const PodState& pod);

// What a Pod that does not run waits for: "Pod x is on node ..., but ...".
std::string WhyStuck(const World& world, PodId pod);

// Whether a Pod of the run would find no node even if there were no others in
// the cluster, and why.
bool CanNeverRun(const World& world, const RunState& run, std::string* why);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_WHY_STUCK_H_
