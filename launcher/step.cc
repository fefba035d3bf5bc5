#include "launcher/step.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "launcher/command.h"
#include "launcher/credentials.h"
#include "launcher/decide.h"
#include "launcher/oom_kills.h"
#include "launcher/own_directories.h"
#include "launcher/results.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

// For people who read the log.
const char* WhySkipped(SkipReason reason) {
  switch (reason) {
    case SkipReason::kWhen:
      return "its when expressions do not hold";
    case SkipReason::kParentSkipped:
      return "a task that it depends on was skipped";
    case SkipReason::kStopping:
      return "the run is stopping, as a task has failed";
    case SkipReason::kCancelled:
      return "the run was cancelled";
    case SkipReason::kStopped:
      return "the run was stopped";
    case SkipReason::kMissingResults:
      return "a result that it needs is missing";
    case SkipReason::kPipelineTimeout:
    case SkipReason::kTasksTimeout:
    case SkipReason::kFinallyTimeout:
      return "the time is over";
    case SkipReason::kEmptyMatrix:
      return "its matrix is empty";
    case SkipReason::kUnspecified:
      break;
  }
  return "no reason given";
}

constexpr int kTerminatedExitCode = 128 + SIGTERM;

// A deleted Pod's containers get SIGTERM one after the other. A step that ends
// for it keeps that to itself for so long, lest a finally task starts before
// its own signal comes.
constexpr int64_t kSignalsSpread = 100'000'000;

struct Cause {
  // Tekton's reason for the step ("Reason" in the termination message) and for
  // the task.
  std::string_view step_reason;
  std::string_view task_reason;
  std::string_view message;
};

Cause Explain(StopCause cause) {
  switch (cause) {
    case StopCause::kNone:
      break;
    case StopCause::kTerminated:
      return {"Cancelled", kTaskRunCancelled, "the container was stopped"};
    case StopCause::kCancelled:
      return {"Cancelled", kTaskRunCancelled, "the run was cancelled"};
    case StopCause::kPipelineTimeout:
      return {"Cancelled", kTaskRunCancelled,
              "the pipeline's timeout was reached"};
    case StopCause::kTasksTimeout:
      return {"Cancelled", kTaskRunCancelled,
              "the timeout of the pipeline's tasks was reached"};
    case StopCause::kFinallyTimeout:
      return {"Cancelled", kTaskRunCancelled,
              "the timeout of the finally tasks was reached"};
    case StopCause::kTaskTimeout:
      return {"TimeoutExceeded", kTaskRunTimeout,
              "the task's timeout was reached"};
    case StopCause::kDeclared:
      return {"Cancelled", kTaskRunCancelled, "the controller ended the task"};
    case StopCause::kStepTimeout:
      return {"TimeoutExceeded", kStepFailed, "the step's timeout was reached"};
  }
  return {"", kStepFailed, ""};
}

class Step {
 public:
  Step(Container& container, const std::vector<std::string>& arguments)
      : container_(container), arguments_(arguments) {}

  int Run();

 private:
  PodEvents& events() { return container_.events(); }
  std::string Quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
  }

  // Before the step. Each returns when the step may go on: with the step's end
  // if it does not run in this attempt; unit_end_ is set if the unit does not.
  std::optional<StepEnd> WaitForTurn();
  void DecideUnit();
  bool FirstUnitDecides();
  std::optional<StepEnd> StartAttempt();
  void MakeCredentials();
  std::optional<StepEnd> WaitForCredentials();
  std::optional<StepEnd> WaitForSidecars();
  std::optional<StepEnd> WaitForPreviousStep();

  // The step itself.
  StepEnd RunProcess();
  std::optional<StepEnd> PrepareDirectories();
  void WriteExitCode(int code);

  // After it. True if there is another attempt.
  bool FinishAttempt();
  bool WaitForVerdict();
  TaskEnd AttemptEnd();
  TerminationMessage TaskMessage(const TaskEnd& end);
  void WaitForSidecarsGone();
  bool MayRetry(const TaskEnd& end);

  void TakeDeclaredEnd();
  void EndUnit(TaskEnd end);
  void LetSignalsSpread();
  StepEnd NotRun(StopCause cause);
  StepEnd Lost(const std::string& container);
  TaskEnd LostUnit();
  StepEnd Failed(std::string_view task_reason, std::string message);
  int ExitCode();
  void WriteMessage();
  bool UnitIsLost() {
    return !container_.is_last() && events().Dead(container_.last_step()) &&
           !events().Get<TaskEnd>(container_.last_step(), std::string(kEnd));
  }

  Container& container_;
  const std::vector<std::string>& arguments_;
  int32_t attempt_ = 1;
  int64_t attempt_start_ns_ = 0;
  // The last attempt that this step has got its credentials for, and why they
  // can't be made.
  int32_t credentials_attempt_ = 0;
  std::string credentials_error_;
  StepEnd end_;
  // Something has run since the container's own directories were empty.
  bool used_ = false;
  // The step of this container is what the attempt failed of.
  bool failed_here_ = false;
  std::optional<TaskEnd> unit_end_;
  std::vector<ResultValue> task_results_;
  // What this container, the unit's last, has posted as the unit's end.
  std::optional<TaskEnd> posted_end_;
};

int Step::Run() {
  // Ahead of time, so that it doesn't delay the start; see below for errors.
  PrepareDirectories();
  for (;; ++attempt_) {
    failed_here_ = false;
    attempt_start_ns_ = 0;
    if (attempt_ > 1) {
      used_ = EmptyOwnDirectories(container_, attempt_, used_);
    }
    std::optional<StepEnd> not_run = WaitForTurn();
    if (unit_end_.has_value()) {
      // The unit doesn't run: say so, on to the last step.
      if (container_.is_last()) {
        EndUnit(*unit_end_);
      } else {
        container_.Post(std::string(kSkip), ToJson(*unit_end_));
      }
      end_.reason = "Skipped";
      break;
    }
    if (!not_run.has_value()) not_run = PrepareDirectories();
    end_ = not_run.has_value() ? *std::move(not_run) : RunProcess();
    end_.attempt = attempt_;
    if (failed_here_) {
      std::fprintf(stderr, "launcher: %s\n", end_.message.c_str());
    }
    container_.Post(OfAttempt(kStep, attempt_), ToJson(end_));
    if (!FinishAttempt()) break;
  }
  WriteMessage();
  return ExitCode();
}

// ---------------------------------------------------------------------------
// Before the step

std::optional<StepEnd> Step::WaitForTurn() {
  if (!container_.is_first()) return WaitForPreviousStep();
  if (attempt_ == 1) {
    DecideUnit();
    if (unit_end_.has_value()) return std::nullopt;
  } else if (const std::string left = MakeOwnDirectories(container_, attempt_);
             !left.empty()) {
    return Failed(kStepFailed,
                  "another attempt needs empty directories: " + left);
  }
  return StartAttempt();
}

// Waits until the unit may start, and sets unit_end_ if it doesn't.
void Step::DecideUnit() {
  const LaunchTask& task = container_.task();
  StopCause cause = StopCause::kNone;
  const auto& tasks = container_.spec().tasks;
  // Units that are only waited for because the Pod has no room for all at once,
  // by (task, unit).
  std::vector<std::pair<size_t, size_t>> delayed_by;
  for (const std::string& name : container_.unit().delayed_by) {
    for (size_t i = 0; i < tasks.size(); ++i) {
      for (size_t u = 0; u < tasks[i].units.size(); ++u) {
        if (tasks[i].units[u].name == name) delayed_by.emplace_back(i, u);
      }
    }
  }
  const auto all_ended = [&] {
    // Looks at each, so that each is watched.
    return std::all_of(task.wait_for.begin(), task.wait_for.end(),
                       [&](const auto& name) {
                         size_t i = 0;
                         while (tasks[i].name != name) ++i;
                         return events().EndOfTask(i).has_value();
                       }) &&
           std::all_of(delayed_by.begin(), delayed_by.end(),
                       [&](const auto& other) {
                         const auto& [i, u] = other;
                         return events().DeclaredEnd(i).has_value() ||
                                events().UnitEnd(tasks[i].units[u]).has_value();
                       });
  };
  while (!all_ended() && !UnitIsLost() &&
         (cause = container_.CauseToStop(0)) == StopCause::kNone) {
    container_.Wait(container_.NextDeadline(0));
  }
  if (UnitIsLost()) {
    unit_end_ = LostUnit();
    return;
  }
  cause = container_.CauseToStop(0);
  if (cause == StopCause::kDeclared) {
    TakeDeclaredEnd();
    return;
  }
  // All units of a matrix start or none: the first one decides for them.
  if (&container_.unit() != &task.units.front() && FirstUnitDecides()) return;

  cause = container_.CauseToStop(0);
  Decision decision;
  if (cause == StopCause::kTerminated) LetSignalsSpread();
  if (cause == StopCause::kTerminated || cause == StopCause::kCancelled) {
    decision.kind = Decision::Kind::kSkip;
    decision.skip_reason = SkipReason::kCancelled;
  } else if (cause == StopCause::kPipelineTimeout && !all_ended()) {
    decision.kind = Decision::Kind::kSkip;
    decision.skip_reason = SkipReason::kPipelineTimeout;
  } else {
    decision = Decide(container_.spec().tasks, container_.task_index(),
                      container_.LookAtTasks());
  }
  if (decision.kind == Decision::Kind::kRun) return;

  TaskEnd end;
  end.start_unix_ns = end.end_unix_ns = NowNs();
  if (decision.kind == Decision::Kind::kSkip) {
    end.outcome = Outcome::kSkipped;
    end.skip_reason = decision.skip_reason;
    std::fprintf(stderr, "launcher: task \"%s\" is skipped: %s\n",
                 task.name.c_str(), WhySkipped(decision.skip_reason));
  } else {
    end.outcome = Outcome::kFailed;
    end.reason = decision.reason;
    end.message = decision.message;
    failed_here_ = true;
    std::fprintf(stderr, "launcher: task \"%s\" can't start: %s\n",
                 task.name.c_str(), decision.message.c_str());
  }
  unit_end_ = end;
}

// The controller has ended the task: a container of it can't start.
void Step::TakeDeclaredEnd() {
  unit_end_ = events().DeclaredEnd(container_.task_index());
  failed_here_ = unit_end_->outcome == Outcome::kFailed &&
                 !container_.task().continue_on_error;
}

TaskEnd Step::LostUnit() {
  const StepEnd lost = Lost(container_.last_step());
  TaskEnd end;
  end.outcome = Outcome::kFailed;
  end.reason = lost.task_reason;
  end.message = lost.message;
  end.start_unix_ns = end.end_unix_ns = NowNs();
  return end;
}

// Takes over what the first unit of the matrix has decided; false if its
// launcher has died before it could.
bool Step::FirstUnitDecides() {
  const std::string& first = container_.task().units.front().steps.front();
  const std::string& last = container_.task().units.front().steps.back();
  for (;;) {
    const bool dead = events().Dead(first);
    if (events().Has(first, OfAttempt(kStart, 1))) return true;
    unit_end_ = events().Get<TaskEnd>(first, std::string(kSkip));
    // With a single step, its launcher posts the end right away.
    if (!unit_end_.has_value() && first == last) {
      unit_end_ = events().Get<TaskEnd>(last, std::string(kEnd));
    }
    if (unit_end_.has_value()) return true;
    if (container_.CauseToStop(0) == StopCause::kDeclared) {
      TakeDeclaredEnd();
      return true;
    }
    if (dead || container_.terminated()) return false;
    container_.Wait(kNever);
  }
}

std::optional<StepEnd> Step::StartAttempt() {
  attempt_start_ns_ = NowNs();
  UnitStart start;
  start.attempt = attempt_;
  start.time_unix_ns = attempt_start_ns_;
  container_.Post(OfAttempt(kStart, attempt_), ToJson(start));
  MakeCredentials();
  if (auto not_run = WaitForCredentials()) return not_run;
  return WaitForSidecars();
}

// All steps of a unit get theirs when the unit starts, as in Tekton, where that
// is when their containers start: what a step then writes into a home directory
// that the steps share stays for the next ones.
void Step::MakeCredentials() {
  if (container_.spec().credentials.empty() ||
      credentials_attempt_ == attempt_) {
    return;
  }
  credentials_attempt_ = attempt_;
  credentials_error_.clear();
  const Paths& at = container_.paths();
  const CredentialPaths paths = {
      at.credential_secrets,
      at.credentials,
      EnvValue(container_, "HOME", attempt_),
      {at.program, at.events, at.post, at.gates, at.tekton}};
  WriteCredentials(container_.spec(), paths, &credentials_error_);
  if (!container_.is_first()) {
    container_.Post(OfAttempt(kCredentials, attempt_), "");
  }
}

// Of the first step, before its process.
std::optional<StepEnd> Step::WaitForCredentials() {
  if (container_.spec().credentials.empty()) return std::nullopt;
  if (!credentials_error_.empty()) {
    return Failed(kStepFailed, credentials_error_);
  }
  const auto& steps = container_.unit().steps;
  for (;;) {
    // Looks at each, so that each is watched.
    const auto missing =
        std::count_if(steps.begin() + 1, steps.end(), [&](const auto& step) {
          return !events().Dead(step) &&
                 !events().Has(step, OfAttempt(kCredentials, attempt_));
        });
    const StopCause cause = container_.CauseToStop(attempt_start_ns_);
    if (cause != StopCause::kNone) return NotRun(cause);
    if (UnitIsLost()) return Lost(container_.last_step());
    if (missing == 0) return std::nullopt;
    container_.Wait(container_.NextDeadline(attempt_start_ns_));
  }
}

// A sidecar that has ended counts as ready (SidecarsReady in
// pkg/pod/status.go).
std::optional<StepEnd> Step::WaitForSidecars() {
  if (container_.spec().sidecars_not_awaited) return std::nullopt;
  for (;;) {
    bool all = true;
    for (const std::string& sidecar : container_.unit().sidecars) {
      if (!events().Dead(sidecar) &&
          !events().Has(sidecar, OfAttempt(kReady, attempt_)) &&
          !events().Has(sidecar, OfAttempt(kGone, attempt_))) {
        all = false;
      }
    }
    const StopCause cause = container_.CauseToStop(attempt_start_ns_);
    if (cause != StopCause::kNone) return NotRun(cause);
    if (UnitIsLost()) return Lost(container_.last_step());
    if (all) return std::nullopt;
    container_.Wait(container_.NextDeadline(attempt_start_ns_));
  }
}

std::optional<StepEnd> Step::WaitForPreviousStep() {
  const std::string& previous = container_.previous_step();
  const std::string step = OfAttempt(kStep, attempt_);
  std::optional<StepEnd> before;
  for (;;) {
    if (!container_.spec().credentials.empty() &&
        events().Has(container_.first_step(), OfAttempt(kStart, attempt_))) {
      MakeCredentials();
    }
    const bool dead = events().Dead(previous);
    before = events().Get<StepEnd>(previous, step);
    if (before.has_value()) break;
    if (attempt_ == 1) {
      unit_end_ = events().Get<TaskEnd>(previous, std::string(kSkip));
      if (unit_end_.has_value()) return std::nullopt;
    }
    if (container_.terminated()) return NotRun(StopCause::kTerminated);
    if (container_.CauseToStop(0) == StopCause::kDeclared) {
      if (attempt_ > 1) return NotRun(StopCause::kDeclared);
      TakeDeclaredEnd();
      return std::nullopt;
    }
    if (dead) return Lost(previous);
    if (UnitIsLost()) return Lost(container_.last_step());
    container_.Wait(kNever);
  }
  if (before->attempt_failed) {
    StepEnd skipped;
    skipped.outcome = Outcome::kSkipped;
    skipped.reason = "Skipped";
    skipped.attempt_failed = true;
    skipped.task_reason = before->task_reason;
    skipped.message = before->message;
    return skipped;
  }
  const auto start = events().Get<UnitStart>(container_.first_step(),
                                             OfAttempt(kStart, attempt_));
  attempt_start_ns_ = start.has_value() ? start->time_unix_ns : NowNs();
  const StopCause cause = container_.CauseToStop(attempt_start_ns_);
  if (cause != StopCause::kNone) return NotRun(cause);
  if (!credentials_error_.empty()) {
    return Failed(kStepFailed, credentials_error_);
  }
  return std::nullopt;
}

// Of a step that can't run because the launcher of another one has died.
StepEnd Step::Lost(const std::string& container) {
  StepEnd lost;
  lost.outcome = Outcome::kSkipped;
  lost.reason = "Skipped";
  lost.attempt_failed = true;
  lost.task_reason = kStepFailed;
  lost.message = "container " + Quoted(container) +
                 " ended before it could tell how its step ended";
  return lost;
}

void Step::LetSignalsSpread() {
  for (const int64_t until = NowNs() + kSignalsSpread; NowNs() < until;) {
    container_.Wait(until);
  }
}

StepEnd Step::NotRun(StopCause cause) {
  const Cause explained = Explain(cause);
  StepEnd end = Failed(explained.task_reason, std::string(explained.message));
  end.reason = explained.step_reason;
  if (cause == StopCause::kTerminated) {
    LetSignalsSpread();
    end.exit_code = kTerminatedExitCode;
  }
  return end;
}

StepEnd Step::Failed(std::string_view task_reason, std::string message) {
  failed_here_ = true;
  StepEnd end;
  end.outcome = Outcome::kFailed;
  end.exit_code = 1;
  end.attempt_failed = true;
  end.task_reason = task_reason;
  end.message = std::move(message);
  return end;
}

// ---------------------------------------------------------------------------
// The step

std::optional<StepEnd> Step::PrepareDirectories() {
  std::string error;
  for (const char* part : {"/results", "/artifacts"}) {
    if (!MakeUsersDirectories(container_.paths().tekton,
                              container_.step_directory() + part, 0777,
                              &error)) {
      return Failed(kStepFailed, error);
    }
  }
  return std::nullopt;
}

// What later steps read of this one, unless it has failed the task.
void Step::WriteExitCode(int code) {
  std::string error;
  if (!WriteUsersFile(container_.paths().tekton,
                      container_.step_directory() + "/exitCode",
                      std::to_string(code), 0644, &error)) {
    std::fprintf(stderr, "launcher: %s\n", error.c_str());
  }
}

StepEnd Step::RunProcess() {
  const LaunchContainer& self = container_.self();
  const WhenVerdict when = JudgeWhen(container_, attempt_);
  if (when.kind == WhenVerdict::Kind::kFail) {
    return Failed(kStepFailed, when.message);
  }
  if (when.kind == WhenVerdict::Kind::kDoNotHold) {
    WriteExitCode(0);
    StepEnd skipped;
    skipped.outcome = Outcome::kSkipped;
    skipped.reason = "Skipped";
    skipped.start_unix_ns = skipped.end_unix_ns = NowNs();
    std::fprintf(stderr, "launcher: step \"%s\" is skipped by its `when`\n",
                 self.step.c_str());
    return skipped;
  }
  if (container_.without_image()) {
    return Failed(kImagePullFailed,
                  "container " + Quoted(self.name) + " has not got its image");
  }
  Command command;
  std::string error;
  if (!MakeCommand(container_, arguments_, attempt_, &command, &error)) {
    return Failed(kStepFailed, error);
  }
  StepEnd end;
  Process process;
  used_ = true;
  const OomKills oom_kills(container_.paths().oom_kills);
  const std::optional<int64_t> kills_before = oom_kills.Count();
  end.start_unix_ns = NowNs();
  if (!process.Start(command, &error)) {
    StepEnd failed = Failed(kStepFailed, error);
    failed.start_unix_ns = failed.end_unix_ns = end.start_unix_ns;
    failed.exit_code = process.exit_code();
    return failed;
  }

  const int64_t step_deadline =
      self.timeout_ns > 0 ? Later(end.start_unix_ns, self.timeout_ns) : kNever;
  StopCause stopped = StopCause::kNone;
  int64_t kill_at = kNever;
  while (process.running()) {
    if (stopped == StopCause::kNone) {
      stopped = container_.CauseToStop(attempt_start_ns_);
      // The signal has been passed on: what the process makes of it counts.
      if (stopped == StopCause::kTerminated) stopped = StopCause::kNone;
      if (stopped == StopCause::kNone && NowNs() >= step_deadline) {
        stopped = StopCause::kStepTimeout;
      }
      if (stopped != StopCause::kNone) {
        process.Signal(SIGTERM);
        kill_at = Later(NowNs(), container_.grace_ns());
      }
    }
    if (NowNs() >= kill_at) {
      process.Signal(SIGKILL);
      kill_at = kNever;
    }
    const int64_t deadline =
        stopped == StopCause::kNone
            ? std::min(step_deadline,
                       container_.NextDeadline(attempt_start_ns_))
            : kill_at;
    container_.Wait(deadline, &process);
  }
  process.Finish();
  end.end_unix_ns = NowNs();
  end.exit_code = process.exit_code();
  end.outcome = Outcome::kSucceeded;

  if (stopped == StopCause::kNone && end.exit_code != 0 &&
      container_.terminated()) {
    stopped = StopCause::kTerminated;
    LetSignalsSpread();
  }
  if (stopped != StopCause::kNone) {
    const Cause explained = Explain(stopped);
    failed_here_ = true;
    end.outcome = Outcome::kFailed;
    end.attempt_failed = true;
    end.reason = explained.step_reason;
    end.task_reason = explained.task_reason;
    end.message =
        "step " + Quoted(self.step) + ": " + std::string(explained.message);
  } else if (kills_before.has_value() && oom_kills.Count() > kills_before) {
    failed_here_ = true;
    end.outcome = Outcome::kFailed;
    end.attempt_failed = true;
    end.task_reason = kStepOom;
    end.message = "step " + Quoted(self.step) +
                  ": the kernel has killed a process of it, as the "
                  "container's memory was used up";
  } else if (end.exit_code == 0) {
    WriteExitCode(0);
  } else if (self.continue_on_error) {
    WriteExitCode(end.exit_code);
    end.outcome = Outcome::kFailed;
    end.continued = true;
    end.reason = "Continued";
  } else {
    failed_here_ = true;
    end.outcome = Outcome::kFailed;
    end.attempt_failed = true;
    end.task_reason = kStepFailed;
    end.message = "step " + Quoted(self.step) + " exited with code " +
                  std::to_string(end.exit_code);
  }
  const std::string_view unreadable =
      ReadStepResults(self.results, container_.paths().tekton,
                      container_.step_directory(), &end.results, &error);
  if (!unreadable.empty() && !end.attempt_failed) {
    failed_here_ = true;
    end.outcome = Outcome::kFailed;
    end.attempt_failed = true;
    end.task_reason = unreadable;
    end.message = error;
  }
  return end;
}

// ---------------------------------------------------------------------------
// After the step

bool Step::FinishAttempt() {
  if (!container_.is_last()) return WaitForVerdict();
  TaskEnd end = AttemptEnd();
  if (!container_.unit().sidecars.empty()) {
    container_.Post(OfAttempt(kStopAttempt, attempt_), ToJson(end));
    WaitForSidecarsGone();
    end.end_unix_ns = NowNs();
  }
  if (MayRetry(end)) {
    container_.Post(OfAttempt(kAgain, attempt_), ToJson(end));
    return true;
  }
  EndUnit(end);
  return false;
}

// Of a step that is not the last.
bool Step::WaitForVerdict() {
  if (container_.task().retries == 0) return false;
  const std::string& last = container_.last_step();
  for (;;) {
    const bool dead = events().Dead(last);
    if (events().Has(last, OfAttempt(kAgain, attempt_))) return true;
    if (events().Has(last, std::string(kEnd))) return false;
    if (dead || container_.terminated() ||
        events().DeclaredEnd(container_.task_index()).has_value()) {
      return false;
    }
    container_.Wait(kNever);
  }
}

TaskEnd Step::AttemptEnd() {
  TaskEnd end;
  end.attempts = attempt_;
  end.outcome = end_.attempt_failed ? Outcome::kFailed : Outcome::kSucceeded;
  end.reason = end_.attempt_failed ? end_.task_reason : kSucceeded;
  end.message = end_.message;
  const auto start = events().Get<UnitStart>(container_.first_step(),
                                             OfAttempt(kStart, attempt_));
  end.end_unix_ns = NowNs();
  end.start_unix_ns = start.has_value() ? start->time_unix_ns : end.end_unix_ns;

  const auto fail = [&](std::string_view reason, const std::string& message) {
    if (end.outcome == Outcome::kFailed) return;
    std::fprintf(stderr, "launcher: %s\n", message.c_str());
    failed_here_ = true;
    end.outcome = Outcome::kFailed;
    end.reason = reason;
    end.message = message;
  };
  std::string error;
  const std::string_view unreadable =
      ReadTaskResults(container_.task().results, container_.paths().tekton,
                      &end.results, &error);
  if (!unreadable.empty()) fail(unreadable, error);
  std::vector<std::string> left_out;
  if (!FormatMessage(TaskMessage(end), container_.message_room(), &error,
                     &left_out)) {
    fail(kResultTooLarge,
         "the task's results don't fit into the termination message, which "
         "may have " +
             std::to_string(container_.message_room()) + " bytes in this Pod");
  }
  for (const std::string& name : left_out) {
    std::fprintf(stderr,
                 "launcher: result \"%s\" is not reported: the termination "
                 "message may have %zu bytes in this Pod\n",
                 name.c_str(), container_.message_room());
  }
  task_results_ = end.results;
  return end;
}

// What has to be said of a unit.
TerminationMessage Step::TaskMessage(const TaskEnd& end) {
  TerminationMessage message;
  message.task_results = end.results;
  for (const DeclaredResult& result : container_.task().results) {
    if (result.local) message.local_results.push_back(result.name);
  }
  message.end = EndText(end);
  return message;
}

void Step::WaitForSidecarsGone() {
  // Each kills its process after the grace period; longer is a fault.
  const int64_t until =
      Later(Later(NowNs(), container_.grace_ns()), container_.grace_ns());
  for (;;) {
    bool all = true;
    for (const std::string& sidecar : container_.unit().sidecars) {
      if (!events().Has(sidecar, OfAttempt(kGone, attempt_)) &&
          events().Alive(sidecar)) {
        all = false;
      }
    }
    if (all || NowNs() >= until) return;
    container_.Wait(until);
  }
}

bool Step::MayRetry(const TaskEnd& end) {
  if (end.outcome != Outcome::kFailed || attempt_ > container_.task().retries ||
      end.reason == kTaskRunCancelled ||
      container_.CauseToStop(NowNs()) != StopCause::kNone) {
    return false;
  }
  // A container that has died can't run its step again.
  const auto& steps = container_.unit().steps;
  return std::none_of(steps.begin(), steps.end(), [&](const auto& step) {
    return step != container_.self().name && events().Dead(step);
  });
}

void Step::EndUnit(TaskEnd end) {
  if (end.outcome == Outcome::kFailed && container_.task().continue_on_error &&
      end.attempts > 0) {
    end.reason = kFailureIgnored;
  }
  container_.Post(std::string(kEnd), ToJson(end));
  posted_end_ = std::move(end);
}

int Step::ExitCode() {
  if (unit_end_.has_value()) {
    if (container_.terminated()) return kTerminatedExitCode;
    return failed_here_ ? 1 : 0;
  }
  if (!failed_here_ || container_.task().continue_on_error) return 0;
  return end_.exit_code != 0 ? end_.exit_code : 1;
}

void Step::WriteMessage() {
  TerminationMessage message;
  if (posted_end_.has_value()) message = TaskMessage(*posted_end_);
  message.task_results = task_results_;
  message.step_results = end_.results;
  message.started_unix_ns = end_.start_unix_ns;
  if (end_.continued) message.exit_code = std::to_string(end_.exit_code);
  if (end_.reason != "Continued") message.reason = end_.reason;
  std::string text;
  FormatMessage(message, container_.message_room(), &text);
  container_.WriteTerminationMessage(text);
}

}  // namespace

int RunStep(Container& container, const std::vector<std::string>& arguments) {
  return Step(container, arguments).Run();
}

}  // namespace colocation::launcher
