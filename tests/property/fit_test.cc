// Plans with waits that make Pods fit: every interleaving goes as Tekton has
// it, and never needs more than there is; the checker accepts them; and a run
// is only refused where a single unit is too large.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/check/check.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "gtest/gtest.h"
#include "tests/property/plan_explorer.h"
#include "tests/property/random_run.h"

namespace colocation {
namespace {

constexpr uint32_t kFirstSeed = 20261130;

struct FittedRun {
  RandomRun run;
  std::string yaml;
  int milli_cpu = 0;  // of the node; 0: no node is known
  v1::PlanRequest request;
};

FittedRun MakeFittedRun(uint32_t seed, int most_tasks) {
  std::mt19937 random(seed);
  FittedRun fitted;
  fitted.run = MakeRandomRun(&random, most_tasks);
  // More that has to be together than usual.
  for (RandomTask& task : fitted.run.tasks) {
    task.other_account = false;
    if (!task.custom && random() % 2 == 0) task.workspaces |= 1;
  }
  fitted.yaml = ToYaml(fitted.run);
  v1::PlanOptions* options = fitted.request.mutable_options();
  options->set_controlled(true);
  if (random() % 3 == 0) options->set_policy(v1::POLICY_PIPELINERUN);
  if (random() % 2 == 0) {
    options->mutable_fit()->set_tasks(1 + static_cast<int>(random() % 3));
  }
  if (random() % 4 != 0) {
    fitted.milli_cpu = 300 + 100 * static_cast<int>(random() % 8);
    v1::Node* node = fitted.request.mutable_cluster()->add_nodes();
    node->mutable_metadata()->set_name("n");
    (*node->mutable_status()->mutable_allocatable())["cpu"] =
        absl::StrCat(fitted.milli_cpu, "m");
  }
  return fitted;
}

bool OneIsTooLarge(const FittedRun& fitted) {
  return std::any_of(
      fitted.run.tasks.begin(), fitted.run.tasks.end(),
      [&](const RandomTask& task) {
        return std::any_of(
            task.milli_cpu.begin(), task.milli_cpu.end(),
            [&](int milli_cpu) { return milli_cpu > fitted.milli_cpu; });
      });
}

// Calls `test` with each plan in which units are delayed.
template <typename Test>
void ForEachFittedPlan(int runs, int most_tasks, Test test) {
  int planned = 0, delayed = 0;
  for (int i = 0; i < runs; ++i) {
    const uint32_t seed = kFirstSeed + static_cast<uint32_t>(i);
    const FittedRun fitted = MakeFittedRun(seed, most_tasks);
    const Planned plan = PlanYaml(fitted.yaml, fitted.request);
    for (const std::string& error : plan.errors) {
      if (absl::StartsWith(error, "not-shared at ")) continue;
      ASSERT_TRUE(absl::StartsWith(error, "node-too-small at ") &&
                  OneIsTooLarge(fitted))
          << "seed " << seed << ": " << error << "\n"
          << fitted.yaml;
    }
    if (!plan.errors.empty()) continue;
    ++planned;
    const bool any = std::any_of(
        plan.plan.pods().begin(), plan.plan.pods().end(),
        [](const v1::PlannedPod& pod) { return pod.fit_size() > 0; });
    if (!any) continue;
    ++delayed;
    test(fitted, plan.plan);
    if (testing::Test::HasFailure()) {
      FAIL() << "seed " << seed << "\n" << fitted.yaml;
    }
  }
  std::cout << planned << " plans, in " << delayed << " units are delayed\n";
  EXPECT_GT(delayed * 5, planned);
}

TEST(FitProperties, EveryInterleavingGoesAsTektonHasItAndFits) {
  int cut = 0, explored = 0;
  ForEachFittedPlan(
      600, 6, [&](const FittedRun& fitted, const v1::ColocationPlan& plan) {
        for (const bool late_news : {false, true}) {
          if (late_news && plan.pods_size() > 3) continue;
          const Exploration e =
              ExplorePlan(plan, fitted.run, late_news, 20'000);
          ++explored;
          cut += e.cut;
          ASSERT_EQ(e.fault, "");
        }
      });
  EXPECT_LT(cut * 10, explored);
}

TEST(FitProperties, CheckerAcceptsThem) {
  ForEachFittedPlan(
      600, 9, [](const FittedRun&, const v1::ColocationPlan& plan) {
        const v1::Diagnostics faults = CheckPlan(plan);
        EXPECT_EQ(faults.diagnostics_size(), 0) << faults.ShortDebugString();
      });
}

// With the waits left out, nothing else of the plan is different but what the
// Pods ask for.
TEST(FitProperties, WaitSetsAndDependenciesAreThoseOfThePlanWithoutLimits) {
  ForEachFittedPlan(
      300, 9, [](const FittedRun& fitted, const v1::ColocationPlan& plan) {
        v1::PlanRequest free;
        *free.mutable_options() = fitted.request.options();
        free.mutable_options()->clear_fit();
        const v1::ColocationPlan other = PlanYaml(fitted.yaml, free).plan;
        EXPECT_EQ(WaitsOf(plan), WaitsOf(other));
        ASSERT_EQ(plan.dependencies_size(), other.dependencies_size());
        for (int d = 0; d < plan.dependencies_size(); ++d) {
          EXPECT_EQ(plan.dependencies(d).from(), other.dependencies(d).from());
          EXPECT_EQ(plan.dependencies(d).to(), other.dependencies(d).to());
          EXPECT_EQ(plan.dependencies(d).means(),
                    other.dependencies(d).means());
        }
      });
}

}  // namespace
}  // namespace colocation
