#include "colocation/simulate/cluster_model.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "colocation/simulate/read_fields.h"
#include "colocation/syntax/quantity.h"

namespace colocation::simulate {
namespace {

constexpr char kZoneLabel[] = "topology.kubernetes.io/zone";
constexpr char kHostnameLabel[] = "kubernetes.io/hostname";

// Beyond so many nodes a request is refused: it is a slip of the pen.
constexpr int64_t kMostNodes = 100'000;

class ClusterReader {
 public:
  ClusterReader(const v1::SimulationCluster& cluster,
                DiagnosticList* diagnostics)
      : cluster_(cluster), diagnostics_(diagnostics) {}

  ClusterModel Read();

 private:
  void Wrong(std::string path, std::string message) {
    WrongValue(subject_, std::move(path), std::move(message), diagnostics_);
  }
  Moment Duration(const std::string& text, Moment otherwise,
                  const std::string& path) {
    return ReadDuration(text, otherwise, subject_, path, diagnostics_);
  }
  Amounts ReadAmounts(
      const google::protobuf::Map<std::string, std::string>& quantities,
      const std::string& path);
  NodeModel ReadNode(const v1::SimulatedNode& node, const std::string& path);
  void AddNode(NodeModel node, const std::string& path);
  void ReadNodes();
  void ReadGroups();
  void ReadStorage();
  void ReadEvents();
  void ReadCosts();
  void ReadTekton();
  // True for ReadWriteOnce.
  bool OneNode(const std::string& access_mode, const std::string& path);

  const v1::SimulationCluster& cluster_;
  DiagnosticList* diagnostics_;
  const Subject subject_{{}, "SimulationCluster", ""};
  ClusterModel model_;
  std::set<std::string> node_names_;
};

Amounts ClusterReader::ReadAmounts(
    const google::protobuf::Map<std::string, std::string>& quantities,
    const std::string& path) {
  for (const auto& [resource, text] : quantities) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    const std::string field = absl::StrCat(path, ".", resource);
    if (!quantity) {
      Wrong(field, absl::StrCat("\"", text, "\" is no quantity such as 1Gi"));
    } else if (quantity->nanos() < 0 ||
               quantity->CeilUnits() > kLargestAmount / 1000) {
      Wrong(field,
            absl::StrCat(text, " is ",
                         quantity->nanos() < 0 ? "negative"
                                               : "more than can be counted"));
    }
  }
  return AmountsOf(quantities, &model_.resources);
}

NodeModel ClusterReader::ReadNode(const v1::SimulatedNode& node,
                                  const std::string& path) {
  NodeModel model;
  model.name = node.name();
  if (node.name().empty()) {
    Wrong(absl::StrCat(path, ".name"), "a node has to have a name");
  }
  if (node.count() < 0) {
    Wrong(absl::StrCat(path, ".count"), "it can't be negative");
  }
  model.labels.insert(node.labels().begin(), node.labels().end());
  std::string zone = node.zone();
  if (const auto label = node.labels().find(kZoneLabel);
      label != node.labels().end()) {
    if (!zone.empty() && zone != label->second) {
      Wrong(absl::StrCat(path, ".zone"),
            absl::StrCat("the node's label ", kZoneLabel, " says \"",
                         label->second, "\""));
    }
    zone = label->second;
  }
  if (!zone.empty()) {
    model.labels[kZoneLabel] = zone;
    model.zone = model_.zones.Index(zone);
  }
  for (int i = 0; i < node.taints_size(); ++i) {
    const std::string& effect = node.taints(i).effect();
    if (effect != "NoSchedule" && effect != "PreferNoSchedule" &&
        effect != "NoExecute") {
      Wrong(absl::StrCat(path, ".taints[", i, "].effect"),
            "it has to be NoSchedule, PreferNoSchedule or NoExecute");
    }
    model.taints.push_back(node.taints(i));
  }
  model.allocatable =
      ReadAmounts(node.allocatable(), absl::StrCat(path, ".allocatable"));
  model.in_use = ReadAmounts(node.in_use(), absl::StrCat(path, ".inUse"));
  if (node.pods_in_use() < 0 || node.max_pods() < 0 || node.max_volumes() < 0) {
    Wrong(path, "podsInUse, maxPods and maxVolumes can't be negative");
  }
  model.pods_in_use = node.pods_in_use();
  model.max_pods = node.max_pods() > 0 ? node.max_pods() : 110;
  model.max_volumes = node.max_volumes() > 0
                          ? node.max_volumes()
                          : std::numeric_limits<int32_t>::max();
  model.cordoned = node.cordoned();
  for (const std::string& image : node.images()) {
    model.images.push_back(model_.images.Index(image));
  }
  return model;
}

void ClusterReader::AddNode(NodeModel node, const std::string& path) {
  if (!node_names_.insert(node.name).second) {
    Wrong(absl::StrCat(path, ".name"),
          absl::StrCat("there is another node \"", node.name, "\""));
  }
  node.labels.emplace(kHostnameLabel, node.name);
  model_.nodes.push_back(std::move(node));
}

void ClusterReader::ReadNodes() {
  int64_t total = 0;
  for (const v1::SimulatedNode& node : cluster_.nodes()) {
    total += std::max(1, node.count());
  }
  for (const v1::NodeGroup& group : cluster_.node_groups()) {
    total += std::max({0, group.node().count(), group.max_size()});
  }
  if (total > kMostNodes) {
    Wrong("nodes", absl::StrCat("these are ", total, " nodes; at most ",
                                kMostNodes, " are simulated"));
    return;
  }
  if (total == 0) Wrong("nodes", "the cluster has to have nodes");
  for (int i = 0; i < cluster_.nodes_size(); ++i) {
    const v1::SimulatedNode& node = cluster_.nodes(i);
    const std::string path = absl::StrCat("nodes[", i, "]");
    const NodeModel model = ReadNode(node, path);
    if (node.count() == 0) AddNode(model, path);
    for (int j = 0; j < node.count(); ++j) {
      NodeModel copy = model;
      copy.name = absl::StrCat(model.name, "-", j);
      AddNode(std::move(copy), path);
    }
  }
  ReadGroups();
}

void ClusterReader::ReadGroups() {
  for (int i = 0; i < cluster_.node_groups_size(); ++i) {
    const v1::NodeGroup& group = cluster_.node_groups(i);
    const std::string path = absl::StrCat("nodeGroups[", i, "]");
    GroupModel model;
    model.node = ReadNode(group.node(), absl::StrCat(path, ".node"));
    model.node.group = i;
    model.initial = group.node().count();
    model.min_size = group.min_size();
    model.max_size = group.max_size();
    if (model.min_size < 0 || model.max_size < model.min_size ||
        model.initial > model.max_size || model.initial < model.min_size) {
      Wrong(path, absl::StrCat("minSize ", model.min_size, ", node.count ",
                               model.initial, " and maxSize ", model.max_size,
                               " have to be in this order"));
      continue;
    }
    model.provision =
        Duration(group.provision(), 90 * kSecond, path + ".provision");
    model.scale_down_after = Duration(group.scale_down_after(), 600 * kSecond,
                                      path + ".scaleDownAfter");
    for (int j = 0; j < model.initial; ++j) {
      NodeModel node = model.node;
      node.name = absl::StrCat(model.node.name, "-", j);
      AddNode(std::move(node), absl::StrCat(path, ".node"));
    }
    model_.groups.push_back(std::move(model));
  }
}

bool ClusterReader::OneNode(const std::string& access_mode,
                            const std::string& path) {
  if (access_mode.empty() || access_mode == "ReadWriteOnce") return true;
  if (access_mode != "ReadWriteMany" && access_mode != "ReadOnlyMany") {
    Wrong(path, absl::StrCat("\"", access_mode,
                             "\" is none of ReadWriteOnce, ReadWriteMany, "
                             "ReadOnlyMany"));
  }
  return false;
}

void ClusterReader::ReadStorage() {
  for (int i = 0; i < cluster_.storage_classes_size(); ++i) {
    const v1::SimulatedStorageClass& read = cluster_.storage_classes(i);
    const std::string path = absl::StrCat("storageClasses[", i, "]");
    if (absl::c_any_of(model_.storage_classes, [&](const auto& other) {
          return other.name == read.name();
        })) {
      Wrong(path + ".name", absl::StrCat("there is another storage class \"",
                                         read.name(), "\""));
    }
    const std::string& mode = read.volume_binding_mode();
    if (!mode.empty() && mode != "Immediate" &&
        mode != "WaitForFirstConsumer") {
      Wrong(path + ".volumeBindingMode",
            absl::StrCat("\"", mode,
                         "\" is neither Immediate nor WaitForFirstConsumer"));
    }
    model_.storage_classes.push_back(
        {read.name(), mode != "WaitForFirstConsumer", read.zonal()});
  }
  if (model_.storage_classes.empty()) model_.storage_classes.push_back({});
  for (int i = 0; i < cluster_.claims_size(); ++i) {
    const v1::SimulatedClaim& read = cluster_.claims(i);
    const std::string path = absl::StrCat("claims[", i, "]");
    if (absl::c_any_of(model_.claims, [&](const ClaimModel& other) {
          return other.name == read.name();
        })) {
      Wrong(path + ".name",
            absl::StrCat("there is another claim \"", read.name(), "\""));
    }
    int zone = -1;
    if (!read.zone().empty()) {
      zone = model_.zones.Find(read.zone());
      if (zone < 0) {
        Wrong(path + ".zone",
              absl::StrCat("no node is in the zone \"", read.zone(), "\""));
      }
    }
    model_.claims.push_back(
        {read.name(), zone, OneNode(read.access_mode(), path + ".accessMode")});
  }
}

void ClusterReader::ReadEvents() {
  for (int i = 0; i < cluster_.events_size(); ++i) {
    const v1::ClusterEvent& event = cluster_.events(i);
    const std::string path = absl::StrCat("events[", i, "]");
    EventModel model;
    model.at = Duration(event.at(), 0, path + ".at");
    const std::pair<EventModel::Kind, const std::string*> kinds[] = {
        {EventModel::kCordon, &event.cordon()},
        {EventModel::kUncordon, &event.uncordon()},
        {EventModel::kRemove, &event.remove()}};
    std::string name;
    int given = 0;
    for (const auto& [kind, node] : kinds) {
      if (node->empty()) continue;
      ++given;
      model.kind = kind;
      name = *node;
    }
    if (given != 1) {
      Wrong(path, "exactly one of cordon, uncordon and remove has to be there");
      continue;
    }
    const auto node = absl::c_find_if(
        model_.nodes, [&](const NodeModel& n) { return n.name == name; });
    if (node == model_.nodes.end()) {
      Wrong(path, absl::StrCat("there is no node \"", name,
                               "\" at the start of the simulation"));
      continue;
    }
    model.node = static_cast<int>(node - model_.nodes.begin());
    model_.events.push_back(model);
  }
  absl::c_stable_sort(model_.events,
                      [](const auto& a, const auto& b) { return a.at < b.at; });
}

void ClusterReader::ReadCosts() {
  const v1::SimulatedCosts& costs = cluster_.costs();
  constexpr Moment kMillisecond = kSecond / 1000;
  const auto read = [&](const std::string& text, Moment otherwise,
                        const char* field) {
    return Duration(text, otherwise, absl::StrCat("costs.", field));
  };
  CostModel& model = model_.costs;
  model.reconcile = read(costs.reconcile(), 500 * kMillisecond, "reconcile");
  model.pod_scheduling =
      read(costs.pod_scheduling(), 100 * kMillisecond, "podScheduling");
  model.pod_start = read(costs.pod_start(), 2 * kSecond, "podStart");
  model.container_start =
      read(costs.container_start(), 300 * kMillisecond, "containerStart");
  model.image_pull = read(costs.image_pull(), 10 * kSecond, "imagePull");
  model.volume_provision =
      read(costs.volume_provision(), 5 * kSecond, "volumeProvision");
  model.volume_attach =
      read(costs.volume_attach(), 5 * kSecond, "volumeAttach");
  model.volume_detach =
      read(costs.volume_detach(), 5 * kSecond, "volumeDetach");
  model.gate = read(costs.gate(), 2 * kSecond, "gate");
  for (int i = 0; i < costs.images_size(); ++i) {
    const std::string path = absl::StrCat("costs.images[", i, "].pull");
    model.pulls[model_.images.Index(costs.images(i).image())] =
        Duration(costs.images(i).pull(), model.image_pull, path);
  }
}

void ClusterReader::ReadTekton() {
  const v1::TektonSettings& tekton = cluster_.tekton();
  TektonModel& model = model_.tekton;
  // pkg/apis/config/feature_flags.go, setCoschedule.
  const std::string& coschedule = tekton.coschedule();
  if (coschedule == "pipelineruns") {
    model.coschedule = Coschedule::kPipelineRuns;
  } else if (coschedule == "isolate-pipelinerun") {
    model.coschedule = Coschedule::kIsolate;
  } else if (coschedule == "disabled") {
    model.coschedule = Coschedule::kDisabled;
  } else if (!coschedule.empty() && coschedule != "workspaces") {
    Wrong("tekton.coschedule",
          absl::StrCat("\"", coschedule,
                       "\" is none of workspaces, pipelineruns, "
                       "isolate-pipelinerun, disabled"));
  }
  model.storage_class = FindStorageClass(model_, tekton.storage_class());
  if (model.storage_class < 0) {
    Wrong("tekton.storageClass", absl::StrCat("there is no storage class \"",
                                              tekton.storage_class(), "\""));
  }
  model.one_node = OneNode(tekton.access_mode(), "tekton.accessMode");
  model.keep_cordoned_assistant = tekton.keep_assistant_on_cordoned_node();
}

ClusterModel ClusterReader::Read() {
  model_.resources.Index("cpu");
  model_.resources.Index("memory");
  ReadNodes();
  ReadStorage();
  ReadEvents();
  ReadCosts();
  ReadTekton();
  return std::move(model_);
}

}  // namespace

int NameTable::Index(absl::string_view name) {
  const auto [entry, added] = index_.try_emplace(std::string(name), size());
  if (added) names_.emplace_back(name);
  return entry->second;
}

int NameTable::Find(absl::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? -1 : found->second;
}

ClusterModel ReadCluster(const v1::SimulationCluster& cluster,
                         DiagnosticList* diagnostics) {
  return ClusterReader(cluster, diagnostics).Read();
}

Amounts AmountsOf(
    const google::protobuf::Map<std::string, std::string>& quantities,
    NameTable* resources) {
  // By name, so that resources are numbered alike every time.
  const std::map<std::string, std::string> sorted(quantities.begin(),
                                                  quantities.end());
  Amounts amounts;
  for (const auto& [name, text] : sorted) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    if (!quantity) continue;
    const int resource = resources->Index(name);
    if (resource >= static_cast<int>(amounts.size())) {
      amounts.resize(resource + 1);
    }
    const absl::int128 amount = resource == kCpu
                                    ? quantity->CeilMillis()
                                    : absl::int128(quantity->CeilUnits());
    amounts[resource] = static_cast<int64_t>(
        std::clamp<absl::int128>(amount, 0, kLargestAmount));
  }
  return amounts;
}

std::string AmountText(int resource, int64_t amount) {
  constexpr int64_t kNano = 1'000'000'000;
  const absl::int128 nanos =
      absl::int128(amount) * (resource == kCpu ? kNano / 1000 : kNano);
  return Quantity::FromNanos(nanos, resource == kMemory
                                        ? Quantity::Notation::kBinarySuffix
                                        : Quantity::Notation::kDecimalSuffix)
      .ToString();
}

int FindStorageClass(const ClusterModel& cluster, absl::string_view name) {
  if (name.empty()) return 0;
  for (size_t i = 0; i < cluster.storage_classes.size(); ++i) {
    if (cluster.storage_classes[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace colocation::simulate
