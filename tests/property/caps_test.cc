// Plans that had to be split: every interleaving still goes as Tekton has it,
// the checker accepts them, and no other split cuts less.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/decode/encode.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/render/pod.h"
#include "gtest/gtest.h"
#include "tests/property/plan_explorer.h"
#include "tests/property/random_run.h"

namespace colocation {
namespace {

constexpr uint32_t kFirstSeed = 20261125;

struct CappedRun {
  RandomRun run;
  std::string yaml;
  int containers = 0;  // a Pod may have
  v1::PlanRequest request;
};

CappedRun MakeCappedRun(uint32_t seed, int most_tasks) {
  std::mt19937 random(seed);
  CappedRun capped;
  capped.run = MakeRandomRun(&random, most_tasks);
  capped.yaml = ToYaml(capped.run);
  capped.request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  capped.request.mutable_options()->set_controlled(true);
  // These are about splits; waits are fit_test.cc's.
  capped.request.mutable_options()->mutable_fit()->set_off(true);
  capped.containers = 1 + static_cast<int>(random() % 6);
  capped.request.mutable_options()->mutable_limits()->set_pod_containers(
      capped.containers);
  return capped;
}

bool IsRefusalByCaps(const std::string& error) {
  return absl::StartsWith(error, "limit-pod-containers at ") ||
         absl::StartsWith(error, "node-too-small at ") ||
         absl::StartsWith(error, "service-account-conflict at ");
}

// Calls `test` with each that is planned.
template <typename Test>
void ForEachCappedPlan(int runs, int most_tasks, bool nodes, Test test) {
  int planned = 0, split = 0;
  for (int i = 0; i < runs; ++i) {
    const uint32_t seed = kFirstSeed + static_cast<uint32_t>(i);
    CappedRun capped = MakeCappedRun(seed, most_tasks);
    if (nodes && i % 2 == 0) {
      capped.request.mutable_options()->clear_limits();
      v1::Node* node = capped.request.mutable_cluster()->add_nodes();
      node->mutable_metadata()->set_name("n");
      (*node->mutable_status()->mutable_allocatable())["cpu"] =
          absl::StrCat(400 + 100 * (i % 7), "m");
    }
    const Planned plan = PlanYaml(capped.yaml, capped.request);
    if (!plan.errors.empty()) {
      for (const std::string& error : plan.errors) {
        ASSERT_TRUE(IsRefusalByCaps(error)) << "seed " << seed << ": " << error;
      }
      continue;
    }
    ++planned;
    for (const v1::Decision& decision : plan.plan.decisions()) {
      if (!decision.has_cut()) continue;
      ++split;
      break;
    }
    test(capped, plan.plan);
    if (testing::Test::HasFailure()) {
      FAIL() << "seed " << seed << ", " << capped.containers << " containers\n"
             << capped.yaml;
    }
  }
  std::cout << planned << " plans, " << split << " of them split\n";
  EXPECT_GT(split * 5, planned);
}

TEST(CapProperties, EveryInterleavingOfASplitPlanGoesAsTektonHasIt) {
  int cut = 0, explored = 0;
  ForEachCappedPlan(
      600, 6, true,
      [&](const CappedRun& capped, const v1::ColocationPlan& plan) {
        for (const bool late_news : {false, true}) {
          if (late_news && plan.pods_size() > 3) continue;
          const Exploration e =
              ExplorePlan(plan, capped.run, late_news, 20'000);
          ++explored;
          cut += e.cut;
          ASSERT_EQ(e.fault, "");
        }
      });
  EXPECT_LT(cut * 10, explored);
}

TEST(CapProperties, CheckerAcceptsSplitPlans) {
  ForEachCappedPlan(
      500, 9, true, [](const CappedRun&, const v1::ColocationPlan& plan) {
        const v1::Diagnostics faults = CheckPlan(plan);
        EXPECT_EQ(faults.diagnostics_size(), 0) << faults.ShortDebugString();
      });
}

// Results and waits that a partition cuts, then its Pods.
using Cost = std::array<int, 3>;

// The tasks that share something, as it counts: each once for each other Pod.
struct Shared {
  std::vector<std::set<int>> results;
  std::vector<std::pair<int, int>> waits;
};

Cost CostOf(const Shared& shared, const std::vector<int>& pod_of) {
  Cost cost{};
  const auto pods = [&](const std::set<int>& tasks) {
    std::set<int> of;
    for (const int task : tasks) of.insert(pod_of[task]);
    return of;
  };
  for (const std::set<int>& users : shared.results) {
    cost[0] += static_cast<int>(pods(users).size()) - 1;
  }
  for (const auto& [a, b] : shared.waits) cost[1] += pod_of[a] != pod_of[b];
  std::set<int> all;
  for (const int pod : pod_of) {
    if (pod >= 0) all.insert(pod);
  }
  cost[2] = static_cast<int>(all.size());
  return cost;
}

class BruteForce {
 public:
  BruteForce(const CappedRun& capped, const v1::ColocationPlan& plan)
      : run_(capped.run), most_(capped.containers) {
    const int n = static_cast<int>(run_.tasks.size());
    placed_.resize(n);
    for (int i = 0; i < n; ++i) {
      placed_[i] = plan.tasks(i).placement() == v1::PLACEMENT_POD;
      index_[run_.tasks[i].name] = i;
    }
    for (int i = 0; i < n; ++i) {
      if (!placed_[i]) continue;
      for (const std::string& name : plan.tasks(i).wait_for()) {
        if (placed_[index_.at(name)]) {
          shared_.waits.push_back({index_.at(name), i});
        }
      }
    }
    for (int from = 0; from < n; ++from) {
      if (!placed_[from]) continue;
      std::set<int> users = {from};
      for (int i = 0; i < n; ++i) {
        if (!placed_[i]) continue;
        const RandomTask& task = run_.tasks[i];
        if (std::count(task.params.begin(), task.params.end(), from) > 0) {
          users.insert(i);
        }
        for (const RandomWhen& when : task.when) {
          if (when.task == from && !when.status) users.insert(i);
        }
      }
      if (users.size() > 1) shared_.results.push_back(users);
    }
  }

  // The least cost of all ways to put the tasks into Pods.
  Cost Least() {
    pod_of_.assign(run_.tasks.size(), -1);
    least_.fill(1'000'000);
    Place(0, 0);
    return least_;
  }

  Cost Of(const v1::ColocationPlan& plan) const {
    std::map<std::string, int> pods;
    std::vector<int> pod_of(run_.tasks.size(), -1);
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      const std::string& pod = plan.tasks(static_cast<int>(i)).pod();
      if (pod.empty()) continue;
      pod_of[i] =
          pods.emplace(pod, static_cast<int>(pods.size())).first->second;
    }
    return CostOf(shared_, pod_of);
  }

 private:
  int Containers(int task) const {
    return run_.tasks[task].units *
           static_cast<int>(run_.tasks[task].milli_cpu.size());
  }

  bool MayBeIn(int task, int pod) const {
    int containers = Containers(task);
    bool alone = true;
    for (int other = 0; other < task; ++other) {
      if (pod_of_[other] != pod) continue;
      alone = false;
      containers += Containers(other);
      if (run_.tasks[other].other_account != run_.tasks[task].other_account) {
        return false;
      }
    }
    return alone || containers <= most_;
  }

  void Place(size_t task, int pods) {
    if (task == run_.tasks.size()) {
      // Tasks that share an emptyDir are together.
      for (size_t a = 0; a < task; ++a) {
        for (size_t b = 0; b < a; ++b) {
          if (placed_[a] && placed_[b] && pod_of_[a] != pod_of_[b] &&
              (run_.tasks[a].workspaces & run_.tasks[b].workspaces) != 0) {
            return;
          }
        }
      }
      least_ = std::min(least_, CostOf(shared_, pod_of_));
      return;
    }
    if (!placed_[task]) return Place(task + 1, pods);
    for (int pod = 0; pod <= pods; ++pod) {
      if (!MayBeIn(static_cast<int>(task), pod)) continue;
      pod_of_[task] = pod;
      Place(task + 1, std::max(pods, pod + 1));
      pod_of_[task] = -1;
    }
  }

  const RandomRun& run_;
  const int most_;
  std::vector<bool> placed_;
  std::map<std::string, int> index_;
  Shared shared_;
  std::vector<int> pod_of_;
  Cost least_;
};

TEST(CapProperties, NoOtherSplitCutsLess) {
  ForEachCappedPlan(
      500, 8, false,
      [](const CappedRun& capped, const v1::ColocationPlan& plan) {
        BruteForce brute(capped, plan);
        EXPECT_EQ(brute.Of(plan), brute.Least());
      });
}

int64_t LargestManifest(const v1::ColocationPlan& plan) {
  size_t largest = 0;
  for (const v1::PlannedPod& pod : plan.pods()) {
    largest = std::max(largest, ToJson(RenderPod(plan, pod)).size());
  }
  return static_cast<int64_t>(largest);
}

// How large a manifest becomes is estimated: never too small, and at most four
// times too large.
void ExpectGoodEstimate(const std::string& yaml) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->mutable_limits()->set_pod_bytes(100'000'000);
  const v1::ColocationPlan whole = PlanYaml(yaml, request).plan;
  const int64_t size = LargestManifest(whole);
  request.mutable_options()->mutable_limits()->set_pod_bytes(size - 1);
  const v1::ColocationPlan split = PlanYaml(yaml, request).plan;
  EXPECT_NE(GroupsOf(split), GroupsOf(whole)) << size << " bytes";
  request.mutable_options()->mutable_limits()->set_pod_bytes(4 * size);
  EXPECT_EQ(GroupsOf(PlanYaml(yaml, request).plan), GroupsOf(whole))
      << size << " bytes";
}

TEST(CapProperties, ManifestsAreEstimatedFromAboveAndNotFarOff) {
  int tried = 0;
  for (uint32_t seed = kFirstSeed; seed < kFirstSeed + 200; ++seed) {
    std::mt19937 random(seed);
    RandomRun run = MakeRandomRun(&random, 9);
    for (RandomTask& task : run.tasks) {
      task.workspaces = 0;
      task.other_account = false;
    }
    const std::string yaml = ToYaml(run);
    v1::PlanRequest request;
    request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
    const Planned plan = PlanYaml(yaml, request);
    if (plan.plan.pods_size() != 1 || plan.plan.pods(0).tasks_size() < 2) {
      continue;
    }
    ++tried;
    SCOPED_TRACE(yaml);
    ExpectGoodEstimate(yaml);
  }
  EXPECT_GT(tried, 100);
}

}  // namespace
}  // namespace colocation
