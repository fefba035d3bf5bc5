// The quality of service of a Pod (GetPodQOS in pkg/apis/core/v1/helper/qos in
// Kubernetes): Guaranteed where each container has limits of cpu and memory
// that are also its requests.
#ifndef COLOCATION_PLAN_QOS_H_
#define COLOCATION_PLAN_QOS_H_

#include <vector>

#include "colocation/plan/limit_range.h"
#include "colocation/plan/unit_needs.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Whether the Pod of these units would be Guaranteed with what their authors
// ask for, and isn't with what the plan asks for.
bool LosesGuarantee(const std::vector<UnitNeed>& needs,
                    const std::vector<v1::ResourceUse>& uses,
                    const LimitRangeDefaults& limit_range);

}  // namespace colocation

#endif  // COLOCATION_PLAN_QOS_H_
