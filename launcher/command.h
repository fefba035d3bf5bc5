// What a container's process is: command line, environment and script, with
// everything replaced that is known only now.
#ifndef COLOCATION_LAUNCHER_COMMAND_H_
#define COLOCATION_LAUNCHER_COMMAND_H_

#include <string>
#include <vector>

#include "launcher/container.h"
#include "launcher/process.h"
#include "launcher/substitute.h"

namespace colocation::launcher {

// What late references of this container stand for.
Replacements ReplacementsOf(Container& container);

// `arguments` is what follows "--". Makes the working directory and goes there.
// False, with a message, if something is missing.
bool MakeCommand(Container& container,
                 const std::vector<std::string>& arguments, Command* command,
                 std::string* error);

// True if the step's own `when` lets it run.
bool StepWhenHolds(Container& container);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_COMMAND_H_
