#include "colocation/plan/names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/names.h"

namespace colocation {

std::string UniqueLabels::Add(absl::string_view text) {
  std::string label = MakeDns1123Label(text);
  // A second one with the same text gets the hash of a longer text.
  for (std::string longer(text); !used_.insert(label).second;) {
    absl::StrAppend(&longer, "/");
    label = MakeDns1123Label(longer);
  }
  return label;
}

std::vector<std::string> PodNames(const ResolvedRun& run,
                                  const Grouping& grouping) {
  UniqueLabels labels;
  std::vector<std::string> names;
  const std::string& run_name = run.identity.name();
  for (const Group& group : grouping.groups) {
    names.push_back(labels.Add(
        grouping.groups.size() == 1
            ? absl::StrCat(run_name, "-pod")
            : absl::StrCat(run_name, "-", run.tasks[group.tasks.front()].name,
                           "-pod")));
  }
  return names;
}

std::vector<std::vector<std::string>> UnitNames(const ResolvedRun& run) {
  absl::flat_hash_set<std::string> used;
  for (const ResolvedTask& task : run.tasks) used.insert(task.name);
  std::vector<std::vector<std::string>> names(run.tasks.size());
  for (size_t i = 0; i < run.tasks.size(); ++i) {
    for (const ResolvedUnit& unit : run.tasks[i].units) {
      std::string name = unit.name;
      if (run.tasks[i].matrixed) {
        for (std::string longer = name; !used.insert(name).second;) {
          absl::StrAppend(&longer, "/");
          name = absl::StrCat(unit.name, "-", ShortHash(longer));
        }
      }
      names[i].push_back(std::move(name));
    }
  }
  return names;
}

std::vector<PlacedUnit> PlaceUnits(
    const ResolvedRun& run, const Group& group,
    const std::vector<std::vector<std::string>>& unit_names) {
  UniqueLabels labels;
  labels.Add("colocation-install");
  std::vector<PlacedUnit> units;
  for (const TaskIndex task : group.tasks) {
    const std::vector<ResolvedUnit>& resolved = run.tasks[task].units;
    for (size_t i = 0; i < resolved.size(); ++i) {
      PlacedUnit& placed = units.emplace_back();
      placed.task = task;
      placed.unit = &resolved[i];
      placed.number = static_cast<int32_t>(i);
      placed.name = unit_names[task][i];
      for (const v1::Step& step : resolved[i].spec.steps()) {
        placed.steps.push_back(
            labels.Add(absl::StrCat(placed.name, "-step-", step.name())));
      }
      for (const v1::Sidecar& sidecar : resolved[i].spec.sidecars()) {
        placed.sidecars.push_back(
            labels.Add(absl::StrCat(placed.name, "-sidecar-", sidecar.name())));
      }
    }
  }
  return units;
}

}  // namespace colocation
