// The volumes of one Pod, as directories of this machine.
//
//   <directory>/volumes/NAME        emptyDir, and volumes with files
//   <memory>/NAME                   emptyDir of medium Memory
//   <directory>/messages/CONTAINER  termination message file
//
// A mount is a bind mount of such a directory or of something in it.
#ifndef COLOCATION_CLI_PODMAN_POD_VOLUMES_H_
#define COLOCATION_CLI_PODMAN_POD_VOLUMES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/pod_objects.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

class PodVolumes {
 public:
  // Makes and fills the directories of `pod`'s volumes. `directory` exists and
  // is this Pod's alone; so is `memory`, on a file system in memory. Errors
  // name the field.
  static absl::StatusOr<PodVolumes> Create(const v1::Pod& pod,
                                           const PodObjects& objects,
                                           const std::string& directory,
                                           const std::string& memory);

  // What to mount for `mount`: a subPath (already expanded) that does not exist
  // is made, with mode 0777. One that leads out of its volume, by ".." or by a
  // symbolic link, is refused (k8s.io/kubernetes/pkg/volume/util/subpath).
  absl::StatusOr<std::string> Source(absl::string_view volume,
                                     absl::string_view sub_path) const;

  // Brings the files that show the Pod's metadata up to date.
  absl::Status Refresh(const v1::Pod& pod, const PodObjects& objects) const;

 private:
  std::map<std::string, std::string, std::less<>> paths_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_VOLUMES_H_
