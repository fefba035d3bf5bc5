#include "launcher/container.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "launcher/check_spec.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"

namespace colocation::launcher {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMillisecond;
constexpr int64_t kDefaultGrace = 10 * kSecond;

int64_t After(int64_t start_ns, int64_t timeout_ns) {
  if (start_ns == 0 || timeout_ns == 0) return kNever;
  return Later(start_ns, timeout_ns);
}

}  // namespace

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

int64_t Later(int64_t time_ns, int64_t duration_ns) {
  int64_t sum = 0;
  return __builtin_add_overflow(time_ns, duration_ns, &sum) ? kNever : sum;
}

Container::Container(const RunOptions& options, LaunchSpec spec,
                     const LaunchContainer* self, const Paths& paths)
    : spec_(std::move(spec)),
      // Moving a vector leaves its elements where they are.
      self_(self),
      paths_(paths),
      watch_(options.watch),
      events_(spec_, paths_, &watch_) {}

std::unique_ptr<Container> Container::Open(const RunOptions& options,
                                           std::string* error) {
  const std::string program = options.root.empty()
                                  ? Paths::InPod().program
                                  : options.root + "/colocation/program";
  const std::string path = program + "/spec.json";
  const std::optional<std::string> json = ReadFile(path);
  if (!json.has_value()) {
    *error = FileError(path);
    return nullptr;
  }
  LaunchSpec spec;
  if (!ReadLaunchSpec(*json, &spec, error) || !CheckLaunchSpec(spec, error)) {
    *error = path + ": " + *error;
    return nullptr;
  }
  const auto self = std::find_if(
      spec.containers.begin(), spec.containers.end(),
      [&](const LaunchContainer& c) { return c.name == options.container; });
  if (self == spec.containers.end()) {
    *error = path + ": no container \"" + options.container + "\"";
    return nullptr;
  }
  const Paths paths =
      options.root.empty()
          ? Paths::InPod()
          : Paths::Under(options.root, options.container, self->unit);
  const LaunchContainer* container = &*self;
  std::unique_ptr<Container> opened(
      new Container(options, std::move(spec), container, paths));

  const std::vector<LaunchTask>& tasks = opened->spec_.tasks;
  for (size_t i = 0; i < tasks.size(); ++i) {
    for (const LaunchUnit& unit : tasks[i].units) {
      const auto& names = container->role == ContainerRole::kSidecar
                              ? unit.sidecars
                              : unit.steps;
      if (tasks[i].name == container->task && unit.name == container->unit &&
          std::find(names.begin(), names.end(), container->name) !=
              names.end()) {
        opened->task_ = i;
        opened->unit_ = &unit;
      }
    }
  }
  if (opened->unit_ == nullptr) {
    *error = path + ": container \"" + options.container +
             "\" is not in its unit \"" + container->unit + "\"";
    return nullptr;
  }
  const std::optional<std::string> started =
      ReadFile(program + "/started_unix_ns");
  opened->pod_start_ns_ =
      started.has_value() ? std::strtoll(started->c_str(), nullptr, 10) : 0;
  if (!container->image_gate.empty() &&
      SameContent("/proc/self/exe", paths.in_image)) {
    opened->WaitForImage();
  }
  if (!opened->own_events_.Open(paths.post)) {
    *error = FileError(paths.post + "/alive");
    return nullptr;
  }
  return opened;
}

void Container::WaitForImage() {
  const std::string gate = paths_.gates + "/" + self_->image_gate;
  std::fprintf(stderr, "launcher: container \"%s\" waits for its image\n",
               self_->name.c_str());
  for (;;) {
    const StopCause cause = CauseToStop(0);
    if (cause == StopCause::kTerminated) {
      // As the kubelet does it to put the image in.
      TerminationMessage message;
      message.reason = kPlaceholder;
      std::string text;
      FormatMessage(message, message_room(), &text);
      WriteTerminationMessage(text);
      _exit(128 + SIGTERM);
    }
    const std::string image = ReadFile(gate).value_or("");
    if (!image.empty() || cause != StopCause::kNone ||
        events_.UnitEnd(*unit_).has_value()) {
      without_image_ = image.empty() || image == kNoImage;
      return;
    }
    Wait(NextDeadline(0));
  }
}

const std::string& Container::previous_step() const {
  const auto self =
      std::find(unit_->steps.begin(), unit_->steps.end(), self_->name);
  return *(self - 1);
}

int64_t Container::grace_ns() const {
  return spec_.stop_grace_ns > 0 ? spec_.stop_grace_ns : kDefaultGrace;
}

size_t Container::message_room() const {
  // The init container has a message, too.
  return MessageLimit(spec_.containers.size() + 1);
}

void Container::Post(const std::string& name, const std::string& json) {
  if (own_events_.Post(name, json)) return;
  std::fprintf(stderr, "launcher: %s\n",
               FileError(paths_.post + "/" + name).c_str());
  _exit(1);
}

void Container::WriteTerminationMessage(const std::string& text) const {
  std::string path = paths_.termination_message;
  if (path.empty()) path = self_->termination_message_path;
  if (path.empty()) path = "/dev/termination-log";
  // Not replaced: it is mounted as one file.
  const File file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!file.is_open() || ftruncate(file.fd(), 0) != 0 ||
      !WriteAll(file.fd(), text)) {
    std::fprintf(stderr, "launcher: termination message: %s\n",
                 FileError(path).c_str());
  }
}

void Container::Wait(int64_t until_ns, Process* process) {
  Wait(until_ns, process, {});
}

void Container::Wait(int64_t until_ns, Process* process,
                     std::vector<pollfd> fds) {
  // Nothing of what matters goes unreported, but for one instant: a launcher
  // that dies while the watch on its directory is being added. So one looks
  // again after a millisecond, and then ever more rarely.
  const int64_t now = NowNs();
  if (watch_.size() != watched_ || next_look_ns_ == 0) {
    watched_ = watch_.size();
    look_interval_ns_ = kMillisecond;
    next_look_ns_ = now + look_interval_ns_;
  }
  if (watch_.size() > 0) until_ns = std::min(until_ns, next_look_ns_);

  fds.push_back({signals_.fd(), POLLIN, 0});
  fds.push_back({watch_.fd(), POLLIN, 0});
  if (process != nullptr) process->AddTo(&fds);
  timespec timeout = {};
  const int64_t sleep = std::max<int64_t>(0, until_ns - now);
  timeout.tv_sec = sleep / kSecond;
  timeout.tv_nsec = sleep % kSecond;
  ppoll(fds.data(), fds.size(), until_ns == kNever ? nullptr : &timeout,
        nullptr);

  for (const int signal : signals_.Take()) {
    if (signal == SIGCHLD) {
      if (process != nullptr) process->Reap();
      continue;
    }
    if (signal == SIGTERM || signal == SIGINT) {
      terminated_ = true;
      if (holds_termination_) continue;
    }
    if (process != nullptr) process->Signal(signal);
  }
  if (process != nullptr) process->CopyStreams();
  if (events_.TakeChanges()) {
    look_interval_ns_ = kMillisecond;
    next_look_ns_ = std::min(next_look_ns_, NowNs() + look_interval_ns_);
  }
  if (watch_.size() > 0 && NowNs() >= next_look_ns_) {
    events_.LookAgain();
    look_interval_ns_ =
        std::min(look_interval_ns_ * 10, watch_.longest_sleep_ns());
    next_look_ns_ = NowNs() + look_interval_ns_;
  }
}

Situation Container::LookAtTasks() {
  Situation situation;
  const std::vector<bool> matters = MattersFor(spec_.tasks, task_);
  situation.ends.resize(spec_.tasks.size());
  for (size_t i = 0; i < spec_.tasks.size(); ++i) {
    if (matters[i]) situation.ends[i] = events_.PeekEndOfTask(i);
  }
  situation.stop = events_.StopRequest();
  const int64_t now = NowNs();
  situation.pipeline_timed_out =
      now >= After(pod_start_ns_, spec_.pipeline_timeout_ns);
  situation.tasks_timed_out =
      now >= After(pod_start_ns_, spec_.tasks_timeout_ns);
  situation.finally_timed_out =
      task().finally && now >= After(FinallyStart(), spec_.finally_timeout_ns);
  return situation;
}

// Finally begins when the last of the other tasks has ended.
int64_t Container::FinallyStart() {
  if (finally_start_ns_ > 0) return finally_start_ns_;
  int64_t start = pod_start_ns_;
  for (size_t i = 0; i < spec_.tasks.size(); ++i) {
    if (spec_.tasks[i].finally) continue;
    const std::optional<TaskEnd> end = events_.PeekEndOfTask(i);
    if (!end.has_value()) return 0;
    // Where a step forged it, no later than now.
    start = std::max(start, std::min(end->end_unix_ns, NowNs()));
  }
  return finally_start_ns_ = start;
}

StopCause Container::CauseToStop(int64_t start_ns) {
  const Stop stop = events_.StopRequest();
  const int64_t now = NowNs();
  const bool finally = task().finally;
  if (terminated_) return StopCause::kTerminated;
  if (events_.DeclaredEnd(task_).has_value()) return StopCause::kDeclared;
  // A unit that has not started still waits for its parents after a graceful
  // cancellation: `finally` relies on the order of ends.
  if (stop == Stop::kCancelled ||
      (stop == Stop::kCancelledRunFinally && !finally && start_ns > 0)) {
    return StopCause::kCancelled;
  }
  if (now >= After(pod_start_ns_, spec_.pipeline_timeout_ns)) {
    return StopCause::kPipelineTimeout;
  }
  if (start_ns == 0) return StopCause::kNone;
  if (!finally && now >= After(pod_start_ns_, spec_.tasks_timeout_ns)) {
    return StopCause::kTasksTimeout;
  }
  if (finally && spec_.finally_timeout_ns > 0 &&
      now >= After(FinallyStart(), spec_.finally_timeout_ns)) {
    return StopCause::kFinallyTimeout;
  }
  if (now >= After(start_ns, task().timeout_ns)) return StopCause::kTaskTimeout;
  return StopCause::kNone;
}

int64_t Container::NextDeadline(int64_t start_ns) {
  int64_t next = After(pod_start_ns_, spec_.pipeline_timeout_ns);
  if (start_ns == 0) return next;
  if (!task().finally) {
    next = std::min(next, After(pod_start_ns_, spec_.tasks_timeout_ns));
  } else if (spec_.finally_timeout_ns > 0) {
    next = std::min(next, After(FinallyStart(), spec_.finally_timeout_ns));
  }
  return std::min(next, After(start_ns, task().timeout_ns));
}

}  // namespace colocation::launcher
