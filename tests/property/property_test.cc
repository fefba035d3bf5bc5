// Properties of plans, on thousands of small random runs.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/check/check.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"
#include "tests/property/plan_explorer.h"
#include "tests/property/random_run.h"
#include "tests/property/tekton_rules.h"

namespace colocation {
namespace {

constexpr v1::Policy kPolicies[] = {
    v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN, v1::POLICY_ISOLATED};

// The first seed; COLOCATION_SEED and COLOCATION_RUNS look elsewhere and
// longer.
uint32_t Setting(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr
             ? otherwise
             : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

Planned PlanOf(const std::string& yaml, v1::Policy policy) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  return PlanYaml(yaml, request);
}

// Calls `test` with each plan of `runs` random runs under each policy. A run
// that can't be planned under a policy, as tasks that have to share a Pod
// can't, is passed over there; `*refused` counts them.
template <typename Test>
void ForEachPlan(uint32_t runs, int most_tasks, int* planned, int* refused,
                 Test test) {
  const uint32_t first = Setting("COLOCATION_SEED", 20261124);
  runs = Setting("COLOCATION_RUNS", runs);
  for (uint32_t seed = first; seed < first + runs; ++seed) {
    std::mt19937 random(seed);
    const RandomRun run =
        MakeRandomRun(&random, 2 + static_cast<int>(seed % (most_tasks - 1)));
    const std::string yaml = ToYaml(run);
    for (const v1::Policy policy : kPolicies) {
      const Planned plan = PlanOf(yaml, policy);
      if (!plan.errors.empty()) {
        ++*refused;
        for (const std::string& error : plan.errors) {
          ASSERT_TRUE(error.find("service-account-conflict") != error.npos)
              << "seed " << seed << ": " << error << "\n"
              << yaml;
        }
        continue;
      }
      ++*planned;
      test(run, plan.plan, policy);
      if (testing::Test::HasFailure()) {
        FAIL() << "seed " << seed << ", " << v1::Policy_Name(policy) << "\n"
               << yaml;
      }
    }
  }
}

// before[i][j]: the end of i is seen before j starts.
using Order = std::vector<std::vector<bool>>;

Order Closure(Order order) {
  const size_t n = order.size();
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        if (order[i][k] && order[k][j]) order[i][j] = true;
      }
    }
  }
  return order;
}

Order WaitOrderOf(const v1::ColocationPlan& plan) {
  std::map<std::string, int> index;
  for (const auto& task : plan.tasks()) {
    index.emplace(task.name(), static_cast<int>(index.size()));
  }
  Order order(index.size(), std::vector<bool>(index.size()));
  for (const auto& task : plan.tasks()) {
    for (const std::string& before : task.wait_for()) {
      order[index.at(before)][index.at(task.name())] = true;
    }
  }
  return order;
}

// What has to come before what, by the run alone.
Order NeededOrder(const RandomRun& run, const v1::ColocationPlan& plan) {
  const TektonRules rules(run);
  const size_t n = run.tasks.size();
  Order order(n, std::vector<bool>(n));
  for (size_t j = 0; j < n; ++j) {
    for (const int i : rules.parents(static_cast<int>(j))) order[i][j] = true;
    if (!run.tasks[j].finally) continue;
    for (size_t i = 0; i < n; ++i) order[i][j] = !run.tasks[i].finally;
  }
  order = Closure(order);
  for (size_t i = 0; i < n; ++i) {
    if (plan.tasks(static_cast<int>(i)).placement() != v1::PLACEMENT_SKIPPED) {
      continue;
    }
    // Nothing waits for what never runs.
    for (size_t j = 0; j < n; ++j) order[i][j] = order[j][i] = false;
  }
  return order;
}

TEST(PlanProperties, EveryInterleavingGoesAsTektonHasIt) {
  int planned = 0, refused = 0, cut = 0;
  int64_t states = 0, ends = 0;
  ForEachPlan(
      1000, 6, &planned, &refused,
      [&](const RandomRun& run, const v1::ColocationPlan& plan, v1::Policy) {
        for (const bool late_news : {false, true}) {
          if (late_news && plan.pods_size() + (run.tasks.size() > 5) > 3) {
            continue;
          }
          const Exploration e = ExplorePlan(plan, run, late_news, 20'000);
          states += e.states;
          ends += e.ends;
          cut += e.cut;
          ASSERT_EQ(e.fault, "");
        }
      });
  std::cout << planned << " plans (" << refused << " refused), " << states
            << " states, " << ends << " ends, " << cut << " cut short\n";
  EXPECT_GT(planned, refused);
  EXPECT_LT(cut * 20, planned);
}

TEST(PlanProperties, CheckerAccepts) {
  int planned = 0, refused = 0;
  ForEachPlan(500, 9, &planned, &refused,
              [](const RandomRun&, const v1::ColocationPlan& plan, v1::Policy) {
                const v1::Diagnostics faults = CheckPlan(plan);
                EXPECT_EQ(faults.diagnostics_size(), 0)
                    << faults.ShortDebugString();
              });
  std::cout << planned << " plans, " << refused << " refused\n";
}

TEST(PlanProperties, WaitSetsAreEnoughAndMinimal) {
  int planned = 0, refused = 0;
  ForEachPlan(
      400, 9, &planned, &refused,
      [](const RandomRun& run, const v1::ColocationPlan& plan, v1::Policy) {
        const Order waits = WaitOrderOf(plan);
        EXPECT_EQ(Closure(waits), NeededOrder(run, plan));
        for (size_t i = 0; i < waits.size(); ++i) {
          for (size_t j = 0; j < waits.size(); ++j) {
            if (!waits[i][j]) continue;
            Order less = waits;
            less[i][j] = false;
            EXPECT_FALSE(Closure(less)[i][j])
                << plan.tasks(static_cast<int>(j)).name() << " < "
                << plan.tasks(static_cast<int>(i)).name();
          }
        }
      });
}

TEST(PlanProperties, PeakIsThatOfTheHeaviestSetThatCanRunAtOnce) {
  int planned = 0, refused = 0, pods = 0;
  ForEachPlan(
      400, 9, &planned, &refused,
      [&](const RandomRun& run, const v1::ColocationPlan& plan, v1::Policy) {
        const Order order = Closure(WaitOrderOf(plan));
        for (const v1::PlannedPod& pod : plan.pods()) {
          // (task, what one of its units needs)
          std::vector<std::pair<int, int>> units;
          for (size_t i = 0; i < run.tasks.size(); ++i) {
            const RandomTask& task = run.tasks[i];
            if (plan.tasks(static_cast<int>(i)).pod() != pod.name()) continue;
            for (int u = 0; u < task.units; ++u) {
              units.emplace_back(i, *std::max_element(task.milli_cpu.begin(),
                                                      task.milli_cpu.end()));
            }
          }
          int heaviest = 0;
          for (uint32_t set = 0; set < 1u << units.size(); ++set) {
            int weight = 0;
            bool at_once = true;
            for (size_t a = 0; a < units.size() && at_once; ++a) {
              if (!(set >> a & 1)) continue;
              weight += units[a].second;
              for (size_t b = 0; b < units.size(); ++b) {
                at_once &=
                    !(set >> b & 1) || !order[units[a].first][units[b].first];
              }
            }
            if (at_once) heaviest = std::max(heaviest, weight);
          }
          std::string peak = "0";
          for (const v1::ResourceUse& use : pod.resources()) {
            if (use.resource() == "cpu") peak = use.peak();
          }
          EXPECT_EQ(peak, heaviest % 1000 == 0 ? absl::StrCat(heaviest / 1000)
                                               : absl::StrCat(heaviest, "m"));
          ++pods;
        }
      });
  std::cout << pods << " Pods\n";
}

TEST(PlanProperties, SameInputSameBytes) {
  int planned = 0, refused = 0;
  const auto bytes = [](const v1::ColocationPlan& plan) {
    std::string text;
    google::protobuf::io::StringOutputStream stream(&text);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    plan.SerializeToCodedStream(&coded);
    coded.Trim();
    return text;
  };
  ForEachPlan(100, 9, &planned, &refused,
              [&](const RandomRun& run, const v1::ColocationPlan& plan,
                  v1::Policy policy) {
                EXPECT_EQ(bytes(PlanOf(ToYaml(run), policy).plan), bytes(plan));
              });
}

// The structure without names: Pods as sets of tasks, waits, by the numbers
// that the tasks have in `run`.
std::string StructureOf(const v1::ColocationPlan& plan, const RandomRun& run) {
  std::map<std::string, int> number;
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    number[run.tasks[i].name] = static_cast<int>(i);
  }
  std::set<std::set<int>> pods;
  for (const v1::PlannedPod& pod : plan.pods()) {
    std::set<int> members;
    for (const std::string& name : pod.tasks()) members.insert(number.at(name));
    pods.insert(members);
  }
  std::set<std::pair<int, int>> waits;
  for (const v1::PlannedTask& task : plan.tasks()) {
    for (const std::string& before : task.wait_for()) {
      waits.insert({number.at(task.name()), number.at(before)});
    }
  }
  std::string text;
  for (const std::set<int>& pod : pods) {
    absl::StrAppend(&text, "{", absl::StrJoin(pod, " "), "} ");
  }
  for (const auto& [task, before] : waits) {
    absl::StrAppend(&text, task, "<", before, " ");
  }
  return text;
}

TEST(PlanProperties, RenamingTasksChangesNoStructure) {
  int planned = 0, refused = 0;
  ForEachPlan(
      200, 9, &planned, &refused,
      [](const RandomRun& run, const v1::ColocationPlan& plan,
         v1::Policy policy) {
        RandomRun renamed = run;
        for (size_t i = 0; i < run.tasks.size(); ++i) {
          // Another alphabetical order, another length.
          renamed.tasks[i].name = absl::StrCat("x", 7 * (i + 3) % 10, "-task");
        }
        const Planned other = PlanOf(ToYaml(renamed), policy);
        EXPECT_EQ(absl::StrJoin(other.errors, "\n"), "");
        EXPECT_EQ(StructureOf(other.plan, renamed), StructureOf(plan, run));
      });
}

TEST(PlanProperties, OrderInTheFileChangesNoStructure) {
  int planned = 0, refused = 0;
  std::mt19937 random(1);
  ForEachPlan(200, 9, &planned, &refused,
              [&](const RandomRun& run, const v1::ColocationPlan& plan,
                  v1::Policy policy) {
                std::vector<int> order(run.tasks.size());
                std::iota(order.begin(), order.end(), 0);
                const auto finally =
                    std::find_if(order.begin(), order.end(),
                                 [&](int i) { return run.tasks[i].finally; });
                std::shuffle(order.begin(), finally, random);
                std::shuffle(finally, order.end(), random);
                const Planned other = PlanOf(ToYaml(run, order), policy);
                EXPECT_EQ(absl::StrJoin(other.errors, "\n"), "");
                EXPECT_EQ(StructureOf(other.plan, run), StructureOf(plan, run));
              });
}

}  // namespace
}  // namespace colocation
