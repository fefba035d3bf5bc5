#include "cli/podman/container_run.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace colocation::podman {
namespace {

// k8s.io/kubernetes/pkg/kubelet/container/runtime.go,
// MaxContainerTerminationMessageLength.
constexpr size_t kMessageLength = 4096;

// The kubelet's code for a container whose command could not be started.
constexpr int kStartError = 128;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
}

// In UTC with nine digits, so that texts sort like times.
std::string NormalTime(const std::string& text) {
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)
             ? TimeText(time)
             : text;
}

}  // namespace

std::string ToValidUtf8(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const unsigned char lead = text[i];
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xc2 && lead < 0xe0 ? 2
                          : lead >= 0xe0 && lead < 0xf0 ? 3
                          : lead >= 0xf0 && lead < 0xf5 ? 4
                                                        : 0;
    bool valid = length > 0 && i + length <= text.size();
    for (size_t k = 1; valid && k < length; ++k) {
      const unsigned char next = text[i + k];
      const unsigned char low = k > 1          ? 0x80
                                : lead == 0xe0 ? 0xa0
                                : lead == 0xf0 ? 0x90
                                               : 0x80;
      const unsigned char high = k > 1          ? 0xbf
                                 : lead == 0xed ? 0x9f
                                 : lead == 0xf4 ? 0x8f
                                                : 0xbf;
      valid = next >= low && next <= high;
    }
    if (valid) {
      absl::StrAppend(&result, text.substr(i, length));
      i += length;
    } else {
      result.append("\xef\xbf\xbd");
      ++i;
    }
  }
  return result;
}

absl::StatusOr<StartedContainer> StartContainer(
    const Podman& podman, const api::ContainerCreate& spec) {
  absl::StatusOr<std::string> id = podman.CreateContainer(spec);
  if (!id.ok()) return id.status();
  StartedContainer started;
  started.id = *std::move(id);
  if (absl::Status status = podman.StartContainer(started.id); !status.ok()) {
    started.start_error = std::string(status.message());
    return started;
  }
  const absl::StatusOr<api::Inspected> inspected = podman.Inspect(started.id);
  if (!inspected.ok()) return inspected.status();
  started.started_at = inspected->state().started_at();
  // Process ids are handed out in turn, so this one is not another's yet.
  if (inspected->state().pid() > 0) {
    started.pidfd = Descriptor(
        static_cast<int>(syscall(SYS_pidfd_open, inspected->state().pid(), 0)));
    if (started.pidfd.get() < 0 && errno != ESRCH) {
      return absl::UnavailableError(
          absl::StrCat("cannot watch its process: ", std::strerror(errno)));
    }
  }
  return started;
}

ContainerRun::ContainerRun(const v1::Container& container, std::string log_path,
                           std::string message_path, size_t message_budget,
                           v1::ContainerStatus* status)
    : container_(container),
      message_path_(std::move(message_path)),
      message_budget_(message_budget),
      status_(status),
      log_(std::move(log_path)) {}

void ContainerRun::OnStarted(StartedContainer started) {
  id_ = started.id;
  pidfd_ = std::move(started.pidfd);
  status_->set_container_id(absl::StrCat("podman://", id_));
  if (!started.start_error.empty()) {
    v1::ContainerStateTerminated* end =
        status_->mutable_state()->mutable_terminated();
    end->set_exit_code(kStartError);
    end->set_reason("StartError");
    end->set_message(ToValidUtf8(started.start_error));
    end->set_finished_at(TimeText(absl::Now()));
    end->set_container_id(status_->container_id());
    status_->mutable_state()->clear_waiting();
    return;
  }
  running_ = true;
  status_->mutable_state()->clear_waiting();
  status_->mutable_state()->mutable_running()->set_started_at(
      NormalTime(started.started_at));
  status_->set_started(true);
  status_->set_ready(true);
}

absl::Status ContainerRun::OnEnded(const Podman& podman, OnLine on_line) {
  running_ = false;
  pidfd_ = Descriptor();
  absl::StatusOr<api::Inspected> inspected = podman.InspectEnded(id_);
  if (!inspected.ok()) return inspected.status();
  log_.Finish(on_line);

  const api::Inspected::State& state = inspected->state();
  const bool failed = state.exit_code() != 0;
  v1::ContainerStateTerminated* end =
      status_->mutable_state()->mutable_terminated();
  end->set_exit_code(state.exit_code());
  end->set_reason(state.oom_killed() ? "OOMKilled"
                  : failed           ? "Error"
                                     : "Completed");
  if (std::string message = TerminationMessage(failed); !message.empty()) {
    end->set_message(std::move(message));
  }
  end->set_finished_at(NormalTime(state.finished_at()));
  // podman looks at the clock only when the start call has come back, which may
  // be after the end.
  end->set_started_at(
      std::min(NormalTime(state.started_at()), end->finished_at()));
  end->set_container_id(status_->container_id());
  status_->mutable_state()->clear_running();
  status_->set_image_id(inspected->image());
  status_->set_started(false);
  status_->set_ready(false);
  return absl::OkStatus();
}

absl::Status ContainerRun::Signal(const Podman& podman, int signal,
                                  absl::string_view name) const {
  if (pidfd_.get() >= 0 &&
      (syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0 ||
       errno == ESRCH)) {
    return absl::OkStatus();
  }
  // A user's podman gives containers user ids that only podman may signal.
  return podman.Signal(id_, name);
}

std::string ContainerRun::TerminationMessage(bool failed) const {
  std::ifstream in(message_path_, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > kMessageLength) {
    text.erase(0, text.size() - kMessageLength);
  }
  if (text.empty() && failed &&
      container_.termination_message_policy() == "FallbackToLogsOnError") {
    text = log_.Tail();
  }
  if (text.size() > message_budget_) text.resize(message_budget_);
  return ToValidUtf8(text);
}

}  // namespace colocation::podman
