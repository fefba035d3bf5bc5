// Well-known images of servers, and the ports on which they listen unless they
// are told otherwise.
//
// Authors of Tekton tasks hardly ever declare the ports of their sidecars, as
// in Tekton each task has a network of its own. docs/planning.md, "Ports", has
// the same table.
#ifndef COLOCATION_PLAN_KNOWN_SERVERS_H_
#define COLOCATION_PLAN_KNOWN_SERVERS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace colocation {

// The TCP ports of `image`, whatever its registry, tag and digest; empty where
// the image isn't known.
absl::Span<const int32_t> DefaultPortsOf(absl::string_view image);

}  // namespace colocation

#endif  // COLOCATION_PLAN_KNOWN_SERVERS_H_
