// Tells what happens while Pods run: what their containers write, and what
// their launchers post (docs/launcher.md).
#ifndef COLOCATION_CLI_RUN_PROGRESS_H_
#define COLOCATION_CLI_RUN_PROGRESS_H_

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation::cli {

class RunProgress {
 public:
  // All three outlive this object.
  RunProgress(const v1::ColocationPlan& plan, bool color, std::ostream* out);

  // A line that a container wrote: "[TASK : STEP] LINE", as tkn shows it.
  void OnLog(absl::string_view container, absl::string_view line);

  // An event: "CONTAINER/EVENT" and what is in the file.
  void OnEvent(absl::string_view path, absl::string_view content);

  // How the run stands. Tells of tasks that are skipped without a Pod.
  void OnStatus(const v1::RunStatus& status);

  // Something to know.
  void OnNote(absl::string_view note);

 private:
  struct Where {
    std::string unit;
    std::string step;
    bool sidecar = false;
    // For the colour.
    int number = 0;
  };

  void Tell(absl::string_view unit, absl::string_view what,
            absl::string_view tint);

  const bool color_;
  std::ostream& out_;
  std::map<std::string, Where, std::less<>> containers_;
  // Units, and tasks without any, whose end has been told.
  std::set<std::string, std::less<>> told_;
  // By task, the names of its units.
  std::map<std::string, std::vector<std::string>, std::less<>> units_;
};

// "0.4s", "1m 3s".
std::string DurationText(int64_t ns);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_PROGRESS_H_
