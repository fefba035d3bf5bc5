#include "colocation/plan/pod_bounds.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

bool IsElsewhere(const v1::ObjectMeta& metadata,
                 const std::string& run_namespace) {
  return !metadata.namespace_().empty() &&
         metadata.namespace_() != run_namespace;
}

void Keep(absl::string_view resource, const std::string& text, bool quota,
          const std::string& name, std::map<std::string, PodBound>* bounds) {
  const std::optional<Quantity> most = Quantity::Parse(text);
  if (!most) return;
  const auto [entry, added] =
      bounds->insert({std::string(resource), {*most, quota, name}});
  if (!added && *most < entry->second.most) {
    entry->second = {*most, quota, name};
  }
}

void KeepQuota(absl::string_view counted, const std::string& text,
               const std::string& name, PodBounds* bounds) {
  if (absl::ConsumePrefix(&counted, "limits.")) {
    Keep(counted, text, true, name, &bounds->limits);
    return;
  }
  // "cpu" is short for "requests.cpu"; others count something else.
  if (absl::ConsumePrefix(&counted, "requests.") || counted == "cpu" ||
      counted == "memory" || counted == "ephemeral-storage") {
    if (counted == "storage") return;
    Keep(counted, text, true, name, &bounds->requests);
  }
}

}  // namespace

PodBounds FindPodBounds(const v1::Cluster& cluster,
                        const std::string& run_namespace) {
  PodBounds bounds;
  for (const v1::LimitRange& range : cluster.limit_ranges()) {
    if (IsElsewhere(range.metadata(), run_namespace)) continue;
    for (const v1::LimitRangeItem& item : range.spec().limits()) {
      if (item.type() != "Pod") continue;
      for (const auto& [resource, text] : item.max()) {
        const std::string& name = range.metadata().name();
        Keep(resource, text, false, name, &bounds.limits);
        Keep(resource, text, false, name, &bounds.requests);
      }
    }
  }
  for (const v1::ResourceQuota& quota : cluster.resource_quotas()) {
    const v1::ResourceQuotaSpec& spec = quota.spec();
    if (IsElsewhere(quota.metadata(), run_namespace) ||
        !spec.scopes().empty() || spec.has_scope_selector()) {
      continue;
    }
    for (const auto& [counted, text] : spec.hard()) {
      KeepQuota(counted, text, quota.metadata().name(), &bounds);
    }
  }
  return bounds;
}

}  // namespace colocation
