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

// Of the type Container; by resource. Of several the strictest: the largest
// minimum, the smallest default and maximum.
struct LimitRangeDefaults {
  std::map<std::string, Quantity> default_request;
  std::map<std::string, Quantity> default_limit;
  std::map<std::string, Quantity> minimum;
};

LimitRangeDefaults FindLimitRange(const v1::Cluster& cluster,
                                  const std::string& run_namespace);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LIMIT_RANGE_H_
