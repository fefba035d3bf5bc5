// What precompiled.bzl compiles once for all sources. None includes it.
#ifndef COLOCATION_TOOLS_PRECOMPILED_MESSAGES_H_
#define COLOCATION_TOOLS_PRECOMPILED_MESSAGES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "colocation/v1/plan.pb.h"

#endif  // COLOCATION_TOOLS_PRECOMPILED_MESSAGES_H_
