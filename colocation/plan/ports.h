// Ports of sidecars: a Pod has one network, so that two sidecars which run at
// once can't listen on the same port.
#ifndef COLOCATION_PLAN_PORTS_H_
#define COLOCATION_PLAN_PORTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Port and protocol.
using Port = std::pair<int32_t, std::string>;

struct PortConflict {
  Port port;
  // The same where the units of a matrix are in each other's way.
  TaskIndex first = 0, second = 0;
  // Index of the second's sidecar.
  int sidecar = 0;
};

// The ports that tasks of one Pod claim.
class SharedPorts {
 public:
  // What keeps `task` out. A walk over the tasks between (WaitSets::IsBefore)
  // for each claim of the same port.
  std::optional<PortConflict> FindConflict(const ResolvedRun& run,
                                           TaskIndex task,
                                           WaitSets* waits) const;

  void Add(const ResolvedRun& run, TaskIndex task);

 private:
  std::map<Port, std::vector<TaskIndex>> claims_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_PORTS_H_
