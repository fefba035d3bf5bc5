#include "colocation/plan/limit_range.h"

#include <optional>

namespace colocation {
namespace {

using Amounts = google::protobuf::Map<std::string, std::string>;

// Keeps the larger, or the smaller, of what is there and what is written.
void Keep(const Amounts& written, bool larger,
          std::map<std::string, Quantity>* kept) {
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
      Keep(item.min(), true, &found.minimum);
      // What one is not given follows from its next wider bound: the default
      // limit from the maximum, the default request from the default limit,
      // then from the minimum (SetDefaults_LimitRangeItem in Kubernetes'
      // core/v1 defaults).
      Amounts limit = item.default_();
      limit.insert(item.max().begin(), item.max().end());
      Amounts request = item.default_request();
      request.insert(limit.begin(), limit.end());
      request.insert(item.min().begin(), item.min().end());
      Keep(limit, false, &found.default_limit);
      Keep(request, false, &found.default_request);
    }
  }
  return found;
}

}  // namespace colocation
