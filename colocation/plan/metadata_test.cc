#include "colocation/plan/metadata.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using Entries = std::map<std::string, std::string>;

// The Pod's labels and annotations, "k=v ...", and the decision's subject.
std::string MetadataOf(const std::vector<std::pair<Entries, Entries>>& tasks,
                       const std::string& managed_by = "") {
  ResolvedRun run;
  Group group;
  for (const auto& [labels, annotations] : tasks) {
    group.tasks.push_back(static_cast<TaskIndex>(run.tasks.size()));
    ResolvedTask& task = run.tasks.emplace_back();
    task.name = absl::StrCat("t", group.tasks.back());
    task.labels = labels;
    task.annotations = annotations;
    task.units.emplace_back().task_run = absl::StrCat("run-", task.name);
  }
  std::vector<PlacedUnit> units;
  for (const TaskIndex task : group.tasks) {
    PlacedUnit& unit = units.emplace_back();
    unit.task = task;
    unit.unit = &run.tasks[task].units[0];
  }
  v1::PlannedPod pod;
  Decisions decisions(run);
  SetMetadata(run, group, units, managed_by, &pod, &decisions);
  std::string text;
  for (const auto* entries : {&pod.labels(), &pod.annotations()}) {
    for (const auto& [key, value] : Entries(entries->begin(), entries->end())) {
      absl::StrAppend(&text, key, "=", value, " ");
    }
    absl::StrAppend(&text, "| ");
  }
  for (const v1::Decision& decision : decisions.Take()) {
    absl::StrAppend(&text, decision.code());
  }
  return text;
}

TEST(MetadataTest, WhatAllAgreeOnIsThePods) {
  EXPECT_EQ(MetadataOf({{{{"a", "1"}}, {{"x", "1"}}},
                        {{{"a", "1"}, {"b", "2"}}, {{"y", "2"}}}}),
            "a=1 app.kubernetes.io/managed-by=colocation b=2 "
            "tekton.dev/memberOf=tasks | x=1 y=2 | ");
}

TEST(MetadataTest, WhatDiffersIsLeftOutAndSaid) {
  EXPECT_EQ(MetadataOf({{{{"a", "1"}, {"b", "2"}}, {}},
                        {{{"a", "2"}}, {}},
                        {{{"a", "1"}}, {}}}),
            "app.kubernetes.io/managed-by=colocation b=2 "
            "tekton.dev/memberOf=tasks | | metadata-differs");
}

TEST(MetadataTest, AnOnlyTaskIsNamedAsTektonDoes) {
  EXPECT_EQ(MetadataOf({{{}, {}}}),
            "app.kubernetes.io/managed-by=tekton-pipelines "
            "tekton.dev/memberOf=tasks tekton.dev/pipelineTask=t0 "
            "tekton.dev/taskRun=run-t0 | | ");
}

TEST(MetadataTest, TheInstallationSaysWhoManages) {
  EXPECT_EQ(MetadataOf({{{}, {}}, {{}, {}}}, "ci"),
            "app.kubernetes.io/managed-by=ci tekton.dev/memberOf=tasks | | ");
}

TEST(MetadataTest, ThePodIsNotWhatWasApplied) {
  EXPECT_EQ(
      MetadataOf(
          {{{}, {{"kubectl.kubernetes.io/last-applied-configuration", "x"}}},
           {{}, {}}}),
      "app.kubernetes.io/managed-by=colocation tekton.dev/memberOf=tasks | | ");
}

}  // namespace
}  // namespace colocation
