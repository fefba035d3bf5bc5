#include "cli/cluster_forms.h"

#include <string>

#include "colocation/decode/encode.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

TEST(ClusterFormsTest, SimulatedNodesAndGroupsBecomeNodes) {
  v1::SimulationCluster simulated;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        nodes {
          name: "small"
          count: 2
          zone: "a"
          allocatable { key: "cpu" value: "2" }
        }
        nodes { name: "old" cordoned: true }
        node_groups {
          node {
            name: "large"
            allocatable { key: "cpu" value: "16" }
          }
          max_size: 3
        }
      )pb",
      &simulated));
  std::string text;
  const v1::Cluster cluster = ToPlannedCluster(simulated);
  for (const v1::Node& node : cluster.nodes()) {
    text += node.metadata().name() + " " +
            (node.status().allocatable().contains("cpu")
                 ? node.status().allocatable().at("cpu")
                 : "?") +
            (node.spec().unschedulable() ? " cordoned" : "") + "; ";
  }
  EXPECT_EQ(text, "small-0 2; small-1 2; old ? cordoned; large-0 16; ");
  EXPECT_EQ(
      cluster.nodes(0).metadata().labels().at("topology.kubernetes.io/zone"),
      "a");
}

TEST(ClusterFormsTest, NodesBecomeSimulatedOnes) {
  google::protobuf::RepeatedPtrField<v1::Node> nodes;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        metadata {
          name: "n"
          labels { key: "disk" value: "ssd" }
        }
        spec {
          unschedulable: true
          taints { key: "t" }
        }
        status { capacity { key: "cpu" value: "4" } }
      )pb",
      nodes.Add()));
  EXPECT_EQ(ToJson(ToSimulatedCluster(nodes)),
            R"({"nodes":[{"name":"n","labels":{"disk":"ssd"},)"
            R"("taints":[{"key":"t"}],"allocatable":{"cpu":"4"},)"
            R"("cordoned":true}]})");
}

}  // namespace
}  // namespace colocation::cli
