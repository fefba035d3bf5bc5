#include "launcher/users_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace colocation::launcher {
namespace {

constexpr int kDirectory = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kListing =
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

std::string_view KindOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFLNK:
      return "a symbolic link";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    default:
      return "a device";
  }
}

std::string Joined(const std::string& root, std::string_view path) {
  return root + "/" + std::string(path);
}

// "PATH is a FIFO, not a directory"
std::string WrongKind(const std::string& path, mode_t mode,
                      std::string_view wanted) {
  return path + " is " +
         (S_ISREG(mode) ? std::string("a file") : std::string(KindOf(mode))) +
         ", not " + std::string(wanted);
}

// The directory that holds the last part of `path`; `name` gets that part. Not
// open, with an error, if there is none; the error is empty if nothing is
// there.
File OpenParent(const std::string& root, std::string_view path,
                std::string* name, std::string* error) {
  error->clear();
  File directory(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() && errno != ENOENT) *error = FileError(root);
  for (size_t start = 0; directory.is_open();) {
    const size_t slash = path.find('/', start);
    *name = path.substr(start, slash - start);
    if (name->empty() || *name == "." || *name == "..") {
      *error = Joined(root, path) + " is not a clean path";
      return {};
    }
    if (slash == path.npos) break;
    File below(openat(directory.fd(), name->c_str(), kDirectory));
    if (!below.is_open() && errno != ENOENT) {
      const std::string whole = Joined(root, path.substr(0, slash));
      *error = FileError(whole);
      struct stat info;
      if (fstatat(directory.fd(), name->c_str(), &info, AT_SYMLINK_NOFOLLOW) ==
              0 &&
          !S_ISDIR(info.st_mode)) {
        *error = WrongKind(whole, info.st_mode, "a directory");
      }
    }
    directory = std::move(below);
    start = slash + 1;
  }
  return directory;
}

// The kernel's number of the mount that an open file is in; each bind mount has
// its own.
std::string MountOf(int fd) {
  const std::string info =
      ReadFile("/proc/self/fdinfo/" + std::to_string(fd)).value_or("");
  constexpr std::string_view kField = "mnt_id:";
  const size_t at = info.find(kField);
  if (at == info.npos) return "";
  const size_t start = at + kField.size();
  return info.substr(start, info.find('\n', start) - start);
}

// Removes what is in one directory.
class Emptier {
 public:
  Emptier(const std::string& path, int root,
          const std::vector<std::string>& kept = {})
      : path_(path), root_(root), mount_(MountOf(root)), kept_(kept) {}

  // Of `directory`, which is `depth` below the root. Closes it.
  void Empty(int directory, const std::string& path, int depth);
  void EmptyHoisted();

  const std::string& left() const { return left_; }

 private:
  // A nesting that no program needs. What is deeper is moved up, so that
  // neither stack nor open files limit the depth.
  static constexpr int kDeep = 60;

  void Remove(int directory, const std::string& name, const std::string& path,
              int depth);
  bool Hoist(int directory, const std::string& name);
  // Unless another container has removed it meanwhile.
  void Leave(const std::string& path) {
    if (left_.empty() && errno != ENOENT) left_ = FileError(path);
  }

  const std::string& path_;
  const int root_;
  const std::string mount_;
  const std::vector<std::string> kept_;
  std::string left_;
  std::vector<std::string> hoisted_;
  int next_hoisted_ = 0;
};

void Emptier::Empty(int directory, const std::string& path, int depth) {
  DIR* listing = fdopendir(directory);
  if (listing == nullptr) {
    Leave(path);
    close(directory);
    return;
  }
  // Listed first: some file systems skip entries when others are removed.
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  for (const std::string& name : names) {
    if (depth == 0 &&
        std::find(kept_.begin(), kept_.end(), name) != kept_.end()) {
      continue;
    }
    Remove(directory, name, path + "/" + name, depth);
  }
  closedir(listing);
}

void Emptier::Remove(int directory, const std::string& name,
                     const std::string& path, int depth) {
  // EBUSY: something is mounted there.
  if (unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT ||
      errno == EBUSY) {
    return;
  }
  const int why = errno;
  struct stat info;
  if (fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (!S_ISDIR(info.st_mode)) {
    errno = why;
    Leave(path);
    return;
  }
  int below = openat(directory, name.c_str(), kListing);
  if (below < 0 && errno == EACCES) {
    // One's own, but closed.
    const File closed(openat(directory, name.c_str(), kDirectory));
    const std::string link = "/proc/self/fd/" + std::to_string(closed.fd());
    if (closed.is_open() && chmod(link.c_str(), 0700) == 0) {
      below = openat(directory, name.c_str(), kListing);
    }
  }
  if (below < 0) {
    Leave(path);
    return;
  }
  if (MountOf(below) != mount_) {
    close(below);
    return;
  }
  if ((info.st_mode & 0300) != 0300) fchmod(below, 0700);
  if (depth >= kDeep) {
    if (!Hoist(directory, name)) Leave(path);
    close(below);
    return;
  }
  Empty(below, path, depth + 1);
  if (unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ||
      errno == EBUSY) {
    return;
  }
  // It holds what is mounted, or what could not be removed and was told.
  if (errno != ENOTEMPTY && errno != EEXIST) Leave(path);
}

bool Emptier::Hoist(int directory, const std::string& name) {
  for (;;) {
    const std::string to = ".deep-" + std::to_string(next_hoisted_++);
    if (renameat(directory, name.c_str(), root_, to.c_str()) == 0) {
      hoisted_.push_back(to);
      return true;
    }
    if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) return false;
  }
}

void Emptier::EmptyHoisted() {
  while (!hoisted_.empty()) {
    const std::string name = std::move(hoisted_.back());
    hoisted_.pop_back();
    Remove(root_, name, path_ + "/" + name, 1);
  }
}

// Removes a file, or a directory with all that is in it.
bool RemoveAt(int directory, const std::string& name) {
  if (unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  const int below = openat(directory, name.c_str(), kListing);
  if (below < 0) return false;
  {
    // The number stays valid until all is done.
    const File root(fcntl(below, F_DUPFD_CLOEXEC, 0));
    Emptier emptier(name, root.fd());
    emptier.Empty(below, name, 0);
    emptier.EmptyHoisted();
  }
  return unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0;
}

// A new file in place of whatever has its name.
File CreateAt(int directory, const std::string& name, mode_t mode) {
  for (const bool again : {true, false}) {
    File file(openat(directory, name.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     mode));
    if (file.is_open() && fchmod(file.fd(), mode) == 0) return file;
    if (errno != EEXIST || !again || !RemoveAt(directory, name)) break;
  }
  return {};
}

}  // namespace

UsersFile ReadUsersFile(const std::string& root, std::string_view path,
                        size_t limit) {
  using State = UsersFile::State;
  const std::string whole = Joined(root, path);
  UsersFile read;
  std::string name;
  const File directory = OpenParent(root, path, &name, &read.error);
  if (!directory.is_open()) {
    if (!read.error.empty()) read.state = State::kRefused;
    return read;
  }
  // Looked at before it is opened: to open a device may do something.
  struct stat info;
  if (fstatat(directory.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return read;
    read.state = State::kRefused;
    read.error = FileError(whole);
    return read;
  }
  read.state = State::kRefused;
  if (!S_ISREG(info.st_mode)) {
    read.error = WrongKind(whole, info.st_mode, "a regular file");
    return read;
  }
  const File file(openat(directory.fd(), name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() || fstat(file.fd(), &info) != 0) {
    read.error = FileError(whole);
    return read;
  }
  // What it was a moment ago.
  if (!S_ISREG(info.st_mode)) {
    read.error = WrongKind(whole, info.st_mode, "a regular file");
    return read;
  }
  std::optional<std::string> content = ReadUpTo(file.fd(), limit);
  if (content.has_value()) {
    read.state = State::kRead;
    read.content = *std::move(content);
  } else if (errno == EFBIG) {
    read.state = State::kTooLarge;
    read.error = whole + " has more than " + std::to_string(limit) + " bytes";
  } else {
    read.error = FileError(whole);
  }
  return read;
}

bool UsersFileExists(const std::string& root, std::string_view path) {
  std::string name, error;
  const File directory = OpenParent(root, path, &name, &error);
  struct stat info;
  return directory.is_open() &&
         fstatat(directory.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) ==
             0 &&
         S_ISREG(info.st_mode);
}

bool WriteUsersFile(const std::string& root, std::string_view path,
                    std::string_view content, mode_t mode, std::string* error) {
  std::string name;
  const File directory = OpenParent(root, path, &name, error);
  if (directory.is_open()) {
    const File file = CreateAt(directory.fd(), name, mode);
    if (file.is_open() && WriteAll(file.fd(), content)) return true;
  }
  if (error->empty()) *error = FileError(Joined(root, path));
  return false;
}

bool MakeUsersDirectories(const std::string& root, std::string_view path,
                          mode_t mode, std::string* error) {
  for (size_t end = 0; end != path.npos;) {
    end = path.find('/', end + 1);
    const std::string whole = Joined(root, path.substr(0, end));
    std::string name;
    const File directory = OpenParent(root, path.substr(0, end), &name, error);
    struct stat info;
    if (!directory.is_open() ||
        (mkdirat(directory.fd(), name.c_str(), mode) != 0 && errno != EEXIST) ||
        fstatat(directory.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) !=
            0) {
      if (error->empty()) *error = FileError(whole);
      return false;
    }
    if (!S_ISDIR(info.st_mode)) {
      *error = WrongKind(whole, info.st_mode, "a directory");
      return false;
    }
  }
  return true;
}

std::string EmptyUsersDirectory(const std::string& path,
                                const std::vector<std::string>& kept) {
  const File root(open(path.c_str(), kListing & ~O_NOFOLLOW));
  if (!root.is_open()) return errno == ENOENT ? "" : FileError(path);
  Emptier emptier(path, root.fd(), kept);
  const int listing = fcntl(root.fd(), F_DUPFD_CLOEXEC, 0);
  if (listing < 0) return FileError(path);
  emptier.Empty(listing, path, 0);
  emptier.EmptyHoisted();
  return emptier.left();
}

bool AtomicWriter::Open(const std::string& directory) {
  directory_ = File(open(directory.c_str(), kDirectory & ~O_NOFOLLOW));
  return directory_.is_open() && OpenNew();
}

// Also if a user's program has removed it meanwhile, or put something else
// there.
bool AtomicWriter::OpenNew() {
  for (const bool again : {true, false}) {
    if (mkdirat(directory_.fd(), ".new", 0700) != 0 && errno != EEXIST) break;
    new_ = File(openat(directory_.fd(), ".new", kDirectory));
    if (new_.is_open()) return true;
    if (!again || !RemoveAt(directory_.fd(), ".new")) break;
  }
  return false;
}

File AtomicWriter::Create(const std::string& name, mode_t mode) {
  File file = CreateAt(new_.fd(), name, mode);
  if (!file.is_open() && errno == ENOENT && OpenNew()) {
    file = CreateAt(new_.fd(), name, mode);
  }
  return file;
}

bool AtomicWriter::Publish(const std::string& name) {
  const auto publish = [&] {
    return renameat(new_.fd(), name.c_str(), directory_.fd(), name.c_str()) ==
           0;
  };
  if (publish()) return true;
  return errno == EISDIR && RemoveAt(directory_.fd(), name) && publish();
}

bool AtomicWriter::Write(const std::string& name, std::string_view content,
                         mode_t mode) {
  {
    const File file = Create(name, mode);
    if (!file.is_open() || !WriteAll(file.fd(), content)) return false;
  }
  return Publish(name);
}

}  // namespace colocation::launcher
