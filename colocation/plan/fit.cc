#include "colocation/plan/fit.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/antichain.h"
#include "colocation/graph/order.h"
#include "colocation/graph/serialise.h"
#include "colocation/plan/annotations.h"
#include "colocation/plan/pod_order.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/unit_needs.h"

namespace colocation {
namespace {

using absl::int128;

constexpr int64_t kNanosOfOne = 1'000'000'000;

// What counts of one unit.
int128 UseOf(const UnitNeed& unit, const std::string& resource) {
  if (resource == kTasksResource) return kNanosOfOne;
  const auto found = unit.need.find(resource);
  return found == unit.need.end() ? int128(0) : found->second.nanos();
}

std::string Text(const std::string& resource, int128 nanos) {
  const bool decimal = resource == "cpu" || resource == kTasksResource;
  return Quantity::FromNanos(nanos, decimal ? Quantity::Notation::kDecimalSuffix
                                            : Quantity::Notation::kBinarySuffix)
      .ToString();
}

// "which is what the node "big" has"
std::string WhyBounded(const UseBound& bound) {
  switch (bound.source) {
    case v1::FitLimit::NODE:
      return absl::StrCat("which is what the node ", Quoted(bound.name),
                          " has");
    case v1::FitLimit::LIMIT_RANGE:
      return absl::StrCat("which is what the LimitRange ", Quoted(bound.name),
                          " allows");
    case v1::FitLimit::RESOURCE_QUOTA:
      return absl::StrCat("which is what the ResourceQuota ",
                          Quoted(bound.name), " allows");
    case v1::FitLimit::ANNOTATION:
      return absl::StrCat("as the annotation ", bound.name, " asks for");
    default:
      return "as the option `fit` asks for";
  }
}

// What to change to have no such waits.
std::string HintFor(const std::vector<UseBound>& bounds) {
  std::set<std::string> hints;
  for (const UseBound& bound : bounds) {
    switch (bound.source) {
      case v1::FitLimit::NODE:
        hints.insert("give a larger node, or lower their requests");
        break;
      case v1::FitLimit::LIMIT_RANGE:
      case v1::FitLimit::RESOURCE_QUOTA:
        hints.insert(
            "raise what the namespace allows, or lower their requests");
        break;
      case v1::FitLimit::ANNOTATION:
        hints.insert("raise the annotation");
        break;
      default:
        hints.insert("raise the limits of the option `fit` (--fit)");
        break;
    }
  }
  return absl::StrCat(absl::StrJoin(hints, "; "),
                      "; bind what they share to a PersistentVolumeClaim to "
                      "have them in several Pods; --fit=off adds no waits");
}

}  // namespace

const std::vector<UnitRef>& Fitted::DelaysOf(TaskIndex task,
                                             int32_t unit) const {
  static const auto* const none = new std::vector<UnitRef>;
  return delays_.empty() ? *none : delays_[task][unit];
}

const std::vector<v1::FitLimit>& Fitted::LimitsOf(int32_t group) const {
  static const auto* const none = new std::vector<v1::FitLimit>;
  return limits_.empty() ? *none : limits_[group];
}

Graph Fitted::OrderOf(const std::vector<TaskIndex>& tasks) const {
  std::vector<Vertex> members;
  for (const TaskIndex task : tasks) {
    for (int32_t u = 0; u < units_[task]; ++u) {
      members.push_back(first_unit_[task] + u);
    }
  }
  for (const TaskIndex task : tasks) {
    if (units_[task] > 1) members.push_back(start_[task]);
  }
  return OrderAmong(members, position_,
                    [this](Vertex v) { return order_.Predecessors(v); });
}

class Fitter {
 public:
  Fitter(const ResolvedRun& run, const Grouping& grouping, const PodCaps& caps,
         const FitOptions& options, const WaitSets& waits)
      : run_(run),
        grouping_(grouping),
        caps_(caps),
        options_(options),
        waits_(waits) {}

  Fitted Run(const std::vector<std::vector<std::string>>& unit_names,
             Decisions* decisions, DiagnosticList* diagnostics) {
    fitted_.limits_.resize(grouping_.groups.size());
    if (options_.off || !CheckLimits(diagnostics)) return std::move(fitted_);
    FindBounds();
    const auto bounded = [](const auto& of) { return !of.empty(); };
    if (std::none_of(bounds_.begin(), bounds_.end(), bounded)) {
      return std::move(fitted_);
    }
    AddWaits(Serialise(bounded_));
    for (size_t g = 0; g < grouping_.groups.size(); ++g) {
      Explain(static_cast<int32_t>(g), unit_names, decisions);
    }
    return std::move(fitted_);
  }

 private:
  using Bounds = std::vector<UseBound>;

  // Those of the request and the annotation.
  Bounds LimitsGiven() const {
    Bounds bounds;
    for (const auto& [resource, limit] : options_.limits) {
      bounds.push_back({resource, limit.nanos(), v1::FitLimit::REQUEST, ""});
    }
    if (options_.tasks > 0) {
      bounds.push_back({kTasksResource, int128(options_.tasks) * kNanosOfOne,
                        options_.annotation ? v1::FitLimit::ANNOTATION
                                            : v1::FitLimit::REQUEST,
                        options_.annotation ? kMaxParallel : ""});
    }
    return bounds;
  }

  // A unit that needs more than a limit never fits.
  bool CheckLimits(DiagnosticList* diagnostics) const {
    bool fit = true;
    for (const UseBound& bound : LimitsGiven()) {
      for (const Group& group : grouping_.groups) {
        for (const TaskIndex t : group.tasks) {
          const ResolvedTask& task = run_.tasks[t];
          int128 most = 0;
          for (const UnitNeed& unit : caps_.NeedsOf(t)) {
            most = std::max(most, UseOf(unit, bound.resource));
          }
          if (most <= bound.most) continue;
          fit = false;
          diagnostics
              ->Error("fit-impossible", task.task_subject, task.task_path,
                      absl::StrCat(Quoted(task.name), " alone needs ",
                                   Text(bound.resource, most), " of ",
                                   bound.resource, ", and no more than ",
                                   Text(bound.resource, bound.most),
                                   " is to be in use at once in a Pod"))
              .set_hint(
                  "raise the limit of the option `fit` (--fit), or lower the "
                  "requests of the task");
        }
      }
    }
    return fit;
  }

  // Sets bounds_ of each group, and bounded_ with a pool for each that has any.
  void FindBounds() {
    const Bounds given = LimitsGiven();
    std::vector<std::vector<Bounds>> ways(grouping_.groups.size());
    bool any = !given.empty();
    for (size_t g = 0; g < ways.size(); ++g) {
      const std::vector<TaskIndex>& tasks = grouping_.groups[g].tasks;
      if (UnitsOf(tasks) < 2) continue;
      ways[g] = caps_.WaysToFit(tasks);
      any |= !ways[g].empty();
    }
    bounds_.resize(grouping_.groups.size());
    if (!any) return;
    MakeOrder();
    for (size_t g = 0; g < ways.size(); ++g) {
      const int32_t group = static_cast<int32_t>(g);
      if (UnitsOf(grouping_.groups[g].tasks) < 2) continue;
      const Bounds exceeded = Exceeded(group, given);
      if (ways[g].empty()) {
        bounds_[g] = exceeded;
      } else {
        bounds_[g] = Shortest(group, exceeded, ways[g]);
      }
    }
    bounded_.pool.assign(bounded_.order.size(), -1);
    bounded_.need.assign(bounded_.order.size(), {});
    bounded_.capacity.clear();
    for (size_t g = 0; g < bounds_.size(); ++g) {
      if (!bounds_[g].empty()) {
        AddPool(static_cast<int32_t>(g), bounds_[g], &bounded_);
      }
    }
  }

  size_t UnitsOf(const std::vector<TaskIndex>& tasks) const {
    size_t units = 0;
    for (const TaskIndex task : tasks) units += run_.tasks[task].units.size();
    return units;
  }

  // One vertex for each unit, for the start of each task that has not just one,
  // and for the creation of each Pod that comes after results.
  void MakeOrder() {
    Vertex vertices = 0;
    for (const ResolvedTask& task : run_.tasks) {
      const int32_t units = static_cast<int32_t>(task.units.size());
      fitted_.units_.push_back(units);
      fitted_.start_.push_back(vertices);
      fitted_.first_unit_.push_back(units == 1 ? vertices : vertices + 1);
      vertices += units == 1 ? 1 : units + 1;
    }
    unit_of_.assign(vertices, {-1, -1});
    std::vector<Edge> edges;
    for (size_t t = 0; t < run_.tasks.size(); ++t) {
      const TaskIndex task = static_cast<TaskIndex>(t);
      for (int32_t u = 0; u < fitted_.units_[t]; ++u) {
        const Vertex unit = fitted_.first_unit_[t] + u;
        unit_of_[unit] = {task, u};
        if (fitted_.units_[t] == 1) continue;
        edges.emplace_back(fitted_.start_[t], unit);
        // The first unit of a matrix decides for all (docs/launcher.md).
        if (u > 0) {
          bounded_.start_order.emplace_back(fitted_.first_unit_[t], unit);
        }
      }
      for (const TaskIndex before : waits_.Of(task)) {
        ForEachEnd(before, [&](Vertex end) {
          edges.emplace_back(end, fitted_.start_[t]);
        });
      }
    }
    unit_edges_ = edges;
    for (const Group& group : grouping_.groups) {
      if (group.needs.empty()) continue;
      const Vertex creation = vertices++;
      unit_of_.push_back({-1, -1});
      for (const TaskIndex before : group.needs) {
        ForEachEnd(before, [&](Vertex end) {
          bounded_.start_order.emplace_back(end, creation);
        });
      }
      for (const TaskIndex task : group.tasks) {
        bounded_.start_order.emplace_back(creation, fitted_.start_[task]);
      }
    }
    bounded_.order = Graph(vertices, std::move(edges));
    SetDurations();
  }

  template <typename Function>
  void ForEachEnd(TaskIndex task, Function function) const {
    if (fitted_.units_[task] == 0) return function(fitted_.start_[task]);
    for (int32_t u = 0; u < fitted_.units_[task]; ++u) {
      function(fitted_.first_unit_[task] + u);
    }
  }

  // What is not known is taken to be the average of what is. Scaled so that all
  // together fit an integer.
  void SetDurations() {
    constexpr int64_t kUnknown = 1'000'000;
    const int64_t vertices = std::max<int64_t>(1, bounded_.order.size());
    const int64_t most = (int64_t{1} << 52) / vertices;
    int128 sum = 0;
    int64_t known = 0;
    for (const ResolvedTask& task : run_.tasks) {
      const auto found = options_.durations.find(task.name);
      if (found == options_.durations.end()) continue;
      sum += found->second;
      ++known;
    }
    const int64_t average =
        known > 0 ? static_cast<int64_t>(sum / known) : kUnknown;
    bounded_.duration.assign(bounded_.order.size(), 0);
    for (size_t t = 0; t < run_.tasks.size(); ++t) {
      const ResolvedTask& task = run_.tasks[t];
      if (task.runs == ResolvedTask::Runs::kNever) continue;
      const auto found = options_.durations.find(task.name);
      const int64_t duration =
          found == options_.durations.end() ? average : found->second;
      ForEachEnd(static_cast<TaskIndex>(t), [&](Vertex end) {
        bounded_.duration[end] =
            std::clamp<int64_t>(duration, 1, std::max<int64_t>(1, most));
      });
    }
  }

  void AddPool(int32_t group, const Bounds& bounds,
               BoundedOrder* bounded) const {
    const int32_t pool = static_cast<int32_t>(bounded->capacity.size());
    std::vector<int128>& capacity = bounded->capacity.emplace_back();
    for (const UseBound& bound : bounds) capacity.push_back(bound.most);
    for (const TaskIndex task : grouping_.groups[group].tasks) {
      const std::vector<UnitNeed>& needs = caps_.NeedsOf(task);
      for (size_t u = 0; u < needs.size(); ++u) {
        const Vertex v = fitted_.first_unit_[task] + static_cast<Vertex>(u);
        bounded->pool[v] = pool;
        bounded->need[v].clear();
        for (const UseBound& bound : bounds) {
          bounded->need[v].push_back(UseOf(needs[u], bound.resource));
        }
      }
    }
  }

  // Those of `bounds` that the group would exceed.
  Bounds Exceeded(int32_t group, const Bounds& bounds) const {
    const std::vector<TaskIndex>& tasks = grouping_.groups[group].tasks;
    Bounds exceeded;
    for (const UseBound& bound : bounds) {
      int128 sum = 0;
      std::vector<int128> weight(bounded_.order.size(), 0);
      for (const TaskIndex task : tasks) {
        const std::vector<UnitNeed>& needs = caps_.NeedsOf(task);
        for (size_t u = 0; u < needs.size(); ++u) {
          const int128 use = UseOf(needs[u], bound.resource);
          weight[fitted_.first_unit_[task] + u] = use;
          sum += use;
        }
      }
      if (sum <= bound.most ||
          FindMaxAntichain(bounded_.order, weight).weight <= bound.most) {
        continue;
      }
      exceeded.push_back(bound);
    }
    return exceeded;
  }

  // With the bounds of the way that takes least time; of a resource with
  // several bounds the least.
  Bounds Shortest(int32_t group, const Bounds& given,
                  const std::vector<Bounds>& ways) {
    Bounds best;
    int64_t best_end = std::numeric_limits<int64_t>::max();
    for (const Bounds& way : ways) {
      std::map<std::string, UseBound> least;
      for (const Bounds* of : {&given, &way}) {
        for (const UseBound& bound : *of) {
          const auto [known, added] = least.emplace(bound.resource, bound);
          if (!added && bound.most < known->second.most) known->second = bound;
        }
      }
      Bounds bounds;
      for (auto& [resource, bound] : least) bounds.push_back(std::move(bound));
      if (ways.size() == 1) return bounds;
      bounded_.pool.assign(bounded_.order.size(), -1);
      bounded_.need.assign(bounded_.order.size(), {});
      bounded_.capacity.clear();
      AddPool(group, bounds, &bounded_);
      const int64_t end = EndOfSchedule(bounded_, ScheduleStarts(bounded_));
      if (end >= best_end) continue;
      best_end = end;
      best = std::move(bounds);
    }
    return best;
  }

  void AddWaits(const std::vector<Edge>& waits) {
    if (waits.empty()) return;
    fitted_.delays_.resize(run_.tasks.size());
    for (size_t t = 0; t < run_.tasks.size(); ++t) {
      fitted_.delays_[t].resize(run_.tasks[t].units.size());
    }
    for (const auto& [before, after] : waits) {
      const UnitRef unit = unit_of_[after];
      fitted_.delays_[unit.task][unit.unit].push_back(unit_of_[before]);
    }
    std::vector<Edge> edges = std::move(unit_edges_);
    edges.insert(edges.end(), waits.begin(), waits.end());
    fitted_.order_ = Graph(bounded_.order.size(), std::move(edges));
    const auto order = TopologicalOrder(fitted_.order_);
    fitted_.position_.resize(order->size());
    for (size_t i = 0; i < order->size(); ++i) {
      fitted_.position_[(*order)[i]] = static_cast<int32_t>(i);
    }
  }

  // Adds the limits and the decision of a group in which units wait.
  void Explain(int32_t group,
               const std::vector<std::vector<std::string>>& unit_names,
               Decisions* decisions) {
    const std::vector<TaskIndex>& tasks = grouping_.groups[group].tasks;
    std::vector<std::string> names;
    std::vector<std::string> waits;
    std::set<TaskIndex> about;
    for (const TaskIndex task : tasks) {
      for (size_t u = 0; u < unit_names[task].size(); ++u) {
        names.push_back(unit_names[task][u]);
        std::vector<std::string> before;
        for (const UnitRef& other :
             fitted_.DelaysOf(task, static_cast<int32_t>(u))) {
          before.push_back(Quoted(unit_names[other.task][other.unit]));
          about.insert({task, other.task});
        }
        if (before.empty()) continue;
        waits.push_back(absl::StrCat(Quoted(names.back()), " waits for ",
                                     absl::StrJoin(before, " and ")));
      }
    }
    if (waits.empty()) return;
    const Graph order = fitted_.OrderOf(tasks);
    std::vector<std::string> subjects, bounded;
    for (const UseBound& bound : bounds_[group]) {
      v1::FitLimit& limit = fitted_.limits_[group].emplace_back();
      limit.set_resource(bound.resource);
      limit.set_capacity(Text(bound.resource, bound.most));
      limit.set_source(bound.source);
      limit.set_name(bound.name);
      if (bound.resource == kTasksResource) Prove(order, names, &limit);
      subjects.push_back(bound.resource);
      bounded.push_back(absl::StrCat(
          limit.capacity(), bound.resource == kTasksResource ? " " : " of ",
          bound.resource, ", ", WhyBounded(bound)));
    }
    constexpr size_t kShown = 5;
    if (waits.size() > kShown) {
      const size_t more = waits.size() - kShown;
      waits.resize(kShown);
      waits.push_back(absl::StrCat("and ", more, " more"));
    }
    decisions
        ->Add("serialised-to-fit", {about.begin(), about.end()},
              absl::StrJoin(subjects, ","),
              absl::StrCat("No more is in use at once than ",
                           absl::StrJoin(bounded, "; "), ": ",
                           absl::StrJoin(waits, ", "),
                           ", without depending on it"))
        .set_hint(HintFor(bounds_[group]));
  }

  // The chains that show how many units can run at once.
  static void Prove(const Graph& order, const std::vector<std::string>& names,
                    v1::FitLimit* limit) {
    std::vector<int128> weight(order.size(), 0);
    std::fill_n(weight.begin(), names.size(), 1);
    for (const WeightedChain& chain : FindMaxAntichain(order, weight).cover) {
      v1::Chain* cover = limit->add_cover();
      cover->set_share(absl::StrCat(static_cast<int64_t>(chain.share)));
      for (const Vertex v : chain.vertices) {
        if (weight[v] > 0) cover->add_units(names[v]);
      }
    }
  }

  const ResolvedRun& run_;
  const Grouping& grouping_;
  const PodCaps& caps_;
  const FitOptions& options_;
  const WaitSets& waits_;
  Fitted fitted_;
  BoundedOrder bounded_;
  // Of each group.
  std::vector<Bounds> bounds_;
  // Of each vertex.
  std::vector<UnitRef> unit_of_;
  // Without creations and waits of ours.
  std::vector<Edge> unit_edges_;
};

Fitted FitPods(const ResolvedRun& run, const Grouping& grouping,
               const std::vector<std::vector<std::string>>& unit_names,
               const PodCaps& caps, const FitOptions& options,
               const WaitSets& waits, Decisions* decisions,
               DiagnosticList* diagnostics) {
  return Fitter(run, grouping, caps, options, waits)
      .Run(unit_names, decisions, diagnostics);
}

}  // namespace colocation
