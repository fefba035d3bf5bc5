// The launcher's image, made from the program that is built into colocate, so
// that `colocate run` is one file and needs no registry.
#ifndef COLOCATION_CLI_LAUNCHER_IMAGE_H_
#define COLOCATION_CLI_LAUNCHER_IMAGE_H_

#include "cli/podman/local_image.h"

namespace colocation::cli {

inline constexpr char kLauncherImage[] = "localhost/colocation/launcher:latest";

// It holds the launcher as /launcher, and nothing else.
podman::LocalImage LauncherImage();

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_LAUNCHER_IMAGE_H_
