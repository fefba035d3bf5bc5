#include "colocation/check/check_caps.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/quantity.h"

namespace colocation {
namespace {

class CapChecker {
 public:
  CapChecker(const CheckedPlan& index, Faults* faults)
      : index_(index), plan_(*index.plan), faults_(*faults) {}

  void Run() {
    std::vector<int> units(plan_.pods_size());
    for (const IndexedUnit& unit : index_.units) {
      if (unit.pod >= 0) ++units[unit.pod];
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      const v1::PlannedPod& pod = plan_.pods(p);
      const std::string at = absl::StrCat("pods[", p, "]");
      NamedNode(pod, at);
      // A single unit would be no smaller without the plan.
      if (units[p] < 2) continue;
      if (pod.node().empty() && AnyNodeFor(pod)) {
        faults_.Add("node", at + ".node",
                    "no node with its labels has room for the Pod");
      }
      const int most = plan_.caps().pod_containers();
      if (most > 0 && pod.containers_size() > most) {
        faults_.Add("pod-containers", at + ".containers",
                    absl::StrCat("there are ", pod.containers_size(),
                                 ", and at most ", most, " are allowed"));
      }
      Bounds(pod, at);
      Results(pod, at);
    }
    for (int d = 0; d < plan_.decisions_size(); ++d) {
      if (plan_.decisions(d).has_cut()) Cut(d);
    }
  }

 private:
  static bool Selects(const v1::PlannedPod& pod, const v1::NodeShape& node) {
    const auto& selector = pod.spec().node_selector();
    return std::all_of(selector.begin(), selector.end(), [&](const auto& s) {
      const auto label = node.labels().find(s.first);
      return label != node.labels().end() && label->second == s.second;
    });
  }

  bool AnyNodeFor(const v1::PlannedPod& pod) const {
    return std::any_of(plan_.caps().nodes().begin(), plan_.caps().nodes().end(),
                       [&](const auto& node) { return Selects(pod, node); });
  }

  void NamedNode(const v1::PlannedPod& pod, const std::string& at) {
    if (pod.node().empty()) return;
    const auto& nodes = plan_.caps().nodes();
    const auto node =
        std::find_if(nodes.begin(), nodes.end(), [&](const auto& n) {
          return n.name() == pod.node() && Selects(pod, n);
        });
    if (node == nodes.end()) {
      faults_.Add("node", at + ".node",
                  absl::StrCat("no node \"", pod.node(),
                               "\" with the labels that the Pod selects"));
      return;
    }
    for (const v1::ResourceUse& use : pod.resources()) {
      const auto has = node->allocatable().find(use.resource());
      const bool anywhere = use.resource() == "cpu" ||
                            use.resource() == "memory" ||
                            use.resource() == "ephemeral-storage";
      if (has == node->allocatable().end() && anywhere) continue;
      const std::optional<Quantity> asked = Quantity::Parse(use.requested());
      const std::optional<Quantity> room = has == node->allocatable().end()
                                               ? Quantity()
                                               : Quantity::Parse(has->second);
      if (asked && room && !(*room < *asked)) continue;
      faults_.Add("node", at + ".node",
                  absl::StrCat("the Pod asks for more ", use.resource(),
                               " than \"", pod.node(), "\" has"));
    }
  }

  // What the namespace allows.
  void Bounds(const v1::PlannedPod& pod, const std::string& at) {
    for (int r = 0; r < pod.resources_size(); ++r) {
      const v1::ResourceUse& use = pod.resources(r);
      const auto exceeds = [&](const auto& bounds, const std::string& text) {
        const auto bound = bounds.find(use.resource());
        if (bound == bounds.end() || text.empty()) return false;
        const std::optional<Quantity> most = Quantity::Parse(bound->second);
        const std::optional<Quantity> amount = Quantity::Parse(text);
        return most && amount && *most < *amount;
      };
      if (exceeds(plan_.caps().pod_limits(), use.limit()) ||
          exceeds(plan_.caps().pod_requests(), use.requested())) {
        faults_.Add("pod-bound", absl::StrCat(at, ".resources[", r, "]"),
                    absl::StrCat("the Pod has more ", use.resource(),
                                 " than its namespace allows"));
      }
    }
  }

  void Results(const v1::PlannedPod& pod, const std::string& at) {
    const int64_t value = plan_.caps().result_bytes();
    if (value <= 0) return;
    // 12 KiB for all, the init container among them, and 4096 bytes for each.
    const int64_t limit = std::min<int64_t>(
        4096, 12 * 1024 / (int64_t{pod.containers_size()} + 1));
    for (const v1::LaunchTask& task : pod.install().launch().tasks()) {
      if (task.units().empty() || task.results().empty()) continue;
      int64_t bytes = 1;
      for (const v1::DeclaredResult& result : task.results()) {
        bytes += 30 + static_cast<int64_t>(result.name().size()) + value;
      }
      if (bytes <= limit) continue;
      faults_.Add(
          "result-bytes", at + ".containers",
          absl::StrCat("the results of \"", task.name(), "\" take ", bytes,
                       " bytes, and a container can report ", limit));
    }
  }

  void Cut(int d) {
    const v1::Decision& decision = plan_.decisions(d);
    std::set<int> tasks, pods;
    for (const std::string& name : decision.tasks()) {
      const int task = index_.TaskOf(name);
      tasks.insert(task);
      pods.insert(index_.pod_of[task]);
    }
    std::map<std::string, std::set<int>> claims;
    std::map<std::pair<std::string, std::string>, std::set<int>> results;
    int64_t waits = 0;
    for (const int p : pods) {
      if (p < 0) {
        faults_.Add("cut", absl::StrCat("decisions[", d, "].tasks"),
                    "it names a task that is in no Pod");
        return;
      }
      const v1::PlannedPod& pod = plan_.pods(p);
      for (const v1::PlannedVolume& planned : pod.volumes()) {
        if (planned.purpose() != v1::PlannedVolume::WORKSPACE) continue;
        const v1::Volume& volume = planned.volume();
        if (volume.has_persistent_volume_claim()) {
          claims[volume.persistent_volume_claim().claim_name()].insert(p);
        } else if (volume.has_csi()) {
          claims[absl::StrCat("/", planned.workspace())].insert(p);
        }
      }
      for (const v1::LaunchTask& task : pod.install().launch().tasks()) {
        if (task.units().empty()) continue;
        for (const v1::ResultRef& ref : task.result_refs()) {
          const int from = index_.TaskOf(ref.task());
          if (!tasks.contains(from)) continue;
          std::set<int>& of = results[{ref.task(), ref.result()}];
          of.insert(p);
          of.insert(index_.pod_of[from]);
        }
      }
    }
    for (const int task : tasks) {
      for (const int before : index_.waits[task]) {
        waits += tasks.contains(before) &&
                 index_.pod_of[task] != index_.pod_of[before];
      }
    }
    const auto counted = [](const auto& users) {
      int64_t sum = 0;
      for (const auto& [what, of] : users) {
        sum += static_cast<int64_t>(of.size()) - 1;
      }
      return sum;
    };
    const v1::Cut& cut = decision.cut();
    if (cut.pods() != static_cast<int64_t>(pods.size()) ||
        cut.claims() != counted(claims) || cut.results() != counted(results) ||
        cut.waits() != waits) {
      faults_.Add(
          "cut", absl::StrCat("decisions[", d, "].cut"),
          absl::StrCat("the split is into ", pods.size(), " Pods, and cuts ",
                       counted(claims), " volumes, ", counted(results),
                       " results, ", waits, " waits"));
    }
  }

  const CheckedPlan& index_;
  const v1::ColocationPlan& plan_;
  Faults& faults_;
};

}  // namespace

void CheckCaps(const CheckedPlan& index, Faults* faults) {
  CapChecker(index, faults).Run();
}

}  // namespace colocation
