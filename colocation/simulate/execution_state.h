// What an execution keeps of each run, Pod and unit.
#ifndef COLOCATION_SIMULATE_EXECUTION_STATE_H_
#define COLOCATION_SIMULATE_EXECUTION_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "colocation/simulate/moment.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

using RunId = int32_t;

enum class PodPhase : uint8_t {
  // Created; the scheduler has not looked at it yet.
  kNew,
  // Its assistant has no node yet.
  kWaitsForAssistant,
  // A claim of it has no volume yet, and is made before it has a node.
  kWaitsForClaim,
  kPending,
  // It has a node, but not yet its volumes.
  kWaitsForVolumes,
  // Its containers are started one after the other.
  kRunning,
  kEnded,
};

struct PodState {
  RunId run = 0;
  // Index of Layout.pods; -1 for an assistant.
  int model = -1;
  // Index of Layout.assistants, its own or the one it follows; or -1.
  int assistant = -1;
  PodPhase phase = PodPhase::kNew;
  NodeId node = -1;
  Candidate candidate;
  // Units or, in the plan's Pods, tasks that have not ended.
  int open = 0;
  int missing_volumes = 0;
  Moment created = kNever;
  Moment scheduled = kNever;
  Moment volumes_ready = kNever;
  Moment started = kNever;
  Moment ended = kNever;
  // By PodModel.images.
  std::vector<Moment> up;
  std::string unschedulable;
  std::string stuck;
};

struct UnitState {
  enum class Phase : uint8_t { kWaiting, kReady, kRunning, kEnded };
  Phase phase = Phase::kWaiting;
  v1::UnitOutcome outcome = v1::UNIT_OUTCOME_UNSPECIFIED;
  // Grows with each attempt and when it is stopped: events of earlier ones
  // don't count.
  uint32_t generation = 0;
  int32_t attempts = 0;
  PodId pod = -1;
  Moment ready = kNever;
  Moment start = kNever;
  Moment end = kNever;
  const char* reason = "";
};

struct TaskState {
  enum class Phase : uint8_t { kWaiting, kReady, kStarted, kEnded };
  Phase phase = Phase::kWaiting;
  v1::UnitOutcome outcome = v1::UNIT_OUTCOME_UNSPECIFIED;
  // Skipped, and by its own `when`.
  bool by_when = false;
  bool failed = false;
  int waits = 0;
  int open_units = 0;
};

struct RunState {
  int workload = 0;
  // Within its workload.
  int64_t number = 0;
  Moment arrival = 0;
  Moment end = kNever;
  Moment first_step = kNever;
  Moment stuck_since = kNever;
  // Of the last thing that happened to it.
  Moment progress = 0;
  v1::RunOutcome outcome = v1::RUN_OUTCOME_UNSPECIFIED;
  std::string reason;
  bool failed = false;
  bool stuck = false;
  bool tasks_over = false;
  int open_tasks = 0;
  std::vector<TaskState> tasks;
  std::vector<UnitState> units;
  // Tasks whose failure stops the run, each of other siblings.
  std::vector<int> stopping_siblings;
  // By Layout.pods: the plan's Pod, or -1; whether it will never be there.
  std::vector<PodId> pod_of;
  std::vector<uint8_t> pod_planned;
  std::vector<uint8_t> pod_gone;
  // By Layout.pods and start condition: how many tasks have yet to end.
  std::vector<std::vector<int>> start_missing;
  // By Layout.volumes.
  std::vector<VolumeId> volumes;
  // By Layout.assistants.
  std::vector<PodId> assistants;
  // In order of creation.
  std::vector<PodId> pods;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EXECUTION_STATE_H_
