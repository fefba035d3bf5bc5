// What an execution is given, and what it keeps: the world, with each run, Pod,
// unit and node.
#ifndef COLOCATION_SIMULATE_EXECUTION_STATE_H_
#define COLOCATION_SIMULATE_EXECUTION_STATE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "colocation/simulate/cluster_model.h"
#include "colocation/simulate/layout.h"
#include "colocation/simulate/moment.h"
#include "colocation/simulate/scheduler.h"
#include "colocation/simulate/usage.h"
#include "colocation/simulate/volumes.h"
#include "colocation/simulate/workload_model.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

struct ExecutionInput {
  const ClusterModel* cluster = nullptr;
  // Started, and used by no one else.
  Scheduler* scheduler = nullptr;
  absl::Span<const WorkloadModel> workloads;
  // One for each workload, all of one kind.
  absl::Span<const Layout> layouts;
  uint64_t seed = 0;
  int32_t detailed_runs = 1;
  // Called after each event, for tests; may be empty.
  std::function<void(Moment)> observer;
};

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
  // Units that delay it and have not ended.
  int32_t delays = 0;
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

struct NodeState {
  // In order of assignment.
  std::vector<PodId> pods;
  // By image: when it is there; kNever where nobody has asked for it.
  std::vector<Moment> image_at;
  // Grows when it may have become idle, and when it is not: events of earlier
  // ones don't count.
  uint32_t idle_generation = 0;
  Moment present_since = kNever;
};

// All that there is. Who decides what happens next changes it; who explains it
// or sums it up reads it.
struct World {
  explicit World(const ExecutionInput& given);

  const WorkloadModel& WorkloadOf(const RunState& run) const {
    return input.workloads[run.workload];
  }
  const Layout& LayoutOf(const RunState& run) const {
    return input.layouts[run.workload];
  }
  bool Alive(PodId pod) const {
    return pod >= 0 && pods[pod].phase != PodPhase::kEnded;
  }

  // Makes room for what is kept of nodes that the scheduler has got.
  void TakeInNewNodes();
  // The node is there no longer: it counts up to now.
  void CloseNode(NodeId node);
  // Something more is requested than before.
  void NoteUse();

  const ExecutionInput& input;
  const ClusterModel& cluster;
  Scheduler& scheduler;
  // Tekton's execution: a Pod for each task.
  const bool per_task;

  Moment now = 0;
  // Of the last thing that happened to a run.
  Moment end = 0;
  std::vector<RunState> runs;
  int64_t open_runs = 0;
  std::vector<PodState> pods;
  VolumeStates volumes;
  std::vector<VolumeModel> volume_models;
  std::vector<NodeState> nodes;
  // By group of nodes: one that is never there, for what a new one has.
  std::vector<NodeId> templates;
  Usage usage;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EXECUTION_STATE_H_
