// The InstallSpec as arguments of a Pod's init container.
//
// A Pod carries its launch spec and scripts with it, so that it needs no
// ConfigMap beside it that could be missing or changed. Arguments are the place
// for that: unlike environment variables they aren't inherited by what the
// container starts. Two things are in the way of plain text there, and are
// taken care of here (docs/launcher.md):
//
// - Linux limits one argument to 128 KiB (MAX_ARG_STRLEN): the text is cut into
//   pieces, between two characters, which the launcher puts together again.
// - Kubernetes replaces $(VAR) in arguments: each dollar sign is written as its
//   JSON escape.
#ifndef COLOCATION_RENDER_INSTALL_ARGUMENTS_H_
#define COLOCATION_RENDER_INSTALL_ARGUMENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "colocation/v1/launch.pb.h"

namespace colocation {

// Bytes of one argument at most; well below Linux's limit.
inline constexpr size_t kArgumentBytes = 100'000;

// At least one piece; none is empty, none longer than `limit` (at least 4),
// none holds a dollar sign. Joined they are the JSON of `install`.
std::vector<std::string> InstallArguments(const v1::InstallSpec& install,
                                          size_t limit = kArgumentBytes);

}  // namespace colocation

#endif  // COLOCATION_RENDER_INSTALL_ARGUMENTS_H_
