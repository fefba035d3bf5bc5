#include "colocation/plan/resources.h"

#include <algorithm>
#include <set>
#include <utility>

#include "colocation/graph/antichain.h"
#include "colocation/plan/share_out.h"

namespace colocation {
namespace {

using absl::int128;

// Parts of memory and storage are whole MiB where they can be: they are read
// by people, too.
int128 Grain(const std::string& resource) {
  return resource == "cpu" ? Granule(resource)
                           : Granule(resource) * (int64_t{1} << 20);
}

int128 NanosOf(const Quantities& quantities, const std::string& resource) {
  const auto found = quantities.find(resource);
  return found == quantities.end() ? int128(0) : found->second.nanos();
}

class Planner {
 public:
  Planner(const std::vector<UnitNeed>& needs,
          const std::vector<std::string>& names, const Graph& order,
          const LimitRangeDefaults& limit_range)
      : needs_(needs), names_(names), order_(order), limit_range_(limit_range) {
    result_.steps.resize(needs.size());
    result_.sidecars.resize(needs.size());
    for (size_t u = 0; u < needs.size(); ++u) {
      result_.steps[u].resize(needs[u].steps.size());
      result_.sidecars[u].resize(needs[u].sidecars.size());
    }
  }

  PodResources Run(v1::RequestMode mode) {
    std::set<std::string> resources;
    for (const UnitNeed& unit : needs_) {
      for (const auto& [resource, need] : unit.need) resources.insert(resource);
    }
    for (const std::string& resource : resources) Plan(resource, mode);
    return std::move(result_);
  }

 private:
  void Plan(const std::string& resource, v1::RequestMode mode) {
    Quantity sum;
    std::vector<int128> weight(order_.size(), 0);
    for (size_t u = 0; u < needs_.size(); ++u) {
      for (const auto* containers : {&needs_[u].steps, &needs_[u].sidecars}) {
        for (const ContainerNeed& c : *containers) {
          const auto found = c.asked.find(resource);
          if (found != c.asked.end()) sum += found->second;
        }
      }
      weight[u] = NanosOf(needs_[u].need, resource);
    }
    const auto text = [&](int128 nanos) {
      return Quantity::FromNanos(nanos, sum.notation()).ToString();
    };
    const MaxAntichain peak = FindMaxAntichain(order_, weight);
    v1::ResourceUse& use = result_.uses.emplace_back();
    use.set_resource(resource);
    use.set_sum(sum.ToString());
    use.set_peak(text(peak.weight));
    for (const Vertex u : peak.vertices) {
      v1::UnitNeed* need = use.add_witness();
      need->set_unit(names_[u]);
      need->set_quantity(text(weight[u]));
    }
    for (const WeightedChain& chain : peak.cover) {
      v1::Chain* cover = use.add_cover();
      cover->set_share(text(chain.share));
      for (const Vertex v : chain.vertices) {
        if (weight[v] > 0) cover->add_units(names_[v]);
      }
    }
    const bool as_written =
        mode == v1::REQUEST_MODE_SUM || !CanBePassedOn(resource);
    const int128 requested =
        as_written ? AskAsWritten(resource)
                   : AskFor(resource, peak, weight, sum.notation());
    use.set_requested(
        text(as_written ? requested
                        : RaiseToPod(resource, requested, sum.notation())));
    if (const std::optional<Quantity> limit = SumOfLimits(resource)) {
      use.set_limit(limit->ToString());
    }
  }

  // What the limits of all containers add up to; nothing where none has one.
  std::optional<Quantity> SumOfLimits(const std::string& resource) const {
    std::optional<Quantity> sum;
    for (const UnitNeed& unit : needs_) {
      for (const auto* containers : {&unit.steps, &unit.sidecars}) {
        for (const ContainerNeed& c : *containers) {
          const auto limit = LimitOf(c, resource, limit_range_);
          if (!limit) continue;
          if (!sum) {
            sum = *limit;
          } else {
            *sum += *limit;
          }
        }
      }
    }
    return sum;
  }

  // What the Pod has to ask for at least, as a LimitRange of the type Pod says:
  // its minimum, and the part of its limits. Containers get more than their
  // shares for it, first up to what was asked for them, then up to their
  // limits.
  int128 RaiseToPod(const std::string& resource, int128 requested,
                    Quantity::Notation notation) {
    int128 least = 0;
    const auto minimum = limit_range_.pod_minimum.find(resource);
    if (minimum != limit_range_.pod_minimum.end()) {
      least = minimum->second.nanos();
    }
    const int128 of_minimum = least;
    const std::optional<Quantity> limits = SumOfLimits(resource);
    const auto ratio = limit_range_.pod_ratio.find(resource);
    if (limits && ratio != limit_range_.pod_ratio.end()) {
      least = std::max(least, PartOfLimit(resource, *limits, ratio->second));
    }
    if (requested >= least) return requested;
    for (const bool up_to_limit : {false, true}) {
      for (size_t u = 0; u < needs_.size(); ++u) {
        const auto raise = [&](const std::vector<ContainerNeed>& containers,
                               std::vector<Quantities>* requests) {
          for (size_t i = 0; i < containers.size(); ++i) {
            const int128 has = NanosOf((*requests)[i], resource);
            int128 most = NanosOf(containers[i].spread, resource);
            if (up_to_limit) {
              const auto limit = LimitOf(containers[i], resource, limit_range_);
              most = limit ? limit->nanos() : has + least;
            }
            const int128 more = std::min(most - has, least - requested);
            if (more <= 0) continue;
            (*requests)[i][resource] =
                Quantity::FromNanos(has + more, notation);
            requested += more;
          }
        };
        raise(needs_[u].steps, &result_.steps[u]);
        raise(needs_[u].sidecars, &result_.sidecars[u]);
      }
    }
    (least > of_minimum ? result_.raised_for_ratio
                        : result_.raised_to_minimum) = true;
    return requested;
  }

  // The least request that a limit may have under a maxLimitRequestRatio.
  static int128 PartOfLimit(const std::string& resource, const Quantity& limit,
                            const Quantity& ratio) {
    if (ratio.nanos() <= 0) return 0;
    constexpr int64_t kUnit = 1'000'000'000;
    int128 least = MultiplyDivide(limit.nanos(), kUnit, ratio.nanos());
    if (MultiplyDivide(least, ratio.nanos(), kUnit) < limit.nanos()) ++least;
    const int128 granule = Granule(resource);
    return (least + granule - 1) / granule * granule;
  }

  int128 AskAsWritten(const std::string& resource) {
    int128 requested = 0;
    for (size_t u = 0; u < needs_.size(); ++u) {
      const auto set = [&](const std::vector<ContainerNeed>& containers,
                           std::vector<Quantities>* requests) {
        for (size_t i = 0; i < containers.size(); ++i) {
          const auto found = containers[i].spread.find(resource);
          if (found == containers[i].spread.end()) continue;
          (*requests)[i][resource] = found->second;
          requested += found->second.nanos();
        }
      };
      set(needs_[u].steps, &result_.steps[u]);
      set(needs_[u].sidecars, &result_.sidecars[u]);
    }
    return requested;
  }

  // What each unit gets of the peak. The share of a chain is spread over its
  // units by their needs; what a unit can't use goes to the one of the witness,
  // which has room for all of it (docs/planning.md, "Shares").
  std::vector<int128> SharesOfUnits(const std::string& resource,
                                    const MaxAntichain& peak,
                                    const std::vector<int128>& weight) const {
    std::vector<int128> share(weight.size(), 0);
    std::vector<bool> witness(weight.size(), false);
    for (const Vertex v : peak.vertices) witness[v] = true;
    for (const WeightedChain& chain : peak.cover) {
      int128 sum = 0;
      for (const Vertex v : chain.vertices) sum += weight[v];
      int128 left = chain.share;
      Vertex heaviest = -1;
      for (const Vertex v : chain.vertices) {
        if (witness[v]) {
          heaviest = v;
          continue;
        }
        if (weight[v] == 0) continue;
        const int128 part =
            std::min(MultiplyDivide(chain.share, weight[v], sum) /
                         Grain(resource) * Grain(resource),
                     weight[v] - share[v]);
        share[v] += part;
        left -= part;
      }
      if (heaviest >= 0) share[heaviest] += left;
    }
    return share;
  }

  int128 AskFor(const std::string& resource, const MaxAntichain& peak,
                const std::vector<int128>& weight,
                Quantity::Notation notation) {
    const std::vector<int128> share = SharesOfUnits(resource, peak, weight);
    int128 requested = 0;
    for (size_t u = 0; u < needs_.size(); ++u) {
      // The steps as one, then each sidecar.
      int128 largest = 0;
      std::vector<int128> steps;
      for (const ContainerNeed& step : needs_[u].steps) {
        steps.push_back(NanosOf(step.spread, resource));
        largest = std::max(largest, NanosOf(step.asked, resource));
      }
      std::vector<int128> parts = {largest};
      for (const ContainerNeed& sidecar : needs_[u].sidecars) {
        parts.push_back(NanosOf(sidecar.spread, resource));
      }
      parts = ShareOut(share[u], parts, Grain(resource));
      steps = ShareOut(parts.front(), steps, Grain(resource));
      const auto set = [&](const ContainerNeed& c, int128 part,
                           Quantities* requests) {
        requested += Request(resource, c, part, notation, requests);
      };
      for (size_t i = 0; i < steps.size(); ++i) {
        set(needs_[u].steps[i], steps[i], &result_.steps[u][i]);
      }
      for (size_t i = 0; i < needs_[u].sidecars.size(); ++i) {
        set(needs_[u].sidecars[i], parts[i + 1], &result_.sidecars[u][i]);
      }
    }
    return requested;
  }

  // A request of nothing is written where Kubernetes would put a limit or a
  // default in its place.
  int128 Request(const std::string& resource, const ContainerNeed& container,
                 int128 part, Quantity::Notation notation,
                 Quantities* requests) {
    const auto minimum = limit_range_.minimum.find(resource);
    if (minimum != limit_range_.minimum.end() &&
        part < minimum->second.nanos()) {
      part = minimum->second.nanos();
      result_.raised_to_minimum = true;
    }
    const auto ratio = limit_range_.ratio.find(resource);
    const auto limit = LimitOf(container, resource, limit_range_);
    if (limit && ratio != limit_range_.ratio.end()) {
      const int128 least = PartOfLimit(resource, *limit, ratio->second);
      if (part < least) {
        part = std::min(least, limit->nanos());
        result_.raised_for_ratio = true;
      }
    }
    if (part > 0 || container.written.limits().contains(resource) ||
        limit_range_.default_request.contains(resource)) {
      (*requests)[resource] = Quantity::FromNanos(part, notation);
    }
    return part;
  }

  const std::vector<UnitNeed>& needs_;
  const std::vector<std::string>& names_;
  const Graph& order_;
  const LimitRangeDefaults& limit_range_;
  PodResources result_;
};

}  // namespace

std::optional<Quantity> LimitOf(const ContainerNeed& container,
                                const std::string& resource,
                                const LimitRangeDefaults& limit_range) {
  const auto written = container.written.limits().find(resource);
  if (written != container.written.limits().end()) {
    return Quantity::Parse(written->second);
  }
  const auto given = limit_range.default_limit.find(resource);
  if (given == limit_range.default_limit.end()) return std::nullopt;
  return given->second;
}

Graph UnitOrder(const std::vector<int>& task_of_unit, const Graph& order) {
  const Vertex units = static_cast<Vertex>(task_of_unit.size());
  std::vector<std::vector<Vertex>> units_of(order.size());
  for (Vertex u = 0; u < units; ++u) units_of[task_of_unit[u]].push_back(u);
  std::vector<Vertex> start(order.size());
  Vertex vertices = units;
  std::vector<Edge> edges;
  for (Vertex task = 0; task < order.size(); ++task) {
    if (units_of[task].size() == 1) {
      start[task] = units_of[task].front();
      continue;
    }
    start[task] = vertices++;
    for (const Vertex u : units_of[task]) edges.emplace_back(start[task], u);
  }
  for (Vertex task = 0; task < order.size(); ++task) {
    for (const Vertex next : order.Successors(task)) {
      for (const Vertex u : units_of[task]) edges.emplace_back(u, start[next]);
    }
  }
  return Graph(vertices, std::move(edges));
}

PodResources PlanResources(const std::vector<UnitNeed>& needs,
                           const std::vector<std::string>& names,
                           const Graph& order, v1::RequestMode mode,
                           const LimitRangeDefaults& limit_range) {
  return Planner(needs, names, order, limit_range).Run(mode);
}

}  // namespace colocation
