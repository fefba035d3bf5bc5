// advance() on observations of a cluster that nobody has: a byte that chooses a
// plan, and the bytes of an Observation.
#include <string>

#include "absl/status/statusor.h"
#include "colocation/colocation.h"
#include "colocation/decode/encode.h"
#include "colocation/run/advance.h"
#include "colocation/run/fake_cluster_testing.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/run.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {
namespace {

const std::vector<v1::ColocationPlan>& Plans() {
  static const auto* const plans = [] {
    auto* made = new std::vector<v1::ColocationPlan>;
    for (const v1::Policy policy :
         {v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN, v1::POLICY_ISOLATED}) {
      v1::PlanRequest request;
      request.add_documents()->set_content(std::string(RunText()));
      request.mutable_options()->set_policy(policy);
      request.mutable_options()->set_controlled(true);
      absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
      Require(plan.ok(), plan.status().ToString());
      made->push_back(*std::move(plan));
    }
    return made;
  }();
  return *plans;
}

}  // namespace

// What is seen of a run from its beginning to its end, with a failure.
std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (size_t i = 0; i < Plans().size(); ++i) {
    FakeCluster cluster(Plans()[i]);
    for (int step = 0; step < 40; ++step) {
      const v1::Observation observed = cluster.Observe();
      seeds.push_back(std::string(1, static_cast<char>(i)) +
                      observed.SerializeAsString());
      const absl::StatusOr<v1::Advance> next = AdvanceRun(Plans()[i], observed);
      Require(next.ok(), next.status().ToString());
      if (next->done()) break;
      cluster.Do(*next);
      cluster.PassSeconds(10);
      const std::vector<std::string> running = cluster.Running();
      if (!running.empty()) {
        cluster.Finish(running[0], /*succeeds=*/step != 2, "a");
      }
    }
  }
  return seeds;
}

std::vector<std::string> Words() {
  return {"",
          "True",
          "False",
          "Unknown",
          "Succeeded",
          "Failed",
          "Running",
          "Cancelled",
          "CancelledRunFinally",
          "StoppedRunFinally",
          "PipelineRunPending",
          "clone",
          "test",
          "report",
          "custom",
          "2001-01-01T00:00:00Z",
          "2999-01-01T00:00:00Z",
          "9999-12-31T23:59:59Z",
          "0001-01-01T00:00:00Z",
          "[]",
          "[{\"key\":\"StartedAt\"}]",
          "{",
          "Evicted"};
}

}  // namespace colocation::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t most, unsigned int seed) {
  colocation::v1::Observation observed;
  return colocation::fuzz::MutateInput(colocation::fuzz::Words(), /*head=*/1,
                                       data, size, most, seed, &observed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  using fuzz::Require;
  if (size == 0) return 0;
  const v1::ColocationPlan& plan =
      fuzz::Plans()[data[0] % fuzz::Plans().size()];
  v1::Observation observed;
  if (!observed.ParseFromArray(data + 1, static_cast<int>(size - 1))) return 0;
  const absl::StatusOr<v1::Advance> next = AdvanceRun(plan, observed);
  Require(
      next.ok() || next.status().code() == absl::StatusCode::kInvalidArgument,
      next.status().ToString());
  if (!next.ok()) return 0;
  const absl::StatusOr<v1::Advance> again = AdvanceRun(plan, observed);
  Require(again.ok() && ToJson(*again) == ToJson(*next),
          "the same observation gives the same advance");
  // What was written down can be handed back.
  *observed.mutable_status() = next->status();
  Require(AdvanceRun(plan, observed).ok(), "a status can be handed back");
  return 0;
}
