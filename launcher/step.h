// A step's launcher: from the container's start to its exit code.
//
// The launchers of a unit's steps hand the work on, each to the next. The first
// decides whether and when the unit starts; the last says how each attempt, and
// in the end the unit, has ended. docs/launcher.md has the events and who waits
// for which.
#ifndef COLOCATION_LAUNCHER_STEP_H_
#define COLOCATION_LAUNCHER_STEP_H_

#include <string>
#include <vector>

#include "launcher/container.h"

namespace colocation::launcher {

// Returns the container's exit code: not zero only if the run fails because of
// this step.
int RunStep(Container& container, const std::vector<std::string>& arguments);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_STEP_H_
