// Runs one Pod with podman: a kubelet for one Pod on this machine.
//
//   podman::PodControl control;
//   podman::StopOnSignals signals(&control);
//   podman::RunObserver observer;
//   observer.on_log = [](absl::string_view container, absl::string_view line) {
//     std::cout << "[" << container << "] " << line << "\n";
//   };
//   absl::StatusOr<v1::PodStatus> status =
//       podman::RunPod(pod, options, observer, &control);
//
// The init containers run one after the other, then the containers start in the
// order of the manifest, several at a time. They share network, IPC and host
// name. Each of the Pod's volumes is a directory of this machine for as long as
// the Pod runs (pod_volumes.h); environment, command line and volume mounts are
// as the kubelet makes them (container_env.h, container_spec.h). No container
// is restarted. Everything that was made is removed in the end, whatever
// happens short of SIGKILL to this process.
//
// Not as in a cluster: requests and limits are not enforced, there are no
// probes and no lifecycle hooks, no service account token and no service
// variables; the Pod is in the network of this machine unless asked otherwise.
// CheckRunnable (container_spec.h) refuses what can't be had here.
#ifndef COLOCATION_CLI_PODMAN_POD_RUNNER_H_
#define COLOCATION_CLI_PODMAN_POD_RUNNER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/podman/local_image.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_objects.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

struct RunOptions {
  // What the Pod's volumes and variables refer to.
  PodObjects objects;
  // Images to make from files before anything else: the launcher's.
  std::vector<LocalImage> images;
  // The podman program and arguments that stand before the subcommand.
  std::vector<std::string> podman = {"podman"};
  // podman's network mode: "host", "none", "bridge", ...
  std::string network = "host";
  // Leave the Pod and its directories behind, to be looked at.
  bool keep = false;
  // Instead of the Pod's terminationGracePeriodSeconds.
  std::optional<absl::Duration> grace_period;
  // Where the volumes' directories are made; empty: $TMPDIR, else /var/tmp.
  std::string directory;
};

// Called in the thread that RunPod was called in. Any may be empty.
struct RunObserver {
  // A line that a container wrote, without its newline.
  std::function<void(absl::string_view container, absl::string_view line)>
      on_log;
  // A container has started or ended.
  std::function<void(const v1::ContainerStatus& status)> on_container;
  // A file has appeared in a directory of the emptyDir `watched_volume`:
  // `path` is DIRECTORY/FILE below it, `file` its path on this machine.
  std::string watched_volume;
  std::function<void(absl::string_view path, const std::string& file)> on_file;
  // Something to know: what is ignored, what is pulled, what is kept.
  std::function<void(absl::string_view note)> on_note;
};

// Returns when every container has ended and all is cleaned up: the Pod's phase
// (Succeeded or Failed), each container's exit code, times (to the nanosecond)
// and termination message. A Pod that failed, or that was stopped (reason
// "Cancelled"), is no error here; an error is a Pod that could not be run:
//   FailedPrecondition  it asks for what can't be had here (the Diagnostics are
//                       in the payload), or there is no usable podman
//   NotFound            an object, image or file that it refers to is missing
absl::StatusOr<v1::PodStatus> RunPod(const v1::Pod& pod,
                                     const RunOptions& options,
                                     const RunObserver& observer,
                                     PodControl* control);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_RUNNER_H_
