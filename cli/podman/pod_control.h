// The outside's hold on a Pod that runs.
#ifndef COLOCATION_CLI_PODMAN_POD_CONTROL_H_
#define COLOCATION_CLI_PODMAN_POD_CONTROL_H_

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "cli/podman/descriptor.h"

namespace colocation::podman {

// Everything may be called at any time from any thread; Stop, Kill and
// Interrupt also from a signal handler.
class PodControl {
 public:
  PodControl();
  PodControl(const PodControl&) = delete;
  PodControl& operator=(const PodControl&) = delete;

  // Ends the Pod as its deletion would: no container starts any more, those
  // that run get SIGTERM, and SIGKILL after the grace period. Calling it again
  // changes nothing, as deleting a Pod twice does.
  void Stop();

  // Ends the Pod with SIGKILL at once.
  void Kill();

  // What Ctrl-C means: Stop the first time, Kill after that.
  void Interrupt();

  // Sets annotations of the Pod; files that show them follow.
  void Annotate(const std::map<std::string, std::string>& annotations);

  // For the runner. Readable after each of the above until Acknowledge.
  int fd() const { return fd_.get(); }
  void Acknowledge();

  // Readable from the first Stop or Kill on, for good: gives up what takes
  // long. Annotations never make it readable.
  int stop_fd() const { return stop_fd_.get(); }
  bool stopped() const { return stopped_.load(); }
  bool killed() const { return killed_.load(); }
  std::map<std::string, std::string> TakeAnnotations();

 private:
  void Wake();

  const Descriptor fd_;
  const Descriptor stop_fd_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> killed_{false};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::string> annotations_;
};

// While it lives, SIGINT, SIGTERM and SIGHUP call Interrupt of `control`
// instead of ending the program. One at a time.
class StopOnSignals {
 public:
  explicit StopOnSignals(PodControl* control);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_CONTROL_H_
