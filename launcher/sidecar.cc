#include "launcher/sidecar.h"

#include <cstdio>

#include "launcher/command.h"
#include "launcher/probe.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"

namespace colocation::launcher {
namespace {

class Sidecar {
 public:
  Sidecar(Container& container, const std::vector<std::string>& arguments)
      : container_(container), arguments_(arguments) {}

  int Run();

 private:
  PodEvents& events() { return container_.events(); }
  const std::string& last() { return container_.last_step(); }

  bool WaitForStart();
  bool AttemptIsOver();
  bool UnitIsOver();
  SidecarState RunProcess();
  void PostState(std::string_view event, const SidecarState& state);

  Container& container_;
  const std::vector<std::string>& arguments_;
  int32_t attempt_ = 1;
  SidecarState gone_;
  int64_t start_ns_ = 0;
};

int Sidecar::Run() {
  for (; WaitForStart(); ++attempt_) {
    gone_ = RunProcess();
    PostState(kGone, gone_);
    if (container_.terminated() || container_.task().retries == 0) break;
  }
  TerminationMessage message;
  message.started_unix_ns = start_ns_;
  if (start_ns_ > 0) message.exit_code = std::to_string(gone_.exit_code);
  std::string text;
  FormatMessage(message, MessageLimit(container_.spec().containers.size() + 1),
                &text);
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

// False if there is no further attempt.
bool Sidecar::WaitForStart() {
  const std::string& first = container_.first_step();
  for (;;) {
    if (events().Has(first, OfAttempt(kStart, attempt_))) return true;
    if (attempt_ == 1 && events().Has(first, std::string(kSkip))) return false;
    if (UnitIsOver() || container_.terminated()) return false;
    container_.Wait(kNever);
  }
}

SidecarState Sidecar::RunProcess() {
  SidecarState gone;
  Command command;
  Process process;
  if (AttemptIsOver()) return gone;
  if (container_.without_image()) {
    gone.message = "it has not got its image";
    std::fprintf(stderr, "launcher: %s\n", gone.message.c_str());
    gone.exit_code = 1;
    return gone;
  }
  start_ns_ = NowNs();
  if (!MakeCommand(container_, arguments_, attempt_, &command, &gone.message) ||
      !process.Start(command, &gone.message)) {
    std::fprintf(stderr, "launcher: %s\n", gone.message.c_str());
    gone.exit_code = process.exit_code();
    return gone;
  }
  Prober prober(container_.self(), command.env);
  bool ready = false;
  int64_t kill_at = kNever;
  while (process.running()) {
    if (!ready && prober.ready()) {
      ready = true;
      PostState(kReady, SidecarState());
    }
    if (kill_at == kNever && (AttemptIsOver() || !prober.failure().empty())) {
      gone.message = prober.failure();
      process.Signal(SIGTERM);
      kill_at = NowNs() + container_.grace_ns();
    }
    if (NowNs() >= kill_at) process.Signal(SIGKILL);
    std::vector<pollfd> fds;
    prober.AddTo(&fds);
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
