// Kubernetes' probes and hooks, done from inside the container.
//
// They run in child processes that may simply block, and report through a pipe;
// those are killed with all else when the sidecar ends. As the kubelet has it:
// first postStart, then the startup probe, then at the same time those for
// being ready and for being alive.
#ifndef COLOCATION_LAUNCHER_PROBE_H_
#define COLOCATION_LAUNCHER_PROBE_H_

#include <poll.h>

#include <cstdint>
#include <optional>
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
  // Why it has to be stopped; empty while there is no reason.
  const std::string& failure() const { return failure_; }
  // How long it has then between SIGTERM and SIGKILL; zero: as always.
  int64_t grace_ns() const { return grace_ns_; }

  void AddTo(std::vector<pollfd>* fds) const;
  // Call it when readable, or at any time.
  void TakeReports();

 private:
  const LaunchContainer& sidecar_;
  File reports_;
  bool ready_ = false;
  std::string failure_;
  int64_t grace_ns_ = 0;
};

// A hook that runs beside the sidecar's process.
class RunningHook {
 public:
  // Ends by itself at `until_ns`. Done at once where there is no hook.
  void Start(const std::optional<LaunchHook>& hook,
             const std::vector<std::string>& env, int64_t until_ns);

  // Call it when readable, or at any time.
  bool Done();
  void AddTo(std::vector<pollfd>* fds) const;

 private:
  File end_;
};

// Runs the hook. False if it failed or was not over at `until_ns`.
bool RunHook(const LaunchHook& hook, const std::vector<std::string>& env,
             int64_t until_ns);

// One attempt. `env` is that of the sidecar, for a command.
bool CheckOnce(const LaunchProbe& probe, const std::vector<std::string>& env);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_PROBE_H_
