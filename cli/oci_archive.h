// Images as files: an OCI image layout in a tar archive
// (github.com/opencontainers/image-spec, image-layout.md), which podman, skopeo
// and crane read, with the manifest.json of `docker save` beside it.
#ifndef COLOCATION_CLI_OCI_ARCHIVE_H_
#define COLOCATION_CLI_OCI_ARCHIVE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/local_image.h"

namespace colocation::cli {

struct OciImage {
  // With its tag: "registry.example.org/ci/launcher:1.0".
  std::string name;
  // One layer, in this order.
  std::vector<podman::ImageFile> files;
  std::vector<std::string> entrypoint;
  // "org.opencontainers.image.title" and such, in this order.
  std::vector<std::pair<std::string, std::string>> labels;
  // As Go calls it: "amd64", "arm64".
  std::string architecture;
};

// The same bytes for the same image. InvalidArgument for a path that doesn't
// fit a tar archive (100 bytes).
absl::StatusOr<std::string> OciArchive(const OciImage& image);

// `name` with the tag `tag` if it has none. InvalidArgument for what can't be
// an image's name.
absl::StatusOr<std::string> TaggedName(absl::string_view name,
                                       absl::string_view tag);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_OCI_ARCHIVE_H_
