// podman, for the length of one Pod.
//
// Starts `podman system service` as a child, on a Unix socket of its own, and
// talks to its REST API: a create takes a quarter of the time that a `podman
// create` process takes, and one process keeps all in view. Needs podman 4.0 or
// newer. Thread-safe: every call is a connection of its own.
//
// Two things that keep podman from working on some machines are seen to here,
// and only where they are met:
//  - crun refuses a mixed cgroup hierarchy whose v2 side has controllers: the
//    service then gets mounts of its own, without that side.
//  - root without CAP_SYS_RESOURCE may not raise limits, as podman's defaults
//    want: CONTAINERS_CONF then points at a file that keeps them where they are
//    (podman reads no other containers.conf then), unless it is set already.
#ifndef COLOCATION_CLI_PODMAN_PODMAN_H_
#define COLOCATION_CLI_PODMAN_PODMAN_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/descriptor.h"
#include "cli/podman/podman_api.pb.h"
#include "cli/podman/subprocess.h"

namespace colocation::podman {

struct PodmanOptions {
  // The podman program and arguments that stand before the subcommand.
  std::vector<std::string> command = {"podman"};
  // An existing directory for the socket and the log.
  std::string directory;
  // Gives a long call up when it becomes readable; -1 for none.
  int cancel_fd = -1;
};

class Podman {
 public:
  // FailedPrecondition where podman can't be used on this machine.
  static absl::StatusOr<Podman> Start(const PodmanOptions& options);

  // Ends the service. Containers are not its children and go on.
  void Stop() { service_.Stop(); }

  // Creates a Pod and starts its sandbox.
  absl::Status StartPod(const api::PodCreate& pod) const;
  // With all its containers, killed at once where they run, and their anonymous
  // volumes. OK where there is none.
  absl::Status RemovePod(absl::string_view name) const;

  // The new container's id.
  absl::StatusOr<std::string> CreateContainer(
      const api::ContainerCreate& container) const;
  absl::Status StartContainer(absl::string_view id) const;
  absl::StatusOr<api::Inspected> Inspect(absl::string_view id) const;
  // The same of a container whose process is gone. podman knows the exit code
  // about a millisecond later; asking until then takes a few of them, while its
  // own wait call returns only after its clean-up process (50 ms and more).
  absl::StatusOr<api::Inspected> InspectEnded(absl::string_view id) const;
  // OK where it does not run any more.
  absl::Status Signal(absl::string_view id, absl::string_view signal) const;

  // NotFound where this machine has no such image.
  absl::StatusOr<api::Image> InspectImage(absl::string_view name) const;
  absl::Status PullImage(absl::string_view name) const;
  // Makes an image of one layer from the tar archive `files`.
  absl::Status ImportImage(absl::string_view name, absl::string_view files,
                           const std::vector<std::string>& changes) const;
  absl::Status RemoveImage(absl::string_view id) const;

 private:
  Podman(Subprocess service, Descriptor directory, std::string socket,
         int cancel_fd)
      : service_(std::move(service)),
        directory_(std::move(directory)),
        socket_(std::move(socket)),
        cancel_fd_(cancel_fd) {}

  // The response's body; an error status where its code isn't 2xx.
  absl::StatusOr<std::string> Call(absl::string_view method,
                                   absl::string_view target,
                                   absl::string_view body = "",
                                   int cancel_fd = -1) const;

  // The same, again while it fails only because something is just changing: for
  // calls that change nothing then.
  absl::StatusOr<std::string> CallAgain(absl::string_view method,
                                        absl::string_view target,
                                        absl::string_view body = "") const;

  Subprocess service_;
  // The socket's path leads through it.
  Descriptor directory_;
  std::string socket_;
  int cancel_fd_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_PODMAN_H_
