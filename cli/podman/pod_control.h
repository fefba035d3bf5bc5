// The outside's hold on a Pod that runs.
#ifndef COLOCATION_CLI_PODMAN_POD_CONTROL_H_
#define COLOCATION_CLI_PODMAN_POD_CONTROL_H_

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace colocation::podman {

// Everything may be called at any time from any thread; Stop also from a signal
// handler.
class PodControl {
 public:
  PodControl();
  ~PodControl();
  PodControl(const PodControl&) = delete;
  PodControl& operator=(const PodControl&) = delete;

  // The first call ends the Pod as its deletion would: no container starts any
  // more, those that run get SIGTERM, and SIGKILL after the grace period. The
  // second one is SIGKILL at once.
  void Stop();

  // Sets annotations of the Pod; files that show them follow.
  void Annotate(const std::map<std::string, std::string>& annotations);

  // For the runner. Readable after each of the above until Acknowledge.
  int fd() const { return fd_; }
  void Acknowledge();
  int stops() const { return stops_.load(); }
  std::map<std::string, std::string> TakeAnnotations();

 private:
  const int fd_;
  std::atomic<int> stops_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::string> annotations_;
};

// While it lives, SIGINT, SIGTERM and SIGHUP call Stop of `control` instead of
// ending the program. One at a time.
class StopOnSignals {
 public:
  explicit StopOnSignals(PodControl* control);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_CONTROL_H_
