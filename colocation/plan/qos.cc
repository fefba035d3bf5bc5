#include "colocation/plan/qos.h"

#include <algorithm>
#include <optional>

#include "colocation/plan/resources.h"

namespace colocation {
namespace {

bool HasGuarantee(const ContainerNeed& container,
                  const LimitRangeDefaults& limit_range) {
  for (const char* resource : {"cpu", "memory"}) {
    const std::optional<Quantity> limit =
        LimitOf(container, resource, limit_range);
    const auto asked = container.spread.find(resource);
    if (!limit || limit->is_zero() || asked == container.spread.end() ||
        !(asked->second == *limit)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool LosesGuarantee(const std::vector<UnitNeed>& needs,
                    const std::vector<v1::ResourceUse>& uses,
                    const LimitRangeDefaults& limit_range) {
  for (const UnitNeed& unit : needs) {
    for (const auto* containers : {&unit.steps, &unit.sidecars}) {
      for (const ContainerNeed& container : *containers) {
        if (!HasGuarantee(container, limit_range)) return false;
      }
    }
  }
  return std::any_of(uses.begin(), uses.end(), [](const auto& use) {
    return (use.resource() == "cpu" || use.resource() == "memory") &&
           use.requested() != use.sum();
  });
}

}  // namespace colocation
