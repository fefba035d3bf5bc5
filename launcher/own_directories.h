// What a unit finds when it is tried again: what a new Pod would have.
//
// Tekton runs each attempt in a Pod of its own, with empty volumes. Here the
// containers stay, and so each of them that has run something empties the
// directories that are the unit's alone: what the launchers and Tekton keep in
// /tekton, and own_directories of its LaunchContainer. They all do that before
// the attempt starts.
//
// A container may run as a user who can't remove what another one's user has
// made. So each empties its directories twice, the second time when all have
// done it once. What is left even then fails the attempt.
#ifndef COLOCATION_LAUNCHER_OWN_DIRECTORIES_H_
#define COLOCATION_LAUNCHER_OWN_DIRECTORIES_H_

#include <cstdint>
#include <string>

#include "launcher/container.h"

namespace colocation::launcher {

// By each container of the unit, before each attempt but the first. `used`:
// something may be in them, as a process has run since they were last empty.
// Whether something is left.
bool EmptyOwnDirectories(Container& container, int32_t attempt, bool used);

// By the first step after it: waits for the others, and makes /tekton as the
// init container has made it. What could not be removed, and why; empty if
// nothing is left.
std::string MakeOwnDirectories(Container& container, int32_t attempt);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_OWN_DIRECTORIES_H_
