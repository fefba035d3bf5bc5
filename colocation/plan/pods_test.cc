#include "colocation/plan/pods.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/graph/every_graph_testing.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct World {
  ResolvedRun run;
  Grouping grouping;
};

// Tasks put into Pods as `pod_of` says; -1 for external ones.
World WorldOf(const Graph& graph, const std::vector<int32_t>& pod_of) {
  World world;
  const int32_t pods = *std::max_element(pod_of.begin(), pod_of.end()) + 1;
  world.grouping.groups.resize(std::max(0, pods));
  world.grouping.group_of = pod_of;
  for (Vertex v = 0; v < graph.size(); ++v) {
    ResolvedTask& task = world.run.tasks.emplace_back();
    task.name = absl::StrCat("t", v);
    if (pod_of[v] < 0) task.runs = ResolvedTask::Runs::kCustomRun;
    for (const Vertex before : graph.Predecessors(v)) {
      task.dependencies.push_back({before, v1::Dependency::ORDERING, {"p"}});
    }
    if (pod_of[v] >= 0) world.grouping.groups[pod_of[v]].tasks.push_back(v);
  }
  return world;
}

// Lets happen what can until nothing can any more. What can happen stays
// possible whatever else happens first, so that one order stands for all.
// Checks that each Pod is created no earlier than one of its tasks could start.
void ExpectAllEndsAndNothingIsCreatedEarly(const World& world) {
  WaitSets waits(world.run);
  const TaskIndex n = static_cast<TaskIndex>(world.run.tasks.size());
  const int32_t pods = static_cast<int32_t>(world.grouping.groups.size());
  std::vector<std::vector<std::vector<TaskIndex>>> starts;
  for (int32_t p = 0; p < pods; ++p) {
    starts.push_back(StartConditions(world.grouping, p, &waits));
  }
  std::vector<bool> ended(n), created(pods);
  const auto all_ended = [&](const auto& tasks) {
    return std::all_of(tasks.begin(), tasks.end(),
                       [&](TaskIndex t) { return ended[t]; });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (int32_t p = 0; p < pods; ++p) {
      const bool starts_now =
          std::any_of(starts[p].begin(), starts[p].end(), all_ended);
      const std::vector<TaskIndex>& tasks = world.grouping.groups[p].tasks;
      const bool useful =
          std::any_of(tasks.begin(), tasks.end(),
                      [&](TaskIndex t) { return all_ended(waits.Of(t)); });
      EXPECT_EQ(starts_now, useful && all_ended(world.grouping.groups[p].needs))
          << "Pod " << p;
      if (created[p] || !starts_now) continue;
      created[p] = changed = true;
    }
    for (TaskIndex t = 0; t < n; ++t) {
      const int32_t p = world.grouping.group_of[t];
      if (ended[t] || (p >= 0 && !created[p])) continue;
      if (!all_ended(waits.Of(t))) continue;
      ended[t] = changed = true;
      break;  // One at a time, so that Pods are looked at in between.
    }
  }
  for (TaskIndex t = 0; t < n; ++t) EXPECT_TRUE(ended[t]) << "t" << t;
}

TEST(PodsTest, EverySmallPlanEnds) {
  for (Vertex n = 1; n <= 4; ++n) {
    // Every way to put n tasks into at most two Pods, or outside.
    std::vector<int32_t> pod_of(n, -1);
    for (;;) {
      ForEveryDag(n, [&](const Graph& graph) {
        ExpectAllEndsAndNothingIsCreatedEarly(WorldOf(graph, pod_of));
      });
      Vertex at = 0;
      while (at < n && pod_of[at] == 1) pod_of[at++] = -1;
      if (at == n) break;
      ++pod_of[at];
    }
  }
}

TEST(PodsTest, RandomPlansEnd) {
  constexpr int kSeed = 5;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 500; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", plan ", i));
    const Vertex n = 2 + random() % 12;
    std::vector<int32_t> pod_of(n);
    for (int32_t& pod : pod_of) pod = static_cast<int32_t>(random() % 4) - 1;
    ExpectAllEndsAndNothingIsCreatedEarly(
        WorldOf(RandomDag(n, 0.3, random), pod_of));
  }
}

TEST(PodsTest, PodThatNeedsAResultIsCreatedAfterIt) {
  // t0 -> t2, t1; t2's Pod needs t1, too.
  World world = WorldOf(Graph(3, {{0, 2}}), {0, 1, 2});
  world.grouping.groups[2].needs = {1};
  WaitSets waits(world.run);
  EXPECT_EQ(StartConditions(world.grouping, 2, &waits),
            (std::vector<std::vector<TaskIndex>>{{0, 1}}));
}

std::string StartsOf(const v1::ColocationPlan& plan) {
  std::vector<std::string> starts;
  for (const v1::PlannedPod& pod : plan.pods()) {
    std::vector<std::string> sets;
    for (const v1::StartCondition& condition : pod.start_when()) {
      sets.push_back(
          absl::StrCat("[", absl::StrJoin(condition.tasks(), " "), "]"));
    }
    starts.push_back(absl::StrCat(pod.tasks(0), absl::StrJoin(sets, " or "),
                                  " gates ", absl::StrJoin(pod.gates(), " ")));
  }
  return absl::StrJoin(starts, "; ");
}

TEST(PodsTest, GroupsThatWaitForEachOther) {
  // a1 and a2 share an emptyDir, b is between them.
  const Planned planned = PlanYaml(R"(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  workspaces: [{name: w}]
  tasks:
  - name: a1
    workspaces: [{name: w}]
    taskSpec: {workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]}
  - name: b
    runAfter: [a1]
    taskSpec: {steps: [{name: s, image: i, command: [c]}]}
  - name: a2
    runAfter: [b]
    workspaces: [{name: w}]
    taskSpec: {workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]}
)");
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  EXPECT_EQ(GroupsOf(planned.plan), "{a1 a2} {b}");
  EXPECT_EQ(StartsOf(planned.plan), "a1[] gates b; b[a1] gates a1");
}

}  // namespace
}  // namespace colocation
