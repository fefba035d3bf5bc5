// Child processes. All of the program's fork, exec, kill and wait is here.
#ifndef COLOCATION_CLI_PODMAN_SUBPROCESS_H_
#define COLOCATION_CLI_PODMAN_SUBPROCESS_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace colocation::podman {

struct ProcessOptions {
  // The program, looked up in PATH, and its arguments; no shell reads them.
  std::vector<std::string> argv;
  // Replace or add to this process's own environment.
  std::map<std::string, std::string> env;
  // Where standard output and error go; nowhere when empty. Input is empty.
  std::string output_path;
  // A listening socket that the child gets as systemd would pass it
  // (LISTEN_FDS, descriptor 3); -1 for none.
  int listen_fd = -1;
  // Gives the child, and all below it, mounts of its own in which this
  // directory is not mounted. Needs root.
  std::string unmount;
};

// A child in a session of its own, so that a Ctrl-C in the terminal does not
// reach it. Killed when this object goes, and when the thread that started it
// ends.
class Subprocess {
 public:
  static absl::StatusOr<Subprocess> Start(const ProcessOptions& options);

  Subprocess(Subprocess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)) {}
  Subprocess& operator=(Subprocess&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }
  ~Subprocess();

  // Sends SIGTERM and waits for the end.
  void Stop();

  // Waits for the end: the exit code, or 128 and the signal's number. The
  // child's program could not be run: 127.
  int Wait();

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_SUBPROCESS_H_
