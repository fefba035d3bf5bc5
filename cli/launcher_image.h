// The launcher's image, made from the program that is built into colocate, so
// that `colocate run` is one file and needs no registry.
#ifndef COLOCATION_CLI_LAUNCHER_IMAGE_H_
#define COLOCATION_CLI_LAUNCHER_IMAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/local_image.h"

namespace colocation::cli {

inline constexpr char kLauncherImage[] = "localhost/colocation/launcher:latest";

// It holds the launcher as /launcher, and nothing else.
podman::LocalImage LauncherImage();

// The same as an archive to load or push, under `name`, which gets the version
// as its tag if it has none. InvalidArgument for what is no image's name.
absl::StatusOr<std::string> LauncherArchive(absl::string_view name);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_LAUNCHER_IMAGE_H_
