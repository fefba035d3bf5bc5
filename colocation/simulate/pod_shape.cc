#include "colocation/simulate/pod_shape.h"

#include <algorithm>
#include <cstdint>

namespace colocation::simulate {
namespace {

// DefaultMilliCPURequest and DefaultMemoryRequest there.
constexpr int64_t kScoreCpu = 100;
constexpr int64_t kScoreMemory = int64_t{200} << 20;

}  // namespace

void AddContainer(const Quantities& requests, NameTable* resources,
                  PodShape* shape) {
  const Amounts asked = AmountsOf(requests, resources);
  if (shape->requests.size() < asked.size()) {
    shape->requests.resize(asked.size());
  }
  for (size_t r = 0; r < asked.size(); ++r) {
    shape->requests[r] =
        std::min(shape->requests[r] + asked[r], kLargestAmount);
  }
  AddToScore(requests, shape);
}

void AddToScore(const Quantities& requests, PodShape* shape) {
  NameTable names;
  names.Index("cpu");
  names.Index("memory");
  Amounts asked = AmountsOf(requests, &names);
  asked.resize(std::max<size_t>(asked.size(), 2));
  shape->score_cpu += requests.contains("cpu") ? asked[kCpu] : kScoreCpu;
  shape->score_memory +=
      requests.contains("memory") ? asked[kMemory] : kScoreMemory;
}

}  // namespace colocation::simulate
