// A file descriptor that is closed when its owner goes.
#ifndef COLOCATION_CLI_PODMAN_DESCRIPTOR_H_
#define COLOCATION_CLI_PODMAN_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace colocation::podman {

class Descriptor {
 public:
  // None where negative.
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_DESCRIPTOR_H_
