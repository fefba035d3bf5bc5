// A directory whose files change all at once.
//
// As the kubelet keeps its downward-API and ConfigMap volumes
// (k8s.io/kubernetes/pkg/volume/util/atomic_writer.go): the files stand in a
// directory of their own, "..data" is a symbolic link to it, each name in the
// root is a link through "..data". An update writes a new directory and renames
// a new "..data" into place. A reader sees all of the old or all of the new,
// and an inotify watch on the root sees one IN_MOVED_TO of "..data".
#ifndef COLOCATION_CLI_PODMAN_ATOMIC_DIRECTORY_H_
#define COLOCATION_CLI_PODMAN_ATOMIC_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/podman/volume_files.h"

namespace colocation::podman {

// Makes `files` the content of the directory `root`, which exists and to which
// nothing else writes. Does nothing where they are that already.
absl::Status WriteAtomically(const std::string& root, const VolumeFiles& files);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_ATOMIC_DIRECTORY_H_
