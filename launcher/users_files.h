// Files in directories that users' programs can write to: a unit's /tekton, a
// container's /colocation/post, a task's own volumes.
//
// A program may have left anything there: a symbolic link to somebody else's
// file, a FIFO that nobody writes to, a device, a directory where a file
// belongs, a file of any size, directories nested without end. No function here
// follows a symbolic link below `root`, waits for another process, opens what
// is neither a regular file nor a directory, reads more than it is told, or
// leaves the mount that it was given. `root` itself is a mount point, which
// nobody in the container can replace. What is in the way is an error that says
// what it is, or is removed where it says so.
//
// `path` is relative to `root`, without "." and "..".
#ifndef COLOCATION_LAUNCHER_USERS_FILES_H_
#define COLOCATION_LAUNCHER_USERS_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/files.h"

namespace colocation::launcher {

struct UsersFile {
  enum class State { kRead, kMissing, kTooLarge, kRefused };
  State state = State::kMissing;
  std::string content;
  // Of the last two: "/tekton/results/r is a FIFO, not a regular file".
  std::string error;
};

// The content of a regular file of at most `limit` bytes.
UsersFile ReadUsersFile(const std::string& root, std::string_view path,
                        size_t limit);

// Whether a regular file is there.
bool UsersFileExists(const std::string& root, std::string_view path);

// Writes a new file in place of whatever is there. False with an error.
bool WriteUsersFile(const std::string& root, std::string_view path,
                    std::string_view content, mode_t mode, std::string* error);

// Makes the directory and those above it that are missing. False with an error,
// as where something else is in the way.
bool MakeUsersDirectories(const std::string& root, std::string_view path,
                          mode_t mode, std::string* error);

// Removes all that is in the directory, but neither the directory nor what is
// mounted below it. What can't be removed stays; the first of that, and why,
// is the answer: empty if nothing is left. Takes time and memory for the number
// of files, not for how deep they are. Entries of the directory that are among
// `kept` are left alone: to remove a directory on which another container has
// something mounted takes the mount away from there (vfs_rmdir in Linux's
// fs/namei.c detaches it). So no other container may have a mount below the rest
// that this one has not.
std::string EmptyUsersDirectory(const std::string& path,
                                const std::vector<std::string>& kept = {});

// Where events appear as a whole: a directory in which a file is written as
// ".new/NAME" and then renamed to NAME, so that at any instant there is either
// no such file or the whole of it. Whoever watches the directory is woken once.
//
// Not synced to the disk: that would protect against a crash of the machine
// only, after which no container of the Pod runs again, and it costs each
// hand-over from step to step 1 to 16 ms (ext4 on a virtual disk) where the
// rename takes 0.05 ms.
class AtomicWriter {
 public:
  // False, with errno set, if `directory` can't be opened.
  bool Open(const std::string& directory);

  // A new file ".new/NAME", open for writing. Not open, with errno set, on an
  // error. Whatever is in the way is removed.
  File Create(const std::string& name, mode_t mode);
  // Gives it its name, in place of whatever has it.
  bool Publish(const std::string& name);
  // Both, with the content between them.
  bool Write(const std::string& name, std::string_view content, mode_t mode);

 private:
  bool OpenNew();

  File directory_;
  File new_;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_USERS_FILES_H_
