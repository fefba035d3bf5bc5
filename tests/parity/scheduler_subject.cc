// Makes decisions of the simulated scheduler for scheduler_test.py to compare
// with kube-scheduler's.
//
// Usage: scheduler_subject CLUSTERS. Random clusters from a fixed seed; in
// each, Pods come and go and nodes are cordoned. stdout: a JSON object a line,
// with the cluster as Kubernetes has it (what scheduler_oracle reads) and under
// "simulated" what colocation/simulate/scheduler.h says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/pod_shape.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {
namespace {

constexpr int kDecisionsPerCluster = 40;
constexpr char kDriver[] = "disks.example.com";
constexpr char kHostname[] = "kubernetes.io/hostname";

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", text, "\"");
}

std::string Object(const std::vector<std::pair<std::string, std::string>>& of) {
  return absl::StrCat("{",
                      absl::StrJoin(of, ",",
                                    [](std::string* out, const auto& field) {
                                      absl::StrAppend(out, "\"", field.first,
                                                      "\":", field.second);
                                    }),
                      "}");
}

template <typename Strings>
std::string List(const Strings& of) {
  return absl::StrCat("[", absl::StrJoin(of, ","), "]");
}

template <typename Map>
std::string Texts(const Map& of) {
  std::map<std::string, std::string> sorted(of.begin(), of.end());
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [key, value] : sorted) {
    fields.emplace_back(key, Quoted(value));
  }
  return Object(fields);
}

// A Pod, and how both sides know it.
struct TestPod {
  Candidate candidate;
  v1::PodSpec spec;
  std::map<std::string, std::string> labels;
  bool assistant = false;
};

class RandomCluster {
 public:
  explicit RandomCluster(int number)
      : number_(number), random_(static_cast<uint64_t>(number) + 1) {}

  void Run();

 private:
  int Below(int bound) {
    return static_cast<int>(random_() % static_cast<uint64_t>(bound));
  }
  bool OneIn(int n) { return Below(n) == 0; }
  template <size_t n>
  std::string OneOf(const char* const (&of)[n]) {
    return of[Below(n)];
  }

  void MakeCluster();
  void MakeVolumes();
  v1::Taint MakeTaint();
  void AddAsks(bool large, v1::Container* container);
  void AddRules(v1::PodSpec* spec);
  TestPod MakePod(int id, Scheduler* scheduler, ClusterModel* model);
  // As Tekton makes them.
  void MakeAssistant(TestPod* pod, PodShape* shape);
  std::string NodeJson(const v1::SimulatedNode& node, bool cordoned) const;
  std::string OthersJson(const v1::SimulatedNode& node, int index) const;
  std::string PodJson(const TestPod& pod, const std::string& node) const;
  std::string StorageJson() const;
  void Print(const TestPod& pod, const Scheduler& scheduler,
             const std::map<int, std::pair<TestPod, NodeId>>& running,
             const std::string& simulated, int decision) const;

  int number_;
  std::mt19937_64 random_;
  v1::SimulationCluster cluster_;
  // By VolumeId; empty for one that can be used everywhere.
  std::vector<std::string> zones_;
  // By VolumeId: it is made when its first Pod has a node.
  std::vector<bool> unbound_;
  bool isolate_ = false;
};

v1::Taint RandomCluster::MakeTaint() {
  v1::Taint taint;
  taint.set_key(OneOf({"dedicated", "spot"}));
  if (!OneIn(3)) taint.set_value(OneOf({"a", "b"}));
  taint.set_effect(OneOf({"NoSchedule", "PreferNoSchedule", "NoExecute"}));
  return taint;
}

void RandomCluster::MakeCluster() {
  isolate_ = OneIn(2);
  const int nodes = 1 + Below(7);
  const bool same = OneIn(3);
  for (int i = 0; i < nodes; ++i) {
    v1::SimulatedNode* node = cluster_.add_nodes();
    node->set_name(absl::StrCat("node-", i));
    if (same && i > 0) {
      *node = cluster_.nodes(0);
      node->set_name(absl::StrCat("node-", i));
      continue;
    }
    if (!OneIn(5)) node->set_zone(OneOf({"zone-a", "zone-b"}));
    if (OneIn(2)) {
      (*node->mutable_labels())["disk"] = OneOf({"ssd", "hdd"});
    }
    if (OneIn(3)) {
      (*node->mutable_labels())["generation"] = absl::StrCat(Below(5));
    }
    for (int t = Below(5) - 2; t > 0; --t) *node->add_taints() = MakeTaint();
    auto& has = *node->mutable_allocatable();
    has["cpu"] = OneOf({"1", "1930m", "4", "8", "16"});
    has["memory"] = OneOf({"2Gi", "3500Mi", "16Gi", "64Gi"});
    if (OneIn(2)) has["ephemeral-storage"] = OneOf({"10Gi", "100G"});
    if (OneIn(4)) has["nvidia.com/gpu"] = OneOf({"1", "4"});
    if (OneIn(2)) {
      node->set_pods_in_use(1 + Below(4));
      auto& used = *node->mutable_in_use();
      used["cpu"] = OneOf({"0", "250m", "900m", "3"});
      used["memory"] = OneOf({"0", "100Mi", "1Gi", "5Gi"});
    }
    if (OneIn(3)) node->set_max_pods(1 + Below(6));
    if (OneIn(3)) node->set_max_volumes(1 + Below(3));
    node->set_cordoned(OneIn(8));
  }
}

void RandomCluster::MakeVolumes() {
  for (int i = 0; i < 5; ++i) {
    std::string zone;
    if (OneIn(2)) zone = cluster_.nodes(Below(cluster_.nodes_size())).zone();
    unbound_.push_back(zone.empty() && OneIn(2));
    zones_.push_back(std::move(zone));
  }
}

void RandomCluster::AddAsks(bool large, v1::Container* container) {
  auto& asks = *container->mutable_resources()->mutable_requests();
  if (!OneIn(4)) {
    asks["cpu"] = large ? OneOf({"1", "1500m", "3", "0.1"})
                        : OneOf({"10m", "0", "250m", "500m"});
  }
  if (!OneIn(4)) {
    asks["memory"] = large ? OneOf({"1Gi", "3G", "8Gi", "1e9"})
                           : OneOf({"0", "64Mi", "100M", "512Mi"});
  }
  if (OneIn(5)) asks["ephemeral-storage"] = OneOf({"1Gi", "6Gi", "0"});
  if (OneIn(10)) asks["nvidia.com/gpu"] = OneOf({"1", "2"});
}

void RandomCluster::AddRules(v1::PodSpec* spec) {
  if (OneIn(6))
    (*spec->mutable_node_selector())["disk"] = OneOf({"ssd", "hdd"});
  if (OneIn(5)) {
    v1::NodeSelector* required =
        spec->mutable_affinity()
            ->mutable_node_affinity()
            ->mutable_required_during_scheduling_ignored_during_execution();
    for (int t = 1 + Below(2); t > 0; --t) {
      v1::NodeSelectorTerm* term = required->add_node_selector_terms();
      for (int r = 1 + Below(2); r > 0; --r) {
        v1::NodeSelectorRequirement* rule = term->add_match_expressions();
        switch (Below(4)) {
          case 0:
            rule->set_key("disk");
            rule->set_operator_(OneOf({"In", "NotIn"}));
            rule->add_values("ssd");
            break;
          case 1:
            rule->set_key("generation");
            rule->set_operator_(OneOf({"Gt", "Lt"}));
            rule->add_values(absl::StrCat(Below(4)));
            break;
          case 2:
            rule->set_key(OneOf({"disk", "generation"}));
            rule->set_operator_(OneOf({"Exists", "DoesNotExist"}));
            break;
          case 3:
            rule->set_key("topology.kubernetes.io/zone");
            rule->set_operator_("In");
            rule->add_values("zone-a");
            if (OneIn(3)) rule->add_values("zone-b");
            break;
        }
      }
    }
  }
  for (int t = Below(4) - 1; t > 0; --t) {
    v1::Toleration* toleration = spec->add_tolerations();
    if (OneIn(5)) {
      toleration->set_operator_("Exists");
      if (OneIn(2)) toleration->set_key("node.kubernetes.io/unschedulable");
      continue;
    }
    toleration->set_key(OneOf({"dedicated", "spot"}));
    if (OneIn(2)) {
      toleration->set_operator_("Exists");
    } else {
      if (OneIn(2)) toleration->set_operator_("Equal");
      if (!OneIn(4)) toleration->set_value(OneOf({"a", "b"}));
    }
    if (OneIn(2)) {
      toleration->set_effect(
          OneOf({"NoSchedule", "PreferNoSchedule", "NoExecute"}));
    }
  }
}

void RandomCluster::MakeAssistant(TestPod* pod, PodShape* shape) {
  pod->assistant = true;
  pod->labels["component"] = "affinity-assistant";
  shape->assistant = true;
  shape->alone = isolate_;
  v1::PodAffinityTerm term;
  (*term.mutable_label_selector()->mutable_match_labels())["component"] =
      "affinity-assistant";
  term.set_topology_key(kHostname);
  v1::PodAntiAffinity* away =
      pod->spec.mutable_affinity()->mutable_pod_anti_affinity();
  if (isolate_) {
    *away->add_required_during_scheduling_ignored_during_execution() = term;
  } else {
    v1::WeightedPodAffinityTerm* preferred =
        away->add_preferred_during_scheduling_ignored_during_execution();
    preferred->set_weight(100);
    *preferred->mutable_pod_affinity_term() = term;
  }
}

TestPod RandomCluster::MakePod(int id, Scheduler* scheduler,
                               ClusterModel* model) {
  TestPod pod;
  pod.candidate.pod = id;
  pod.labels["name"] = absl::StrCat("pod-", id);
  PodShape shape;
  const bool large = OneIn(3);
  for (int c = 1 + Below(3); c > 0; --c) {
    v1::Container* container = pod.spec.add_containers();
    container->set_name(absl::StrCat("container-", c));
    container->set_image("image");
    AddAsks(large, container);
    AddContainer(container->resources().requests(), &model->resources, &shape);
  }
  AddRules(&pod.spec);
  shape.requests.resize(std::max<size_t>(shape.requests.size(), 2));
  shape.placement = scheduler->AddPlacement(pod.spec);
  if (OneIn(5)) MakeAssistant(&pod, &shape);
  pod.candidate.shape = scheduler->AddShape(shape);
  const int first = Below(static_cast<int>(zones_.size()));
  for (int v = 0; v < Below(3); ++v) {
    const int volume = (first + v) % static_cast<int>(zones_.size());
    pod.candidate.volumes.push_back(volume);
    v1::Volume* source = pod.spec.add_volumes();
    source->set_name(absl::StrCat("volume-", volume));
    source->mutable_persistent_volume_claim()->set_claim_name(
        absl::StrCat("claim-", volume));
  }
  return pod;
}

std::string RandomCluster::NodeJson(const v1::SimulatedNode& node,
                                    bool cordoned) const {
  std::map<std::string, std::string> labels(node.labels().begin(),
                                            node.labels().end());
  labels[kHostname] = node.name();
  if (!node.zone().empty()) labels["topology.kubernetes.io/zone"] = node.zone();
  std::map<std::string, std::string> has(node.allocatable().begin(),
                                         node.allocatable().end());
  has["pods"] = absl::StrCat(node.max_pods() > 0 ? node.max_pods() : 110);
  std::vector<std::string> taints;
  for (const v1::Taint& taint : node.taints()) taints.push_back(ToJson(taint));
  return Object(
      {{"metadata",
        Object({{"name", Quoted(node.name())}, {"labels", Texts(labels)}})},
       {"spec", Object({{"taints", List(taints)},
                        {"unschedulable", cordoned ? "true" : "false"}})},
       {"status", Object({{"allocatable", Texts(has)}})}});
}

// The first of a node's other Pods asks for all that they ask for.
std::string RandomCluster::OthersJson(const v1::SimulatedNode& node,
                                      int index) const {
  v1::PodSpec spec;
  spec.set_node_name(node.name());
  v1::Container* container = spec.add_containers();
  container->set_name("other");
  auto& asks = *container->mutable_resources()->mutable_requests();
  asks["cpu"] = "0";
  asks["memory"] = "0";
  if (index == 0) {
    for (const auto& [name, amount] : node.in_use()) asks[name] = amount;
  }
  const std::string name = absl::StrCat("other-", node.name(), "-", index);
  return Object({{"metadata", Object({{"name", Quoted(name)},
                                      {"uid", Quoted(name)},
                                      {"namespace", Quoted("default")}})},
                 {"spec", ToJson(spec)}});
}

std::string RandomCluster::PodJson(const TestPod& pod,
                                   const std::string& node) const {
  v1::PodSpec spec = pod.spec;
  if (!node.empty()) spec.set_node_name(node);
  const std::string& name = pod.labels.at("name");
  return Object({{"metadata", Object({{"name", Quoted(name)},
                                      {"uid", Quoted(name)},
                                      {"namespace", Quoted("default")},
                                      {"labels", Texts(pod.labels)}})},
                 {"spec", ToJson(spec)}});
}

std::string RandomCluster::StorageJson() const {
  std::vector<std::string> volumes;
  std::vector<std::string> claims;
  for (size_t v = 0; v < zones_.size(); ++v) {
    const std::string claim = absl::StrCat("claim-", v);
    const std::string volume = absl::StrCat("volume-", v);
    const std::string size = Object({{"storage", Quoted("1Gi")}});
    std::vector<std::pair<std::string, std::string>> spec = {
        {"accessModes",
         List(std::vector<std::string>{Quoted("ReadWriteMany")})},
        {"storageClassName", Quoted("late")},
        {"resources", Object({{"requests", size}})}};
    std::vector<std::pair<std::string, std::string>> metadata = {
        {"name", Quoted(claim)}, {"namespace", Quoted("default")}};
    if (!unbound_[v]) {
      spec.emplace_back("volumeName", Quoted(volume));
      metadata.emplace_back(
          "annotations",
          Object({{"pv.kubernetes.io/bind-completed", Quoted("yes")}}));
      std::vector<std::pair<std::string, std::string>> pv = {
          {"accessModes",
           List(std::vector<std::string>{Quoted("ReadWriteMany")})},
          {"storageClassName", Quoted("late")},
          {"capacity", size},
          {"claimRef",
           Object({{"name", Quoted(claim)}, {"namespace", Quoted("default")}})},
          {"csi", Object({{"driver", Quoted(kDriver)},
                          {"volumeHandle", Quoted(volume)}})}};
      if (!zones_[v].empty()) {
        v1::NodeSelector zone;
        v1::NodeSelectorRequirement* rule =
            zone.add_node_selector_terms()->add_match_expressions();
        rule->set_key("topology.kubernetes.io/zone");
        rule->set_operator_("In");
        rule->add_values(zones_[v]);
        pv.emplace_back("nodeAffinity", Object({{"required", ToJson(zone)}}));
      }
      volumes.push_back(
          Object({{"metadata", Object({{"name", Quoted(volume)}})},
                  {"spec", Object(pv)}}));
    }
    claims.push_back(
        Object({{"metadata", Object(metadata)}, {"spec", Object(spec)}}));
  }
  std::vector<std::string> csi;
  for (const v1::SimulatedNode& node : cluster_.nodes()) {
    std::vector<std::pair<std::string, std::string>> driver = {
        {"name", Quoted(kDriver)}, {"nodeID", Quoted(node.name())}};
    if (node.max_volumes() > 0) {
      driver.emplace_back(
          "allocatable", Object({{"count", absl::StrCat(node.max_volumes())}}));
    }
    csi.push_back(
        Object({{"metadata", Object({{"name", Quoted(node.name())}})},
                {"spec", Object({{"drivers", List(std::vector<std::string>{
                                                 Object(driver)})}})}}));
  }
  const std::string storage_class =
      Object({{"metadata", Object({{"name", Quoted("late")}})},
              {"provisioner", Quoted(kDriver)},
              {"volumeBindingMode", Quoted("WaitForFirstConsumer")}});
  return absl::StrCat(
      "\"storageClasses\":", List(std::vector<std::string>{storage_class}),
      ",\"csiNodes\":", List(csi), ",\"persistentVolumes\":", List(volumes),
      ",\"claims\":", List(claims));
}

void RandomCluster::Print(
    const TestPod& pod, const Scheduler& scheduler,
    const std::map<int, std::pair<TestPod, NodeId>>& running,
    const std::string& simulated, int decision) const {
  std::vector<std::string> nodes;
  std::vector<std::string> pods;
  for (int n = 0; n < cluster_.nodes_size(); ++n) {
    nodes.push_back(NodeJson(cluster_.nodes(n), scheduler.cordoned(n)));
    for (int i = 0; i < cluster_.nodes(n).pods_in_use(); ++i) {
      pods.push_back(OthersJson(cluster_.nodes(n), i));
    }
  }
  for (const auto& [id, other] : running) {
    pods.push_back(PodJson(other.first, scheduler.node(other.second).name));
  }
  const std::string line = absl::StrCat(
      "{\"id\":\"", number_, ".", decision, "\",\"cluster\":\"", number_, "\",",
      StorageJson(), ",\"nodes\":", List(nodes), ",\"pods\":", List(pods),
      ",\"pod\":", PodJson(pod, ""), ",\"simulated\":", simulated, "}\n");
  std::fputs(line.c_str(), stdout);
}

void RandomCluster::Run() {
  MakeCluster();
  MakeVolumes();
  DiagnosticList diagnostics;
  ClusterModel model = ReadCluster(cluster_, &diagnostics);
  Scheduler scheduler(model);
  std::vector<TestPod> pods;
  for (int i = 0; i < kDecisionsPerCluster; ++i) {
    pods.push_back(MakePod(i, &scheduler, &model));
  }
  scheduler.Start();
  for (const std::string& zone : zones_) {
    scheduler.AddVolume(zone.empty() ? -1 : model.zones.Find(zone));
  }
  std::map<int, std::pair<TestPod, NodeId>> running;
  for (int i = 0; i < kDecisionsPerCluster; ++i) {
    const NodeId changed = Below(cluster_.nodes_size());
    if (scheduler.cordoned(changed) ? OneIn(2) : OneIn(10)) {
      scheduler.SetCordoned(changed, !scheduler.cordoned(changed));
    }
    if (OneIn(3) && !running.empty()) {
      auto gone = running.begin();
      std::advance(gone, Below(static_cast<int>(running.size())));
      scheduler.Release(gone->second.first.candidate, gone->second.second);
      running.erase(gone);
    }
    TestPod& pod = pods[i];
    // Tekton's: to its assistant's node.
    if (!pod.assistant && OneIn(4)) {
      for (const auto& [id, other] : running) {
        if (!other.first.assistant) continue;
        pod.candidate.only_node = other.second;
        v1::PodAffinityTerm* term =
            pod.spec.mutable_affinity()
                ->mutable_pod_affinity()
                ->add_required_during_scheduling_ignored_during_execution();
        (*term->mutable_label_selector()->mutable_match_labels())["name"] =
            other.first.labels.at("name");
        term->set_topology_key(kHostname);
        break;
      }
    }
    std::vector<std::string> feasible;
    for (NodeId node = 0; node < scheduler.node_count(); ++node) {
      if (scheduler.ObstacleOn(pod.candidate, node) == Scheduler::kNone) {
        feasible.push_back(Quoted(scheduler.node(node).name));
      }
    }
    const std::string message =
        feasible.empty() ? scheduler.Unschedulable(pod.candidate) : "";
    const std::map<int, std::pair<TestPod, NodeId>> before = running;
    const NodeId node = scheduler.Submit(pod.candidate);
    const std::string simulated =
        Object({{"feasible", List(feasible)},
                {"message", Quoted(message)},
                {"node", Quoted(node < 0 ? "" : scheduler.node(node).name)}});
    Print(pod, scheduler, before, simulated, i);
    if (node < 0) {
      scheduler.Withdraw(pod.candidate.pod);
    } else {
      running[i] = {pod, node};
    }
  }
}

}  // namespace
}  // namespace colocation::simulate

int main(int argc, char** argv) {
  int clusters = 0;
  if (argc != 2 || !absl::SimpleAtoi(argv[1], &clusters)) {
    std::fputs("usage: scheduler_subject CLUSTERS\n", stderr);
    return 2;
  }
  for (int i = 0; i < clusters; ++i) {
    colocation::simulate::RandomCluster(i).Run();
  }
  return 0;
}
