// One cluster in two forms: as planning knows it, and as `colocate simulate`
// does. Either file may be given to --cluster of any command.
#ifndef COLOCATION_CLI_CLUSTER_FORMS_H_
#define COLOCATION_CLI_CLUSTER_FORMS_H_

#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/simulation.pb.h"
#include "google/protobuf/repeated_field.h"

namespace colocation::cli {

// The nodes that there are, and one of each group that the autoscaler may add
// to. What Pods of others ask for is not subtracted: it changes.
v1::Cluster ToPlannedCluster(const v1::SimulationCluster& simulated);

// The nodes with what Pods may ask for, labels and taints; everything else is
// as the simulation has it by default.
v1::SimulationCluster ToSimulatedCluster(
    const google::protobuf::RepeatedPtrField<v1::Node>& nodes);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_CLUSTER_FORMS_H_
