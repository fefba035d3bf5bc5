// The execution of execution.h from inside: what its source files share.
//
// One class, as all that happens changes one world; a file for each of its
// subjects: execution.cc takes events off the queue, execution_runs.cc has runs
// and tasks, execution_units.cc attempts of tasks, execution_pods.cc Pods and
// affinity assistants, execution_nodes.cc volumes and nodes.
#ifndef COLOCATION_SIMULATE_EXECUTION_ENGINE_H_
#define COLOCATION_SIMULATE_EXECUTION_ENGINE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "colocation/simulate/event_queue.h"
#include "colocation/simulate/execution_state.h"
#include "colocation/simulate/node_groups.h"
#include "colocation/simulate/volumes.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation::simulate {

class Execution {
 public:
  explicit Execution(const ExecutionInput& input)
      : world_(input), groups_(&world_, &events_) {}

  v1::ExecutionResult Run();

 private:
  // -- Events ----------------------------------------------------------------
  void Start();
  void Handle(const Event& event);
  void Settle();

  // -- Runs and tasks --------------------------------------------------------
  void PlanArrivals();
  void Arrive(RunId run);
  void Begin(RunId run);
  void MakeVolumes(RunId run);
  void TaskReady(RunId run, int task);
  // Whether it ended by that.
  bool EndByDecision(RunId run, int task);
  void EndTask(RunId run, int task, v1::UnitOutcome outcome, bool by_when,
               const char* reason);
  void TellDependents(RunId run, int task);
  void EndRun(RunId run, v1::RunOutcome outcome);
  void StopUnit(RunId run, int unit, v1::UnitOutcome outcome,
                const char* reason);
  void TasksTimeout(RunId run);
  void RunTimeout(RunId run);
  void DeclareStuck();
  void Progress(RunState* run) {
    run->progress = world_.now;
    world_.end = world_.now;
  }

  // -- Units -----------------------------------------------------------------
  void StartUnit(RunId run, int unit);
  void PlanStart(RunId run, int unit);
  bool IsDelayed(const RunState& run, int unit) const;
  void ReleaseDelayed(RunId run, int unit);
  Moment StepDuration(const RunState& run, int unit, int step) const;
  bool AttemptFails(const RunState& run, int unit) const;
  void EndAttempt(RunId run, int unit, bool failed, const char* reason);

  // -- Pods ------------------------------------------------------------------
  void PlanPod(RunId run, int model, Moment delay);
  void CreatePod(RunId run, int model);
  PodId NewPod(RunId run, int model, int assistant, Moment delay);
  void TrySchedule(PodId pod);
  void Assigned(PodId pod, NodeId node);
  void Unschedulable(PodId pod);
  void Serve(const std::vector<PodId>& served);
  void StartContainers(PodId pod);
  void EndPod(PodId pod);
  void LosePod(PodId pod);
  void Replace(PodId assistant, Moment delay);
  void ReplaceCordonedAssistants(RunId run);

  // -- Volumes and nodes -----------------------------------------------------
  void StartMaking(VolumeId volume);
  void Do(VolumeWork work, VolumeId volume);
  void Administer(const EventModel& event);
  void NodeReady(NodeId node);

  World world_;
  EventQueue events_;
  NodeGroups groups_;

  // Pods that wait for an Immediate claim.
  std::map<VolumeId, std::vector<PodId>> claim_waiters_;
  // By the assistant's Pod.
  std::map<PodId, std::vector<PodId>> followers_;
  // By ClusterModel.claims.
  std::vector<VolumeId> shared_claims_;
  int64_t next_zone_ = 0;

  // To be done before the next event.
  std::deque<std::pair<RunId, int>> ready_tasks_;
  std::deque<PodId> to_schedule_;
  std::deque<NodeId> changed_nodes_;

  // All runs that are stuck are known to be, unless something was planned
  // since: EventQueue::ever_hopeful of then.
  int64_t declared_ = -1;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EXECUTION_ENGINE_H_
