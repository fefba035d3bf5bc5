#include "launcher/sidecar.h"

#include <algorithm>
#include <cstdio>

#include "launcher/command.h"
#include "launcher/own_directories.h"
#include "launcher/probe.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"

namespace colocation::launcher {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// As in the kubelet: at once, then after 10 s, 20 s and so on up to 5 minutes;
// from the beginning again for one that ran for 10 minutes.
constexpr int64_t kFirstRestartPause = 10 * kSecond;
constexpr int64_t kLongestRestartPause = 300 * kSecond;
constexpr int64_t kRestartForgotten = 600 * kSecond;
// minimumGracePeriodInSeconds.
constexpr int64_t kLeastGrace = 2 * kSecond;

class Sidecar {
 public:
  Sidecar(Container& container, const std::vector<std::string>& arguments)
      : container_(container), arguments_(arguments) {}

  int Run();

 private:
  PodEvents& events() { return container_.events(); }
  const std::string& last() { return container_.last_step(); }

  bool WaitForAgain();
  bool WaitForStart();
  bool AttemptIsOver();
  bool UnitIsOver();
  SidecarState RunAttempt();
  SidecarState RunProcess();
  void PostState(std::string_view event, const SidecarState& state);

  Container& container_;
  const std::vector<std::string>& arguments_;
  int32_t attempt_ = 1;
  bool posted_ready_ = false;
  // Something has run since the container's own directories were empty.
  bool used_ = false;
  SidecarState gone_;
  int64_t start_ns_ = 0;
};

int Sidecar::Run() {
  // A hook comes before the signal that ends the process.
  container_.set_holds_termination(container_.self().pre_stop.has_value());
  for (; WaitForStart(); ++attempt_) {
    gone_ = RunAttempt();
    PostState(kGone, gone_);
    if (container_.terminated() || container_.task().retries == 0) break;
  }
  TerminationMessage message;
  message.started_unix_ns = start_ns_;
  if (start_ns_ > 0) message.exit_code = std::to_string(gone_.exit_code);
  std::string text;
  FormatMessage(message, container_.message_room(), &text);
  container_.WriteTerminationMessage(text);
  return 0;
}

void Sidecar::PostState(std::string_view event, const SidecarState& state) {
  SidecarState posted = state;
  posted.attempt = attempt_;
  posted.time_unix_ns = NowNs();
  container_.Post(OfAttempt(event, attempt_), ToJson(posted));
}

bool Sidecar::UnitIsOver() {
  return events().UnitEnd(container_.unit()).has_value() ||
         events().DeclaredEnd(container_.task_index()).has_value();
}

bool Sidecar::AttemptIsOver() {
  return events().Has(last(), OfAttempt(kStopAttempt, attempt_)) ||
         UnitIsOver();
}

bool Sidecar::WaitForAgain() {
  while (!events().Has(last(), OfAttempt(kAgain, attempt_ - 1))) {
    if (UnitIsOver() || container_.terminated()) return false;
    container_.Wait(kNever);
  }
  return true;
}

// False if there is no further attempt.
bool Sidecar::WaitForStart() {
  const std::string& first = container_.first_step();
  if (attempt_ > 1) {
    if (!WaitForAgain()) return false;
    used_ = EmptyOwnDirectories(container_, attempt_, used_);
  }
  for (;;) {
    if (events().Has(first, OfAttempt(kStart, attempt_))) return true;
    // The attempt has failed before it could start.
    if (events().Has(last(), OfAttempt(kStopAttempt, attempt_))) return true;
    if (attempt_ == 1 && events().Has(first, std::string(kSkip))) return false;
    if (UnitIsOver() || container_.terminated()) return false;
    container_.Wait(kNever);
  }
}

SidecarState Sidecar::RunAttempt() {
  SidecarState gone;
  posted_ready_ = false;
  if (AttemptIsOver()) return gone;
  if (container_.without_image()) {
    gone.message = "it has not got its image";
    std::fprintf(stderr, "launcher: %s\n", gone.message.c_str());
    gone.exit_code = 1;
    return gone;
  }
  int64_t pause = 0;
  while (!AttemptIsOver() && !container_.terminated()) {
    const int64_t start = NowNs();
    gone = RunProcess();
    if (!container_.self().restart) break;
    if (NowNs() - start >= kRestartForgotten) pause = 0;
    const int64_t until = NowNs() + pause;
    while (NowNs() < until && !AttemptIsOver() && !container_.terminated()) {
      container_.Wait(until);
    }
    pause = std::clamp(2 * pause, kFirstRestartPause, kLongestRestartPause);
  }
  return gone;
}

SidecarState Sidecar::RunProcess() {
  SidecarState gone;
  Command command;
  Process process;
  used_ = true;
  start_ns_ = NowNs();
  if (!MakeCommand(container_, arguments_, attempt_, &command, &gone.message) ||
      !process.Start(command, &gone.message)) {
    std::fprintf(stderr, "launcher: %s\n", gone.message.c_str());
    gone.exit_code = process.exit_code();
    return gone;
  }
  const LaunchContainer& self = container_.self();
  Prober prober(self, command.env);
  // It is stopped in two steps: the hook, then signals.
  bool stopping = false, asked = false;
  RunningHook hook;
  int64_t kill_at = kNever;
  while (process.running()) {
    if (!posted_ready_ && prober.ready()) {
      posted_ready_ = true;
      PostState(kReady, SidecarState());
    }
    const bool over = AttemptIsOver();
    if (!stopping && (over || !prober.failure().empty() ||
                      (self.pre_stop.has_value() && container_.terminated()))) {
      stopping = true;
      gone.message = prober.failure();
      const bool own_grace = !over && prober.grace_ns() > 0;
      kill_at =
          Later(NowNs(), own_grace ? prober.grace_ns() : container_.grace_ns());
      hook.Start(self.pre_stop, command.env, kill_at);
    }
    if (stopping && !asked && (hook.Done() || NowNs() >= kill_at)) {
      asked = true;
      process.Signal(SIGTERM);
      // What the kubelet leaves at least after a hook that took all the time.
      if (self.pre_stop.has_value()) {
        kill_at = std::max(kill_at, NowNs() + kLeastGrace);
      }
    }
    if (asked && NowNs() >= kill_at) process.Signal(SIGKILL);
    std::vector<pollfd> fds;
    prober.AddTo(&fds);
    hook.AddTo(&fds);
    container_.Wait(kill_at, &process, fds);
    prober.TakeReports();
  }
  process.Finish();
  gone.exit_code = process.exit_code();
  return gone;
}

}  // namespace

int RunSidecar(Container& container,
               const std::vector<std::string>& arguments) {
  return Sidecar(container, arguments).Run();
}

}  // namespace colocation::launcher
