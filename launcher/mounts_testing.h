// Mounts for tests, seen by nobody else and gone with the process.
#ifndef COLOCATION_LAUNCHER_MOUNTS_TESTING_H_
#define COLOCATION_LAUNCHER_MOUNTS_TESTING_H_

#include <string>

namespace colocation::launcher {

// From now on this process and its children have mounts of their own. False
// where that is not allowed, as without root.
bool HaveOwnMounts();

// Mounts a file system of `bytes` in memory, or the file or directory `from`
// once more.
bool MountMemory(const std::string& at, size_t bytes);
bool MountAgain(const std::string& from, const std::string& at);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_MOUNTS_TESTING_H_
