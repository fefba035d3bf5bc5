#include "cli/podman/pod_volumes.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/podman/atomic_directory.h"
#include "cli/podman/descriptor.h"
#include "cli/podman/volume_files.h"

namespace colocation::podman {
namespace {

namespace fs = std::filesystem;

// How often to make a directory again that somebody else removes.
constexpr int kMakeTries = 100;

absl::Status SystemError(absl::string_view what) {
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// Like Kubernetes' emptyDir: anyone may write (the umask does not count), or
// with an fsGroup its members, and what they make belongs to that group.
absl::Status MakeDirectory(const std::string& path,
                           const std::optional<int64_t>& fs_group) {
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return SystemError(path);
  }
  if (fs_group.has_value() &&
      chown(path.c_str(), -1, static_cast<gid_t>(*fs_group)) != 0) {
    return SystemError(path);
  }
  if (chmod(path.c_str(), fs_group.has_value() ? 02777 : 0777) != 0) {
    return SystemError(path);
  }
  return absl::OkStatus();
}

// The checks of k8s.io/kubernetes/pkg/volume/hostpath/host_path.go.
absl::Status PrepareHostPath(const v1::HostPathVolumeSource& source) {
  const std::string& path = source.path();
  const std::string& type = source.type();
  struct stat info;
  const bool exists = stat(path.c_str(), &info) == 0;
  if (!exists && type == "DirectoryOrCreate") {
    std::error_code error;
    fs::create_directories(path, error);
    return error
               ? absl::InternalError(absl::StrCat(path, ": ", error.message()))
               : absl::OkStatus();
  }
  if (!exists && type == "FileOrCreate") {
    const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) return SystemError(path);
    close(fd);
    return absl::OkStatus();
  }
  if (!exists) {
    return absl::NotFoundError(absl::StrCat(path, " does not exist here"));
  }
  const bool fits =
      type.empty() ||
      (S_ISDIR(info.st_mode) && absl::StartsWith(type, "Directory")) ||
      (S_ISREG(info.st_mode) && absl::StartsWith(type, "File")) ||
      (S_ISSOCK(info.st_mode) && type == "Socket") ||
      (S_ISCHR(info.st_mode) && type == "CharDevice") ||
      (S_ISBLK(info.st_mode) && type == "BlockDevice");
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no ", type));
  }
  return absl::OkStatus();
}

// Opens `path` in the directory `root`. The kernel follows symbolic links, but
// none that lead out of `root`.
int OpenBeneath(int root, const std::string& path) {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(
      syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

// What `sub_path` is in `root`, made where it is missing. One at a time, so
// that nobody finds a directory that another thread has made and not yet opened
// to everyone.
absl::StatusOr<std::string> MakeBeneath(const std::string& root,
                                        absl::string_view sub_path) {
  static std::mutex& mutex = *new std::mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  const Descriptor top(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (top.get() < 0) return SystemError(root);
  Descriptor at(dup(top.get()));
  std::string path;
  for (absl::string_view part :
       absl::StrSplit(sub_path, '/', absl::SkipEmpty())) {
    // The API server refuses it also where it leads nowhere else.
    if (part == "..") {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", sub_path, "\" leads out of the volume"));
    }
    absl::StrAppend(&path, path.empty() ? "" : "/", part);
    const std::string name(part);
    int next = OpenBeneath(top.get(), path);
    // A container may make or remove it at the same time.
    for (int tries = 0; tries < kMakeTries && next < 0 && errno == ENOENT;
         ++tries) {
      if (mkdirat(at.get(), name.c_str(), 0777) == 0) {
        // The umask doesn't count.
        if (fchmodat(at.get(), name.c_str(), 0777, 0) != 0 && errno != ENOENT) {
          return SystemError(path);
        }
      } else if (errno != EEXIST) {
        return SystemError(absl::StrCat("\"", sub_path, "\""));
      }
      next = OpenBeneath(top.get(), path);
    }
    if (next < 0 && errno == EXDEV) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", sub_path, "\" leads out of the volume"));
    }
    if (next < 0) return SystemError(absl::StrCat("\"", sub_path, "\""));
    at = Descriptor(next);
  }
  std::error_code error;
  const fs::path source =
      fs::read_symlink(absl::StrCat("/proc/self/fd/", at.get()), error);
  if (error) return absl::InternalError(error.message());
  return source.string();
}

}  // namespace

absl::StatusOr<PodVolumes> PodVolumes::Create(const v1::Pod& pod,
                                              const PodObjects& objects,
                                              const std::string& directory,
                                              const std::string& memory) {
  PodVolumes result;
  std::optional<int64_t> fs_group;
  if (pod.spec().security_context().has_fs_group()) {
    fs_group = pod.spec().security_context().fs_group();
  }
  const std::string root = absl::StrCat(directory, "/volumes");
  if (mkdir(root.c_str(), 0755) != 0) return SystemError(root);
  for (int i = 0; i < pod.spec().volumes_size(); ++i) {
    const v1::Volume& volume = pod.spec().volumes(i);
    std::string path = absl::StrCat(root, "/", volume.name());
    absl::Status status;
    if (volume.has_host_path()) {
      path = volume.host_path().path();
      status = PrepareHostPath(volume.host_path());
    } else if (volume.has_persistent_volume_claim()) {
      const std::string& claim = volume.persistent_volume_claim().claim_name();
      if (const auto found = objects.claims.find(claim);
          found != objects.claims.end()) {
        path = found->second;
      } else {
        status = absl::NotFoundError(
            absl::StrCat("no directory was given for PersistentVolumeClaim \"",
                         claim, "\""));
      }
    } else if (HasFiles(volume)) {
      status = MakeDirectory(path, fs_group);
      if (status.ok()) {
        absl::StatusOr<VolumeFiles> files = FilesOf(pod, volume, objects);
        status = files.ok() ? WriteAtomically(path, *files) : files.status();
      }
    } else {
      if (volume.empty_dir().medium() == "Memory") {
        path = absl::StrCat(memory, "/", volume.name());
      }
      status = MakeDirectory(path, fs_group);
    }
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("spec.volumes[", i,
                                                      "]: ", status.message()));
    }
    result.paths_.emplace(volume.name(), std::move(path));
  }
  return result;
}

absl::StatusOr<std::string> PodVolumes::Source(
    absl::string_view volume, absl::string_view sub_path) const {
  const auto found = paths_.find(volume);
  if (found == paths_.end()) {
    return absl::NotFoundError(absl::StrCat("no volume \"", volume, "\""));
  }
  if (sub_path.empty()) return found->second;
  if (absl::StartsWith(sub_path, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", sub_path, "\" is not relative to the volume"));
  }
  return MakeBeneath(found->second, sub_path);
}

absl::Status PodVolumes::Refresh(const v1::Pod& pod,
                                 const PodObjects& objects) const {
  for (const v1::Volume& volume : pod.spec().volumes()) {
    if (!FollowsMetadata(volume)) continue;
    absl::StatusOr<VolumeFiles> files = FilesOf(pod, volume, objects);
    if (!files.ok()) return files.status();
    if (absl::Status status =
            WriteAtomically(paths_.find(volume.name())->second, *files);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace colocation::podman
