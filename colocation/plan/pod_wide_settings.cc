#include "colocation/plan/pod_wide_settings.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

// "\"a\", \"b\" and 3 more"
std::string Some(const ResolvedRun& run, const std::vector<TaskIndex>& tasks) {
  constexpr size_t kShown = 5;
  std::vector<std::string> names;
  for (size_t i = 0; i < tasks.size() && i < kShown; ++i) {
    names.push_back(Quoted(run.tasks[tasks[i]].name));
  }
  const std::string text = absl::StrJoin(names, ", ");
  if (tasks.size() <= kShown) return text;
  return absl::StrCat(text, " and ", tasks.size() - kShown, " more");
}

}  // namespace

void ExplainPodWideSettings(const PodSharing& sharing, const Group& group,
                            Decisions* decisions) {
  if (group.tasks.size() < 2) return;
  // By name and value, those that have it.
  std::map<std::pair<std::string, std::string>, std::vector<TaskIndex>> owners;
  for (const TaskIndex task : group.tasks) {
    for (const PodSettings& settings : sharing.settings[task]) {
      for (const auto* some : {&settings.placement, &settings.joined}) {
        for (const auto& setting : *some) {
          std::vector<TaskIndex>& of = owners[setting];
          if (of.empty() || of.back() != task) of.push_back(task);
        }
      }
    }
  }
  for (const auto& [setting, of] : owners) {
    if (of.size() == group.tasks.size()) continue;
    std::vector<TaskIndex> others;
    std::set_difference(group.tasks.begin(), group.tasks.end(), of.begin(),
                        of.end(), std::back_inserter(others));
    const auto& [name, value] = setting;
    decisions
        ->Add("pod-wide-setting", group.tasks, name,
              absl::StrCat("The whole Pod has ", name, " ", value,
                           ", as it is that of ", Some(sharing.run, of),
                           "; it holds for ", Some(sharing.run, others),
                           " as well"))
        .set_hint(
            "to keep it to its task, bind what the tasks share to a "
            "PersistentVolumeClaim, so that they need not share a Pod");
  }
}

}  // namespace colocation
