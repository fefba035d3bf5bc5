#include "colocation/plan/unit_needs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"

namespace colocation {
namespace {

constexpr int64_t kUnit = 1'000'000'000;

absl::int128 RoundUp(absl::int128 nanos, absl::int128 granule) {
  return (nanos + granule - 1) / granule * granule;
}

Quantities Parse(const google::protobuf::Map<std::string, std::string>& from) {
  Quantities quantities;
  for (const auto& [resource, text] : from) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    if (!quantity) continue;
    quantities[resource] = Quantity::FromNanos(
        RoundUp(quantity->nanos(), Granule(resource)), quantity->notation());
  }
  return quantities;
}

void FillZeros(const Quantities& defaults, Quantities* asked) {
  for (const auto& [resource, quantity] : defaults) {
    Quantity& own = (*asked)[resource];
    if (own.is_zero()) own = quantity;
  }
}

// `defaults` stand for requests that are not written: Tekton puts them in
// before Kubernetes takes a limit for a request that is missing.
Quantities AskedOf(const v1::ResourceRequirements& written,
                   const Quantities& defaults = {}) {
  Quantities asked = Parse(written.requests());
  FillZeros(defaults, &asked);
  const Quantities limits = Parse(written.limits());
  asked.insert(limits.begin(), limits.end());
  // What rounding has brought above the limit, which stays as it is written,
  // is rounded the other way.
  for (auto& [resource, quantity] : asked) {
    const auto limit = written.limits().find(resource);
    if (limit == written.limits().end()) continue;
    const std::optional<Quantity> most = Quantity::Parse(limit->second);
    if (!most || !(*most < quantity)) continue;
    const absl::int128 granule = Granule(resource);
    quantity = Quantity::FromNanos(most->nanos() / granule * granule,
                                   quantity.notation());
  }
  return asked;
}

// `whole` in `parts`, rounded down.
Quantity Divide(const std::string& resource, const Quantity& whole,
                size_t parts) {
  const absl::int128 granule = Granule(resource);
  return Quantity::FromNanos(
      whole.nanos() / static_cast<int64_t>(parts) / granule * granule,
      whole.notation());
}

// Only these, as in Tekton (pkg/internal/computeresources/transformer.go).
bool HasLimitRange(const std::string& resource) {
  return resource == "cpu" || resource == "memory" ||
         resource == "ephemeral-storage";
}

// Of the steps of one task where they ask for nothing.
Quantities StepDefaults(const LimitRangeDefaults& range, size_t steps) {
  Quantities defaults;
  for (const auto& [resource, whole] : range.default_request) {
    if (!HasLimitRange(resource)) continue;
    Quantity part = Divide(resource, whole, steps);
    const auto minimum = range.minimum.find(resource);
    if (minimum != range.minimum.end() && part < minimum->second) {
      part = minimum->second;
    }
    if (!part.is_zero()) defaults[resource] = part;
  }
  return defaults;
}

// The whole task's, on its first step, so that both the largest step and the
// sum of all are the whole.
void TakeTaskLevel(const v1::ResourceRequirements& whole,
                   std::vector<ContainerNeed>* steps) {
  for (ContainerNeed& step : *steps) {
    step.asked.clear();
    step.written.clear_requests();
    *step.written.mutable_limits() = whole.limits();
  }
  steps->front().asked = AskedOf(whole);
  for (const auto& [resource, quantity] : steps->front().asked) {
    const Quantity part = Divide(resource, quantity, steps->size());
    for (ContainerNeed& step : *steps) step.spread[resource] = part;
    const absl::int128 others =
        part.nanos() * static_cast<int64_t>(steps->size() - 1);
    steps->front().spread[resource] =
        Quantity::FromNanos(quantity.nanos() - others, quantity.notation());
  }
}

}  // namespace

absl::int128 Granule(const std::string& resource) {
  return resource == "cpu" ? kUnit / 1000 : kUnit;
}

bool CanBePassedOn(const std::string& resource) {
  return HasLimitRange(resource);
}

UnitNeed NeedOf(const ResolvedTask& task, const ResolvedUnit& unit,
                const LimitRangeDefaults& defaults) {
  UnitNeed result;
  const bool task_level = task.compute_resources.has_value() &&
                          (task.compute_resources->requests_size() > 0 ||
                           task.compute_resources->limits_size() > 0);
  Quantities of_step;
  if (!task_level) {
    of_step =
        StepDefaults(defaults, std::max<size_t>(1, unit.spec.steps_size()));
  }
  for (const v1::Step& step : unit.spec.steps()) {
    ContainerNeed& need = result.steps.emplace_back();
    need.asked = AskedOf(step.compute_resources(), of_step);
    need.written = step.compute_resources();
  }
  for (const v1::Sidecar& sidecar : unit.spec.sidecars()) {
    ContainerNeed& need = result.sidecars.emplace_back();
    need.asked = AskedOf(sidecar.compute_resources());
    need.written = sidecar.compute_resources();
  }
  if (task_level) TakeTaskLevel(*task.compute_resources, &result.steps);
  if (!defaults.default_request.empty()) {
    for (ContainerNeed& sidecar : result.sidecars) {
      Quantities missing;
      for (const auto& [resource, quantity] : defaults.default_request) {
        if (HasLimitRange(resource)) missing[resource] = quantity;
      }
      sidecar.asked.insert(missing.begin(), missing.end());
    }
  }
  for (const ContainerNeed& step : result.steps) {
    for (const auto& [resource, quantity] : step.asked) {
      Quantity& largest = result.need[resource];
      if (largest < quantity || largest.is_zero()) largest = quantity;
    }
  }
  for (const ContainerNeed& sidecar : result.sidecars) {
    for (const auto& [resource, quantity] : sidecar.asked) {
      result.need[resource] += quantity;
    }
  }
  for (auto* containers : {&result.steps, &result.sidecars}) {
    for (ContainerNeed& c : *containers) {
      if (c.spread.empty()) c.spread = c.asked;
    }
  }
  return result;
}

}  // namespace colocation
