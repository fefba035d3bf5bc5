#include "cli/podman/pod_control.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <iterator>

namespace colocation::podman {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// An eventfd can't be full of these, and one that is readable stays so.
void Notify(int fd) {
  const uint64_t one = 1;
  (void)!write(fd, &one, sizeof one);
}

std::atomic<PodControl*> signalled_control{nullptr};
struct sigaction old_actions[std::size(kSignals)];

void OnSignal(int) {
  const int old_errno = errno;
  if (PodControl* control = signalled_control.load()) control->Interrupt();
  errno = old_errno;
}

}  // namespace

PodControl::PodControl()
    : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      stop_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void PodControl::Wake() { Notify(fd_.get()); }

void PodControl::Stop() {
  stopped_ = true;
  Notify(stop_fd_.get());
  Wake();
}

void PodControl::Kill() {
  killed_ = true;
  Stop();
}

void PodControl::Interrupt() {
  if (stopped_.exchange(true)) killed_ = true;
  Stop();
}

void PodControl::Annotate(
    const std::map<std::string, std::string>& annotations) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, value] : annotations) {
      annotations_[key] = value;
    }
  }
  Wake();
}

void PodControl::Acknowledge() {
  uint64_t count;
  (void)!read(fd_.get(), &count, sizeof count);
}

std::map<std::string, std::string> PodControl::TakeAnnotations() {
  const std::lock_guard lock(mutex_);
  return std::exchange(annotations_, {});
}

StopOnSignals::StopOnSignals(PodControl* control) {
  signalled_control = control;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &action, &old_actions[i]);
  }
}

StopOnSignals::~StopOnSignals() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &old_actions[i], nullptr);
  }
  signalled_control = nullptr;
}

}  // namespace colocation::podman
