#include "cli/launcher_image.h"

#include <string>

#include "cli/oci_archive.h"
#include "colocation/version.h"

// The linker's names for the file "launcher" in launcher_program.o.
extern "C" {
extern const char _binary_launcher_start[];
extern const char _binary_launcher_end[];
}

namespace colocation::cli {
namespace {

#if defined(__x86_64__)
constexpr char kArchitecture[] = "amd64";
#elif defined(__aarch64__)
constexpr char kArchitecture[] = "arm64";
#else
#error "the launcher's image needs the name that Go has for this architecture"
#endif

}  // namespace

podman::LocalImage LauncherImage() {
  podman::LocalImage image;
  image.name = kLauncherImage;
  image.files.push_back(
      {"launcher", std::string(_binary_launcher_start, _binary_launcher_end),
       0755, ""});
  return image;
}

absl::StatusOr<std::string> LauncherArchive(absl::string_view name) {
  const absl::StatusOr<std::string> tagged = TaggedName(name, kVersion);
  if (!tagged.ok()) return tagged.status();
  OciImage image;
  image.name = *tagged;
  image.files = LauncherImage().files;
  image.entrypoint = {"/launcher"};
  image.labels = {
      {"org.opencontainers.image.title", "launcher of colocation"},
      {"org.opencontainers.image.version", kVersion},
      {"org.opencontainers.image.licenses", "Apache-2.0"},
  };
  image.architecture = kArchitecture;
  return OciArchive(image);
}

}  // namespace colocation::cli
