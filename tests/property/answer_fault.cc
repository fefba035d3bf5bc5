#include "tests/property/answer_fault.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/colocation.h"
#include "colocation/decode/encode.h"
#include "colocation/render/pod.h"
#include "colocation/run/advance.h"
#include "colocation/v1/run.pb.h"

namespace colocation {
namespace {

std::string FaultOfPlan(const absl::StatusOr<v1::ColocationPlan>& plan) {
  if (absl::IsInternal(plan.status())) {
    return std::string(plan.status().message());
  }
  if (!plan.ok()) {
    return DiagnosticsOf(plan.status()) ||
                   NeedsOf(plan.status()).needs_size() > 0
               ? ""
               : absl::StrCat("no diagnostics: ", plan.status().ToString());
  }
  for (const v1::PlannedPod& pod : plan->pods()) {
    if (ToJson(RenderPod(*plan, pod)).empty()) return "nothing is rendered";
  }
  v1::Observation observed;
  observed.set_now("2026-01-01T00:00:00Z");
  const auto advance = AdvanceRun(*plan, observed);
  return advance.ok() ? ""
                      : absl::StrCat("advance: ", advance.status().ToString());
}

}  // namespace

std::string FaultOf(const v1::PlanRequest& request,
                    absl::StatusOr<v1::ColocationPlan>* plan) {
  const auto validated = ValidateRequest(request);
  if (absl::IsInternal(validated.status())) {
    return std::string(validated.status().message());
  }
  absl::StatusOr<v1::ColocationPlan> made = PlanRun(request);
  std::string fault = FaultOfPlan(made);
  if (plan != nullptr) *plan = std::move(made);
  return fault;
}

}  // namespace colocation
