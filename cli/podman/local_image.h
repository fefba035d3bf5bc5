// Images made of a few files of this machine, so that a program just built can
// be used in a Pod without a registry.
#ifndef COLOCATION_CLI_PODMAN_LOCAL_IMAGE_H_
#define COLOCATION_CLI_PODMAN_LOCAL_IMAGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/podman/podman.h"

namespace colocation::podman {

struct ImageFile {
  // In the image, without the leading '/'. Directories on the way to it exist
  // with mode 0755 unless they are given themselves; they end in '/'.
  std::string path;
  std::string content;
  int mode = 0755;
  // Makes it a symbolic link to this.
  std::string link_target;
};

struct LocalImage {
  // "localhost/colocation/launcher:latest"
  std::string name;
  std::vector<ImageFile> files;
  // Words of ENTRYPOINT; none where empty.
  std::vector<std::string> entrypoint;
};

// Makes the image unless there is one of that name and content; one of that
// name and other content is replaced.
absl::Status EnsureImage(const Podman& podman, const LocalImage& image);

// A tar archive (POSIX.1-1988 ustar) of `files`, in their order: the same bytes
// for the same files. InvalidArgument for a path that doesn't fit (100 bytes).
absl::StatusOr<std::string> TarArchive(const std::vector<ImageFile>& files);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_LOCAL_IMAGE_H_
