#include "colocation/plan/ports.h"

namespace colocation {
namespace {

// Calls `found` with each port that the units of the task claim, and the index
// of the sidecar; a port that one unit claims twice is its author's business.
template <typename Found>
void ForEachPort(const ResolvedTask& task, Found found) {
  if (task.units.empty()) return;
  const v1::TaskSpec& spec = task.units.front().spec;
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    for (const v1::ContainerPort& port : spec.sidecars(i).ports()) {
      if (port.container_port() == 0) continue;
      found(Port{port.container_port(),
                 port.protocol().empty() ? "TCP" : port.protocol()},
            i);
    }
  }
}

}  // namespace

std::optional<PortConflict> SharedPorts::FindConflict(const ResolvedRun& run,
                                                      TaskIndex task,
                                                      WaitSets* waits) const {
  std::optional<PortConflict> conflict;
  ForEachPort(run.tasks[task], [&](const Port& port, int sidecar) {
    if (conflict) return;
    if (run.tasks[task].units.size() > 1) {
      conflict = PortConflict{port, task, task, sidecar};
      return;
    }
    const auto found = claims_.find(port);
    if (found == claims_.end()) return;
    for (const TaskIndex other : found->second) {
      if (waits->IsBefore(other, task) || waits->IsBefore(task, other)) {
        continue;
      }
      conflict = PortConflict{port, other, task, sidecar};
      return;
    }
  });
  return conflict;
}

void SharedPorts::Add(const ResolvedRun& run, TaskIndex task) {
  ForEachPort(run.tasks[task], [&](const Port& port, int) {
    std::vector<TaskIndex>& claims = claims_[port];
    if (claims.empty() || claims.back() != task) claims.push_back(task);
  });
}

}  // namespace colocation
