// What the status of a Pod says of the units of work in it.
//
// A controller sees of a Pod its status and nothing else: the containers'
// states and what their launchers left as termination messages
// (docs/launcher.md, "Termination message"). So an end is known here when the
// container of the unit's last step has ended with it, or when no container of
// the unit is left that could.
#ifndef COLOCATION_RUN_OBSERVED_POD_H_
#define COLOCATION_RUN_OBSERVED_POD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"
#include "launcher/spec.h"

namespace colocation {

// Tekton's reason for a TaskRun that failed, and for people what happened.
struct Failure {
  std::string reason;
  std::string message;
};

// The annotation in which the controller declares ends.
inline constexpr char kEndedAnnotation[] = "colocation.dev/ended";

// Nanoseconds since 1970; 0 where `text` is no RFC 3339 time.
// Before 1970, as Go's zero time is, counts as none, and nothing is later than
// kLatestNs, so that the difference of two times fits.
inline constexpr int64_t kLatestNs = int64_t{1} << 62;  // in 2116
int64_t ToUnixNs(absl::string_view text);

// As metav1.Time writes it: "2026-01-02T15:04:05Z". Empty for 0.
std::string FromUnixNs(int64_t ns);

// For how long containers that can't start are waited for.
struct Patience {
  const v1::StartTolerance& tolerance;
  int64_t now_ns = 0;
};

class ObservedPod {
 public:
  // Both outlive this. `planned` is the Pod as it was planned: what its
  // containers may say.
  ObservedPod(const v1::Pod& pod, const v1::PlannedPod& planned);

  const v1::Pod& pod() const { return pod_; }

  // The phase is Succeeded or Failed: nothing in it will happen any more.
  bool IsOver() const;

  // A container of it runs or has run.
  bool HasStarted() const;

  // Every container of it has ended. The phase follows a moment later.
  bool AllTerminated() const;

  // The unit's end, if it is known. `task` has its declared results; others
  // don't count, nor does an end that the task can't have.
  //
  // A step whose container was OOM-killed has failed, whatever its launcher
  // says (DidTaskRunFail in pkg/pod/status.go): it may have been a child of the
  // step, which did not mind. After retries it may have been an earlier
  // attempt, and the launcher knows.
  std::optional<launcher::TaskEnd> EndOf(
      const v1::PlannedUnit& unit, const launcher::LaunchTask& task) const;

  // The unit has failed, and the launchers of the Pod believe that it hasn't.
  bool IsOverruled(const v1::PlannedUnit& unit,
                   const launcher::LaunchTask& task) const;

  // The ends that its launchers were told (docs/launcher.md, "_ended").
  launcher::DeclaredEnds Declared() const;

  // Why the unit can't ever start: a container of it that is waiting for
  // something that won't come (Tekton's podFailureReasons in
  // pkg/reconciler/taskrun/taskrun.go), or that ended while it waited for its
  // image. A container that can't start with the launcher's image doesn't
  // matter where `gets_image` says that it gets another one, nor one that has
  // time left to recover.
  std::optional<Failure> Stuck(
      const v1::PlannedUnit& unit, const Patience& patience,
      absl::FunctionRef<bool(absl::string_view container)> gets_image) const;

  // Why the Pod as a whole can't start: its init container.
  std::optional<Failure> Stuck(const Patience& patience) const;

  // When the time that `tolerance` gives to containers of this Pod ends, in no
  // order.
  std::vector<int64_t> PatienceEnds(const v1::StartTolerance& tolerance) const;

  // Why a unit of a Pod that is over has failed that did not say how it ended
  // (getFailureInfo in pkg/pod/status.go).
  Failure WhyOver(const v1::PlannedUnit& unit) const;

  // The container has another image than it was created with, where that was
  // the launcher's: it has been put in.
  bool HasItsImage(absl::string_view container) const;

  // The states of the unit's steps and sidecars, as in a TaskRun's status.
  void AddStates(const v1::PlannedUnit& unit, v1::TaskRunStatus* status) const;

 private:
  std::optional<Failure> LostItsPlace(
      const v1::ContainerStatus& container) const;
  bool MayRecover(const v1::ContainerStateWaiting& waiting,
                  const Patience& patience) const;
  const std::string& LauncherImage() const;
  const v1::ContainerStatus* Find(absl::string_view container) const;
  // Tekton's name for it: "step-compile".
  std::string NameOf(absl::string_view container) const;
  // What a container that failed has to say for itself.
  std::string FailureText(const v1::ContainerStatus& container) const;
  // The step's or sidecar's name in its task.
  absl::string_view StepOf(absl::string_view container) const;

  const v1::Pod& pod_;
  absl::flat_hash_map<absl::string_view, const v1::PlannedContainer*> planned_;
  absl::flat_hash_map<absl::string_view, const v1::LaunchContainer*> launch_;
  absl::flat_hash_map<absl::string_view, const v1::ContainerStatus*>
      containers_;
};

}  // namespace colocation

#endif  // COLOCATION_RUN_OBSERVED_POD_H_
