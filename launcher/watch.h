// Notices that a directory has changed, without looking again and again.
//
// inotify where there is an instance left: the kernel allows each user a number
// of them (fs.inotify.max_user_instances, by default 128), and a Pod may have
// more containers, all of the same user. Else dnotify (fcntl F_NOTIFY), which
// has no such limit but knows only of files that appear; else nothing, and
// whoever waits has to look at intervals.
//
// To miss nothing: first Add, then look, then wait. A crash of a launcher shows
// as IN_CLOSE_WRITE of a file that it held open; under dnotify it does not.
#ifndef COLOCATION_LAUNCHER_WATCH_H_
#define COLOCATION_LAUNCHER_WATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "launcher/files.h"

namespace colocation::launcher {

class DirectoryWatch {
 public:
  enum class Means { kInotify, kDnotify, kLooking };

  // `first`: what to try first, for tests.
  explicit DirectoryWatch(Means first = Means::kInotify);

  // Watches a directory; its number, counted from 0, is what TakeChanges()
  // reports.
  int Add(const std::string& path);

  // To poll for reading; -1 while there is nothing to poll.
  int fd() const { return events_.fd(); }

  struct Change {
    int directory;
    // Somebody who had a file of it open for writing has closed it, or died.
    bool closed;
  };

  // Takes what has been reported since the last call, perhaps the same twice.
  // If reports were lost: that every directory has changed.
  std::vector<Change> TakeChanges();

  // How long one may sleep before looking again for what is not reported: a
  // crash under dnotify; anything when there is nothing else than looking.
  int64_t longest_sleep_ns() const;

  Means means() const { return means_; }
  // Number of directories.
  size_t size() const { return handles_.size(); }

 private:
  bool AddTo(int number, const std::string& path);

  Means means_;
  File events_;
  // By number: inotify's watch descriptor, or the directory's descriptor.
  std::vector<int> handles_;
  std::vector<File> directories_;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_WATCH_H_
