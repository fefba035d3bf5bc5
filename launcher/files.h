// The few things that the launcher does with files.
#ifndef COLOCATION_LAUNCHER_FILES_H_
#define COLOCATION_LAUNCHER_FILES_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colocation::launcher {

// An open file, closed when this object goes.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// "PATH: No such file or directory", from errno.
std::string FileError(std::string_view path);

// The largest file that is read whole: more than any spec or script, of which
// the kernel takes 2 MiB as arguments.
inline constexpr size_t kMostFileBytes = size_t{64} << 20;

// The whole content of a file that users' programs can't replace: of the
// launcher's own volume, the kubelet or the kernel. Absent, with errno set,
// when it can't be read or has more than kMostFileBytes (EFBIG). What they can
// replace is read with users_files.h.
std::optional<std::string> ReadFile(const std::string& path);

// What is left of an open file, if it has no more than `limit` bytes. Absent,
// with errno set: EFBIG where it has more.
std::optional<std::string> ReadUpTo(int fd, size_t limit);

bool FileExists(const std::string& path);

// Whether both can be read and have the same content.
bool SameContent(const std::string& a, const std::string& b);

// All of `data`; false, with errno set, on an error.
bool WriteAll(int fd, std::string_view data);

// Creates or overwrites a file in a directory that users' programs can't write
// to.
bool WriteFile(const std::string& path, std::string_view content, mode_t mode);

// Creates the directory and those above it that are missing, each with `mode`
// less the umask; a launcher's is 0.
bool MakeDirectories(const std::string& path, mode_t mode);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_FILES_H_
