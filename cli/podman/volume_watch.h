// Sees files appear in the directories of a volume, for telling what happens
// while a Pod runs.
//
// One level deep: ROOT/DIRECTORY/FILE. A file counts from when it has been
// moved to its name, and whole directories may come later than the watch. Not
// thread-safe.
#ifndef COLOCATION_CLI_PODMAN_VOLUME_WATCH_H_
#define COLOCATION_CLI_PODMAN_VOLUME_WATCH_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/podman/descriptor.h"

namespace colocation::podman {

class VolumeWatch {
 public:
  static absl::StatusOr<VolumeWatch> Create(const std::string& root);

  // Readable when TakeFiles has something to do.
  int fd() const { return inotify_.get(); }

  // "DIRECTORY/FILE" of those that have appeared since the last call, those of
  // one directory in their order.
  std::vector<std::string> TakeFiles();

 private:
  VolumeWatch(std::string root, Descriptor inotify)
      : root_(std::move(root)), inotify_(std::move(inotify)) {}

  void AddDirectory(const std::string& name, std::vector<std::string>* files);
  void AddFile(const std::string& path, std::vector<std::string>* files);

  std::string root_;
  Descriptor inotify_;
  int root_watch_ = -1;
  std::map<int, std::string> directories_;
  std::set<std::string> known_;
  // Seen before the first TakeFiles.
  std::vector<std::string> early_;
};

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_VOLUME_WATCH_H_
