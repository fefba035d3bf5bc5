// A run at a glance while it goes on: its Pods, and in them the tasks that run
// and those that wait.
#ifndef COLOCATION_CLI_RUN_TREE_H_
#define COLOCATION_CLI_RUN_TREE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "colocation/render/text_layout.h"
#include "colocation/v1/plan.pb.h"

namespace colocation::cli {

class RunTree {
 public:
  // The plan outlives this object.
  RunTree(const v1::ColocationPlan& plan, absl::Time start);

  void OnStart(absl::string_view unit, int attempt, absl::Time now);
  void OnLine(absl::string_view unit, absl::string_view line);
  // The unit, or a task without any, has ended or was skipped.
  void OnEnd(absl::string_view unit);

  // At most `height` lines, none wider than the terminal: what runs comes
  // before what waits.
  std::vector<std::string> Lines(absl::Time now, int height,
                                 const TextOptions& options) const;

 private:
  struct Unit {
    // Of the pipeline task.
    int task = 0;
    int attempt = 0;
    absl::Time start;
    std::string last_line;
    bool running = false;
    bool ended = false;
  };

  bool Ended(const v1::PlannedTask& task) const;
  // The tasks that it waits for and that have not ended.
  std::vector<std::string> WaitsFor(const v1::PlannedTask& task) const;

  const v1::ColocationPlan& plan_;
  const absl::Time start_;
  std::map<std::string, Unit, std::less<>> units_;
  std::map<std::string, const v1::PlannedTask*, std::less<>> tasks_;
  // Tasks without units that have ended.
  std::set<std::string, std::less<>> ended_;
};

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_TREE_H_
