#include "colocation/plan/container_order.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// "0.s0" is step 0 of unit 0, "0.d0" its sidecar 0.
struct OrderCase {
  const char* name;
  // By unit: its task, steps and sidecars.
  std::vector<std::vector<int>> units;
  int tasks;
  std::vector<Edge> edges;
  const char* order;
};

class OrderContainersTest : public ::testing::TestWithParam<OrderCase> {};

TEST_P(OrderContainersTest, Is) {
  std::vector<PlacedUnit> units;
  std::vector<int> task_of_unit;
  for (const std::vector<int>& counts : GetParam().units) {
    task_of_unit.push_back(counts[0]);
    PlacedUnit& unit = units.emplace_back();
    unit.steps.resize(counts[1]);
    unit.sidecars.resize(counts[2]);
  }
  std::vector<std::string> order;
  for (const ContainerPlace& place : OrderContainers(
           units, task_of_unit, Graph(GetParam().tasks, GetParam().edges))) {
    order.push_back(
        absl::StrCat(place.unit, place.sidecar ? ".d" : ".s", place.index));
  }
  EXPECT_EQ(absl::StrJoin(order, " "), GetParam().order);
}

INSTANTIATE_TEST_SUITE_P(
    , OrderContainersTest,
    ::testing::ValuesIn(std::vector<OrderCase>{
        {"StepsOneAfterTheOther", {{0, 3, 0}}, 1, {}, "0.s0 0.s1 0.s2"},
        {"SidecarsBeforeTheFirstStep",
         {{0, 2, 2}},
         1,
         {},
         "0.d0 0.d1 0.s0 0.s1"},
        {"TasksAfterWhatTheyWaitFor",
         {{0, 1, 0}, {1, 1, 0}},
         2,
         {{1, 0}},
         "1.s0 0.s0"},
        {"OfTwoThatCouldBeFirstTheOneWithTheLongerChain",
         {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}},
         3,
         {{1, 2}},
         "1.s0 0.s0 2.s0"},
        {"AllUnitsOfAMatrixBeforeWhatComesAfterIt",
         {{0, 1, 0}, {0, 1, 0}, {1, 1, 0}},
         2,
         {{0, 1}},
         "0.s0 1.s0 2.s0"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation
