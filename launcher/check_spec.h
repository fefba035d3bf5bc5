// What a LaunchSpec must hold for the launcher to rely on it.
#ifndef COLOCATION_LAUNCHER_CHECK_SPEC_H_
#define COLOCATION_LAUNCHER_CHECK_SPEC_H_

#include <string>

#include "launcher/spec.h"

namespace colocation::launcher {

// Its version, that names in it are unique and lead somewhere, and that every
// task can come to an end: each has units, a gate or a known end, and none
// waits for itself. False with a message.
bool CheckLaunchSpec(const LaunchSpec& spec, std::string* error);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_CHECK_SPEC_H_
