#include "colocation/plan/pod_order.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct PodOrderCase {
  const char* name;
  const char* tasks;  // PipelineOf
  std::vector<TaskIndex> in_pod;
  const char* edges;  // "0>1" on the indices of in_pod
};

class PodOrderTest : public ::testing::TestWithParam<PodOrderCase> {};

TEST_P(PodOrderTest, Has) {
  const ResolvedRun run = ResolveYaml(PipelineOf(GetParam().tasks));
  const Graph order = OrderInPod(GetParam().in_pod, WaitSets(run));
  std::vector<std::string> edges;
  for (Vertex from = 0; from < order.size(); ++from) {
    for (const Vertex to : order.Successors(from)) {
      edges.push_back(absl::StrCat(from, ">", to));
    }
  }
  EXPECT_EQ(absl::StrJoin(edges, " "), GetParam().edges);
}

INSTANTIATE_TEST_SUITE_P(
    , PodOrderTest,
    ::testing::ValuesIn(std::vector<PodOrderCase>{
        {"OneTask", "a", {0}, ""},
        {"Apart", "a b", {0, 1}, ""},
        {"DirectWait", "a b<a", {0, 1}, "0>1"},
        {"ThroughATaskOutside", "a b<a c<b", {0, 2}, "0>1"},
        {"ThroughSeveralOutside", "a b<a c<b d<c e<d", {0, 4}, "0>1"},
        {"TwoFromOneOutside", "a b c<a,b d<c", {0, 1, 3}, "0>2 1>2"},
        {"WhatIsOnlyOutsideGivesNothing", "a b<a c<a", {1, 2}, ""},
        {"FinallyComesLast", "a b f!", {0, 1, 2}, "0>2 1>2"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation
