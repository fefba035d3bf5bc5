// Percentiles of durations, by nearest rank.
#ifndef COLOCATION_SIMULATE_DISTRIBUTION_H_
#define COLOCATION_SIMULATE_DISTRIBUTION_H_

#include <vector>

#include "colocation/simulate/moment.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

// O(n log n).
v1::Distribution DistributionOf(std::vector<Moment> values);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_DISTRIBUTION_H_
