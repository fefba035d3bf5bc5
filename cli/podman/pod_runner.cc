#include "cli/podman/pod_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "cli/podman/container_env.h"
#include "cli/podman/container_run.h"
#include "cli/podman/container_spec.h"
#include "cli/podman/descriptor.h"
#include "cli/podman/pod_images.h"
#include "cli/podman/pod_volumes.h"
#include "cli/podman/podman.h"
#include "cli/podman/subprocess.h"
#include "cli/podman/volume_watch.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation::podman {
namespace {

namespace fs = std::filesystem;

// All containers of a Pod together
// (k8s.io/kubernetes/pkg/kubelet/container/runtime.go,
// MaxPodTerminationMessageLogLength).
constexpr size_t kPodMessageLength = 12 * 1024;

// podman takes a lock for some of the work; more threads gain nothing.
constexpr size_t kStartThreads = 4;

constexpr absl::Duration kDefaultGrace = absl::Seconds(30);

// PodStatus.reason of a Pod that was stopped; Kubernetes, which deletes such a
// Pod, has none.
constexpr absl::string_view kCancelled = "Cancelled";

absl::Status SystemError(absl::string_view what) {
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> MakeTemporary(absl::string_view parent) {
  std::string path = absl::StrCat(parent, "/colocation-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return SystemError(path);
  return path;
}

void WaitingFor(absl::string_view reason, v1::ContainerStatus* status) {
  status->mutable_state()->mutable_waiting()->set_reason(std::string(reason));
}

// One run; used once.
class PodRun {
 public:
  PodRun(const v1::Pod& pod, const RunOptions& options,
         const RunObserver& observer, PodControl* control)
      : pod_(pod), options_(options), observer_(observer), control_(*control) {}

  absl::StatusOr<v1::PodStatus> Run();

 private:
  using Runs = std::vector<std::unique_ptr<ContainerRun>>;

  absl::Status MakeDirectories();
  void MakeRuns();
  absl::Status RunContainers(const Podman& podman);

  // Thread-safe.
  absl::StatusOr<StartedContainer> Start(const Podman& podman,
                                         const ContainerRun& run) const;
  void OnStarted(const Podman& podman, ContainerRun* run,
                 absl::StatusOr<StartedContainer> started);
  void StartInThreads(const Podman& podman);
  void TakeStarted(const Podman& podman);

  // Reacts to whatever happens until `done`.
  void Loop(const Podman& podman, absl::FunctionRef<bool()> done);
  absl::Time NextDeadline() const;
  void OnDeadlines(const Podman& podman);
  void OnControl(const Podman& podman);
  void OnLogs();
  void OnFiles();
  // Passes on the lines that were read, after the files that are there.
  void GiveLines();
  void BeginStop(const Podman& podman, absl::Duration grace);
  void SignalAll(const Podman& podman, int signal, absl::string_view name);

  absl::Duration GracePeriod() const;
  std::function<void(absl::string_view)> LineOf(const ContainerRun& run);
  // Keeps the first error.
  void Fail(absl::Status status);
  void Note(absl::string_view note) const {
    if (observer_.on_note) observer_.on_note(note);
  }
  void SetPhase();
  void CleanUp(Podman* podman);
  void RemoveDirectory(const std::string& directory);
  void TellWhatIsKept() const;

  // Metadata changes when annotations are set; everything else stays. The
  // threads that start containers read `pod_`, which nobody changes then.
  v1::Pod pod_;
  v1::Pod annotated_pod_;
  const RunOptions& options_;
  const RunObserver& observer_;
  PodControl& control_;

  std::string directory_;
  std::string memory_;
  std::string pod_name_;
  PodVolumes volumes_;
  v1::PodStatus status_;
  Runs runs_;
  size_t init_count_ = 0;
  std::map<std::string, ContainerRun*> by_log_;
  // Container and line: read and not yet passed on.
  std::vector<std::pair<std::string, std::string>> lines_;

  Descriptor inotify_;
  std::optional<VolumeWatch> watch_;
  std::string watched_;
  // Readable when a thread has something in `started_`.
  Descriptor started_fd_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::pair<ContainerRun*, absl::StatusOr<StartedContainer>>>
      started_;
  std::vector<std::thread> threads_;
  size_t starting_ = 0;
  std::atomic<size_t> next_{0};
  // No container is to be started any more.
  std::atomic<bool> closed_{false};

  absl::Time deadline_ = absl::InfiniteFuture();
  absl::Time kill_at_ = absl::InfiniteFuture();
  bool stopping_ = false;
  bool killed_ = false;
  // The first error that isn't the Pod's own.
  absl::Status failure_;
};

absl::StatusOr<v1::PodStatus> PodRun::Run() {
  DiagnosticList diagnostics;
  CheckRunnable(pod_, &diagnostics);
  const v1::Diagnostics findings = diagnostics.Sorted();
  if (diagnostics.has_errors()) {
    return ToStatus(absl::StatusCode::kFailedPrecondition, findings);
  }
  for (const v1::Diagnostic& finding : findings.diagnostics()) {
    Note(ToLogLine(finding));
  }
  if (absl::Status status = MakeDirectories(); !status.ok()) {
    CleanUp(nullptr);
    return status;
  }
  PodmanOptions podman_options;
  podman_options.command = options_.podman;
  podman_options.directory = directory_;
  podman_options.cancel_fd = control_.stop_fd();
  absl::StatusOr<Podman> podman = Podman::Start(podman_options);
  MakeRuns();
  if (podman.ok()) {
    Fail(RunContainers(*podman));
  } else if (absl::IsCancelled(podman.status())) {
    status_.set_reason(std::string(kCancelled));
  } else {
    Fail(podman.status());
  }
  if (watch_) OnFiles();
  SetPhase();
  CleanUp(podman.ok() ? &*podman : nullptr);
  if (!failure_.ok()) return failure_;
  return status_;
}

absl::Status PodRun::MakeDirectories() {
  const char* tmpdir = getenv("TMPDIR");
  absl::StatusOr<std::string> directory =
      MakeTemporary(!options_.directory.empty() ? options_.directory
                    : tmpdir != nullptr         ? tmpdir
                                                : "/var/tmp");
  if (!directory.ok()) return directory.status();
  directory_ = *std::move(directory);
  for (const char* name : {"logs", "messages"}) {
    const std::string path = absl::StrCat(directory_, "/", name);
    if (mkdir(path.c_str(), 0700) != 0) return SystemError(path);
  }
  for (const v1::Volume& volume : pod_.spec().volumes()) {
    if (volume.empty_dir().medium() != "Memory" || !memory_.empty()) continue;
    absl::StatusOr<std::string> memory = MakeTemporary("/dev/shm");
    if (!memory.ok()) return memory.status();
    memory_ = *std::move(memory);
  }
  inotify_ = Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  started_fd_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (inotify_.get() < 0 || started_fd_.get() < 0 ||
      inotify_add_watch(inotify_.get(),
                        absl::StrCat(directory_, "/logs").c_str(),
                        IN_MODIFY | IN_CREATE) < 0) {
    return SystemError("inotify");
  }

  v1::ObjectMeta* metadata = pod_.mutable_metadata();
  const std::string suffix = directory_.substr(directory_.size() - 6);
  if (!metadata->has_name()) {
    metadata->set_name(absl::StrCat(
        metadata->has_generate_name() ? metadata->generate_name() : "pod-",
        absl::AsciiStrToLower(suffix)));
  }
  if (!metadata->has_uid()) {
    std::string uid;
    std::ifstream("/proc/sys/kernel/random/uuid") >> uid;
    metadata->set_uid(uid);
  }
  annotated_pod_ = pod_;
  pod_name_ = absl::StrCat(metadata->name(), "-", suffix);

  absl::StatusOr<PodVolumes> volumes =
      PodVolumes::Create(pod_, options_.objects, directory_, memory_);
  if (!volumes.ok()) return volumes.status();
  volumes_ = *std::move(volumes);
  if (observer_.on_file && !observer_.watched_volume.empty()) {
    absl::StatusOr<std::string> watched =
        volumes_.Source(observer_.watched_volume, "");
    // A Pod without it has nothing to tell.
    if (!watched.ok()) return absl::OkStatus();
    watched_ = *std::move(watched);
    absl::StatusOr<VolumeWatch> watch = VolumeWatch::Create(watched_);
    if (!watch.ok()) return watch.status();
    watch_.emplace(*std::move(watch));
  }
  return absl::OkStatus();
}

void PodRun::MakeRuns() {
  const v1::PodSpec& spec = pod_.spec();
  init_count_ = spec.init_containers_size();
  const size_t budget =
      kPodMessageLength / (init_count_ + spec.containers_size());
  const auto add = [&](const v1::Container& container,
                       v1::ContainerStatus* status) {
    status->set_name(container.name());
    status->set_image(container.image());
    status->set_restart_count(0);
    status->set_ready(false);
    WaitingFor("PodInitializing", status);
    const std::string log = absl::StrCat(container.name(), ".log");
    runs_.push_back(std::make_unique<ContainerRun>(
        container, absl::StrCat(directory_, "/logs/", log),
        absl::StrCat(directory_, "/messages/", container.name()), budget,
        status));
    by_log_[log] = runs_.back().get();
  };
  for (const v1::Container& container : spec.init_containers()) {
    add(container, status_.add_init_container_statuses());
  }
  for (const v1::Container& container : spec.containers()) {
    add(container, status_.add_container_statuses());
  }
}

absl::Status PodRun::RunContainers(const Podman& podman) {
  const absl::Time start = absl::Now();
  status_.set_start_time(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", start, absl::UTCTimeZone()));
  if (pod_.spec().has_active_deadline_seconds()) {
    deadline_ = start + absl::Seconds(pod_.spec().active_deadline_seconds());
  }
  if (absl::Status status =
          PrepareImages(podman, pod_, options_.images,
                        [this](absl::string_view note) { Note(note); });
      !status.ok()) {
    if (!absl::IsCancelled(status)) return status;
    status_.set_reason(std::string(kCancelled));
    return absl::OkStatus();
  }
  api::PodCreate spec = PodSpec(pod_, options_.network);
  spec.set_name(pod_name_);
  (*spec.mutable_labels())["colocation.pod"] = pod_.metadata().name();
  if (absl::Status status = podman.StartPod(spec); !status.ok()) {
    return status;
  }

  for (size_t i = 0; i < init_count_; ++i) {
    ContainerRun* run = runs_[i].get();
    Loop(podman, [] { return true; });
    if (closed_) return absl::OkStatus();
    OnStarted(podman, run, Start(podman, *run));
    Loop(podman, [&] { return !run->running(); });
    if (!run->succeeded()) return absl::OkStatus();
  }
  Loop(podman, [] { return true; });
  if (closed_) return absl::OkStatus();
  for (v1::ContainerStatus& status : *status_.mutable_container_statuses()) {
    WaitingFor("ContainerCreating", &status);
  }
  StartInThreads(podman);
  Loop(podman, [&] {
    return starting_ == 0 &&
           std::none_of(runs_.begin(), runs_.end(),
                        [](const auto& run) { return run->running(); });
  });
  return absl::OkStatus();
}

absl::StatusOr<StartedContainer> PodRun::Start(const Podman& podman,
                                               const ContainerRun& run) const {
  const v1::Container& container = run.container();
  const auto in_container = [&](const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat("container \"", container.name(),
                                     "\": ", status.message()));
  };
  absl::StatusOr<Variables> variables =
      ContainerEnv(pod_, container, options_.objects);
  if (!variables.ok()) return in_container(variables.status());
  // Writable for whatever user the container has.
  const std::string& message = run.message_path();
  const Descriptor file(
      open(message.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
  if (file.get() < 0 || fchmod(file.get(), 0666) != 0) {
    return SystemError(message);
  }
  absl::StatusOr<api::ContainerCreate> spec = ContainerSpec(
      pod_, container, *variables,
      [&](absl::string_view volume, absl::string_view sub_path) {
        return volumes_.Source(volume, sub_path);
      },
      message);
  if (!spec.ok()) return in_container(spec.status());
  spec->set_name(absl::StrCat(pod_name_, "-", container.name()));
  spec->set_pod(pod_name_);
  spec->mutable_log_configuration()->set_driver("k8s-file");
  spec->mutable_log_configuration()->set_path(
      absl::StrCat(directory_, "/logs/", container.name(), ".log"));
  absl::StatusOr<StartedContainer> started = StartContainer(podman, *spec);
  if (!started.ok()) return in_container(started.status());
  return started;
}

void PodRun::OnStarted(const Podman& podman, ContainerRun* run,
                       absl::StatusOr<StartedContainer> started) {
  if (!started.ok()) {
    Fail(started.status());
    BeginStop(podman, absl::ZeroDuration());
    return;
  }
  run->OnStarted(*std::move(started));
  if (observer_.on_container) observer_.on_container(run->status());
  // It was started while the others were being stopped.
  if (stopping_ && run->running()) {
    Fail(killed_ ? run->Signal(podman, SIGKILL, "SIGKILL")
                 : run->Signal(podman, SIGTERM, "SIGTERM"));
  }
}

void PodRun::StartInThreads(const Podman& podman) {
  starting_ = runs_.size() - init_count_;
  next_ = init_count_;
  const auto work = [this, &podman] {
    for (size_t i; (i = next_++) < runs_.size();) {
      ContainerRun* run = runs_[i].get();
      absl::StatusOr<StartedContainer> started =
          closed_ ? absl::CancelledError("not started") : Start(podman, *run);
      const std::lock_guard lock(mutex_);
      started_.emplace_back(run, std::move(started));
      const uint64_t one = 1;
      (void)!write(started_fd_.get(), &one, sizeof one);
    }
  };
  for (size_t i = 0; i < std::min(kStartThreads, starting_); ++i) {
    threads_.emplace_back(work);
  }
}

void PodRun::TakeStarted(const Podman& podman) {
  uint64_t count;
  (void)!read(started_fd_.get(), &count, sizeof count);
  decltype(started_) started;
  {
    const std::lock_guard lock(mutex_);
    started.swap(started_);
  }
  for (auto& [run, result] : started) {
    --starting_;
    if (!absl::IsCancelled(result.status())) {
      OnStarted(podman, run, std::move(result));
    }
  }
  if (starting_ == 0) {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
}

void PodRun::Loop(const Podman& podman, absl::FunctionRef<bool()> done) {
  bool first = true;
  while (first || !done()) {
    std::vector<pollfd> fds = {{control_.fd(), POLLIN, 0},
                               {inotify_.get(), POLLIN, 0},
                               {started_fd_.get(), POLLIN, 0},
                               {watch_ ? watch_->fd() : -1, POLLIN, 0}};
    const size_t first_run = fds.size();
    std::vector<ContainerRun*> watched;
    bool ended_already = false;
    for (const auto& run : runs_) {
      if (!run->running()) continue;
      watched.push_back(run.get());
      fds.push_back({run->pidfd(), POLLIN, 0});
      ended_already |= run->pidfd() < 0;
    }
    int timeout_ms = -1;
    if (const absl::Time next = NextDeadline();
        next != absl::InfiniteFuture()) {
      const absl::Duration left =
          std::max(next - absl::Now(), absl::ZeroDuration());
      timeout_ms = static_cast<int>(
          std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 60'000));
    }
    // The first round only looks at what has happened already.
    if (first || ended_already) timeout_ms = 0;
    first = false;
    if (poll(fds.data(), fds.size(), timeout_ms) < 0 && errno != EINTR) {
      Fail(SystemError("poll"));
      return;
    }
    if (fds[1].revents != 0) OnLogs();
    if (fds[2].revents != 0) TakeStarted(podman);
    if (fds[3].revents != 0) OnFiles();
    if (fds[0].revents != 0) OnControl(podman);
    for (size_t i = 0; i < watched.size(); ++i) {
      ContainerRun* run = watched[i];
      if (fds[first_run + i].revents == 0 && run->pidfd() >= 0) continue;
      Fail(run->OnEnded(podman, LineOf(*run)));
      GiveLines();
      if (observer_.on_container) observer_.on_container(run->status());
    }
    OnDeadlines(podman);
  }
}

absl::Time PodRun::NextDeadline() const {
  return stopping_ ? kill_at_ : deadline_;
}

void PodRun::OnDeadlines(const Podman& podman) {
  const absl::Time now = absl::Now();
  if (!stopping_ && now >= deadline_) {
    // k8s.io/kubernetes/pkg/kubelet/active_deadline.go
    status_.set_reason("DeadlineExceeded");
    status_.set_message(
        "Pod was active on the node longer than the specified deadline");
    BeginStop(podman, GracePeriod());
  }
  if (stopping_ && now >= kill_at_) {
    // Once is enough: it can't be refused.
    kill_at_ = absl::InfiniteFuture();
    killed_ = true;
    SignalAll(podman, SIGKILL, "SIGKILL");
  }
}

void PodRun::OnControl(const Podman& podman) {
  control_.Acknowledge();
  const std::map<std::string, std::string> annotations =
      control_.TakeAnnotations();
  if (!annotations.empty()) {
    for (const auto& [key, value] : annotations) {
      (*annotated_pod_.mutable_metadata()->mutable_annotations())[key] = value;
    }
    Fail(volumes_.Refresh(annotated_pod_, options_.objects));
  }
  if (control_.stopped() && !stopping_) {
    status_.set_reason(std::string(kCancelled));
    BeginStop(podman, control_.killed() ? absl::ZeroDuration() : GracePeriod());
  } else if (control_.killed()) {
    kill_at_ = std::min(kill_at_, absl::Now());
  }
}

void PodRun::OnLogs() {
  alignas(inotify_event) char buffer[64 * 1024];
  ssize_t got;
  while ((got = read(inotify_.get(), buffer, sizeof buffer)) > 0) {
    std::set<std::string> names;
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        for (const auto& [name, run] : by_log_) names.insert(name);
      } else if (event->len > 0) {
        names.insert(event->name);
      }
    }
    for (const std::string& name : names) {
      if (const auto run = by_log_.find(name); run != by_log_.end()) {
        run->second->ReadLog(LineOf(*run->second));
      }
    }
  }
  GiveLines();
}

void PodRun::GiveLines() {
  // What a process does before it writes is told before that: the files that
  // are there now are all that could have gone before these lines.
  if (watch_) OnFiles();
  for (const auto& [container, line] : std::exchange(lines_, {})) {
    if (observer_.on_log) observer_.on_log(container, line);
  }
}

void PodRun::OnFiles() {
  for (const std::string& path : watch_->TakeFiles()) {
    observer_.on_file(path, absl::StrCat(watched_, "/", path));
  }
}

void PodRun::BeginStop(const Podman& podman, absl::Duration grace) {
  closed_ = true;
  if (stopping_) {
    kill_at_ = std::min(kill_at_, absl::Now() + grace);
    return;
  }
  stopping_ = true;
  kill_at_ = absl::Now() + grace;
  if (grace > absl::ZeroDuration()) SignalAll(podman, SIGTERM, "SIGTERM");
}

void PodRun::SignalAll(const Podman& podman, int signal,
                       absl::string_view name) {
  for (const auto& run : runs_) {
    if (run->running()) Fail(run->Signal(podman, signal, name));
  }
}

absl::Duration PodRun::GracePeriod() const {
  if (options_.grace_period.has_value()) return *options_.grace_period;
  return pod_.spec().has_termination_grace_period_seconds()
             ? absl::Seconds(pod_.spec().termination_grace_period_seconds())
             : kDefaultGrace;
}

std::function<void(absl::string_view)> PodRun::LineOf(
    const ContainerRun& run) {
  return [this, &run](absl::string_view line) {
    lines_.emplace_back(run.container().name(), line);
  };
}

void PodRun::Fail(absl::Status status) { failure_.Update(std::move(status)); }

void PodRun::SetPhase() {
  const bool succeeded =
      !runs_.empty() &&
      std::all_of(runs_.begin(), runs_.end(),
                  [](const auto& run) { return run->succeeded(); });
  status_.set_phase(succeeded && status_.reason() != "DeadlineExceeded"
                        ? "Succeeded"
                        : "Failed");
}

void PodRun::CleanUp(Podman* podman) {
  if (options_.keep) {
    if (podman != nullptr) podman->Stop();
    TellWhatIsKept();
    return;
  }
  if (podman != nullptr) {
    // What is left of it changes nothing about how the Pod ended.
    const absl::Status removed =
        pod_name_.empty() ? absl::OkStatus() : podman->RemovePod(pod_name_);
    if (!removed.ok()) {
      Note(absl::StrCat("cannot remove the podman pod ", pod_name_, ": ",
                        removed.message()));
    }
    podman->Stop();
  }
  RemoveDirectory(directory_);
  RemoveDirectory(memory_);
}

void PodRun::TellWhatIsKept() const {
  const std::string podman = absl::StrJoin(options_.podman, " ");
  const std::string memory =
      memory_.empty() ? "" : absl::StrCat(" ", memory_);
  Note(absl::StrCat("kept the podman pod ", pod_name_, ": see ", podman,
                    " ps --all --pod; its volumes are in ", directory_,
                    "/volumes", memory.empty() ? "" : " and in", memory,
                    ", what its containers wrote in ", directory_, "/logs"));
  Note(absl::StrCat("to remove it: ", podman, " pod rm --force ", pod_name_,
                    " && rm -r ", directory_, memory));
}

void PodRun::RemoveDirectory(const std::string& directory) {
  if (directory.empty()) return;
  std::error_code error;
  fs::remove_all(directory, error);
  if (!error) return;
  // Files of a user namespace, which only podman can enter.
  ProcessOptions remove;
  remove.argv = options_.podman;
  remove.argv.insert(remove.argv.end(),
                     {"unshare", "rm", "-rf", "--", directory});
  absl::StatusOr<Subprocess> process = Subprocess::Start(remove);
  if (!process.ok() || process->Wait() != 0) {
    Note(absl::StrCat("cannot remove ", directory, ": ", error.message()));
  }
}

}  // namespace

absl::StatusOr<v1::PodStatus> RunPod(const v1::Pod& pod,
                                     const RunOptions& options,
                                     const RunObserver& observer,
                                     PodControl* control) {
  return PodRun(pod, options, observer, control).Run();
}

}  // namespace colocation::podman
