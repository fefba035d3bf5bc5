// A sidecar's launcher: runs the sidecar while an attempt of its unit lasts.
#ifndef COLOCATION_LAUNCHER_SIDECAR_H_
#define COLOCATION_LAUNCHER_SIDECAR_H_

#include <string>
#include <vector>

#include "launcher/container.h"

namespace colocation::launcher {

// Returns the container's exit code, which is always zero: how a sidecar ends
// says nothing about the run. Its own exit code is in the termination message.
int RunSidecar(Container& container, const std::vector<std::string>& arguments);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_SIDECAR_H_
