// What LimitRanges of the run's namespace make of containers that ask for
// nothing (pkg/internal/computeresources in Tekton; plugin/pkg/admission/
// limitranger in Kubernetes).
#ifndef COLOCATION_PLAN_LIMIT_RANGE_H_
#define COLOCATION_PLAN_LIMIT_RANGE_H_

#include <map>
#include <string>

#include "colocation/syntax/quantity.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// By resource. Of several the strictest: the largest minimum, the smallest
// default, maximum and ratio.
struct LimitRangeDefaults {
  // Of the type Container.
  std::map<std::string, Quantity> default_request;
  std::map<std::string, Quantity> default_limit;
  std::map<std::string, Quantity> minimum;
  // maxLimitRequestRatio: how many times its request a limit may be.
  std::map<std::string, Quantity> ratio;
  // Of the type Pod: what its containers ask for together, and the ratio of
  // what their limits and their requests add up to.
  std::map<std::string, Quantity> pod_minimum;
  std::map<std::string, Quantity> pod_ratio;
};

LimitRangeDefaults FindLimitRange(const v1::Cluster& cluster,
                                  const std::string& run_namespace);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LIMIT_RANGE_H_
