#include "colocation/plan/names.h"

#include <set>
#include <string>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

ResolvedTask Task(const std::string& name, int units = 1) {
  ResolvedTask task;
  task.name = name;
  task.matrixed = units > 1;
  for (int u = 0; u < units; ++u) {
    ResolvedUnit& unit = task.units.emplace_back();
    unit.name = units == 1 ? name : name + "-" + std::to_string(u);
    unit.spec.add_steps()->set_name("s");
  }
  return task;
}

Group GroupWith(std::vector<TaskIndex> tasks) {
  Group group;
  group.tasks = std::move(tasks);
  return group;
}

TEST(UniqueLabelsTest, TheTextItselfWhereItCanBe) {
  UniqueLabels labels;
  EXPECT_EQ(labels.Add("build-step-s"), "build-step-s");
}

TEST(UniqueLabelsTest, EachIsALabelThatNobodyHasYet) {
  UniqueLabels labels;
  std::set<std::string> seen;
  const std::string longest(63, 'a');
  for (const std::string& text :
       {longest, longest, longest, longest + "a", std::string("x_y"),
        std::string("X.Y"), std::string("x-y")}) {
    const std::string label = labels.Add(text);
    EXPECT_TRUE(seen.insert(label).second) << label;
    EXPECT_LE(label.size(), 63u);
    EXPECT_THAT(label, MatchesRegex("[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
  }
}

TEST(PodNamesTest, TheOnlyOneHasTheRunsName) {
  ResolvedRun run;
  run.identity.set_name("run");
  run.tasks = {Task("a"), Task("b")};
  Grouping grouping;
  grouping.groups = {GroupWith({0, 1})};
  EXPECT_THAT(PodNames(run, grouping), ElementsAre("run-pod"));
}

TEST(PodNamesTest, OfSeveralEachHasItsFirstTask) {
  ResolvedRun run;
  run.identity.set_name("run");
  run.tasks = {Task("a"), Task("b"), Task("c")};
  Grouping grouping;
  grouping.groups = {GroupWith({0, 2}), GroupWith({1})};
  EXPECT_THAT(PodNames(run, grouping), ElementsAre("run-a-pod", "run-b-pod"));
}

// The unit a-1 of a matrix, and a task a-1.
TEST(UnitNamesTest, AUnitOfAMatrixGivesWayToATaskOfItsName) {
  ResolvedRun run;
  run.tasks = {Task("a", 2), Task("a-1")};
  const auto names = UnitNames(run);
  EXPECT_EQ(names[0][0], "a-0");
  EXPECT_THAT(names[0][1], MatchesRegex("a-1-[0-9a-z]+"));
  EXPECT_EQ(names[1][0], "a-1");
}

TEST(PlaceUnitsTest, ContainersAreNamedAfterTheirUnits) {
  ResolvedRun run;
  run.tasks = {Task("a", 2), Task("b")};
  run.tasks[1].units[0].spec.add_sidecars()->set_name("d");
  std::vector<std::string> names;
  for (const PlacedUnit& unit :
       PlaceUnits(run, GroupWith({0, 1}), UnitNames(run))) {
    names.push_back(unit.name);
    names.insert(names.end(), unit.steps.begin(), unit.steps.end());
    names.insert(names.end(), unit.sidecars.begin(), unit.sidecars.end());
  }
  EXPECT_EQ(absl::StrJoin(names, " "),
            "a-0 a-0-step-s a-1 a-1-step-s b b-step-s b-sidecar-d");
}

}  // namespace
}  // namespace colocation
