#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_target.h"

namespace colocation::fuzz {

void Require(bool holds, std::string_view claim) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %.*s\n",
               static_cast<int>(claim.size()), claim.data());
  std::abort();
}

}  // namespace colocation::fuzz
