#include "colocation/plan/limit_range.h"

#include <optional>

namespace colocation {
namespace {

// Keeps the larger, or the smaller, of what is there and what is written.
void Keep(const google::protobuf::Map<std::string, std::string>& written,
          bool larger, std::map<std::string, Quantity>* kept) {
  for (const auto& [resource, text] : written) {
    const std::optional<Quantity> quantity = Quantity::Parse(text);
    if (!quantity) continue;
    const auto [entry, added] = kept->insert({resource, *quantity});
    if (added) continue;
    if (larger ? entry->second < *quantity : *quantity < entry->second) {
      entry->second = *quantity;
    }
  }
}

}  // namespace

LimitRangeDefaults FindLimitRange(const v1::Cluster& cluster,
                                  const std::string& run_namespace) {
  LimitRangeDefaults found;
  std::map<std::string, Quantity> maximum;
  for (const v1::LimitRange& range : cluster.limit_ranges()) {
    if (!range.metadata().namespace_().empty() &&
        range.metadata().namespace_() != run_namespace) {
      continue;
    }
    for (const v1::LimitRangeItem& item : range.spec().limits()) {
      if (item.type() == "Pod") {
        Keep(item.min(), true, &found.pod_minimum);
        Keep(item.max_limit_request_ratio(), false, &found.pod_ratio);
      }
      if (item.type() != "Container") continue;
      Keep(item.max_limit_request_ratio(), false, &found.ratio);
      Keep(item.default_request(), false, &found.default_request);
      Keep(item.default_(), false, &found.default_limit);
      Keep(item.min(), true, &found.minimum);
      Keep(item.max(), false, &maximum);
    }
  }
  // What is not written follows from the next wider bound: the default limit
  // from the maximum, the default request from the default limit, then from
  // the minimum (SetDefaults_LimitRangeItem in Kubernetes' core/v1 defaults).
  found.default_limit.insert(maximum.begin(), maximum.end());
  found.default_request.insert(found.default_limit.begin(),
                               found.default_limit.end());
  found.default_request.insert(found.minimum.begin(), found.minimum.end());
  return found;
}

}  // namespace colocation
