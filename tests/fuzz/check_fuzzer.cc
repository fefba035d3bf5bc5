// The plan checker, and whatever else takes a plan, on plans that nobody made:
// the bytes of a ColocationPlan.
#include <memory>

#include "absl/status/statusor.h"
#include "colocation/check/check.h"
#include "colocation/colocation.h"
#include "colocation/render/dot.h"
#include "colocation/render/explain.h"
#include "colocation/render/html.h"
#include "colocation/render/manifests.h"
#include "colocation/render/text.h"
#include "colocation/run/advance.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const v1::Policy policy :
       {v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN, v1::POLICY_ISOLATED}) {
    for (const bool controlled : {false, true}) {
      v1::PlanRequest request;
      request.add_documents()->set_content(std::string(RunText()));
      request.mutable_options()->set_policy(policy);
      request.mutable_options()->set_controlled(controlled);
      const absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
      if (!plan.ok()) continue;
      Require(CheckPlan(*plan).diagnostics().empty(), "a plan holds");
      seeds.push_back(plan->SerializeAsString());
    }
  }
  return seeds;
}

std::vector<std::string> Words() {
  return {
      "",    "clone", "test", "report",     "nobody",  "$(tasks.a.results.b)",
      "1Gi", "-1",    "100m", "/workspace", "/tekton", "../..",
      "0.5"};
}

}  // namespace colocation::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t most, unsigned int seed) {
  colocation::v1::ColocationPlan plan;
  return colocation::fuzz::MutateInput(colocation::fuzz::Words(), /*head=*/0,
                                       data, size, most, seed, &plan);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  v1::ColocationPlan plan;
  if (!plan.ParseFromArray(data, static_cast<int>(size))) return 0;
  const v1::Diagnostics faults = CheckPlan(plan);
  fuzz::Require(faults.diagnostics_size() <= 100, "at most 100 faults");
  ManifestsYaml(RenderManifests(plan));
  PlanText(plan);
  ExplainText(plan);
  ToDot(plan);
  ToHtml(plan);
  v1::Observation observed;
  observed.set_now("2024-06-01T00:00:00Z");
  const bool advances = AdvanceRun(plan, observed).ok();
  fuzz::Require(advances || !faults.diagnostics().empty(),
                "a plan that holds can be run");
  return 0;
}
