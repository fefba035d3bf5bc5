// What a container's process is: command line, environment and script, with
// everything replaced that is known only now.
#ifndef COLOCATION_LAUNCHER_COMMAND_H_
#define COLOCATION_LAUNCHER_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "launcher/container.h"
#include "launcher/process.h"
#include "launcher/substitute.h"

namespace colocation::launcher {

// `arguments` is what follows "--", `attempt` counts from 1. Makes the working
// directory and goes there. False, with a message, if something is missing.
bool MakeCommand(Container& container,
                 const std::vector<std::string>& arguments, int32_t attempt,
                 Command* command, std::string* error);

// The value that the variable has in the process's environment; empty if it is
// not set.
std::string EnvValue(Container& container, const std::string& name,
                     int32_t attempt);

// What the step's own `when` come to.
WhenVerdict JudgeWhen(Container& container, int32_t attempt);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_COMMAND_H_
