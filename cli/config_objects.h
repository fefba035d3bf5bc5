// ConfigMaps and Secrets of the input and of directories, for running a Pod
// here. The library has no use for them, so it doesn't decode them.
#ifndef COLOCATION_CLI_CONFIG_OBJECTS_H_
#define COLOCATION_CLI_CONFIG_OBJECTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/pod_objects.h"
#include "colocation/v1/request.pb.h"

namespace colocation::cli {

// Adds the ConfigMaps and Secrets among the objects of `document`, which may be
// YAML documents and Lists. Its text is one that decodes (decode/decode.h).
absl::Status AddConfigObjects(const v1::Document& document,
                              podman::PodObjects* objects);

// The files of a directory by their names, as `kubectl create configmap
// --from-file=DIRECTORY` takes them.
absl::StatusOr<podman::ObjectData> ReadObjectData(const std::string& directory);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_CONFIG_OBJECTS_H_
