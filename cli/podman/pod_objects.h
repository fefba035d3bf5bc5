// The objects that a Pod takes files and variables from.
#ifndef COLOCATION_CLI_PODMAN_POD_OBJECTS_H_
#define COLOCATION_CLI_PODMAN_POD_OBJECTS_H_

#include <map>
#include <string>

namespace colocation::podman {

// Key to content, of one ConfigMap or Secret; `data` and `binaryData` decoded
// and put together.
using ObjectData = std::map<std::string, std::string, std::less<>>;

struct PodObjects {
  // By metadata.name.
  std::map<std::string, ObjectData, std::less<>> config_maps;
  std::map<std::string, ObjectData, std::less<>> secrets;
  // Directories of this machine that stand for PersistentVolumeClaims.
  std::map<std::string, std::string, std::less<>> claims;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_OBJECTS_H_
