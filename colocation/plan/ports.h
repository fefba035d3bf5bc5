// Ports of sidecars: a Pod has one network, so that two sidecars which run at
// once can't listen on the same port.
//
// A sidecar's ports are those that it declares; else those that its probes ask;
// else, where its image's own program runs, those of a well-known image
// (known_servers.h). Of any other nobody knows: of such sidecars that can run
// at once with others the author is warned.
//
// Users of one port are in nobody's way exactly if they come one after the
// other, and "comes after" is transitive: it is enough to compare neighbours in
// topological order.
#ifndef COLOCATION_PLAN_PORTS_H_
#define COLOCATION_PLAN_PORTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"

namespace colocation {

// Port and protocol.
using Port = std::pair<int32_t, std::string>;

// What is known of the ports on which a sidecar listens.
struct SidecarPorts {
  enum class Source { kDeclared, kProbe, kImage, kUnknown };
  Source source = Source::kUnknown;
  // Each once; empty for kUnknown.
  std::vector<Port> ports;
};
SidecarPorts PortsOf(const v1::Sidecar& sidecar);

struct PortConflict {
  Port port;
  // The same where the units of a matrix are in each other's way.
  TaskIndex first = 0, second = 0;
  // Index of the second's sidecar, and how its port is known.
  int sidecar = 0;
  SidecarPorts::Source source = SidecarPorts::Source::kDeclared;
};

// The ports that tasks of one Pod claim.
class SharedPorts {
 public:
  // What keeps `task` out. Two walks over the tasks between it and its
  // neighbours (WaitSets::IsBefore) for each port that others claim.
  std::optional<PortConflict> FindConflict(const ResolvedRun& run,
                                           TaskIndex task,
                                           WaitSets* waits) const;

  void Add(const ResolvedRun& run, TaskIndex task, const WaitSets& waits);

 private:
  // By port, the claiming tasks by their place in topological order.
  std::map<Port, std::map<int32_t, TaskIndex>> claims_;
};

// Warns of sidecars of the Pod's tasks whose ports nobody knows, and that can
// run at once with a sidecar of another unit. Once for the Pod. One walk for
// each pair of neighbours in topological order; for all pairs where few tasks
// have sidecars.
void WarnOfUnknownPorts(const ResolvedRun& run, const Group& group,
                        WaitSets* waits, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_PORTS_H_
