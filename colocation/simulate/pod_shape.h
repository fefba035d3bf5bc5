// What the scheduler counts of a Pod's containers.
//
// Two sums: what is asked for decides whether a Pod fits; for LeastAllocated a
// container that does not say how much CPU or memory it asks for counts as 100m
// and 200 MiB (DefaultMilliCPURequest in pkg/scheduler/util/pod_resources.go of
// Kubernetes). One that asks for "0" counts as zero in both.
#ifndef COLOCATION_SIMULATE_POD_SHAPE_H_
#define COLOCATION_SIMULATE_POD_SHAPE_H_

#include <google/protobuf/map.h>

#include <string>

#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/scheduler.h"

namespace colocation::simulate {

using Quantities = google::protobuf::Map<std::string, std::string>;

// Adds a container that asks for `requests` to both sums.
void AddContainer(const Quantities& requests, NameTable* resources,
                  PodShape* shape);

// Adds it to what counts for the score alone.
void AddToScore(const Quantities& requests, PodShape* shape);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_POD_SHAPE_H_
