// A controller on a cluster in memory, that a test plays a script to: what each
// container does and what happens to the Pods, and then what was done about it.
//
//   Control control(PlanOf(RunOf({"name: a", "name: b, runAfter: [a]"})));
//   control.Play("ok:a fail:b");
//   EXPECT_EQ(control.Done(), "create:{a,b}");
#ifndef COLOCATION_RUN_CONTROL_TESTING_H_
#define COLOCATION_RUN_CONTROL_TESTING_H_

#include <string>
#include <vector>

#include "colocation/run/fake_cluster_testing.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation {

class Control {
 public:
  explicit Control(const v1::ColocationPlan& plan)
      : plan_(plan), cluster_(plan_) {}

  FakeCluster& cluster() { return cluster_; }
  // What was to be done last: nothing, and the status.
  const v1::Advance& last() const { return last_; }

  // Works, and then lets happen one after the other, working after each:
  //   ok:a ok:b=RESULT   a unit ends well, with the result "yes" or RESULT
  //   none:a             the same, without results
  //   oom:a            it ends well, but a child of a step was OOM-killed
  //   fail:b kill:c      it fails; it is killed, launchers and all
  //   break:a            its image can't be pulled
  //   evict:a vanish:a   the Pod of the task
  //   lose:x             somebody deletes what runs an external task
  //   stop:Cancelled     spec.status of the run
  //   pass:60            seconds
  void Play(const std::string& script);

  // How the run stands (fake_cluster_testing.h, Summary).
  std::string Summary() const;
  // What has been done; a Pod by its tasks: "create:{a,b} gate:{c}".
  std::string Done() const;

 private:
  // Until nothing is left to do for now.
  void Work();
  void Happen(const std::string& what, const std::string& to);
  std::string PodOf(const std::string& task) const;

  const v1::ColocationPlan plan_;
  FakeCluster cluster_;
  v1::Advance last_;
};

// One Pod as far as can be, or one for each task.
inline constexpr v1::Policy kOne = v1::POLICY_PIPELINERUN;
inline constexpr v1::Policy kEach = v1::POLICY_ISOLATED;

// The plan of a controlled run; a test fails where there is none.
v1::ColocationPlan PlanOf(const std::string& yaml, v1::Policy policy = kOne);

// A run of `tasks`, lines of YAML of which each is one task: "name: a, ..." is
// enough; one step is added, which has the result "r". Those after "finally:"
// are that. `more` are lines of the PipelineRun's spec.
std::string RunOf(const std::vector<std::string>& tasks,
                  const std::string& more = "");

}  // namespace colocation

#endif  // COLOCATION_RUN_CONTROL_TESTING_H_
