// A cluster in memory, for tests of what a controller does with a plan: Pods
// that do as their launch specs say, and in which anything can happen at any
// time.
//
// The launchers in it decide by launcher/decide.h, as the real ones do, from
// what the Pod has been told by its annotations. Time passes when the test says
// so.
#ifndef COLOCATION_RUN_FAKE_CLUSTER_TESTING_H_
#define COLOCATION_RUN_FAKE_CLUSTER_TESTING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"
#include "launcher/spec.h"

namespace colocation {

// No kubelet finds it: what is to run it once the Pod runs is lost.
inline constexpr char kNoSuchImage[] = "no-such-image";

class FakeCluster {
 public:
  // The plan outlives this.
  explicit FakeCluster(const v1::ColocationPlan& plan);

  // Does what the controller wants, and keeps its status.
  void Do(const v1::Advance& next);
  v1::Observation Observe() const;
  void PassSeconds(int64_t seconds) { now_s_ += seconds; }

  std::string spec_status;

  // Units that run now, in the order of the plan; of external tasks the task,
  // of a matrix over results the TaskRuns.
  std::vector<std::string> Running() const;
  // One of them ends; its task's results are all `result`, none if it is empty.
  void Finish(const std::string& unit, bool succeeds,
              const std::string& result = "yes");
  // It ends well, but for a child of its step that was OOM-killed.
  void Oom(const std::string& unit);
  // Its containers are killed, launchers and all.
  void Kill(const std::string& unit);

  // Pods that are there and not over.
  std::vector<std::string> Pods() const;
  void Evict(const std::string& pod);
  // Somebody deletes what runs an external task, or a TaskRun of it.
  void DeleteExternal(const std::string& name) { externals_.erase(name); }
  // As when its making had failed: only one TaskRun is made in each call.
  bool one_at_a_time = false;
  // Gone without a trace, as after the loss of its node.
  void Vanish(const std::string& pod);
  // From the Pod's creation on, the image of the unit's first container can't
  // be pulled.
  void BreakImage(const std::string& unit) { broken_.insert(unit); }

  // What has been done, one word an action: "create:POD", "gate:POD",
  // "images:POD", "delete:POD", "start:TASK", "cancel:TASK", "claim:NAME"; of
  // a matrix over results "start:TASKRUN(x=1,y=2)" for each.
  std::vector<std::string> done;
  // The TaskRuns that were made.
  std::vector<v1::PutTaskRun> task_runs;
  const v1::Pod* Manifest(const std::string& pod) const;

 private:
  struct Unit {
    int task = 0;
    std::string name;
    std::vector<std::string> steps;
    std::vector<std::string> sidecars;
    bool running = false;
    bool killed = false;
    std::optional<launcher::TaskEnd> end;
    bool oom = false;
  };
  struct FakePod {
    const v1::PlannedPod* planned = nullptr;
    v1::Pod manifest;
    std::vector<launcher::LaunchTask> tasks;
    std::vector<Unit> units;
    bool evicted = false;
    bool over = false;
  };
  struct External {
    std::string task;
    std::string kind;
    std::optional<launcher::TaskEnd> end;
  };

  void Create(const v1::Pod& manifest);
  void Start(const v1::StartExternal& start);
  // Everything that happens by itself.
  void Settle();
  bool Settle(FakePod& pod);
  std::optional<launcher::TaskEnd> EndOfTask(const FakePod& pod,
                                             const std::string& task) const;
  bool IsPlaceholder(const FakePod& pod, const std::string& container,
                     bool* lost) const;
  bool WaitsForImage(const FakePod& pod, const Unit& unit) const;
  v1::PodStatus StatusOf(const FakePod& pod) const;
  std::string Now() const;

  const v1::ColocationPlan& plan_;
  int64_t now_s_ = 1'800'000'000;
  int uids_ = 0;
  std::map<std::string, FakePod> pods_;
  // By task; those of a matrix by the TaskRun's name.
  std::map<std::string, External> externals_;
  std::set<std::string> claims_;
  std::set<std::string> broken_;
  v1::RunStatus status_;
};

// "build:Succeeded test:Failed(StepFailed) deploy:skipped(Parent Tasks were
// skipped) | Failed": every task with an end, and the run's reason; tasks that
// have not ended as "x:Running".
std::string Summary(const v1::ColocationPlan& plan,
                    const v1::RunStatus& status);

}  // namespace colocation

#endif  // COLOCATION_RUN_FAKE_CLUSTER_TESTING_H_
