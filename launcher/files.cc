#include "launcher/files.h"

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
  const File file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  return ReadUpTo(file.fd(), kMostFileBytes);
}

std::optional<std::string> ReadUpTo(int fd, size_t limit) {
  struct stat info;
  if (fstat(fd, &info) != 0) return std::nullopt;
  const size_t size =
      info.st_size > 0 ? static_cast<size_t>(info.st_size) : size_t{0};
  // It may grow meanwhile; files of /proc have the size 0.
  if (size > limit) {
    errno = EFBIG;
    return std::nullopt;
  }
  std::string content;
  content.reserve(size + 1);
  char buffer[16384];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n == 0) return content;
    if (n < 0) {
      if (errno == EINTR) continue;
      return std::nullopt;
    }
    if (static_cast<size_t>(n) > limit - content.size()) {
      errno = EFBIG;
      return std::nullopt;
    }
    content.append(buffer, static_cast<size_t>(n));
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
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST;
}

}  // namespace colocation::launcher
