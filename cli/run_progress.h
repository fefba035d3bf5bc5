// Tells what happens while Pods run: what their containers write, and what
// their launchers post (docs/launcher.md).
//
// In their order: a task has started before the first of its lines, and has
// ended after the last of them, although lines and events come here by ways of
// their own. The end of a task is held back until its containers have ended,
// and with it what follows from it.
#ifndef COLOCATION_CLI_RUN_PROGRESS_H_
#define COLOCATION_CLI_RUN_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/live_block.h"
#include "cli/run_tree.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation::cli {

struct LiveSize {
  int width = 80;
  int height = 12;
};

struct ProgressOptions {
  bool color = false;
  // What stands before each line; none where empty.
  std::function<std::string()> timestamp = {};
  // The size of the terminal, of whose end what runs is shown; none where
  // empty.
  std::function<LiveSize()> live = {};
  // Lines of these tasks ("TASK") and steps ("TASK/STEP") are shown; all where
  // empty.
  std::vector<std::string> logs = {};
};

class RunProgress {
 public:
  // Plan and stream outlive this object.
  RunProgress(const v1::ColocationPlan& plan, ProgressOptions options,
              std::ostream* out);

  // A line that a container wrote: "[TASK : STEP] LINE", as tkn shows it.
  void OnLog(absl::string_view container, absl::string_view line);

  // An event: "CONTAINER/EVENT" and what is in the file.
  void OnEvent(absl::string_view path, absl::string_view content);

  // A container has started or ended; all of its lines have come before.
  void OnContainer(const v1::ContainerStatus& status);

  // No container of the Pod runs any more.
  void OnPodOver(absl::string_view pod);

  // How the run stands. Tells of tasks that are skipped without a Pod.
  void OnStatus(const v1::RunStatus& status);

  // Something to know.
  void OnNote(absl::string_view note);

  // Brings what is shown at the end of the terminal up to date. Where that is
  // wanted, call it a few times a second; EndLive takes it away.
  bool is_live() const { return block_.has_value(); }
  void Tick();
  void EndLive();

  // When a unit of work started and ended, in nanoseconds since 1970; zero for
  // what was not seen.
  std::pair<int64_t, int64_t> TimesOf(absl::string_view unit) const;

  // What its launcher said about its end; empty for nothing.
  std::string MessageOf(absl::string_view unit) const;

  // The last lines that the container of this step wrote.
  std::vector<std::string> LastLines(absl::string_view container) const;

 private:
  struct Where {
    std::string unit;
    std::string step;
    bool sidecar = false;
    // For the colour.
    int number = 0;
    bool ended = false;
    std::deque<std::string> last_lines;
  };

  // Something that is told later.
  struct Held {
    std::string unit;
    std::string text;
    // It is told when the unit's containers have ended.
    bool waits = false;
  };

  // "==> UNIT WHAT".
  void Tell(absl::string_view unit, absl::string_view what,
            absl::string_view tint, bool waits = false);
  void Print(std::string text);
  void Release();
  bool HasEnded(absl::string_view unit) const;
  bool IsShown(const Where& where) const;

  const ProgressOptions options_;
  std::ostream& out_;
  // Both or none.
  std::optional<LiveBlock> block_;
  std::optional<RunTree> tree_;
  std::map<std::string, Where, std::less<>> containers_;
  // By Pod, the names of its containers; by unit, those of its steps.
  std::map<std::string, std::vector<std::string>, std::less<>> of_pod_;
  std::map<std::string, std::vector<std::string>, std::less<>> of_unit_;
  std::map<std::string, std::pair<int64_t, int64_t>, std::less<>> times_;
  std::map<std::string, std::string, std::less<>> messages_;
  // In the order in which they happened.
  std::deque<Held> held_;
  // Units, and tasks without any, whose end has been told.
  std::set<std::string, std::less<>> told_;
  // By task, the names of its units.
  std::map<std::string, std::vector<std::string>, std::less<>> units_;
};

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_PROGRESS_H_
