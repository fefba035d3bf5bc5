#include "launcher/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace colocation::launcher {

File::~File() {
  if (fd_ >= 0) close(fd_);
}

std::string FileError(std::string_view path) {
  return std::string(path) + ": " + std::strerror(errno);
}

std::optional<std::string> ReadFile(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  std::string content;
  struct stat info;
  if (fstat(file.fd(), &info) == 0 && info.st_size > 0) {
    content.reserve(static_cast<size_t>(info.st_size) + 1);
  }
  char buffer[16384];
  for (;;) {
    const ssize_t n = read(file.fd(), buffer, sizeof buffer);
    if (n == 0) return content;
    if (n > 0) {
      content.append(buffer, static_cast<size_t>(n));
    } else if (errno != EINTR) {
      return std::nullopt;
    }
  }
}

bool FileExists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

bool SameContent(const std::string& a, const std::string& b) {
  struct stat of_a;
  struct stat of_b;
  if (stat(a.c_str(), &of_a) != 0 || stat(b.c_str(), &of_b) != 0 ||
      of_a.st_size != of_b.st_size) {
    return false;
  }
  if (of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino) return true;
  const std::optional<std::string> content = ReadFile(a);
  return content.has_value() && content == ReadFile(b);
}

bool WriteAll(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = write(fd, data.data(), data.size());
    if (n >= 0) {
      data.remove_prefix(static_cast<size_t>(n));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool WriteFile(const std::string& path, std::string_view content, mode_t mode) {
  const File file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  return file.is_open() && fchmod(file.fd(), mode) == 0 &&
         WriteAll(file.fd(), content);
}

bool WriteAtomically(const std::string& directory, const std::string& name,
                     std::string_view content, mode_t mode) {
  const std::string path = directory + "/" + name;
  const std::string unfinished = directory + "/.new/" + name;
  {
    const File file(open(unfinished.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!file.is_open() || fchmod(file.fd(), mode) != 0 ||
        !WriteAll(file.fd(), content)) {
      return false;
    }
  }
  return rename(unfinished.c_str(), path.c_str()) == 0;
}

bool MakeDirectories(const std::string& path, mode_t mode) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return true;
    errno = ENOTDIR;
    return false;
  }
  const size_t slash = path.find_last_of('/');
  if (slash != path.npos && slash > 0 &&
      !MakeDirectories(path.substr(0, slash), mode)) {
    return false;
  }
  if (mkdir(path.c_str(), mode) != 0) return errno == EEXIST;
  return chmod(path.c_str(), mode) == 0;
}

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(directory);
  return names;
}

bool RemoveContents(const std::string& directory) {
  bool all = true;
  for (const std::string& name : ListDirectory(directory)) {
    const std::string path = directory + "/" + name;
    if (unlink(path.c_str()) == 0) continue;
    if (errno != EISDIR && errno != EPERM) {
      all = false;
      continue;
    }
    RemoveContents(path);
    if (rmdir(path.c_str()) != 0) all = false;
  }
  return all;
}

}  // namespace colocation::launcher
