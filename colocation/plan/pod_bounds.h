// What a namespace allows a Pod: LimitRanges of the type Pod, and
// ResourceQuotas.
//
// Kubernetes adds up the limits of all containers of a Pod, and their requests,
// and refuses a Pod that has more than the LimitRange's maximum
// (PodValidateLimitFunc in plugin/pkg/admission/limitranger) or than the quota
// leaves (pkg/quota/v1/evaluator/core/pods.go). Each task alone may be small
// enough, and the Pod that they share too large. What a quota has given to
// others is not counted, as that changes.
#ifndef COLOCATION_PLAN_POD_BOUNDS_H_
#define COLOCATION_PLAN_POD_BOUNDS_H_

#include <map>
#include <string>

#include "colocation/syntax/quantity.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct PodBound {
  Quantity most;
  bool quota = false;
  // Of the LimitRange or the ResourceQuota.
  std::string name;
};

// By resource; of several the least.
struct PodBounds {
  std::map<std::string, PodBound> limits;
  std::map<std::string, PodBound> requests;

  bool empty() const { return limits.empty() && requests.empty(); }
};

PodBounds FindPodBounds(const v1::Cluster& cluster,
                        const std::string& run_namespace);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_BOUNDS_H_
