#include "cli/launcher_image.h"

#include <string>

// The linker's names for the file "launcher" in launcher_program.o.
extern "C" {
extern const char _binary_launcher_start[];
extern const char _binary_launcher_end[];
}

namespace colocation::cli {

podman::LocalImage LauncherImage() {
  podman::LocalImage image;
  image.name = kLauncherImage;
  image.files.push_back(
      {"launcher", std::string(_binary_launcher_start, _binary_launcher_end),
       0755, ""});
  return image;
}

}  // namespace colocation::cli
