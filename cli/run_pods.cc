#include "cli/run_pods.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/inputs.h"
#include "cli/podman/descriptor.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/run/advance.h"

namespace colocation::cli {
namespace {

namespace fs = std::filesystem;

// The volume of the launchers' events (docs/launcher.md).
constexpr char kEventsVolume[] = "colocation-events";

// How often what is shown live changes.
constexpr int kTickMs = 200;

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

class Controller {
 public:
  Controller(const v1::ColocationPlan& plan, const podman::RunOptions& options,
             const std::string& directory, RunProgress* progress,
             podman::PodControl* control)
      : plan_(plan),
        options_(options),
        directory_(directory),
        control_(*control),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        progress_(*progress) {}

  ~Controller() {
    StopAll();
    JoinAll();
  }

  absl::StatusOr<v1::RunStatus> Run() {
    for (;;) {
      const v1::Observation observed = Observe();
      if (absl::Status failure = Failure(); !failure.ok()) return failure;
      absl::StatusOr<v1::Advance> next = AdvanceRun(plan_, observed);
      if (!next.ok()) return next.status();
      for (const v1::Action& action : next->actions()) {
        if (absl::Status status = Do(action); !status.ok()) return status;
      }
      status_ = next->status();
      TellStatus();
      if (next->done() && AllOver()) {
        JoinAll();
        if (absl::Status failure = Failure(); !failure.ok()) return failure;
        return status_;
      }
      Wait(next->look_again());
    }
  }

 private:
  struct RunningPod {
    podman::PodControl control;
    podman::RunOptions options;
    v1::Pod manifest;
    std::thread thread;
    // Guarded by mutex_.
    v1::Pod seen;
    bool over = false;
  };

  v1::Observation Observe() {
    v1::Observation observed;
    observed.set_now(TimeText(absl::Now()));
    if (control_.stopped()) observed.set_spec_status("Cancelled");
    *observed.mutable_status() = status_;
    for (const auto& [name, claim] : options_.objects.claims) {
      observed.add_claims(name);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, pod] : pods_) *observed.add_pods() = pod->seen;
    return observed;
  }

  absl::Status Do(const v1::Action& action) {
    if (action.has_create_claim()) {
      return MakeClaim(action.create_claim().metadata().name());
    }
    if (action.has_create_pod()) return Start(action.create_pod());
    if (action.has_annotate_pod()) {
      RunningPod& pod = *pods_.at(action.annotate_pod().pod());
      const auto& annotations = action.annotate_pod().annotations();
      pod.control.Annotate({annotations.begin(), annotations.end()});
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [key, value] : annotations) {
        (*pod.seen.mutable_metadata()->mutable_annotations())[key] = value;
      }
      return absl::OkStatus();
    }
    if (action.has_delete_pod()) {
      const v1::DeletePod& deleted = action.delete_pod();
      RunningPod& pod = *pods_.at(deleted.pod());
      if (!pod.control.stopped()) {
        const std::lock_guard<std::mutex> lock(mutex_);
        progress_.OnNote(absl::StrCat("the Pod ", deleted.pod(),
                                      " is stopped: ", deleted.reason()));
      }
      pod.control.Stop();
      return absl::OkStatus();
    }
    return absl::UnimplementedError("external tasks can't run here");
  }

  absl::Status MakeClaim(const std::string& name) {
    const std::string path = absl::StrCat(directory_, "/claim-", name);
    std::error_code error;
    fs::create_directory(path, error);
    if (!error) fs::permissions(path, fs::perms::all, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot make ", path, ": ", error.message()));
    }
    options_.objects.claims[name] = path;
    return absl::OkStatus();
  }

  absl::Status Start(const v1::Pod& manifest) {
    for (const v1::Volume& volume : manifest.spec().volumes()) {
      if (!volume.has_persistent_volume_claim()) continue;
      const std::string& name = volume.persistent_volume_claim().claim_name();
      if (options_.objects.claims.contains(name)) continue;
      if (absl::Status made = MakeClaim(name); !made.ok()) return made;
    }
    const std::string& name = manifest.metadata().name();
    auto pod = std::make_unique<RunningPod>();
    pod->options = options_;
    pod->manifest = manifest;
    pod->seen.mutable_metadata()->set_name(name);
    pod->seen.mutable_metadata()->set_uid(name);
    *pod->seen.mutable_metadata()->mutable_annotations() =
        manifest.metadata().annotations();
    pod->seen.mutable_status()->set_phase("Pending");
    RunningPod& started = *pod;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      pods_.emplace(name, std::move(pod));
    }
    started.thread = std::thread([this, &started] { RunOne(started); });
    return absl::OkStatus();
  }

  // In the Pod's thread.
  void RunOne(RunningPod& pod) {
    podman::RunObserver observer;
    observer.on_log = [&](absl::string_view container, absl::string_view line) {
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_.OnLog(container, line);
    };
    observer.on_note = [&](absl::string_view note) {
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_.OnNote(note);
    };
    observer.watched_volume = kEventsVolume;
    observer.on_file = [&](absl::string_view path, const std::string& file) {
      const absl::StatusOr<std::string> content = ReadFile(file);
      if (!content.ok()) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_.OnEvent(path, *content);
    };
    observer.on_container = [&](const v1::ContainerStatus& status) {
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_.OnContainer(status);
      See(status, &pod);
      Wake();
    };
    absl::StatusOr<v1::PodStatus> status =
        podman::RunPod(pod.manifest, pod.options, observer, &pod.control);
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_.OnPodOver(pod.manifest.metadata().name());
    if (status.ok()) {
      if (!status->message().empty() && status->reason() != "Cancelled") {
        progress_.OnNote(status->message());
      }
      *pod.seen.mutable_status() = *std::move(status);
    } else {
      failure_.Update(status.status());
    }
    pod.over = true;
    Wake();
  }

  static void See(const v1::ContainerStatus& status, RunningPod* pod) {
    auto& all = *pod->seen.mutable_status()->mutable_container_statuses();
    pod->seen.mutable_status()->set_phase("Running");
    const bool ours = std::any_of(pod->manifest.spec().containers().begin(),
                                  pod->manifest.spec().containers().end(),
                                  [&](const auto& container) {
                                    return container.name() == status.name();
                                  });
    if (!ours) return;
    for (v1::ContainerStatus& known : all) {
      if (known.name() != status.name()) continue;
      known = status;
      return;
    }
    *all.Add() = status;
  }

  void Wake() {
    const uint64_t one = 1;
    // It can't be full, and a wake that is pending is enough.
    (void)!write(wake_.get(), &one, sizeof one);
  }

  void Wait(const std::string& until) {
    absl::Time time;
    std::string ignored;
    int timeout_ms = -1;
    if (absl::ParseTime(absl::RFC3339_full, until, &time, &ignored)) {
      const int64_t left = absl::ToInt64Milliseconds(time - absl::Now());
      timeout_ms = static_cast<int>(std::clamp<int64_t>(
          left + 1, 0, absl::ToInt64Milliseconds(absl::Hours(24))));
    }
    pollfd fds[] = {{wake_.get(), POLLIN, 0}, {control_.fd(), POLLIN, 0}};
    if (Tick()) {
      timeout_ms = timeout_ms < 0 ? kTickMs : std::min(timeout_ms, kTickMs);
    }
    poll(fds, 2, timeout_ms);
    uint64_t count;
    (void)!read(wake_.get(), &count, sizeof count);
    if (fds[1].revents == 0) return;
    control_.Acknowledge();
    StopAll();
  }

  // Passes on what `control` was told.
  void StopAll() {
    for (const auto& [name, pod] : pods_) {
      control_.killed() ? pod->control.Kill() : pod->control.Stop();
    }
  }

  bool AllOver() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::all_of(pods_.begin(), pods_.end(),
                       [](const auto& pod) { return pod.second->over; });
  }

  void JoinAll() {
    for (const auto& [name, pod] : pods_) {
      if (pod->thread.joinable()) pod->thread.join();
    }
  }

  // Whether there is something to keep up to date.
  bool Tick() {
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_.Tick();
    return progress_.is_live();
  }

  void TellStatus() {
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_.OnStatus(status_);
  }

  absl::Status Failure() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return failure_;
  }

  const v1::ColocationPlan& plan_;
  podman::RunOptions options_;
  const std::string directory_;
  podman::PodControl& control_;
  const podman::Descriptor wake_;
  v1::RunStatus status_;
  // Changed by the controller's own thread only.
  std::map<std::string, std::unique_ptr<RunningPod>> pods_;
  std::mutex mutex_;
  // Guarded by mutex_.
  RunProgress& progress_;
  absl::Status failure_;
};

}  // namespace

absl::Status CheckRunsHere(const v1::ColocationPlan& plan) {
  std::vector<std::string> external;
  for (const v1::PlannedTask& task : plan.tasks()) {
    if (task.placement() != v1::PLACEMENT_EXTERNAL) continue;
    external.push_back(
        absl::StrCat(task.external(), " of the task ", task.name()));
  }
  if (external.empty()) return absl::OkStatus();
  DiagnosticList list;
  list.Error("needs-cluster", Subject(), "",
             absl::StrCat("these tasks run in no Pod of the plan, and there is "
                          "nobody here to run them: ",
                          absl::StrJoin(external, ", ")))
      .set_hint("run the plan in a cluster that has what runs them");
  return ToStatus(absl::StatusCode::kFailedPrecondition, list.Sorted());
}

absl::StatusOr<v1::RunStatus> RunPods(const v1::ColocationPlan& plan,
                                      const podman::RunOptions& options,
                                      const std::string& directory,
                                      RunProgress* progress,
                                      podman::PodControl* control) {
  return Controller(plan, options, directory, progress, control).Run();
}

}  // namespace colocation::cli
