// The structs of spec.h from and to proto3's JSON.
//
// Reading accepts what protobuf's own reader does: names in lowerCamelCase or
// as in the .proto file, enums by name or number, 64-bit numbers with or
// without quotes, null for a field that is not set. A field that the struct
// does not have is an error in a spec, since it would not be obeyed, and passed
// over in an event, which a newer launcher or controller may have written.
//
// Writing leaves out what has its default.
#ifndef COLOCATION_LAUNCHER_SPEC_JSON_H_
#define COLOCATION_LAUNCHER_SPEC_JSON_H_

#include <string>
#include <string_view>

#include "launcher/spec.h"

namespace colocation::launcher {

// False with an error such as "tasks[2].units: byte 17: expected a list".
bool ReadLaunchSpec(std::string_view json, LaunchSpec* spec,
                    std::string* error);

// Also gives the text of the member `launch`, to be stored as it is.
bool ReadInstallSpec(std::string_view json, InstallSpec* spec,
                     std::string_view* launch, std::string* error);

bool ReadEvent(std::string_view json, UnitStart* event, std::string* error);
bool ReadEvent(std::string_view json, StepEnd* event, std::string* error);
bool ReadEvent(std::string_view json, TaskEnd* event, std::string* error);
bool ReadEvent(std::string_view json, CleanUp* event, std::string* error);
bool ReadEvent(std::string_view json, SidecarState* event, std::string* error);
bool ReadEvent(std::string_view json, DeclaredEnds* event, std::string* error);

std::string ToJson(const UnitStart& event);
std::string ToJson(const StepEnd& event);
std::string ToJson(const TaskEnd& event);
std::string ToJson(const CleanUp& event);
std::string ToJson(const SidecarState& event);
std::string ToJson(const DeclaredEnds& event);
std::string ToJson(const InstallSpec& spec);
std::string ToJson(const LaunchSpec& spec);

// "SKIP_REASON_WHEN"
std::string_view Name(SkipReason reason);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_SPEC_JSON_H_
