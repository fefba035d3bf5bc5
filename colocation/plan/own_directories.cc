#include "colocation/plan/own_directories.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace colocation {
namespace {

constexpr absl::string_view kTekton = "/tekton";
constexpr absl::string_view kHome = "/tekton/home";
constexpr absl::string_view kWorkspace = "/workspace";

// A mount, and where it is, as Go's filepath.Clean would write it.
struct Mounted {
  const v1::VolumeMount* mount;
  std::string path;
};

std::string CleanPath(absl::string_view path) {
  std::string clean;
  for (absl::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part != ".") absl::StrAppend(&clean, "/", part);
  }
  return clean;
}

class OwnDirectories {
 public:
  explicit OwnDirectories(v1::PlannedPod* pod) : pod_(*pod) {
    for (const v1::PlannedVolume& volume : pod_.volumes()) {
      volumes_.emplace(volume.volume().name(), &volume);
    }
    for (const v1::LaunchTask& task : pod_.install().launch().tasks()) {
      if (task.retries() > 0) retried_.insert(task.name());
    }
  }

  void Add() {
    if (retried_.empty()) return;
    mounts_.resize(pod_.containers_size());
    for (int c = 0; c < pod_.containers_size(); ++c) {
      for (const v1::VolumeMount& mount :
           pod_.containers(c).container().volume_mounts()) {
        mounts_[c].push_back({&mount, CleanPath(mount.mount_path())});
      }
    }
    v1::LaunchSpec& launch = *pod_.mutable_install()->mutable_launch();
    for (int c = 0; c < pod_.containers_size(); ++c) {
      if (!retried_.contains(pod_.containers(c).task())) continue;
      for (const Mounted& mounted : mounts_[c]) {
        const std::string path = OwnPath(c, mounted);
        if (path.empty() || !MayEmpty(c, mounted, path)) continue;
        launch.mutable_containers(c)->add_own_directories(path);
      }
    }
  }

 private:
  bool IsPrivate(const Mounted& mounted) const {
    const auto found = volumes_.find(mounted.mount->name());
    return found != volumes_.end() &&
           found->second->purpose() == v1::PlannedVolume::PRIVATE;
  }

  // What of the mount is the unit's alone; empty for nothing.
  std::string OwnPath(int c, const Mounted& mounted) const {
    if (mounted.mount->read_only()) return "";
    if (IsPrivate(mounted)) {
      return std::string(mounted.path == kTekton ? kHome : kWorkspace);
    }
    const auto found = volumes_.find(mounted.mount->name());
    if (found == volumes_.end() ||
        found->second->unit() != pod_.containers(c).unit()) {
      return "";
    }
    const v1::Volume& volume = found->second->volume();
    return volume.has_empty_dir() || volume.has_ephemeral() ? mounted.path : "";
  }

  bool MayEmpty(int c, const Mounted& mounted, const std::string& path) const {
    // The author's own home directory hides the one in /tekton.
    if (path != mounted.path && IsMountedAt(c, path)) return false;
    for (int other = 0; other < pod_.containers_size(); ++other) {
      if (other == c ||
          pod_.containers(other).unit() != pod_.containers(c).unit()) {
        continue;
      }
      for (const Mounted& there : mounts_[other]) {
        if (there.mount->name() != mounted.mount->name()) continue;
        const bool same = there.path == mounted.path;
        // The two parts of the private volume have nothing in common.
        if (!same && IsPrivate(mounted)) continue;
        if (HasMoreBelow(other, same ? path : there.path, c, same)) {
          return false;
        }
      }
    }
    return true;
  }

  bool IsMountedAt(int c, absl::string_view path) const {
    return std::any_of(
        mounts_[c].begin(), mounts_[c].end(),
        [&](const Mounted& mounted) { return mounted.path == path; });
  }

  // Whether container `other` has something mounted below `path` that `c` has
  // not there; anything at all if `c` has the volume elsewhere.
  bool HasMoreBelow(int other, const std::string& path, int c,
                    bool same_place) const {
    const std::string below = absl::StrCat(path, "/");
    return std::any_of(mounts_[other].begin(), mounts_[other].end(),
                       [&](const Mounted& mounted) {
                         return absl::StartsWith(mounted.path, below) &&
                                !(same_place && IsMountedAt(c, mounted.path));
                       });
  }

  v1::PlannedPod& pod_;
  absl::flat_hash_map<absl::string_view, const v1::PlannedVolume*> volumes_;
  absl::flat_hash_set<std::string> retried_;
  // By container.
  std::vector<std::vector<Mounted>> mounts_;
};

}  // namespace

void AddOwnDirectories(v1::PlannedPod* pod) { OwnDirectories(pod).Add(); }

}  // namespace colocation
