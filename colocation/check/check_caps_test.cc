#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// A chain over a claim and results, in two Pods.
constexpr char kRun[] = R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: w, persistentVolumeClaim: {claimName: c}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: a
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: r}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
    - name: b
      runAfter: [a]
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: r}]
        steps: [{name: s, image: i, command: [c], computeResources: {requests: {cpu: 2}}}]
    - name: c
      taskSpec:
        steps: [{name: s, image: i, command: [c, $(tasks.b.results.r)], computeResources: {requests: {cpu: 2}}}]
    - name: d
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: i, command: [c, $(tasks.b.results.r)], computeResources: {requests: {cpu: 2}}}]
)";

v1::ColocationPlan SplitPlan() {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  request.mutable_options()->mutable_limits()->set_pod_containers(3);
  request.mutable_options()->mutable_limits()->set_result_bytes(500);
  v1::Node* node = request.mutable_cluster()->add_nodes();
  node->mutable_metadata()->set_name("n");
  (*node->mutable_status()->mutable_allocatable())["cpu"] = "3";
  const Planned planned = PlanYaml(kRun, request);
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  return planned.plan;
}

TEST(CheckCapsTest, AcceptsASplitPlan) {
  const v1::ColocationPlan plan = SplitPlan();
  EXPECT_EQ(GroupsOf(plan), "{a b d} {c}");
  EXPECT_EQ(plan.pods(0).node(), "n");
  const v1::Diagnostics faults = CheckPlan(plan);
  EXPECT_EQ(faults.diagnostics_size(), 0) << faults.ShortDebugString();
}

struct Corruption {
  const char* name;
  const char* code;
  std::function<void(v1::ColocationPlan*)> corrupt;
};

v1::Cut* CutOf(v1::ColocationPlan* plan) {
  for (v1::Decision& decision : *plan->mutable_decisions()) {
    if (decision.has_cut()) return decision.mutable_cut();
  }
  ADD_FAILURE() << "no cut";
  return nullptr;
}

const Corruption kCorruptions[] = {
    {"NodeThatIsNotThere", "node",
     [](v1::ColocationPlan* p) { p->mutable_pods(0)->set_node("m"); }},
    {"NoNodeForAPod", "node",
     [](v1::ColocationPlan* p) { p->mutable_pods(0)->clear_node(); }},
    {"NodeTooSmall", "node",
     [](v1::ColocationPlan* p) {
       auto& node = *p->mutable_caps()->mutable_nodes(0);
       (*node.mutable_allocatable())["cpu"] = "1500m";
     }},
    {"NodeWithoutTheLabel", "node",
     [](v1::ColocationPlan* p) {
       (*p->mutable_pods(0)->mutable_spec()->mutable_node_selector())["k"] =
           "v";
     }},
    {"TooManyContainers", "pod-containers",
     [](v1::ColocationPlan* p) { p->mutable_caps()->set_pod_containers(2); }},
    {"ResultsTooLarge", "result-bytes",
     [](v1::ColocationPlan* p) { p->mutable_caps()->set_result_bytes(5000); }},
    {"CutClaimsMiscounted", "cut",
     [](v1::ColocationPlan* p) { CutOf(p)->set_claims(1); }},
    {"CutResultsMiscounted", "cut",
     [](v1::ColocationPlan* p) { CutOf(p)->set_results(0); }},
    {"CutWaitsMiscounted", "cut",
     [](v1::ColocationPlan* p) { CutOf(p)->set_waits(2); }},
    {"CutPodsMiscounted", "cut",
     [](v1::ColocationPlan* p) { CutOf(p)->set_pods(1); }},
};

TEST(CheckCapsTest, FindsEachCorruptionByItsCode) {
  for (const Corruption& c : kCorruptions) {
    SCOPED_TRACE(c.name);
    v1::ColocationPlan plan = SplitPlan();
    c.corrupt(&plan);
    std::set<std::string> codes;
    const v1::Diagnostics faults = CheckPlan(plan);
    for (const auto& fault : faults.diagnostics()) {
      codes.insert(fault.code());
    }
    EXPECT_TRUE(codes.contains(c.code)) << faults.ShortDebugString();
  }
}

}  // namespace
}  // namespace colocation
