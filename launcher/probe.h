// Kubernetes' probes, done from inside the container.
//
// Each probe is a child process that may simply block, and reports through a
// pipe; it is killed with all else when the sidecar ends. First comes
// postStart, then the probe for being ready, then that for being alive: the
// kubelet begins the latter two at once, or after a startup probe has
// succeeded, but doesn't tell us which.
#ifndef COLOCATION_LAUNCHER_PROBE_H_
#define COLOCATION_LAUNCHER_PROBE_H_

#include <poll.h>

#include <string>
#include <vector>

#include "launcher/files.h"
#include "launcher/spec.h"

namespace colocation::launcher {

class Prober {
 public:
  // Starts to probe on behalf of a sidecar whose process has been started.
  Prober(const LaunchContainer& sidecar, const std::vector<std::string>& env);

  // It is ready, or has nothing that says when it is.
  bool ready() const { return ready_; }
  // Why it has to be killed; empty while there is no reason.
  const std::string& failure() const { return failure_; }

  void AddTo(std::vector<pollfd>* fds) const;
  // Call it when readable, or at any time.
  void TakeReports();

 private:
  File reports_;
  bool ready_ = false;
  std::string failure_;
};

// One attempt. `env` is that of the sidecar, for a command.
bool CheckOnce(const LaunchProbe& probe, const std::vector<std::string>& env);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_PROBE_H_
