// One container of a Pod, from its creation to its status.
#ifndef COLOCATION_CLI_PODMAN_CONTAINER_RUN_H_
#define COLOCATION_CLI_PODMAN_CONTAINER_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/descriptor.h"
#include "cli/podman/log_follower.h"
#include "cli/podman/podman.h"
#include "cli/podman/podman_api.pb.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

// A process that was started, and the time.
struct StartedContainer {
  std::string id;
  // Becomes readable when the process ends; none where it has ended already.
  Descriptor pidfd;
  std::string started_at;
  // Not empty: the container's command could not be started.
  std::string start_error;
};

// Creates and starts a container. An error means that it could not even be
// created. Thread-safe.
absl::StatusOr<StartedContainer> StartContainer(
    const Podman& podman, const api::ContainerCreate& spec);

class ContainerRun {
 public:
  using OnLine = LogFollower::OnLine;

  // `status` is where its state goes. `message_budget` is how many bytes its
  // termination message may have at most.
  ContainerRun(const v1::Container& container, std::string log_path,
               std::string message_path, size_t message_budget,
               v1::ContainerStatus* status);
  ContainerRun(const ContainerRun&) = delete;
  ContainerRun& operator=(const ContainerRun&) = delete;

  const v1::Container& container() const { return container_; }
  const v1::ContainerStatus& status() const { return *status_; }
  const std::string& message_path() const { return message_path_; }
  int pidfd() const { return pidfd_.get(); }
  bool running() const { return running_; }
  bool ended() const { return status_->state().has_terminated(); }
  bool succeeded() const {
    return ended() && status_->state().terminated().exit_code() == 0;
  }

  // The container runs, or, where it could not be started, has ended.
  void OnStarted(StartedContainer started);

  // Its process is gone: reads the rest of its log and its end.
  absl::Status OnEnded(const Podman& podman, OnLine on_line);

  void ReadLog(OnLine on_line) { log_.Read(on_line); }

  absl::Status Signal(const Podman& podman, int signal,
                      absl::string_view name) const;

 private:
  std::string TerminationMessage(bool failed) const;

  const v1::Container& container_;
  std::string message_path_;
  size_t message_budget_;
  v1::ContainerStatus* status_;
  LogFollower log_;
  std::string id_;
  Descriptor pidfd_;
  bool running_ = false;
};

// `text` with every byte that is no part of valid UTF-8 replaced by U+FFFD.
std::string ToValidUtf8(absl::string_view text);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_CONTAINER_RUN_H_
