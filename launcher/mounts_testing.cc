#include "launcher/mounts_testing.h"

#include <sched.h>
#include <sys/mount.h>

namespace colocation::launcher {

bool HaveOwnMounts() {
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool MountMemory(const std::string& at, size_t bytes) {
  const std::string options = "mode=0777,size=" + std::to_string(bytes);
  return mount("none", at.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

bool MountAgain(const std::string& from, const std::string& at) {
  return mount(from.c_str(), at.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace colocation::launcher
