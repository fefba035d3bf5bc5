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

// The whole content; absent, with errno set, when it can't be read.
std::optional<std::string> ReadFile(const std::string& path);

bool FileExists(const std::string& path);

// Whether both can be read and have the same content.
bool SameContent(const std::string& a, const std::string& b);

// All of `data`; false, with errno set, on an error.
bool WriteAll(int fd, std::string_view data);

// Creates or replaces the file so that at any instant there is either the old
// one or the whole new one: written as ".new/NAME", in a directory that has to
// be there, then renamed. Whoever watches the directory is woken once.
//
// Not synced to the disk: that would protect against a crash of the machine
// only, after which no container of the Pod runs again, and it costs each
// hand-over from step to step 1 to 16 ms (ext4 on a virtual disk) where the
// rename takes 0.05 ms.
bool WriteAtomically(const std::string& directory, const std::string& name,
                     std::string_view content, mode_t mode);

// Creates or overwrites, without such care.
bool WriteFile(const std::string& path, std::string_view content, mode_t mode);

// Creates the directory and those above it that are missing, each with `mode`,
// whatever the umask.
bool MakeDirectories(const std::string& path, mode_t mode);

// Names in a directory, without "." and ".."; none if it can't be read.
std::vector<std::string> ListDirectory(const std::string& path);

// Removes what is in the directory, but not the directory. Symbolic links are
// removed, not followed.
bool RemoveContents(const std::string& directory);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_FILES_H_
