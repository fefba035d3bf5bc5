#include "launcher/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

namespace colocation::launcher {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

// A file that is renamed into the directory, as all are that matter (also what
// the kubelet writes), and the end of whoever held one open.
constexpr uint32_t kInotifyMask = IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR;

int DnotifySignal() { return SIGRTMIN + 1; }

}  // namespace

DirectoryWatch::DirectoryWatch(Means first) : means_(first) {
  if (means_ == Means::kInotify) {
    events_ = File(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!events_.is_open()) means_ = Means::kDnotify;
  }
  if (means_ == Means::kDnotify) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, DnotifySignal());
    // Sent when the queue of real-time signals is full.
    sigaddset(&signals, SIGIO);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    events_ = File(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!events_.is_open()) means_ = Means::kLooking;
  }
}

int DirectoryWatch::Add(const std::string& path) {
  const int number = static_cast<int>(handles_.size());
  handles_.push_back(-1);
  directories_.emplace_back();
  if (means_ != Means::kLooking && !AddTo(number, path)) {
    // What was added before is still reported; the rest has to be looked at.
    means_ = Means::kLooking;
  }
  return number;
}

bool DirectoryWatch::AddTo(int number, const std::string& path) {
  if (means_ == Means::kInotify) {
    handles_[number] =
        inotify_add_watch(events_.fd(), path.c_str(), kInotifyMask);
    return handles_[number] >= 0;
  }
  File directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() ||
      fcntl(directory.fd(), F_SETSIG, DnotifySignal()) != 0 ||
      fcntl(directory.fd(), F_NOTIFY, DN_CREATE | DN_RENAME | DN_MULTISHOT) !=
          0) {
    return false;
  }
  handles_[number] = directory.fd();
  directories_[number] = std::move(directory);
  return true;
}

std::vector<DirectoryWatch::Change> DirectoryWatch::TakeChanges() {
  std::vector<Change> changes;
  bool lost = means_ == Means::kLooking;
  const auto changed = [&](int handle, bool closed) {
    for (size_t i = 0; i < handles_.size(); ++i) {
      if (handles_[i] == handle) {
        changes.push_back({static_cast<int>(i), closed});
      }
    }
  };
  // Which of the two the descriptor is does not change when a later Add fails.
  const bool inotify = directories_.empty() || !directories_[0].is_open();
  alignas(signalfd_siginfo) alignas(inotify_event) char buffer[4096];
  while (events_.is_open()) {
    const ssize_t n = read(events_.fd(), buffer, sizeof buffer);
    if (n <= 0) break;
    for (ssize_t at = 0; at < n;) {
      if (inotify) {
        const auto* event = reinterpret_cast<inotify_event*>(buffer + at);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        lost = lost || (event->mask & IN_Q_OVERFLOW) != 0;
        changed(event->wd, (event->mask & IN_CLOSE_WRITE) != 0);
      } else {
        const auto* signal = reinterpret_cast<signalfd_siginfo*>(buffer + at);
        at += static_cast<ssize_t>(sizeof(signalfd_siginfo));
        lost = lost || signal->ssi_signo == static_cast<uint32_t>(SIGIO);
        changed(signal->ssi_fd, false);
      }
    }
  }
  if (lost) {
    changes.clear();
    for (size_t i = 0; i < handles_.size(); ++i) {
      changes.push_back({static_cast<int>(i), false});
    }
  }
  return changes;
}

int64_t DirectoryWatch::longest_sleep_ns() const {
  switch (means_) {
    case Means::kInotify:
      return 60'000 * kMillisecond;
    case Means::kDnotify:
      return 1'000 * kMillisecond;
    case Means::kLooking:
      return 20 * kMillisecond;
  }
  return 0;
}

}  // namespace colocation::launcher
