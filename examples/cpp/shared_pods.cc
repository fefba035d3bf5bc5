#include "examples/cpp/shared_pods.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace v1 = colocation::v1;

absl::StatusOr<v1::ColocationPlan> PlanText(const std::string& name,
                                            const std::string& text) {
  v1::PlanRequest request;
  v1::Document* document = request.add_documents();
  document->set_name(name);
  document->set_content(text);
  return colocation::PlanRun(request);
}

std::string SharedPods(const v1::ColocationPlan& plan) {
  std::string lines;
  for (const v1::PlannedPod& pod : plan.pods()) {
    absl::StrAppend(&lines, pod.name(), ": ", absl::StrJoin(pod.tasks(), " "),
                    "\n");
  }
  return lines;
}
