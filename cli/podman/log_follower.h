// What a container writes, line by line, while it runs.
//
// Reads the file that podman's "k8s-file" log driver (conmon) writes, which has
// the format of the kubelet's container logs
// (k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs): one entry a line,
// "TIME STREAM P|F TEXT", where P is a part of a line that is not over yet.
#ifndef COLOCATION_CLI_PODMAN_LOG_FOLLOWER_H_
#define COLOCATION_CLI_PODMAN_LOG_FOLLOWER_H_

#include <deque>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "cli/podman/descriptor.h"

namespace colocation::podman {

class LogFollower {
 public:
  using OnLine = absl::FunctionRef<void(absl::string_view line)>;

  // The file need not exist yet.
  explicit LogFollower(std::string path) : path_(std::move(path)) {}

  // Calls `on_line` for every line that was completed since the last call.
  void Read(OnLine on_line);

  // Reads the rest; text after the last newline counts as a line too.
  void Finish(OnLine on_line);

  // The last lines, as the kubelet takes them for a container without
  // termination message: at most 80 lines and 2048 bytes
  // (terminationMessagePolicy: FallbackToLogsOnError).
  std::string Tail() const;

 private:
  void Take(absl::string_view entry, OnLine on_line);
  void Give(absl::string_view line, OnLine on_line);

  std::string path_;
  Descriptor fd_;
  // Of the file: the entry whose end has not been written yet.
  std::string unfinished_entry_;
  // Of the container: the line whose end has not been written yet.
  std::string unfinished_line_;
  std::deque<std::string> tail_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_LOG_FOLLOWER_H_
