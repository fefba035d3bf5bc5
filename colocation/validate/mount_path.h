// Paths of mounts.
#ifndef COLOCATION_VALIDATE_MOUNT_PATH_H_
#define COLOCATION_VALIDATE_MOUNT_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// As Go's filepath.Clean: without "." and "", "x/.." taken out; "." for the
// empty path.
std::string CleanPath(absl::string_view path);

// Where Kubernetes mounts what is to be mounted at `path`: a relative path
// begins at the root (pkg/kubelet/kubelet_pods.go, makeMounts, and
// pkg/volume/util/util.go, MakeAbsolutePath), and none leads out of it.
std::string PathInContainer(absl::string_view path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_MOUNT_PATH_H_
