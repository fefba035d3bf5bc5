#include "cli/cluster_forms.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace colocation::cli {
namespace {

constexpr char kZone[] = "topology.kubernetes.io/zone";

void AddNode(const v1::SimulatedNode& simulated, const std::string& name,
             v1::Cluster* cluster) {
  v1::Node* node = cluster->add_nodes();
  node->mutable_metadata()->set_name(name);
  *node->mutable_metadata()->mutable_labels() = simulated.labels();
  if (!simulated.zone().empty()) {
    (*node->mutable_metadata()->mutable_labels())[kZone] = simulated.zone();
  }
  if (simulated.cordoned()) node->mutable_spec()->set_unschedulable(true);
  *node->mutable_spec()->mutable_taints() = simulated.taints();
  *node->mutable_status()->mutable_allocatable() = simulated.allocatable();
}

}  // namespace

v1::Cluster ToPlannedCluster(const v1::SimulationCluster& simulated) {
  v1::Cluster cluster;
  for (const v1::SimulatedNode& node : simulated.nodes()) {
    const int count = std::max(node.count(), 1);
    for (int i = 0; i < count; ++i) {
      AddNode(
          node,
          node.count() > 0 ? absl::StrCat(node.name(), "-", i) : node.name(),
          &cluster);
    }
  }
  for (const v1::NodeGroup& group : simulated.node_groups()) {
    AddNode(group.node(), absl::StrCat(group.node().name(), "-0"), &cluster);
  }
  return cluster;
}

v1::SimulationCluster ToSimulatedCluster(
    const google::protobuf::RepeatedPtrField<v1::Node>& nodes) {
  v1::SimulationCluster cluster;
  for (const v1::Node& node : nodes) {
    v1::SimulatedNode* simulated = cluster.add_nodes();
    simulated->set_name(node.metadata().name());
    *simulated->mutable_labels() = node.metadata().labels();
    *simulated->mutable_taints() = node.spec().taints();
    *simulated->mutable_allocatable() = node.status().allocatable().empty()
                                            ? node.status().capacity()
                                            : node.status().allocatable();
    simulated->set_cordoned(node.spec().unschedulable());
  }
  return cluster;
}

}  // namespace colocation::cli
