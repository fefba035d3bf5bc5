#include "colocation/plan/pod_caps.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/encode.h"
#include "colocation/plan/pod_order.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/resources.h"

namespace colocation {
namespace {

using absl::int128;

constexpr int64_t kDefaultPodBytes = 1'000'000;
constexpr int64_t kDefaultResultBytes = 80;

// launcher/termination_message.cc; kubelet's MaxPodTerminationMessageLogLength
// and MaxContainerTerminationMessageLength (pkg/kubelet/container/runtime.go in
// Kubernetes), divided among all containers in pkg/kubelet/status.
constexpr int64_t kMessagesOfAPod = 12 * 1024;
constexpr int64_t kMessageOfAContainer = 4096;

// With more, the part of each has no room for how its unit ended:
//   [{"key":"End","value":"succeeded/1","type":3}]
// (EndText there), of which a controller has to be told.
constexpr int64_t kMostControlled = 240;

int64_t MessageLimit(int64_t containers) {
  // The init container has one, too.
  return std::min(kMessageOfAContainer, kMessagesOfAPod / (containers + 1));
}

// What a rendered Pod has beside the author's own words, generously: names,
// mounts, the launcher's part. Measured on whole plans by pod_caps_test.cc.
constexpr int64_t kBytesOfAPod = 3000;
constexpr int64_t kBytesOfATask = 600;
constexpr int64_t kBytesOfAContainer = 1500;
constexpr int64_t kBytesOfADependency = 300;

// As part of a JSON text that is itself a JSON string in the manifest.
int64_t EscapedTwice(absl::string_view text) {
  int64_t bytes = 0;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    bytes += c == '\n' || c == '\t'  ? 3
             : c == '"' || c == '\\' ? 4
             : control || c == '$'   ? 7
                                     : 1;
  }
  return bytes;
}

template <typename Container>
int64_t BytesOfContainer(Container container) {
  const int64_t script = EscapedTwice(container.script());
  container.clear_script();
  return kBytesOfAContainer + script +
         2 * static_cast<int64_t>(ToJson(container).size());
}

std::string Quoted(const std::string& name) {
  return absl::StrCat("\"", name, "\"");
}

std::string Text(const std::string& resource, int128 nanos) {
  return Quantity::FromNanos(nanos, resource == "cpu"
                                        ? Quantity::Notation::kDecimalSuffix
                                        : Quantity::Notation::kBinarySuffix)
      .ToString();
}

// A node that says nothing of these has enough of them; one that says nothing
// of a device has none.
bool EveryNodeHas(const std::string& resource) {
  return resource == "cpu" || resource == "memory" ||
         resource == "ephemeral-storage";
}

int128 OfNode(const std::map<std::string, int128>& allocatable,
              const std::string& resource) {
  const auto found = allocatable.find(resource);
  if (found != allocatable.end()) return found->second;
  return EveryNodeHas(resource) ? std::numeric_limits<int128>::max()
                                : int128(0);
}

// Whether a Pod may have to ask for more than its peak.
bool RaisesRequests(const LimitRangeDefaults& limit_range) {
  return !limit_range.minimum.empty() || !limit_range.ratio.empty() ||
         !limit_range.pod_minimum.empty() || !limit_range.pod_ratio.empty();
}

int128 NanosOf(const UnitNeed& unit, const std::string& resource) {
  const auto found = unit.need.find(resource);
  return found == unit.need.end() ? int128(0) : found->second.nanos();
}

std::map<std::string, int128> Read(
    const google::protobuf::Map<std::string, std::string>& from) {
  std::map<std::string, int128> amounts;
  for (const auto& [resource, text] : from) {
    if (const auto quantity = Quantity::Parse(text)) {
      amounts[resource] = quantity->nanos();
    }
  }
  return amounts;
}

}  // namespace

PodCaps::PodCaps(const ResolvedRun& run, const v1::PlanRequest& request,
                 v1::RequestMode mode, const LimitRangeDefaults& limit_range,
                 const WaitSets& waits, const ReportedResults& reported,
                 const FitOptions& fit)
    : run_(run),
      mode_(mode),
      limit_range_(limit_range),
      bounds_(FindPodBounds(request.cluster(), run.identity.namespace_())),
      waits_(waits),
      reported_(reported),
      fit_(fit),
      needs_(run.tasks.size()),
      sums_(run.tasks.size()),
      limits_(run.tasks.size()),
      bytes_(run.tasks.size(), 0) {
  const v1::Limits& limits = request.options().limits();
  pod_containers_ = std::max(0, limits.pod_containers());
  if (request.options().controlled() &&
      (pod_containers_ == 0 || pod_containers_ > kMostControlled)) {
    pod_containers_ = kMostControlled;
  }
  pod_bytes_ = limits.pod_bytes() > 0 ? limits.pod_bytes() : kDefaultPodBytes;
  result_bytes_given_ = limits.result_bytes() > 0;
  result_bytes_ =
      result_bytes_given_ ? limits.result_bytes() : kDefaultResultBytes;
  ReadNodes(request.cluster());
}

void PodCaps::ReadNodes(const v1::Cluster& cluster) {
  if (cluster.nodes().empty()) return;
  std::set<std::string> selecting;
  for (const ResolvedTask& task : run_.tasks) {
    for (const ResolvedUnit& unit : task.units) {
      for (const auto& [key, value] :
           PodTemplateOf(task, unit).node_selector()) {
        selecting.insert(key);
      }
    }
  }
  std::vector<Node> all;
  for (const v1::Node& given : cluster.nodes()) {
    if (given.spec().unschedulable()) continue;
    Node node;
    node.name = given.metadata().name();
    node.allocatable = Read(given.status().allocatable_size() > 0
                                ? given.status().allocatable()
                                : given.status().capacity());
    if (node.allocatable.empty()) continue;
    for (const auto& [key, value] : given.metadata().labels()) {
      if (selecting.contains(key)) node.labels[key] = value;
    }
    all.push_back(std::move(node));
  }
  // Of those with the same labels only the largest ones matter.
  const auto no_larger = [](const Node& a, const Node& b) {
    for (const Node* of : {&a, &b}) {
      for (const auto& [resource, amount] : of->allocatable) {
        if (OfNode(b.allocatable, resource) < OfNode(a.allocatable, resource)) {
          return false;
        }
      }
    }
    return true;
  };
  for (Node& node : all) {
    const bool known =
        std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& other) {
          return other.labels == node.labels && no_larger(node, other);
        });
    if (known) continue;
    nodes_.erase(std::remove_if(nodes_.begin(), nodes_.end(),
                                [&](const Node& other) {
                                  return other.labels == node.labels &&
                                         no_larger(other, node);
                                }),
                 nodes_.end());
    nodes_.push_back(std::move(node));
  }
}

std::map<std::string, std::string> PodCaps::SelectorOf(
    absl::Span<const TaskIndex> tasks) const {
  std::map<std::string, std::string> selector;
  for (const TaskIndex task : tasks) {
    for (const ResolvedUnit& unit : run_.tasks[task].units) {
      const auto& of_unit =
          PodTemplateOf(run_.tasks[task], unit).node_selector();
      selector.insert(of_unit.begin(), of_unit.end());
    }
  }
  return selector;
}

std::vector<const PodCaps::Node*> PodCaps::NodesFor(
    const std::map<std::string, std::string>& selector) const {
  std::vector<const Node*> selected;
  for (const Node& node : nodes_) {
    const bool all =
        std::all_of(selector.begin(), selector.end(), [&](const auto& label) {
          const auto found = node.labels.find(label.first);
          return found != node.labels.end() && found->second == label.second;
        });
    if (all) selected.push_back(&node);
  }
  return selected;
}

bool PodCaps::HasRoom(const Node& node, const Amounts& amounts) {
  return std::all_of(amounts.begin(), amounts.end(), [&](const auto& amount) {
    return amount.second <= OfNode(node.allocatable, amount.first);
  });
}

// Of all containers as written; at least what they ask for in the end, but for
// a LimitRange's minimum.
const PodCaps::Amounts& PodCaps::SumOf(TaskIndex task) const {
  if (needs_[task].empty()) {
    for (const ResolvedUnit& unit : run_.tasks[task].units) {
      const UnitNeed& need = needs_[task].emplace_back(
          NeedOf(run_.tasks[task], unit, limit_range_));
      for (const auto* containers : {&need.steps, &need.sidecars}) {
        for (const ContainerNeed& container : *containers) {
          for (const auto& [resource, quantity] : container.asked) {
            sums_[task][resource] += quantity.nanos();
          }
          AddLimits(container, &limits_[task]);
        }
      }
    }
  }
  return sums_[task];
}

void PodCaps::AddLimits(const ContainerNeed& container, Amounts* limits) const {
  for (const auto& [resource, text] : container.written.limits()) {
    (*limits)[resource] += Quantity::Parse(text).value_or(Quantity()).nanos();
  }
  for (const auto& [resource, limit] : limit_range_.default_limit) {
    if (container.written.limits().contains(resource)) continue;
    (*limits)[resource] += limit.nanos();
  }
}

const PodCaps::Amounts& PodCaps::LimitsOf(TaskIndex task) const {
  SumOf(task);
  return limits_[task];
}

std::vector<v1::ResourceUse> PodCaps::AskedFor(
    absl::Span<const TaskIndex> tasks) const {
  std::vector<UnitNeed> needs;
  std::vector<std::string> names;
  std::vector<int> task_of_unit;
  for (size_t i = 0; i < tasks.size(); ++i) {
    SumOf(tasks[i]);
    for (size_t u = 0; u < needs_[tasks[i]].size(); ++u) {
      needs.push_back(needs_[tasks[i]][u]);
      names.push_back(run_.tasks[tasks[i]].units[u].name);
      task_of_unit.push_back(static_cast<int>(i));
    }
  }
  std::vector<v1::ResourceUse> uses =
      PlanResources(needs, names,
                    UnitOrder(task_of_unit, OrderInPod(tasks, waits_)), mode_,
                    limit_range_)
          .uses;
  for (v1::ResourceUse& use : uses) {
    const Quantity asked =
        Quantity::Parse(use.requested()).value_or(Quantity());
    const int128 limit = LimitByRequest(use.resource(), needs);
    if (limit >= asked.nanos()) continue;
    use.set_requested(Quantity::FromNanos(limit, asked.notation()).ToString());
  }
  return uses;
}

// What fit.h will keep the units to, or more. A LimitRange may make containers
// ask for more than they need.
int128 PodCaps::LimitByRequest(const std::string& resource,
                               const std::vector<UnitNeed>& needs) const {
  int128 limit = std::numeric_limits<int128>::max();
  if (fit_.off || mode_ != v1::REQUEST_MODE_PEAK || !CanBePassedOn(resource) ||
      RaisesRequests(limit_range_)) {
    return limit;
  }
  const auto of_resource = fit_.limits.find(resource);
  if (of_resource != fit_.limits.end()) limit = of_resource->second.nanos();
  if (fit_.tasks == 0 || fit_.tasks >= static_cast<int64_t>(needs.size())) {
    return limit;
  }
  std::vector<int128> largest;
  for (const UnitNeed& need : needs) {
    largest.push_back(NanosOf(need, resource));
  }
  std::partial_sort(largest.begin(), largest.begin() + fit_.tasks,
                    largest.end(), std::greater<>());
  int128 most = 0;
  for (int32_t i = 0; i < fit_.tasks; ++i) most += largest[i];
  return std::min(limit, most);
}

const std::vector<UnitNeed>& PodCaps::NeedsOf(TaskIndex task) const {
  SumOf(task);
  return needs_[task];
}

std::vector<std::vector<UseBound>> PodCaps::WaysToFit(
    absl::Span<const TaskIndex> tasks) const {
  if (fit_.off || mode_ != v1::REQUEST_MODE_PEAK) return {};
  const bool fits_node = FitsNode(tasks);
  if (fits_node && bounds_.requests.empty()) return {};
  std::map<std::string, int128> largest;
  for (const TaskIndex task : tasks) {
    for (const UnitNeed& unit : NeedsOf(task)) {
      for (const auto& [resource, need] : unit.need) {
        largest[resource] = std::max(largest[resource], need.nanos());
      }
    }
  }
  // Adds the bound where it is needed; false where nothing helps.
  const auto bound = [&](const v1::ResourceUse& use, int128 most,
                         v1::FitLimit::Source source, const std::string& name,
                         std::vector<UseBound>* bounds) {
    const int128 asked =
        Quantity::Parse(use.requested()).value_or(Quantity()).nanos();
    if (asked <= most) return true;
    if (!CanBePassedOn(use.resource()) || largest[use.resource()] > most) {
      return false;
    }
    bounds->push_back({use.resource(), most, source, name});
    return true;
  };
  const std::vector<v1::ResourceUse> uses = AskedFor(tasks);
  std::vector<UseBound> of_namespace;
  for (const v1::ResourceUse& use : uses) {
    const auto found = bounds_.requests.find(use.resource());
    if (found == bounds_.requests.end()) continue;
    if (!bound(use, found->second.most.nanos(),
               found->second.quota ? v1::FitLimit::RESOURCE_QUOTA
                                   : v1::FitLimit::LIMIT_RANGE,
               found->second.name, &of_namespace)) {
      return {};
    }
  }
  std::vector<std::vector<UseBound>> ways;
  if (fits_node) {
    if (!of_namespace.empty()) ways.push_back(std::move(of_namespace));
    return ways;
  }
  for (const Node* node : NodesFor(SelectorOf(tasks))) {
    std::vector<UseBound> bounds = of_namespace;
    const bool helps =
        std::all_of(uses.begin(), uses.end(), [&](const auto& use) {
          return bound(use, OfNode(node->allocatable, use.resource()),
                       v1::FitLimit::NODE, node->name, &bounds);
        });
    if (helps) ways.push_back(std::move(bounds));
  }
  return ways;
}

std::string PodCaps::ExceededBy(const v1::PlannedPod& pod) const {
  for (const v1::ResourceUse& use : pod.resources()) {
    const auto bound = bounds_.requests.find(use.resource());
    if (bound == bounds_.requests.end() ||
        Quantity::Parse(use.requested()).value_or(Quantity()).nanos() <=
            bound->second.most.nanos()) {
      continue;
    }
    return absl::StrCat(
        "it asks for ", use.requested(), " of ", use.resource(), ", and the ",
        bound->second.quota ? "ResourceQuota" : "LimitRange", " ",
        Quoted(bound->second.name), " allows ", bound->second.most.ToString());
  }
  if (nodes_.empty() ||
      NodesFor({pod.spec().node_selector().begin(),
                pod.spec().node_selector().end()})
          .empty() ||
      !NodeFor(pod).empty()) {
    return "";
  }
  std::vector<std::string> asked;
  for (const v1::ResourceUse& use : pod.resources()) {
    asked.push_back(absl::StrCat(use.requested(), " of ", use.resource()));
  }
  return absl::StrCat("it asks for ", absl::StrJoin(asked, ", "),
                      ", and no node has room for that");
}

bool PodCaps::FitsNode(absl::Span<const TaskIndex> tasks) const {
  if (nodes_.empty()) return true;
  const std::vector<const Node*> nodes = NodesFor(SelectorOf(tasks));
  // Nothing is known of where it will run.
  if (nodes.empty()) return true;
  const auto fits = [&](const Amounts& amounts) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node* node) {
      return HasRoom(*node, amounts);
    });
  };
  if (!RaisesRequests(limit_range_)) {
    Amounts sum;
    for (const TaskIndex task : tasks) {
      for (const auto& [resource, amount] : SumOf(task)) {
        sum[resource] += amount;
      }
    }
    if (fits(sum)) return true;
  }
  Amounts asked;
  for (const v1::ResourceUse& use : AskedFor(tasks)) {
    asked[use.resource()] =
        Quantity::Parse(use.requested()).value_or(Quantity()).nanos();
  }
  return fits(asked);
}

void PodCaps::NodeExceeded(absl::Span<const TaskIndex> tasks,
                           std::vector<CapExceeded>* exceeded) const {
  if (FitsNode(tasks)) return;
  const std::vector<v1::ResourceUse> uses = AskedFor(tasks);
  // The node on which it lacks the fewest resources, of these the first.
  const Node* closest = nullptr;
  std::vector<const v1::ResourceUse*> lacking;
  for (const Node* node : NodesFor(SelectorOf(tasks))) {
    std::vector<const v1::ResourceUse*> lacks;
    for (const v1::ResourceUse& use : uses) {
      const int128 requested =
          Quantity::Parse(use.requested()).value_or(Quantity()).nanos();
      if (requested > OfNode(node->allocatable, use.resource())) {
        lacks.push_back(&use);
      }
    }
    if (closest != nullptr && lacks.size() >= lacking.size()) continue;
    closest = node;
    lacking = std::move(lacks);
  }
  for (const v1::ResourceUse* use : lacking) {
    std::vector<std::string> at_once;
    constexpr int kShown = 5;
    for (int i = 0; i < use->witness_size() && i < kShown; ++i) {
      at_once.push_back(absl::StrCat(Quoted(use->witness(i).unit()), " ",
                                     use->witness(i).quantity()));
    }
    if (use->witness_size() > kShown) {
      at_once.push_back(
          absl::StrCat("and ", use->witness_size() - kShown, " more"));
    }
    const bool peak = use->requested() == use->peak();
    exceeded->push_back(
        {CapExceeded::Cap::kNode, use->resource(),
         absl::StrCat(
             "together they ask for ", use->requested(), " of ",
             use->resource(),
             peak ? absl::StrCat(" (", absl::StrJoin(at_once, ", "),
                                 at_once.size() > 1 ? " at once)" : ")")
                  : "",
             ", and the node with most room, ", Quoted(closest->name), ", has ",
             Text(use->resource(),
                  OfNode(closest->allocatable, use->resource()))),
         /*estimated=*/false, /*requests=*/true});
  }
}

void PodCaps::BoundsExceeded(absl::Span<const TaskIndex> tasks,
                             std::vector<CapExceeded>* exceeded) const {
  if (bounds_.empty()) return;
  const auto add = [&](const std::string& resource, const PodBound& bound,
                       absl::string_view what, const std::string& amount) {
    exceeded->push_back(
        {bound.quota ? CapExceeded::Cap::kQuota : CapExceeded::Cap::kLimitRange,
         resource,
         absl::StrCat(what, " of all containers of the Pod add up to ", amount,
                      " of ", resource, ", and the ",
                      bound.quota ? "ResourceQuota" : "LimitRange", " ",
                      Quoted(bound.name), " allows ", bound.most.ToString()),
         /*estimated=*/false, /*requests=*/what == "the requests"});
  };
  Amounts limits;
  for (const TaskIndex task : tasks) {
    for (const auto& [resource, amount] : LimitsOf(task)) {
      limits[resource] += amount;
    }
  }
  for (const auto& [resource, bound] : bounds_.limits) {
    const auto found = limits.find(resource);
    if (found == limits.end() || found->second <= bound.most.nanos()) continue;
    add(resource, bound, "the limits", Text(resource, found->second));
  }
  if (bounds_.requests.empty()) return;
  for (const v1::ResourceUse& use : AskedFor(tasks)) {
    const auto bound = bounds_.requests.find(use.resource());
    if (bound == bounds_.requests.end() ||
        !(bound->second.most <
          Quantity::Parse(use.requested()).value_or(Quantity()))) {
      continue;
    }
    add(use.resource(), bound->second, "the requests", use.requested());
  }
}

int64_t PodCaps::ContainersOf(TaskIndex task) const {
  int64_t containers = 0;
  for (const ResolvedUnit& unit : run_.tasks[task].units) {
    containers += unit.spec.steps_size() + unit.spec.sidecars_size();
  }
  return containers;
}

int64_t PodCaps::MessageBytesOf(TaskIndex task) const {
  int64_t bytes = 0;
  for (const v1::DeclaredResult& result : run_.tasks[task].results) {
    if (!reported_.Needed(run_.tasks[task], result.name())) continue;
    // {"key":"NAME","value":"VALUE","type":1} and a comma or a bracket.
    bytes += 30 + static_cast<int64_t>(result.name().size()) + result_bytes_;
  }
  return bytes > 0 ? bytes + 1 : 0;
}

int64_t PodCaps::BytesOf(TaskIndex task) const {
  int64_t& bytes = bytes_[task];
  if (bytes > 0) return bytes;
  const ResolvedTask& resolved = run_.tasks[task];
  bytes =
      kBytesOfATask +
      kBytesOfADependency * static_cast<int64_t>(resolved.dependencies.size() +
                                                 resolved.result_refs.size() +
                                                 resolved.results.size());
  for (const v1::WhenExpression& when : resolved.when) {
    bytes += EscapedTwice(ToJson(when));
  }
  for (const ResolvedUnit& unit : resolved.units) {
    bytes += kBytesOfATask;
    for (const v1::Step& step : unit.spec.steps()) {
      bytes += BytesOfContainer(step);
    }
    for (const v1::Sidecar& sidecar : unit.spec.sidecars()) {
      bytes += BytesOfContainer(sidecar);
    }
    for (const v1::Volume& volume : unit.spec.volumes()) {
      bytes += static_cast<int64_t>(ToJson(volume).size()) + 64;
    }
    const v1::PodTemplate& pod_template = PodTemplateOf(resolved, unit);
    if (pod_template.ByteSizeLong() > 0) {
      bytes += unit.spec.steps_size() *
               static_cast<int64_t>(ToJson(pod_template).size());
    }
  }
  return bytes;
}

bool PodCaps::FitsBytes(absl::Span<const TaskIndex> tasks) const {
  int64_t bytes = kBytesOfAPod;
  for (const TaskIndex task : tasks) {
    bytes += BytesOf(task);
    if (bytes > pod_bytes_) return false;
  }
  return true;
}

bool PodCaps::Fit(absl::Span<const TaskIndex> tasks) const {
  int64_t containers = 0, message = 0;
  for (const TaskIndex task : tasks) {
    containers += ContainersOf(task);
    message = std::max(message, MessageBytesOf(task));
  }
  if (pod_containers_ > 0 && containers > pod_containers_) return false;
  if (message > MessageLimit(containers)) return false;
  if (!FitsBytes(tasks) || !FitsNode(tasks)) return false;
  std::vector<CapExceeded> exceeded;
  BoundsExceeded(tasks, &exceeded);
  return exceeded.empty();
}

std::vector<CapExceeded> PodCaps::Exceeded(absl::Span<const TaskIndex> tasks,
                                           bool must) const {
  std::vector<CapExceeded> exceeded;
  NodeExceeded(tasks, &exceeded);
  BoundsExceeded(tasks, &exceeded);
  int64_t containers = 0, message = 0;
  TaskIndex largest = -1;
  for (const TaskIndex task : tasks) {
    containers += ContainersOf(task);
    const int64_t bytes = MessageBytesOf(task);
    if (bytes > message) {
      message = bytes;
      largest = task;
    }
  }
  if (pod_containers_ > 0 && containers > pod_containers_) {
    exceeded.push_back(
        {CapExceeded::Cap::kContainers, "",
         absl::StrCat("together they have ", containers,
                      " containers, and a Pod may have ", pod_containers_)});
  }
  if (message > MessageLimit(containers)) {
    exceeded.push_back(
        {CapExceeded::Cap::kResults, run_.tasks[largest].name,
         absl::StrCat("the results of ", Quoted(run_.tasks[largest].name),
                      " may have ", message, " bytes with ", result_bytes_,
                      " for each value, and together they have ", containers,
                      " containers, each of which can report ",
                      MessageLimit(containers), " bytes"),
         !result_bytes_given_});
  }
  if (!must && !FitsBytes(tasks)) {
    int64_t bytes = kBytesOfAPod;
    for (const TaskIndex task : tasks) bytes += BytesOf(task);
    exceeded.push_back(
        {CapExceeded::Cap::kBytes, "",
         absl::StrCat("together their manifest might have ", bytes,
                      " bytes, and it may have ", pod_bytes_)});
  }
  return exceeded;
}

v1::Caps PodCaps::ToProto() const {
  v1::Caps caps;
  for (const Node& node : nodes_) {
    v1::NodeShape* shape = caps.add_nodes();
    shape->set_name(node.name);
    for (const auto& [resource, amount] : node.allocatable) {
      (*shape->mutable_allocatable())[resource] = Text(resource, amount);
    }
    shape->mutable_labels()->insert(node.labels.begin(), node.labels.end());
  }
  caps.set_pod_containers(static_cast<int32_t>(pod_containers_));
  if (result_bytes_given_) {
    caps.set_result_bytes(static_cast<int32_t>(result_bytes_));
  }
  for (const auto& [resource, bound] : bounds_.limits) {
    (*caps.mutable_pod_limits())[resource] = bound.most.ToString();
  }
  for (const auto& [resource, bound] : bounds_.requests) {
    (*caps.mutable_pod_requests())[resource] = bound.most.ToString();
  }
  for (const auto& [resource, limit] : limit_range_.default_limit) {
    (*caps.mutable_default_limits())[resource] = limit.ToString();
  }
  return caps;
}

std::string PodCaps::NodeFor(const v1::PlannedPod& pod) const {
  if (nodes_.empty()) return "";
  Amounts asked;
  for (const v1::ResourceUse& use : pod.resources()) {
    asked[use.resource()] =
        Quantity::Parse(use.requested()).value_or(Quantity()).nanos();
  }
  for (const Node* node : NodesFor({pod.spec().node_selector().begin(),
                                    pod.spec().node_selector().end()})) {
    if (HasRoom(*node, asked)) return node->name;
  }
  return "";
}

}  // namespace colocation
