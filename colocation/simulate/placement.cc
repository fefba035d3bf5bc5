#include "colocation/simulate/placement.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"

namespace colocation::simulate {
namespace {

bool Matches(const v1::NodeSelectorRequirement& requirement,
             const std::string* value) {
  const std::string& op = requirement.operator_();
  const bool among =
      value != nullptr && absl::c_linear_search(requirement.values(), *value);
  if (op == "In") return among;
  if (op == "NotIn") return !among;
  if (op == "Exists") return value != nullptr;
  if (op == "DoesNotExist") return value == nullptr;
  int64_t have = 0;
  int64_t bound = 0;
  if (value == nullptr || requirement.values_size() != 1 ||
      !absl::SimpleAtoi(*value, &have) ||
      !absl::SimpleAtoi(requirement.values(0), &bound)) {
    return false;
  }
  return op == "Gt" ? have > bound : op == "Lt" && have < bound;
}

}  // namespace

bool MatchesLabels(const v1::PodSpec& spec,
                   const std::map<std::string, std::string>& labels,
                   const std::string& node_name) {
  const auto value_of = [&](const std::string& key) -> const std::string* {
    const auto found = labels.find(key);
    return found == labels.end() ? nullptr : &found->second;
  };
  for (const auto& [key, value] : spec.node_selector()) {
    const std::string* have = value_of(key);
    if (have == nullptr || *have != value) return false;
  }
  const v1::NodeAffinity& affinity = spec.affinity().node_affinity();
  if (!affinity.has_required_during_scheduling_ignored_during_execution()) {
    return true;
  }
  // One of the terms has to hold, all of it; an empty one doesn't.
  return absl::c_any_of(
      affinity.required_during_scheduling_ignored_during_execution()
          .node_selector_terms(),
      [&](const v1::NodeSelectorTerm& term) {
        if (term.match_expressions_size() + term.match_fields_size() == 0) {
          return false;
        }
        return absl::c_all_of(term.match_expressions(),
                              [&](const auto& requirement) {
                                return Matches(requirement,
                                               value_of(requirement.key()));
                              }) &&
               absl::c_all_of(term.match_fields(),
                              [&](const auto& requirement) {
                                return Matches(requirement, &node_name);
                              });
      });
}

bool Tolerates(const v1::PodSpec& spec, const v1::Taint& taint) {
  return absl::c_any_of(
      spec.tolerations(), [&](const v1::Toleration& toleration) {
        if (!toleration.effect().empty() &&
            toleration.effect() != taint.effect()) {
          return false;
        }
        if (!toleration.key().empty() && toleration.key() != taint.key()) {
          return false;
        }
        if (toleration.operator_() == "Exists") return true;
        return !toleration.key().empty() && toleration.value() == taint.value();
      });
}

}  // namespace colocation::simulate
