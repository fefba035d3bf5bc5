// Whether colocation's answer to a request is one that its callers can work
// with.
#ifndef COLOCATION_TESTS_PROPERTY_ANSWER_FAULT_H_
#define COLOCATION_TESTS_PROPERTY_ANSWER_FAULT_H_

#include <string>

#include "absl/status/statusor.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// What is wrong with the answer to the request; empty where nothing is. Right
// is a plan that can be rendered and started, or a refusal that is not INTERNAL
// and says why. `plan`, where given, gets the plan.
std::string FaultOf(const v1::PlanRequest& request,
                    absl::StatusOr<v1::ColocationPlan>* plan = nullptr);

}  // namespace colocation

#endif  // COLOCATION_TESTS_PROPERTY_ANSWER_FAULT_H_
