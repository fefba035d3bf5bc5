// What an execution counts.
#ifndef COLOCATION_SIMULATE_USAGE_H_
#define COLOCATION_SIMULATE_USAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/moment.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

// "12" or "12.345" seconds.
std::string SecondsText(absl::int128 nanos);

// A sum over time, in units times nanoseconds.
class TimeSum {
 public:
  void Add(const Amounts& amounts, Moment duration);

  // By resource, in units times seconds with three digits after the point at
  // most.
  void Write(const NameTable& resources,
             google::protobuf::Map<std::string, std::string>* out) const;

 private:
  std::vector<absl::int128> sums_;
};

struct Usage {
  // Of each Pod that got a node, how long it waited for it.
  std::vector<Moment> pending;
  TimeSum requested, placeholders, allocatable;
  // Of nodes that a group has.
  absl::int128 scaled_node_time = 0;
  int64_t nodes_added = 0;
  int64_t placeholder_pods = 0;
  int64_t volumes_made = 0;
  int64_t attachments = 0;
  int64_t image_pulls = 0;
  // By resource, the most that was in use at once.
  std::vector<int32_t> peak_permille;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_USAGE_H_
