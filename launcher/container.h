// This container: its place in the LaunchSpec, and what it has to wait with.
#ifndef COLOCATION_LAUNCHER_CONTAINER_H_
#define COLOCATION_LAUNCHER_CONTAINER_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/events.h"
#include "launcher/files.h"
#include "launcher/paths.h"
#include "launcher/process.h"
#include "launcher/spec.h"
#include "launcher/watch.h"

namespace colocation::launcher {

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct RunOptions {
  // Name of the container.
  std::string container;
  // What follows "--".
  std::vector<std::string> arguments;
  // For tests: see Paths::Under. Empty in a Pod.
  std::string root;
  DirectoryWatch::Means watch = DirectoryWatch::Means::kInotify;
};

// Why a step may not go on, by descending priority.
enum class StopCause {
  kNone,
  // The launcher was asked to end, as when the Pod is deleted.
  kTerminated,
  kCancelled,
  // The controller has ended the task itself (docs/launcher.md, "_ended").
  kDeclared,
  kPipelineTimeout,
  kTasksTimeout,
  kFinallyTimeout,
  kTaskTimeout,
  kStepTimeout,
};

class Container {
 public:
  // Reads the spec and finds the container in it. Null, with a message, if the
  // launcher can't do what is asked.
  static std::unique_ptr<Container> Open(const RunOptions& options,
                                         std::string* error);

  const LaunchSpec& spec() const { return spec_; }
  const LaunchContainer& self() const { return *self_; }
  size_t task_index() const { return task_; }
  const LaunchTask& task() const { return spec_.tasks[task_]; }
  const LaunchUnit& unit() const { return *unit_; }
  const std::string& first_step() const { return unit_->steps.front(); }
  const std::string& last_step() const { return unit_->steps.back(); }
  bool is_first() const { return self_->name == first_step(); }
  bool is_last() const { return self_->name == last_step(); }
  // Of a step that is not the first.
  const std::string& previous_step() const;

  const Paths& paths() const { return paths_; }
  // Relative to /tekton.
  std::string step_directory() const {
    return "steps/" + self_->step_directory;
  }
  int64_t grace_ns() const;
  // Bytes that this container's termination message may have.
  size_t message_room() const;

  PodEvents& events() { return events_; }

  // Posts an event of this container. A failure, as on a full disk, ends the
  // launcher: the others then see that it has died.
  void Post(const std::string& name, const std::string& json);

  // Leaves the text in the container's status.
  void WriteTerminationMessage(const std::string& text) const;

  // Sleeps until something has been posted, a signal has come, the time has
  // come, or the process has ended. Signals are passed on to the process.
  void Wait(int64_t until_ns, Process* process = nullptr);
  // The same, also until one of these is readable.
  void Wait(int64_t until_ns, Process* process, std::vector<pollfd> fds);

  // It has not got the image that it was to run, and can't run anything.
  bool without_image() const { return without_image_; }

  // SIGTERM or SIGINT has come.
  bool terminated() const { return terminated_; }
  // These two are not passed on, only noted.
  void set_holds_termination(bool holds) { holds_termination_ = holds; }

  // How things stand by now for this container's task. Looks, without watching.
  Situation LookAtTasks();

  // Whether a unit whose attempt began at `start_ns` (0: not yet) has to stop.
  StopCause CauseToStop(int64_t start_ns);
  // When that may change by the clock alone.
  int64_t NextDeadline(int64_t start_ns);

 private:
  Container(const RunOptions& options, LaunchSpec spec,
            const LaunchContainer* self, const Paths& paths);

  int64_t FinallyStart();

  // In the launcher's own image, until this container is not to get another one
  // (docs/launcher.md, "Images that come later"). The kubelet ends this process
  // to put the image in, and starts the same command in it.
  void WaitForImage();

  LaunchSpec spec_;
  const LaunchContainer* self_;
  size_t task_ = 0;
  const LaunchUnit* unit_ = nullptr;
  Paths paths_;
  int64_t pod_start_ns_ = 0;
  int64_t finally_start_ns_ = 0;
  Signals signals_;
  DirectoryWatch watch_;
  PodEvents events_;
  OwnEvents own_events_;
  bool terminated_ = false;
  bool without_image_ = false;
  bool holds_termination_ = false;
  // When to look although nothing was reported; see Wait.
  int64_t next_look_ns_ = 0;
  int64_t look_interval_ns_ = 0;
  size_t watched_ = 0;
};

// Wall-clock time.
int64_t NowNs();

// So much later, or kNever where that is beyond what 64 bits hold, as with a
// timeout of 300 years.
int64_t Later(int64_t time_ns, int64_t duration_ns);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_CONTAINER_H_
