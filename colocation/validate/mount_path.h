// Paths as Go's filepath.Clean leaves them.
#ifndef COLOCATION_VALIDATE_MOUNT_PATH_H_
#define COLOCATION_VALIDATE_MOUNT_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Without "." and "", "x/.." taken out; "." for the empty path.
std::string CleanPath(absl::string_view path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_MOUNT_PATH_H_
