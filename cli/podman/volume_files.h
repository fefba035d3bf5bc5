// The files of a volume that comes from objects: configMap, secret,
// downwardAPI, projected.
#ifndef COLOCATION_CLI_PODMAN_VOLUME_FILES_H_
#define COLOCATION_CLI_PODMAN_VOLUME_FILES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cli/podman/pod_objects.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

struct VolumeFile {
  std::string content;
  int mode = 0644;

  friend bool operator==(const VolumeFile&, const VolumeFile&) = default;
};

// By path relative to the volume's root; no path is absolute or has "..".
using VolumeFiles = std::map<std::string, VolumeFile>;

// Whether `volume` is one of those.
bool HasFiles(const v1::Volume& volume);

// Whether its files change with the Pod's metadata.
bool FollowsMetadata(const v1::Volume& volume);

// An error names the field below the volume: "projected.sources[1]: ...".
absl::StatusOr<VolumeFiles> FilesOf(const v1::Pod& pod,
                                    const v1::Volume& volume,
                                    const PodObjects& objects);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_VOLUME_FILES_H_
