#include "colocation/run/observed_pod.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "colocation/decode/decode.h"
#include "colocation/run/late_values.h"
#include "launcher/decide.h"
#include "launcher/spec_json.h"
#include "launcher/termination_message.h"

namespace colocation {
namespace {

// What a launcher left when its container ended.
struct Message {
  std::vector<launcher::ResultValue> task_results;
  std::vector<launcher::ResultValue> step_results;
  int64_t started_unix_ns = 0;
  std::string reason;
  // Of a step whose failure was ignored.
  std::optional<int32_t> exit_code;
  std::optional<launcher::TaskEnd> end;
};

std::optional<launcher::SkipReason> SkipReasonNamed(absl::string_view name) {
  v1::SkipReason reason;
  if (!v1::SkipReason_Parse(absl::StrCat("SKIP_REASON_", name), &reason)) {
    return std::nullopt;
  }
  return static_cast<launcher::SkipReason>(reason);
}

// "succeeded/1", "failed/2/StepFailed", "skipped/WHEN", or only the first part.
// Nothing where the task can't end so.
std::optional<launcher::TaskEnd> ParseEnd(absl::string_view text,
                                          const launcher::LaunchTask& task) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  launcher::TaskEnd end;
  end.attempts = 1;
  if (parts[0] == "skipped") {
    end.outcome = launcher::Outcome::kSkipped;
    end.attempts = 0;
    if (parts.size() > 1) {
      const auto reason = SkipReasonNamed(parts[1]);
      if (!reason) return std::nullopt;
      end.skip_reason = *reason;
    }
    return end;
  }
  if (parts.size() > 1 && !absl::SimpleAtoi(parts[1], &end.attempts)) {
    return std::nullopt;
  }
  if (end.attempts < 0 || end.attempts - 1 > task.retries) return std::nullopt;
  if (parts[0] == "succeeded") {
    if (end.attempts == 0) return std::nullopt;
    end.outcome = launcher::Outcome::kSucceeded;
    end.reason = std::string(launcher::kSucceeded);
    return end;
  }
  if (parts[0] != "failed") return std::nullopt;
  end.outcome = launcher::Outcome::kFailed;
  end.reason = parts.size() > 2 ? std::string(parts[2])
                                : std::string(launcher::kStepFailed);
  return end;
}

// Later ones go before earlier ones of the same name (removeDuplicateResults in
// pkg/pod/status.go).
void AddResult(launcher::ResultValue result,
               std::vector<launcher::ResultValue>* results) {
  for (launcher::ResultValue& known : *results) {
    if (known.name != result.name) continue;
    known = std::move(result);
    return;
  }
  results->push_back(std::move(result));
}

const launcher::DeclaredResult* FindDeclared(
    const std::string& name,
    const std::vector<launcher::DeclaredResult>& declared) {
  for (const launcher::DeclaredResult& result : declared) {
    if (result.name == name) return &result;
  }
  return nullptr;
}

// What the task, and the step, did not declare is left out.
Message ReadMessage(const std::string& text, const launcher::LaunchTask& task,
                    const std::vector<launcher::DeclaredResult>& of_step) {
  Message message;
  if (!absl::StartsWith(text, "[")) return message;
  v1::TerminationMessage read;
  DiagnosticList problems;
  DecodeMessage("termination message", absl::StrCat("{\"entries\":", text, "}"),
                {}, &read, &problems);
  if (problems.has_errors()) return message;
  for (v1::TerminationEntry& entry : *read.mutable_entries()) {
    const bool of_task = entry.type() == 1;
    if (of_task || entry.type() == 4) {
      const launcher::DeclaredResult* declared =
          FindDeclared(entry.key(), of_task ? task.results : of_step);
      if (declared == nullptr) continue;
      AddResult(
          {entry.key(), declared->type, std::move(*entry.mutable_value())},
          of_task ? &message.task_results : &message.step_results);
    } else if (entry.key() == "StartedAt") {
      message.started_unix_ns = ToUnixNs(entry.value());
    } else if (entry.key() == "Reason") {
      message.reason = entry.value();
    } else if (entry.key() == "ExitCode") {
      int32_t code = 0;
      if (absl::SimpleAtoi(entry.value(), &code)) message.exit_code = code;
    } else if (entry.key() == "End") {
      message.end = ParseEnd(entry.value(), task);
    }
  }
  return message;
}

std::vector<launcher::DeclaredResult> ToDeclared(
    const google::protobuf::RepeatedPtrField<v1::DeclaredResult>& results) {
  std::vector<launcher::DeclaredResult> declared;
  for (const v1::DeclaredResult& result : results) {
    declared.push_back({result.name(),
                        static_cast<launcher::ValueType>(result.type()),
                        result.value()});
  }
  return declared;
}

// Of a container that is not looked at for results.
Message ReadMessage(const std::string& text) {
  return ReadMessage(text, launcher::LaunchTask(), {});
}

// Whose image is the launcher's (colocation/render/pod.h).
constexpr absl::string_view kInstallContainer = "colocation-install";

// "ImagePullBackOff" and so on. kubelet says ErrImagePull between two tries.
bool WaitsInVain(const v1::ContainerStateWaiting& waiting) {
  // Whoever sets up the node's directories may be late (isSubPathDirectoryError
  // in pkg/pod/status.go).
  if (absl::StrContains(waiting.message(),
                        "failed to create subPath directory")) {
    return false;
  }
  for (const char* reason :
       {"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
        "CreateContainerConfigError", "CreateContainerError"}) {
    if (waiting.reason() == reason) return true;
  }
  return false;
}

// The container runtime didn't answer in time, as happens under load.
bool RuntimeWasBusy(const v1::ContainerStateWaiting& waiting) {
  return (waiting.reason() == "CreateContainerConfigError" ||
          waiting.reason() == "CreateContainerError") &&
         absl::StrContains(waiting.message(), "context deadline exceeded");
}

// From when on the Pod could start containers (checkContainerFailure in
// pkg/reconciler/taskrun/taskrun.go).
std::vector<int64_t> StartsOf(const v1::Pod& pod) {
  std::vector<int64_t> starts;
  for (const v1::PodCondition& condition : pod.status().conditions()) {
    if (condition.type() == "Initialized" ||
        condition.type() == "PodReadyToStartContainers") {
      starts.push_back(ToUnixNs(condition.last_transition_time()));
    }
  }
  return starts;
}

Failure ExplainWait(const v1::ContainerStatus& container,
                    const v1::ContainerStateWaiting& waiting) {
  const bool image = absl::StrContains(waiting.reason(), "Image");
  if (image) {
    return {std::string(launcher::kImagePullFailed),
            absl::StrCat("container \"", container.name(),
                         "\" can't pull its image \"", container.image(),
                         "\": ", waiting.message())};
  }
  return {waiting.reason() == "CreateContainerConfigError"
              ? "CreateContainerConfigError"
              : "PodCreationFailed",
          absl::StrCat("container \"", container.name(),
                       "\" can't start: ", waiting.message())};
}

bool IsOomKilled(const v1::ContainerStatus& container) {
  return container.state().terminated().reason() == "OOMKilled";
}

}  // namespace

int64_t ToUnixNs(absl::string_view text) {
  absl::Time time;
  std::string ignored;
  if (text.empty() ||
      !absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) {
    return 0;
  }
  return std::clamp<int64_t>(absl::ToUnixNanos(time), 0, kLatestNs);
}

std::string FromUnixNs(int64_t ns) {
  if (ns == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(ns),
                          absl::UTCTimeZone());
}

ObservedPod::ObservedPod(const v1::Pod& pod, const v1::PlannedPod& planned)
    : pod_(pod) {
  for (const v1::PlannedContainer& container : planned.containers()) {
    planned_.emplace(container.container().name(), &container);
  }
  for (const v1::LaunchContainer& container :
       planned.install().launch().containers()) {
    launch_.emplace(container.name(), &container);
  }
  for (const v1::ContainerStatus& status : pod.status().container_statuses()) {
    containers_.emplace(status.name(), &status);
  }
}

absl::string_view ObservedPod::StepOf(absl::string_view container) const {
  const auto found = planned_.find(container);
  return found == planned_.end() ? container : found->second->step();
}

std::string ObservedPod::NameOf(absl::string_view container) const {
  const auto found = planned_.find(container);
  if (found == planned_.end()) return std::string(container);
  const bool sidecar = found->second->role() == v1::CONTAINER_ROLE_SIDECAR;
  return absl::StrCat(sidecar ? "sidecar-" : "step-", found->second->step());
}

// extractContainerFailureMessage in pkg/pod/status.go.
std::string ObservedPod::FailureText(
    const v1::ContainerStatus& container) const {
  const v1::ContainerStateTerminated& ended = container.state().terminated();
  const std::string name = absl::StrCat("\"", NameOf(container.name()), "\"");
  if (ReadMessage(ended.message()).reason == "TimeoutExceeded") {
    return absl::StrCat(
        name, " exited because the step exceeded the specified timeout limit");
  }
  if (ended.exit_code() != 0) {
    return absl::StrCat(name, " exited with code ", ended.exit_code(),
                        ended.reason().empty() ? "" : ": ", ended.reason());
  }
  if (!pod_.status().message().empty()) return pod_.status().message();
  return IsOomKilled(container) ? "OOMKilled" : "";
}

const v1::ContainerStatus* ObservedPod::Find(
    absl::string_view container) const {
  const auto found = containers_.find(container);
  return found == containers_.end() ? nullptr : found->second;
}

bool ObservedPod::IsOver() const {
  return pod_.status().phase() == "Succeeded" ||
         pod_.status().phase() == "Failed";
}

bool ObservedPod::HasStarted() const {
  return std::any_of(containers_.begin(), containers_.end(), [](const auto& c) {
    return c.second->state().has_running() ||
           c.second->state().has_terminated();
  });
}

bool ObservedPod::AllTerminated() const {
  return containers_.size() >= planned_.size() &&
         std::all_of(containers_.begin(), containers_.end(), [](const auto& c) {
           return c.second->state().has_terminated();
         });
}

std::optional<launcher::TaskEnd> ObservedPod::EndOf(
    const v1::PlannedUnit& unit, const launcher::LaunchTask& task) const {
  bool all_ended = true;
  const v1::ContainerStatus* oom = nullptr;
  const v1::ContainerStatus* failed = nullptr;
  int64_t started = 0;
  for (const std::string& name : unit.steps()) {
    const v1::ContainerStatus* container = Find(name);
    if (container == nullptr || !container->state().has_terminated()) {
      all_ended = false;
      continue;
    }
    const v1::ContainerStateTerminated& ended = container->state().terminated();
    if (oom == nullptr && IsOomKilled(*container)) oom = container;
    if (failed == nullptr && ended.exit_code() != 0) failed = container;
    if (started == 0) started = ReadMessage(ended.message()).started_unix_ns;
  }
  const v1::ContainerStatus* last = Find(unit.steps(unit.steps_size() - 1));
  if (last == nullptr || !last->state().has_terminated()) return std::nullopt;
  const v1::ContainerStateTerminated& state = last->state().terminated();
  Message message = ReadMessage(state.message(), task, {});
  // A placeholder says nothing of how the unit ended; see Stuck.
  if (message.reason == launcher::kPlaceholder) return std::nullopt;
  launcher::TaskEnd end;
  if (message.end) {
    end = *std::move(message.end);
    end.results = std::move(message.task_results);
  } else {
    // Killed before it could say so: as the other launchers see it, the unit
    // has failed as soon as none of its own is left. Where the whole Pod was
    // killed there is no other; see WhyOver.
    if (!all_ended || IsOver()) return std::nullopt;
    end.outcome = launcher::Outcome::kFailed;
    end.reason = std::string(launcher::kStepFailed);
    end.attempts = 1;
  }
  if (end.outcome == launcher::Outcome::kSucceeded && oom != nullptr &&
      end.attempts == 1) {
    end.outcome = launcher::Outcome::kFailed;
    end.reason = std::string(task.continue_on_error ? launcher::kFailureIgnored
                                                    : launcher::kStepFailed);
  }
  if (end.outcome == launcher::Outcome::kFailed) {
    if (oom != nullptr && end.reason == launcher::kStepFailed) {
      end.reason = std::string(launcher::kStepOom);
    }
    const v1::ContainerStatus* told = oom != nullptr ? oom : failed;
    if (told != nullptr) end.message = FailureText(*told);
    // The launcher has seen it, and the kubelet may not have.
    if (end.message.empty() && end.reason == launcher::kStepOom) {
      end.message = "OOMKilled";
    }
  }
  end.end_unix_ns = ToUnixNs(state.finished_at());
  end.start_unix_ns = started > 0 ? started : ToUnixNs(state.started_at());
  return end;
}

bool ObservedPod::IsOverruled(const v1::PlannedUnit& unit,
                              const launcher::LaunchTask& task) const {
  const std::optional<launcher::TaskEnd> end = EndOf(unit, task);
  if (!end || end->outcome != launcher::Outcome::kFailed) return false;
  const v1::ContainerStatus* last = Find(unit.steps(unit.steps_size() - 1));
  const Message message =
      ReadMessage(last->state().terminated().message(), task, {});
  return message.end && message.end->outcome == launcher::Outcome::kSucceeded;
}

launcher::DeclaredEnds ObservedPod::Declared() const {
  const auto& annotations = pod_.metadata().annotations();
  const auto found = annotations.find(kEndedAnnotation);
  launcher::DeclaredEnds declared;
  std::string error;
  if (found == annotations.end() ||
      !launcher::ReadEvent(found->second, &declared, &error)) {
    return {};
  }
  return declared;
}

const std::string& ObservedPod::LauncherImage() const {
  static const std::string* const kNone = new std::string();
  for (const v1::Container& init : pod_.spec().init_containers()) {
    if (init.name() == kInstallContainer) return init.image();
  }
  return *kNone;
}

bool ObservedPod::HasItsImage(absl::string_view container) const {
  for (const v1::Container& one : pod_.spec().containers()) {
    // Compared with each other, as whoever admits Pods may have rewritten both.
    if (one.name() == container) return one.image() != LauncherImage();
  }
  return false;
}

// The kubelet ends a container whose image has changed, pulls the new image and
// starts it, all in one SyncPod, in which no status is written. If the last two
// fail, it never tries again, as the restart policy is Never; what its status
// then tells is how the placeholder ended (docs/planning.md, "Images that are
// built first").
std::optional<Failure> ObservedPod::LostItsPlace(
    const v1::ContainerStatus& container) const {
  if (!container.state().has_terminated() ||
      ReadMessage(container.state().terminated().message()).reason !=
          launcher::kPlaceholder) {
    return std::nullopt;
  }
  // Ended with its Pod.
  if (!pod_.metadata().deletion_timestamp().empty() ||
      !pod_.status().reason().empty()) {
    return std::nullopt;
  }
  if (!HasItsImage(container.name())) {
    return Failure{std::string(launcher::kStepFailed), FailureText(container)};
  }
  std::string image;
  for (const v1::Container& one : pod_.spec().containers()) {
    if (one.name() == container.name()) image = one.image();
  }
  return Failure{
      std::string(launcher::kImagePullFailed),
      absl::StrCat("container \"", container.name(),
                   "\" could not be started with its image \"", image,
                   "\", which may not be there to pull; the events of Pod \"",
                   pod_.metadata().name(), "\" say why")};
}

bool ObservedPod::MayRecover(const v1::ContainerStateWaiting& waiting,
                             const Patience& patience) const {
  int64_t tolerated = 0;
  if (waiting.reason() == "ImagePullBackOff") {
    tolerated = patience.tolerance.image_pull_back_off_ns();
  } else if (RuntimeWasBusy(waiting)) {
    tolerated = patience.tolerance.create_container_error_ns();
  }
  if (tolerated == 0) return false;
  const std::vector<int64_t> starts = StartsOf(pod_);
  return std::any_of(starts.begin(), starts.end(), [&](int64_t start) {
    return patience.now_ns - start < tolerated;
  });
}

std::vector<int64_t> ObservedPod::PatienceEnds(
    const v1::StartTolerance& tolerance) const {
  std::vector<int64_t> ends;
  for (const int64_t start : StartsOf(pod_)) {
    for (const int64_t tolerated : {tolerance.image_pull_back_off_ns(),
                                    tolerance.create_container_error_ns()}) {
      if (tolerated > 0 && tolerated < kLatestNs / 2) {
        ends.push_back(start + tolerated);
      }
    }
  }
  return ends;
}

std::optional<Failure> ObservedPod::Stuck(
    const v1::PlannedUnit& unit, const Patience& patience,
    absl::FunctionRef<bool(absl::string_view container)> gets_image) const {
  for (const auto* names : {&unit.steps(), &unit.sidecars()}) {
    for (const std::string& name : *names) {
      const v1::ContainerStatus* container = Find(name);
      if (container == nullptr) continue;
      if (std::optional<Failure> lost = LostItsPlace(*container)) return lost;
      if (!container->state().has_waiting()) continue;
      // Of a container that was not created yet, the status has the image that
      // the kubelet tried last.
      if (container->image() == LauncherImage() && gets_image(name)) continue;
      const v1::ContainerStateWaiting& waiting = container->state().waiting();
      if (WaitsInVain(waiting) && !MayRecover(waiting, patience)) {
        return ExplainWait(*container, waiting);
      }
    }
  }
  return std::nullopt;
}

std::optional<Failure> ObservedPod::Stuck(const Patience& patience) const {
  for (const v1::ContainerStatus& container :
       pod_.status().init_container_statuses()) {
    if (!container.state().has_waiting()) continue;
    const v1::ContainerStateWaiting& waiting = container.state().waiting();
    if (WaitsInVain(waiting) && !MayRecover(waiting, patience)) {
      return ExplainWait(container, waiting);
    }
  }
  return std::nullopt;
}

Failure ObservedPod::WhyOver(const v1::PlannedUnit& unit) const {
  const v1::PodStatus& status = pod_.status();
  if (status.reason() == "Evicted") return {"PodEvicted", status.message()};
  if (status.reason() == "DeadlineExceeded") {
    return {std::string(launcher::kTaskRunTimeout),
            absl::StrCat("Pod \"", pod_.metadata().name(),
                         "\" was active for longer than its deadline")};
  }
  for (const v1::ContainerStatus& init : status.init_container_statuses()) {
    if (!init.state().has_terminated() ||
        init.state().terminated().exit_code() == 0) {
      continue;
    }
    return {IsOomKilled(init) ? "InitContainerOOM" : "InitContainerFailed",
            absl::StrCat("init container failed, ", FailureText(init))};
  }
  for (const auto* names : {&unit.steps(), &unit.sidecars()}) {
    for (const std::string& name : *names) {
      const v1::ContainerStatus* container = Find(name);
      if (container == nullptr) continue;
      if (std::optional<Failure> lost = LostItsPlace(*container)) return *lost;
    }
  }
  for (const std::string& name : unit.steps()) {
    const v1::ContainerStatus* container = Find(name);
    if (container == nullptr || !container->state().has_terminated() ||
        container->state().terminated().exit_code() == 0) {
      continue;
    }
    return {std::string(IsOomKilled(*container) ? launcher::kStepOom
                                                : launcher::kStepFailed),
            FailureText(*container)};
  }
  return {"Failed", !status.message().empty()
                        ? status.message()
                        : absl::StrCat("Pod \"", pod_.metadata().name(),
                                       "\" ended before the task did")};
}

void ObservedPod::AddStates(const v1::PlannedUnit& unit,
                            v1::TaskRunStatus* status) const {
  for (const std::string& name : unit.steps()) {
    const v1::ContainerStatus* container = Find(name);
    if (container == nullptr) continue;
    v1::StepState* step = status->add_steps();
    step->set_name(std::string(StepOf(name)));
    step->set_container(name);
    step->set_image_id(container->image_id());
    *step->mutable_state() = container->state();
    if (!container->state().has_terminated()) continue;
    v1::ContainerStateTerminated* ended =
        step->mutable_state()->mutable_terminated();
    const auto launch = launch_.find(name);
    const Message message =
        launch == launch_.end()
            ? ReadMessage(ended->message())
            : ReadMessage(ended->message(), launcher::LaunchTask(),
                          ToDeclared(launch->second->results()));
    // What was said in it is in the status's own fields.
    ended->clear_message();
    if (message.started_unix_ns > 0) {
      ended->set_started_at(FromUnixNs(message.started_unix_ns));
    }
    for (const launcher::ResultValue& result : message.step_results) {
      v1::TaskRunResult* given = step->add_results();
      given->set_name(result.name);
      *given->mutable_value() = ToParamValue(result);
      given->set_type(std::string(TypeNameOf(given->value())));
    }
    if (message.exit_code) ended->set_exit_code(*message.exit_code);
    step->set_termination_reason(!message.reason.empty() ? message.reason
                                 : message.exit_code     ? "Continued"
                                                         : ended->reason());
  }
  for (const std::string& name : unit.sidecars()) {
    const v1::ContainerStatus* container = Find(name);
    if (container == nullptr) continue;
    v1::SidecarStatus* sidecar = status->add_sidecars();
    sidecar->set_name(std::string(StepOf(name)));
    sidecar->set_container(name);
    sidecar->set_image_id(container->image_id());
    *sidecar->mutable_state() = container->state();
    if (container->state().has_terminated()) {
      sidecar->mutable_state()->mutable_terminated()->clear_message();
    }
  }
}

}  // namespace colocation
