// The cluster of a simulation as plain numbers: what the proto says, checked,
// with names replaced by indices.
#ifndef COLOCATION_SIMULATE_CLUSTER_MODEL_H_
#define COLOCATION_SIMULATE_CLUSTER_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/moment.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

// Names as small numbers, in the order in which they were met.
class NameTable {
 public:
  int Index(absl::string_view name);
  // -1 for a name that was not met.
  int Find(absl::string_view name) const;
  const std::string& Name(int index) const { return names_[index]; }
  int size() const { return static_cast<int>(names_.size()); }

 private:
  absl::flat_hash_map<std::string, int> index_;
  std::vector<std::string> names_;
};

// Amounts by resource, each in the unit in which the scheduler counts it: CPU
// in thousandths, all else in whole units, rounded up (pkg/scheduler/framework/
// types.go in Kubernetes, Resource.Add). Resources beyond the end are zero.
using Amounts = std::vector<int64_t>;

constexpr int kCpu = 0;
constexpr int kMemory = 1;

// No amount is larger, so that nothing overflows: 10,000,000,000,000 CPUs.
constexpr int64_t kLargestAmount = 10'000'000'000'000'000;

struct NodeModel {
  std::string name;
  int zone = -1;
  std::map<std::string, std::string> labels;
  std::vector<v1::Taint> taints;
  Amounts allocatable;
  Amounts in_use;
  int32_t pods_in_use = 0;
  int32_t max_pods = 0;
  int32_t max_volumes = 0;
  bool cordoned = false;
  std::vector<int> images;
  // Index of its group; -1 for a node that stays.
  int group = -1;
};

struct GroupModel {
  NodeModel node;
  int32_t initial = 0;
  int32_t min_size = 0;
  int32_t max_size = 0;
  Moment provision = 0;
  Moment scale_down_after = 0;
};

struct StorageClassModel {
  std::string name;
  bool immediate = true;
  bool zonal = false;
};

struct ClaimModel {
  std::string name;
  int zone = -1;
  bool one_node = true;
};

struct EventModel {
  enum Kind { kCordon, kUncordon, kRemove } kind = kCordon;
  Moment at = 0;
  int node = 0;
};

struct CostModel {
  Moment reconcile = 0;
  Moment pod_scheduling = 0;
  Moment pod_start = 0;
  Moment container_start = 0;
  Moment image_pull = 0;
  // By image; others cost `image_pull`.
  absl::flat_hash_map<int, Moment> pulls;
  Moment volume_provision = 0;
  Moment volume_attach = 0;
  Moment volume_detach = 0;
  Moment gate = 0;

  Moment PullOf(int image) const {
    const auto found = pulls.find(image);
    return found == pulls.end() ? image_pull : found->second;
  }
};

enum class Coschedule { kWorkspaces, kPipelineRuns, kIsolate, kDisabled };

struct TektonModel {
  Coschedule coschedule = Coschedule::kWorkspaces;
  int storage_class = 0;
  bool one_node = true;
  bool keep_cordoned_assistant = false;
};

struct ClusterModel {
  // Those of groups' first nodes come last.
  std::vector<NodeModel> nodes;
  std::vector<GroupModel> groups;
  // Never empty: the default is the first.
  std::vector<StorageClassModel> storage_classes;
  std::vector<ClaimModel> claims;
  // By time.
  std::vector<EventModel> events;
  CostModel costs;
  TektonModel tekton;

  NameTable resources;
  NameTable zones;
  NameTable images;
};

// Errors are about a SimulationCluster, with paths in it.
ClusterModel ReadCluster(const v1::SimulationCluster& cluster,
                         DiagnosticList* diagnostics);

// The amounts of `quantities`; those that are no quantities count as zero.
Amounts AmountsOf(
    const google::protobuf::Map<std::string, std::string>& quantities,
    NameTable* resources);

// The same as text, in Kubernetes' form.
std::string AmountText(int resource, int64_t amount);

// Index of the storage class; -1 where there is none of that name. An empty
// name is the default.
int FindStorageClass(const ClusterModel& cluster, absl::string_view name);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_CLUSTER_MODEL_H_
