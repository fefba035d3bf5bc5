// LimitRanges and ResourceQuotas, as they bind a Pod.
#include "colocation/plan/pod_bounds.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

v1::PlanRequest WithLimit(const std::string& item) {
  v1::PlanRequest request;
  DiagnosticList diagnostics;
  DecodeMessage("limits",
                absl::StrCat("{limitRanges: [{metadata: {name: lr}, "
                             "spec: {limits: [",
                             item, "]}}]}"),
                {}, request.mutable_cluster(), &diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return request;
}

v1::PlanRequest WithQuota(const std::string& spec) {
  v1::PlanRequest request;
  DiagnosticList diagnostics;
  DecodeMessage("quota",
                absl::StrCat("{resourceQuotas: [{metadata: {name: q}, spec: {",
                             spec, "}}]}"),
                {}, request.mutable_cluster(), &diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return request;
}

// A chain of three tasks over one workspace, each with these resources.
std::string ChainOf(const std::string& resources,
                    const std::string& binding = "emptyDir: {}") {
  std::string yaml = absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run, "
      "annotations: {colocation.dev/share-claims: \"true\"}}\n"
      "spec:\n  workspaces: [{name: w, ",
      binding,
      "}]\n  pipelineSpec:\n    workspaces: [{name: w}]\n    tasks:\n");
  const char* after = "";
  for (const char* name : {"a", "b", "c"}) {
    absl::StrAppend(&yaml, "    - {name: ", name, after,
                    ", workspaces: [{name: w}], taskSpec: {workspaces: [{name: "
                    "w}], steps: [{name: s, image: i, command: [c], "
                    "computeResources: {",
                    resources, "}}]}}\n");
    after = *name == 'a' ? ", runAfter: [a]" : ", runAfter: [b]";
  }
  return yaml;
}

constexpr char kMemory[] = "requests: {memory: 1Gi}, limits: {memory: 3Gi}";
constexpr char kClaim[] = "persistentVolumeClaim: {claimName: c}";

std::string RequestsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> parts;
  for (const v1::ResourceUse& use : plan.pods(0).resources()) {
    parts.push_back(absl::StrCat(use.resource(), " ", use.requested(), " of ",
                                 use.limit().empty() ? "-" : use.limit()));
  }
  for (const v1::PlannedContainer& c : plan.pods(0).containers()) {
    for (const char* resource : {"cpu", "memory"}) {
      const auto found = c.container().resources().requests().find(resource);
      if (found == c.container().resources().requests().end()) continue;
      parts.push_back(absl::StrCat(c.task(), "=", found->second));
    }
  }
  return absl::StrJoin(parts, " ");
}

TEST(PodBoundsTest, LimitsOfASharedPodAddUp) {
  const Planned planned =
      PlanYaml(ChainOf(kMemory), WithLimit("{type: Pod, max: {memory: 8Gi}}"));
  EXPECT_THAT(
      planned.errors,
      ElementsAre("limit-range at spec.pipelineSpec.tasks[0].name: \"a\", "
                  "\"b\", \"c\" must share a Pod, because of the emptyDir "
                  "workspace \"w\", but the limits of all containers of the "
                  "Pod add up to 9Gi of memory, and the LimitRange \"lr\" "
                  "allows 8Gi"));
  EXPECT_THAT(
      PlanYaml(ChainOf(kMemory), WithLimit("{type: Pod, max: {memory: 9Gi}}"))
          .errors,
      IsEmpty());
}

TEST(PodBoundsTest, WhatNeedNotShareIsSplit) {
  v1::PlanRequest request = WithLimit("{type: Pod, max: {memory: 8Gi}}");
  request.mutable_options()->set_controlled(true);
  const Planned planned = PlanYaml(ChainOf(kMemory, kClaim), request);
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(GroupsOf(planned.plan), "{a b} {c}");
  EXPECT_THAT(DecisionsOf(planned.plan), HasSubstr("split-limit-range"));
  EXPECT_THAT(CheckPlan(planned.plan).diagnostics(), IsEmpty());
}

TEST(PodBoundsTest, LimitsThatALimitRangeGivesCount) {
  const Planned planned = PlanYaml(
      ChainOf("requests: {memory: 1Gi}"),
      WithLimit("{type: Pod, max: {memory: 8Gi}}, {type: Container, default: "
                "{memory: 3Gi}}"));
  EXPECT_THAT(planned.errors, ElementsAre(HasSubstr("add up to 9Gi")));
}

TEST(PodBoundsTest, ASingleTaskIsOnlyWarnedOf) {
  v1::PlanRequest request = WithLimit("{type: Pod, max: {memory: 2Gi}}");
  request.mutable_options()->set_policy(v1::POLICY_ISOLATED);
  request.mutable_options()->set_controlled(true);
  const Planned planned = PlanYaml(ChainOf(kMemory, kClaim), request);
  EXPECT_THAT(planned.errors, IsEmpty());
  ASSERT_EQ(planned.warnings.size(), 3);
  EXPECT_THAT(planned.warnings[0],
              AllOf(StartsWith("limit-range at "),
                    HasSubstr("refuse the Pod of \"a\": the limits of all "
                              "containers of the Pod add up to 3Gi")));
}

TEST(PodBoundsTest, AQuotaBoundsRequestsAndLimits) {
  struct Case {
    const char* hard;
    const char* error;
  };
  const std::string yaml =
      ChainOf("requests: {cpu: 1, memory: 1Gi}, limits: {memory: 3Gi}");
  for (const Case& c : {
           Case{"hard: {limits.memory: 8Gi}",
                "limits of all containers of the Pod add up to 9Gi of memory, "
                "and the ResourceQuota \"q\" allows 8Gi"},
           Case{"hard: {requests.cpu: 500m}",
                "requests of all containers of the Pod add up to 1 of cpu"},
           Case{"hard: {cpu: 500m}", "add up to 1 of cpu"},
           Case{"hard: {memory: 512Mi}", "add up to 1Gi of memory"},
           Case{"hard: {pods: 0, requests.storage: 1, count/secrets: 0}", ""},
           Case{"hard: {cpu: 500m}, scopes: [BestEffort]", ""},
           Case{"hard: {cpu: 500m}, scopeSelector: {matchExpressions: "
                "[{scopeName: PriorityClass, operator: Exists}]}",
                ""},
       }) {
    const Planned planned = PlanYaml(yaml, WithQuota(c.hard));
    if (*c.error == 0) {
      EXPECT_THAT(planned.errors, IsEmpty()) << c.hard;
    } else {
      EXPECT_THAT(planned.errors,
                  ElementsAre(AllOf(StartsWith("resource-quota at "),
                                    HasSubstr(c.error))))
          << c.hard;
    }
  }
}

TEST(PodBoundsTest, ThoseOfOtherNamespacesDontCount) {
  v1::PlanRequest request = WithLimit("{type: Pod, max: {memory: 8Gi}}");
  request.mutable_cluster()
      ->mutable_limit_ranges(0)
      ->mutable_metadata()
      ->set_namespace_("other");
  EXPECT_THAT(PlanYaml(ChainOf(kMemory), request).errors, IsEmpty());
}

struct RaiseCase {
  const char* name;
  const char* resources;
  const char* item;
  // "RESOURCE REQUESTED of LIMITS", then each container's request.
  const char* requests;
  const char* decision;
};

class RaisedRequestsTest : public ::testing::TestWithParam<RaiseCase> {};

TEST_P(RaisedRequestsTest, PassTheLimitRange) {
  const Planned planned =
      PlanYaml(ChainOf(GetParam().resources), WithLimit(GetParam().item));
  EXPECT_THAT(planned.errors, IsEmpty());
  EXPECT_EQ(RequestsOf(planned.plan), GetParam().requests);
  EXPECT_THAT(DecisionsOf(planned.plan), HasSubstr(GetParam().decision));
  EXPECT_THAT(CheckPlan(planned.plan).diagnostics(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    , RaisedRequestsTest,
    ::testing::ValuesIn(std::vector<RaiseCase>{
        {"WithoutOneThePeakIsAskedFor", kMemory, "{type: Container}",
         "memory 1Gi of 9Gi a=341Mi b=341Mi c=342Mi", ""},
        {"RatioOfEachContainer", kMemory,
         "{type: Container, maxLimitRequestRatio: {memory: 6}}",
         "memory 1536Mi of 9Gi a=512Mi b=512Mi c=512Mi", "limit-range-ratio"},
        {"RatioOfThePod", kMemory,
         "{type: Pod, maxLimitRequestRatio: {memory: 6}}",
         "memory 1536Mi of 9Gi a=853Mi b=341Mi c=342Mi", "limit-range-ratio"},
        {"RatioThatHoldsAnyway", kMemory,
         "{type: Pod, maxLimitRequestRatio: {memory: 9}}",
         "memory 1Gi of 9Gi a=341Mi b=341Mi c=342Mi", ""},
        {"MinimumOfThePod", kMemory, "{type: Pod, min: {memory: 4Gi}}",
         "memory 4Gi of 9Gi a=2Gi b=1Gi c=1Gi", "limit-range-minimum"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

constexpr char kGuaranteed[] =
    "requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}";

TEST(QosTest, ADecisionSaysThatThePeakCostsTheGuarantee) {
  const Planned peak = PlanYaml(ChainOf(kGuaranteed));
  EXPECT_THAT(DecisionsOf(peak.plan), HasSubstr("qos-burstable"));
  v1::PlanRequest request;
  request.mutable_options()->set_requests(v1::REQUEST_MODE_SUM);
  const Planned sum = PlanYaml(ChainOf(kGuaranteed), request);
  EXPECT_THAT(DecisionsOf(sum.plan), Not(HasSubstr("qos-burstable")));
}

TEST(QosTest, NothingIsLostWhereTheAuthorsAskForLess) {
  for (const char* resources :
       {"requests: {cpu: 1, memory: 1Gi}",
        "requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 1Gi}",
        "limits: {cpu: 1}"}) {
    EXPECT_THAT(DecisionsOf(PlanYaml(ChainOf(resources)).plan),
                Not(HasSubstr("qos-burstable")))
        << resources;
  }
}

}  // namespace
}  // namespace colocation
