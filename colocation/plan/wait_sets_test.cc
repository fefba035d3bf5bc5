#include "colocation/plan/wait_sets.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/graph/every_graph_testing.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// Tasks 0 to n-1 with the edges of `graph`; those in `never` don't run; then
// `finally` finally tasks.
ResolvedRun RunOf(const Graph& graph, const std::vector<bool>& never,
                  int finally) {
  ResolvedRun run;
  for (Vertex v = 0; v < graph.size(); ++v) {
    ResolvedTask& task = run.tasks.emplace_back();
    task.name = absl::StrCat("t", v);
    if (never[v]) task.runs = ResolvedTask::Runs::kNever;
    for (const Vertex before : graph.Predecessors(v)) {
      task.dependencies.push_back({before, v1::Dependency::ORDERING, {"p"}});
    }
  }
  for (int f = 0; f < finally; ++f) {
    ResolvedTask& task = run.tasks.emplace_back();
    task.name = absl::StrCat("f", f);
    task.finally = true;
  }
  return run;
}

// What the wait sets have to be, the obvious way: whatever must have ended
// before, without what follows from the rest.
void ExpectMinimalAndSufficient(const ResolvedRun& run, const Graph& graph) {
  WaitSets waits(run);
  EXPECT_GE(MostWaits(run), static_cast<int64_t>(waits.graph().edge_count()));
  const auto reach = ReachabilityOf(graph);
  const auto runs = [&](TaskIndex t) {
    return run.tasks[t].runs != ResolvedTask::Runs::kNever;
  };
  const TaskIndex n = static_cast<TaskIndex>(run.tasks.size());
  const auto before = [&](TaskIndex a, TaskIndex b) {
    if (!runs(a) || !runs(b) || run.tasks[a].finally) return false;
    return run.tasks[b].finally || reach[a][b];
  };
  for (TaskIndex b = 0; b < n; ++b) {
    std::vector<TaskIndex> expected;
    for (TaskIndex a = 0; a < n; ++a) {
      bool implied = false;
      for (TaskIndex c = 0; c < n; ++c) {
        implied |= before(a, c) && before(c, b);
      }
      if (before(a, b) && !implied) expected.push_back(a);
      EXPECT_EQ(waits.IsBefore(a, b), before(a, b)) << a << " " << b;
    }
    const std::vector<TaskIndex> of(waits.Of(b).begin(), waits.Of(b).end());
    EXPECT_EQ(of, expected) << "of " << b;
    for (const TaskIndex a : of) {
      EXPECT_LT(waits.position(a), waits.position(b));
    }
  }
}

TEST(WaitSetsTest, MinimalAndSufficientForEverySmallRun) {
  for (Vertex n = 1; n <= 4; ++n) {
    for (uint32_t mask = 0; mask < 1u << n; ++mask) {
      std::vector<bool> never(n);
      for (Vertex v = 0; v < n; ++v) never[v] = mask >> v & 1;
      ForEveryDag(n, [&](const Graph& graph) {
        ExpectMinimalAndSufficient(RunOf(graph, never, 1), graph);
      });
    }
  }
}

TEST(WaitSetsTest, MinimalAndSufficientForRandomRuns) {
  constexpr int kSeed = 7;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 100; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", run ", i));
    const Vertex n = 3 + i % 20;
    const Graph graph = RandomDag(n, 0.25, random);
    std::vector<bool> never(n);
    for (Vertex v = 0; v < n; ++v) never[v] = random() % 4 == 0;
    ExpectMinimalAndSufficient(RunOf(graph, never, i % 3), graph);
  }
}

struct WaitCase {
  const char* name;
  const char* tasks;
  const char* waits;
};

constexpr WaitCase kCases[] = {
    {"Chain", "a b<a c<b", "b<a c<b"},
    {"ImpliedIsLeftOut", "a b<a c<a,b", "b<a c<b"},
    {"Diamond", "a b<a c<a d<b,c", "b<a c<a d<b,c"},
    {"FinallyWaitsForTheLastOnes", "a b<a c<a d f! g!",
     "b<a c<a f<b,c,d g<b,c,d"},
    {"FinallyAlone", "a f!", "f<a"},
};

TEST(WaitSetsTest, Cases) {
  for (const WaitCase& c : kCases) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(PipelineOf(c.tasks));
    EXPECT_TRUE(planned.errors.empty());
    EXPECT_EQ(WaitsOf(planned.plan), c.waits);
  }
}

TEST(WaitSetsTest, OrderHasTheLongestChainFirst) {
  const WaitSets waits(ResolveYaml(PipelineOf("short long1 long2<long1")));
  EXPECT_EQ(waits.order(), (std::vector<TaskIndex>{1, 0, 2}));
}

}  // namespace
}  // namespace colocation
