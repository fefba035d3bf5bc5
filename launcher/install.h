// The init container's work: lays out the volumes for the Pod's containers.
#ifndef COLOCATION_LAUNCHER_INSTALL_H_
#define COLOCATION_LAUNCHER_INSTALL_H_

#include <string>
#include <vector>

namespace colocation::launcher {

// `arguments` together are an InstallSpec in JSON. `root`: see Paths::Under;
// `self` is the launcher's own program. False, with a message, if anything
// failed.
bool Install(const std::vector<std::string>& arguments, const std::string& root,
             const std::string& self, std::string* error);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_INSTALL_H_
