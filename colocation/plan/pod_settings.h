// Settings that a Pod has as a whole: its ServiceAccount, and what a Pod
// template sets beside variables and volumes.
//
// Tasks can share a Pod where none of them would notice. Settings that change
// what a process sees or may do have to be equal; those that only say where a
// Pod may run add up (both hold, then); lists that only allow more, such as
// tolerations, are joined.
#ifndef COLOCATION_PLAN_POD_SETTINGS_H_
#define COLOCATION_PLAN_POD_SETTINGS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "colocation/resolve/run.h"

namespace colocation {

// Two tasks that can't be in one Pod, and why.
struct SettingConflict {
  // "serviceAccountName", "nodeSelector.disk", ...
  std::string setting;
  // The same where the units of a matrix differ.
  TaskIndex first = 0, second = 0;
  // As JSON; "unset" where there is none.
  std::string first_value, second_value;
};

// The settings of one task.
struct PodSettings {
  // Those that have to be equal, as JSON, in a fixed order; "" where unset.
  std::vector<std::string> same;
  // Those that add up, by name; only what is set.
  std::map<std::string, std::string> placement;
  // Lists that are joined, by name, as JSON; only what is set.
  std::map<std::string, std::string> joined;
};

// Of each unit with a Pod template of its own, else of the task; at least one.
std::vector<PodSettings> PodSettingsOf(const ResolvedTask& task);

// What `unit` of `task` has for a Pod template.
const v1::PodTemplate& PodTemplateOf(const ResolvedTask& task,
                                     const ResolvedUnit& unit);

// The settings of a Pod that some tasks share.
class SharedSettings {
 public:
  // What keeps `task` out; the first setting in a fixed order.
  std::optional<SettingConflict> FindConflict(
      TaskIndex task, const std::vector<PodSettings>& settings) const;

  // Adds them up to the first that is in conflict with those before.
  std::optional<SettingConflict> Add(TaskIndex task,
                                     const std::vector<PodSettings>& settings);

 private:
  std::optional<SettingConflict> FindConflict(
      TaskIndex task, const PodSettings& settings) const;

  struct Value {
    std::string text;
    TaskIndex task;
  };
  std::vector<Value> same_;
  std::map<std::string, Value> placement_;
};

// The part of the Pod's spec that the settings of `tasks` make together.
v1::PodSpec MergePodSettings(const ResolvedRun& run,
                             const std::vector<TaskIndex>& tasks);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_SETTINGS_H_
