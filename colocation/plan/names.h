// Names of Pods, units and containers: valid in Kubernetes, unique where they
// have to be, the same for the same run.
#ifndef COLOCATION_PLAN_NAMES_H_
#define COLOCATION_PLAN_NAMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/grouping.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Gives each text a DNS label that nobody has yet: the text itself where it can
// be, else cut and hashed (syntax/names.h).
class UniqueLabels {
 public:
  std::string Add(absl::string_view text);

 private:
  absl::flat_hash_set<std::string> used_;
};

// A unit of work in a Pod.
struct PlacedUnit {
  TaskIndex task = 0;
  const ResolvedUnit* unit = nullptr;
  // Of the unit among those of its task.
  int32_t number = 0;
  // Unique in the plan; LaunchUnit.name.
  std::string name;
  // Names of its containers.
  std::vector<std::string> steps;
  std::vector<std::string> sidecars;
};

// The names of the Pods, one for each group: "RUN-pod" for the only one, else
// "RUN-FIRST_TASK-pod".
std::vector<std::string> PodNames(const ResolvedRun& run,
                                  const Grouping& grouping);

// For each task the names of its units: those that they have, but where one is
// the name of another task's unit, too.
std::vector<std::vector<std::string>> UnitNames(const ResolvedRun& run);

// The units of a Pod, by task and matrix, with named containers:
// "UNIT-step-STEP", "UNIT-sidecar-SIDECAR".
std::vector<PlacedUnit> PlaceUnits(
    const ResolvedRun& run, const Group& group,
    const std::vector<std::vector<std::string>>& unit_names);

}  // namespace colocation

#endif  // COLOCATION_PLAN_NAMES_H_
