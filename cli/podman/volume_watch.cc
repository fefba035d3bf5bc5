#include "cli/podman/volume_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation::podman {

namespace fs = std::filesystem;

absl::StatusOr<VolumeWatch> VolumeWatch::Create(const std::string& root) {
  VolumeWatch watch(root, Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)));
  watch.root_watch_ =
      inotify_add_watch(watch.fd(), root.c_str(), IN_CREATE | IN_MOVED_TO);
  if (watch.root_watch_ < 0) {
    return absl::InternalError(
        absl::StrCat("cannot watch ", root, ": ", std::strerror(errno)));
  }
  std::error_code error;
  for (fs::directory_iterator entry(root, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    watch.AddDirectory(entry->path().filename(), &watch.early_);
  }
  return watch;
}

void VolumeWatch::AddFile(const std::string& path,
                          std::vector<std::string>* files) {
  if (known_.insert(path).second) files->push_back(path);
}

void VolumeWatch::AddDirectory(const std::string& name,
                               std::vector<std::string>* files) {
  const std::string path = absl::StrCat(root_, "/", name);
  const int watch =
      inotify_add_watch(fd(), path.c_str(), IN_MOVED_TO | IN_ONLYDIR);
  if (watch < 0) return;
  directories_[watch] = name;
  // What was there before the watch is in no event.
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error)) {
      names.push_back(entry->path().filename());
    }
  }
  std::sort(names.begin(), names.end());
  for (const std::string& file : names) {
    AddFile(absl::StrCat(name, "/", file), files);
  }
}

std::vector<std::string> VolumeWatch::TakeFiles() {
  std::vector<std::string> files = std::exchange(early_, {});
  alignas(inotify_event) char buffer[64 * 1024];
  ssize_t got;
  while ((got = read(fd(), buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        // Watching a directory again lists it again.
        const std::map<int, std::string> all = directories_;
        for (const auto& [watch, name] : all) AddDirectory(name, &files);
      } else if (event->len == 0) {
        continue;
      } else if (event->wd == root_watch_) {
        AddDirectory(event->name, &files);
      } else if ((event->mask & IN_ISDIR) == 0) {
        const auto found = directories_.find(event->wd);
        if (found != directories_.end()) {
          AddFile(absl::StrCat(found->second, "/", event->name), &files);
        }
      }
    }
  }
  return files;
}

}  // namespace colocation::podman
