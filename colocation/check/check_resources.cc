#include "colocation/check/check_resources.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "colocation/syntax/quantity.h"

namespace colocation {
namespace {

using absl::int128;

class ResourceChecker {
 public:
  ResourceChecker(const CheckedPlan& index, WaitOrder* order,
                  UnitOrder* unit_order, int p, const std::vector<int>& units,
                  Faults* faults)
      : index_(index),
        order_(*order),
        unit_order_(*unit_order),
        p_(p),
        pod_(index.plan->pods(p)),
        units_(units),
        faults_(*faults) {}

  void Run() {
    ReadContainers();
    Needs();
    std::set<absl::string_view> stated;
    for (int r = 0; r < pod_.resources_size(); ++r) {
      if (!stated.insert(pod_.resources(r).resource()).second) {
        Fault("duplicate-name", absl::StrCat("resources[", r, "]"),
              "the resource is there twice");
      }
      Use(r);
    }
    for (const auto& [resource, sum] : requested_) {
      if (stated.contains(resource) || sum == 0) continue;
      Fault("resource-missing", "resources",
            absl::StrCat("containers ask for ", resource,
                         ", and nothing is said about it"));
    }
    for (const auto& [resource, sum] : asked_) {
      if (stated.contains(resource)) continue;
      Fault("resource-missing", "resources",
            absl::StrCat("authors ask for ", resource,
                         ", and nothing is said about it"));
    }
    Ports();
  }

 private:
  // The names are those of the plan, which outlives this.
  using Quantities = std::map<absl::string_view, int128>;
  // A path is put into words only where something is wrong there.
  using Path = absl::FunctionRef<std::string()>;

  // What can't be read is reported, and counts as nothing.
  int128 Read(const std::string& text, Path path) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    if (quantity && quantity->nanos() >= 0) return quantity->nanos();
    Fault("quantity", path(),
          absl::StrCat("\"", text, "\" is no quantity, or is negative"));
    return 0;
  }

  Quantities Read(const google::protobuf::Map<std::string, std::string>& from,
                  Path path) {
    Quantities quantities;
    for (const auto& [resource, text] : from) {
      quantities[resource] = Read(text, path);
    }
    return quantities;
  }

  void ReadContainers() {
    for (int c = 0; c < pod_.containers_size(); ++c) {
      const v1::PlannedContainer& planned = pod_.containers(c);
      const auto at = [&](absl::string_view field) {
        return absl::StrCat("containers[", c, "].", field);
      };
      const v1::ResourceRequirements& resources =
          planned.container().resources();
      const Quantities requests = Read(resources.requests(), [&] {
        return at("container.resources.requests");
      });
      const Quantities limits = Read(
          resources.limits(), [&] { return at("container.resources.limits"); });
      for (const auto& [resource, request] : requests) {
        requested_[resource] += request;
        requested_of_unit_[planned.unit()][resource] += request;
        const auto limit = limits.find(resource);
        if (limit == limits.end() || request <= limit->second) continue;
        Fault("request-over-limit", at("container.resources"),
              absl::StrCat("more ", resource, " is asked for than its limit"));
      }
      for (const auto& [resource, limit] : limits) {
        limits_[resource] += limit;
        if (requests.contains(resource)) continue;
        // Kubernetes would ask for the limit.
        Fault("limit-without-request", at("container.resources"),
              absl::StrCat("the limit of ", resource,
                           " would become its request"));
      }
      for (const auto& [resource, text] :
           index_.plan->caps().default_limits()) {
        if (limits.contains(resource)) continue;
        limits_[resource] += Read(text, [] { return "caps.defaultLimits"; });
      }
      const Quantities asked =
          Read(planned.asked(), [&] { return at("asked"); });
      const bool step = planned.role() == v1::CONTAINER_ROLE_STEP;
      Quantities& of_unit =
          step ? largest_step_[planned.unit()] : sidecars_[planned.unit()];
      for (const auto& [resource, quantity] : asked) {
        asked_[resource] += quantity;
        int128& known = of_unit[resource];
        known = step ? std::max(known, quantity) : known + quantity;
      }
    }
  }

  void Needs() {
    for (const int u : units_) {
      const v1::PlannedUnit& unit = *index_.units[u].unit;
      Quantities expected = largest_step_[unit.name()];
      for (const auto& [resource, quantity] : sidecars_[unit.name()]) {
        expected[resource] += quantity;
      }
      const std::string at =
          absl::StrCat("tasks[", index_.units[u].task, "].units");
      Quantities& need = need_[u];
      for (const auto& [resource, text] : unit.need()) {
        need[resource] = ReadAt(text, at);
        if (need[resource] == expected[resource]) continue;
        faults_.Add(
            "unit-need", at,
            absl::StrCat("\"", unit.name(),
                         "\" needs another amount "
                         "of ",
                         resource, ": the largest step and the sidecars"));
      }
      for (const auto& [resource, quantity] : expected) {
        if (need.contains(resource) || quantity == 0) continue;
        faults_.Add("unit-need", at,
                    absl::StrCat("\"", unit.name(), "\" needs ", resource,
                                 ", which isn't stated"));
      }
    }
  }

  int128 ReadAt(const std::string& text, const std::string& path) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    if (quantity && quantity->nanos() >= 0) return quantity->nanos();
    faults_.Add("quantity", path,
                absl::StrCat("\"", text, "\" is no quantity"));
    return 0;
  }

  void Use(int r) {
    const v1::ResourceUse& use = pod_.resources(r);
    const std::string& resource = use.resource();
    const std::string at = absl::StrCat("resources[", r, "]");
    const int128 sum = Read(use.sum(), [&] { return at + ".sum"; });
    const int128 peak = Read(use.peak(), [&] { return at + ".peak"; });
    const int128 requested =
        Read(use.requested(), [&] { return at + ".requested"; });
    if (sum != asked_[resource]) {
      Fault("sum", at + ".sum",
            absl::StrCat("it is not what the containers' authors ask for of ",
                         resource));
    }
    if (peak > sum) {
      Fault("peak", at + ".peak", "it is more than the sum");
    }
    if (requested != requested_[resource]) {
      Fault("requests", at + ".requested",
            absl::StrCat("the containers don't ask for that much ", resource));
    }
    Requested(resource, sum, peak, requested, at);
    const auto& pod_level = pod_.spec().resources().requests();
    const auto found = pod_level.find(resource);
    if (found != pod_level.end() &&
        Read(found->second, [] { return "spec.resources"; }) != requested) {
      Fault("requests", "spec.resources.requests",
            absl::StrCat("the Pod asks for another amount of ", resource));
    }
    const auto limit = limits_.find(resource);
    if (limit == limits_.end() ? !use.limit().empty()
                               : use.limit().empty() || Read(use.limit(), [&] {
                                                          return at + ".limit";
                                                        }) != limit->second) {
      Fault("limit", at + ".limit",
            absl::StrCat("it is not what the containers' limits of ", resource,
                         " add up to"));
    }
    Witness(r, peak);
    Cover(r, peak);
  }

  void Requested(const std::string& resource, int128 sum, int128 peak,
                 int128 requested, const std::string& at) {
    // A device belongs to its container for as long as the Pod lives.
    const bool passed_on = resource == "cpu" || resource == "memory" ||
                           resource == "ephemeral-storage";
    if (index_.plan->requests() == v1::REQUEST_MODE_SUM || !passed_on) {
      if (requested != sum) {
        Fault("requests", at + ".requested", "the sum was to be asked for");
      }
      return;
    }
    const bool raised = IsRaised();
    if (!raised) UnitRequests(resource);
    if (requested == peak || requested == sum) return;
    if (requested < peak || !raised) {
      Fault("requests", at + ".requested",
            "it is neither the peak nor the sum, and no decision says why");
    }
  }

  // No unit gets more than it needs; another one would have less.
  void UnitRequests(const std::string& resource) {
    for (const int u : units_) {
      const auto requests =
          requested_of_unit_.find(index_.units[u].unit->name());
      if (requests == requested_of_unit_.end()) continue;
      const auto found = requests->second.find(resource);
      if (found == requests->second.end() ||
          found->second <= NeedOf(u, resource)) {
        continue;
      }
      Fault("requests", "containers",
            absl::StrCat("\"", index_.units[u].unit->name(),
                         "\" asks for more ", resource, " than it needs"));
    }
  }

  // Whether a LimitRange makes the Pod ask for more than its peak.
  bool IsRaised() const {
    return std::any_of(
        index_.plan->decisions().begin(), index_.plan->decisions().end(),
        [&](const v1::Decision& d) {
          return (d.code() == "limit-range-minimum" ||
                  d.code() == "limit-range-ratio") &&
                 d.tasks_size() > 0 && d.tasks(0) == pod_.tasks(0);
        });
  }

  void Witness(int r, int128 peak) {
    const v1::ResourceUse& use = pod_.resources(r);
    const std::string at = absl::StrCat("resources[", r, "].witness");
    int128 weight = 0;
    std::vector<int> units;
    std::set<int> seen;
    for (const v1::UnitNeed& witness : use.witness()) {
      const int u = UnitHere(witness.unit(), at);
      if (u < 0) continue;
      if (!seen.insert(u).second) {
        Fault("witness", at,
              absl::StrCat("\"", witness.unit(), "\" is there twice"));
      }
      const int128 quantity = Read(witness.quantity(), [&] { return at; });
      weight += quantity;
      if (quantity != NeedOf(u, use.resource())) {
        Fault("witness", at,
              absl::StrCat("\"", witness.unit(), "\" needs another amount"));
      }
      units.push_back(u);
    }
    if (weight != peak) {
      Fault("witness", at, "the units don't need the peak together");
    }
    for (const int u : unit_order_.EndBeforeOthers(units)) {
      Fault("witness", at,
            absl::StrCat("\"", index_.units[u].unit->name(),
                         "\" ends before another one of them starts"));
    }
  }

  void Cover(int r, int128 peak) {
    const v1::ResourceUse& use = pod_.resources(r);
    int128 shares = 0;
    std::map<int, int128> covered;
    for (int c = 0; c < use.cover_size(); ++c) {
      const v1::Chain& chain = use.cover(c);
      const std::string at = absl::StrCat("resources[", r, "].cover[", c, "]");
      const int128 share = Read(chain.share(), [&] { return at + ".share"; });
      shares += share;
      int last = -1;
      for (const std::string& name : chain.units()) {
        const int u = UnitHere(name, at);
        if (u < 0) continue;
        covered[u] += share;
        if (last >= 0 && !unit_order_.IsBefore(last, u)) {
          Fault("cover", at,
                absl::StrCat("\"", index_.units[last].unit->name(),
                             "\" need not end before \"", name, "\" starts"));
        }
        last = u;
      }
    }
    const std::string at = absl::StrCat("resources[", r, "].cover");
    if (shares != peak) {
      Fault("cover", at, "the shares don't add up to the peak");
    }
    for (const int u : units_) {
      const int128 need = NeedOf(u, use.resource());
      if (need == 0) continue;
      const auto found = covered.find(u);
      if (found != covered.end() && found->second >= need) continue;
      Fault("cover", at,
            absl::StrCat("the chains through \"", index_.units[u].unit->name(),
                         "\" don't cover what it needs"));
    }
  }

  int UnitHere(const std::string& name, const std::string& at) {
    const int u = index_.UnitOf(name);
    if (u >= 0 && index_.units[u].pod == p_) return u;
    Fault("unknown-name", at,
          absl::StrCat("no unit \"", name, "\" in this Pod"));
    return -1;
  }

  int128 NeedOf(int u, const std::string& resource) {
    const Quantities& need = need_[u];
    const auto found = need.find(resource);
    return found == need.end() ? 0 : found->second;
  }

  // The containers of a Pod share their ports. The users of one are all at
  // different times if, in topological order, each comes after the one before.
  void Ports() {
    // The units of the tasks; sidecars of one unit are together in any Pod, and
    // what they do with their ports is their author's.
    std::map<std::pair<int, std::string>, std::map<int, std::set<int>>> users;
    for (const v1::PlannedContainer& planned : pod_.containers()) {
      const int u = index_.UnitOf(planned.unit());
      if (u < 0 || planned.role() != v1::CONTAINER_ROLE_SIDECAR) continue;
      std::set<std::pair<int, std::string>> own;
      for (const v1::ContainerPort& port : planned.container().ports()) {
        own.insert({port.container_port(),
                    port.has_protocol() ? port.protocol() : "TCP"});
      }
      for (const auto& port : own) {
        users[port][order_.position(index_.units[u].task)].insert(u);
      }
    }
    for (const auto& [port, by_position] : users) {
      int last = -1;
      for (const auto& [position, units] : by_position) {
        const int task = index_.units[*units.begin()].task;
        if (units.size() > 1 || (last >= 0 && !order_.IsBefore(last, task))) {
          Fault("port-conflict", "containers",
                absl::StrCat("sidecars of \"", index_.task(task).name(),
                             "\" and of another unit that may run at the same "
                             "time use port ",
                             port.first));
        }
        last = task;
      }
    }
  }

  void Fault(absl::string_view code, absl::string_view field,
             std::string message) {
    faults_.Add(code, absl::StrCat("pods[", p_, "].", field),
                std::move(message));
  }

  const CheckedPlan& index_;
  WaitOrder& order_;
  UnitOrder& unit_order_;
  const int p_;
  const v1::PlannedPod& pod_;
  const std::vector<int>& units_;
  Faults& faults_;
  // Over all containers.
  Quantities requested_, asked_, limits_;
  // By unit.
  absl::flat_hash_map<absl::string_view, Quantities> largest_step_, sidecars_,
      requested_of_unit_;
  std::map<int, Quantities> need_;
};

}  // namespace

void CheckResources(const CheckedPlan& index, WaitOrder* order,
                    UnitOrder* unit_order, Faults* faults) {
  std::vector<std::vector<int>> units(index.plan->pods_size());
  for (size_t u = 0; u < index.units.size(); ++u) {
    if (index.units[u].pod >= 0) {
      units[index.units[u].pod].push_back(static_cast<int>(u));
    }
  }
  for (int p = 0; p < index.plan->pods_size(); ++p) {
    ResourceChecker(index, order, unit_order, p, units[p], faults).Run();
  }
}

}  // namespace colocation
