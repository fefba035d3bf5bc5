// Waits that make a Pod fit: on a node, into what its namespace allows, or
// within a limit that the request or the run's author gives.
//
// Where too much of a Pod could run at once, some of its units wait for others
// that they don't depend on. Such a wait only delays: it is over when the other
// unit has ended, in whatever way, and skipping, failing and results don't know
// of it. All Pods of a run are scheduled together (graph/serialise.h), so that
// waits in one and waits in another can't form a cycle, through gates, either.
// docs/planning.md, "Plans that fit", says why it is right.
//
// Cost: nothing but sums where everything fits; else that of Serialise, on the
// units of the run.
#ifndef COLOCATION_PLAN_FIT_H_
#define COLOCATION_PLAN_FIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/graph/graph.h"
#include "colocation/plan/decisions.h"
#include "colocation/plan/fit_options.h"
#include "colocation/plan/grouping.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// A unit of the run, by its number in its task.
struct UnitRef {
  TaskIndex task = 0;
  int32_t unit = 0;
};

class Fitted {
 public:
  Fitted() = default;

  // Whether any unit of the run waits for that reason.
  bool any() const { return !delays_.empty(); }

  // Units of the same Pod that it waits for, ascending.
  const std::vector<UnitRef>& DelaysOf(TaskIndex task, int32_t unit) const;

  // What the Pod of a group is kept to; empty where none of its units waits.
  const std::vector<v1::FitLimit>& LimitsOf(int32_t group) const;

  // Only where any(): the order in which the units of these tasks, which are
  // ascending, run, in all their waits. The units come first, then vertices for
  // starts of tasks (UnitOrder in resources.h).
  Graph OrderOf(const std::vector<TaskIndex>& tasks) const;

 private:
  friend class Fitter;

  // By task and unit; empty where no unit waits.
  std::vector<std::vector<std::vector<UnitRef>>> delays_;
  // By group.
  std::vector<std::vector<v1::FitLimit>> limits_;
  // Of all units of the run, and their places in a topological order.
  Graph order_;
  std::vector<int32_t> position_;
  // The vertex of the start of each task, and of its first unit.
  std::vector<Vertex> start_, first_unit_;
  std::vector<int32_t> units_;
};

// Reports limits that are less than a single unit needs (`fit-impossible`).
// `unit_names` are those of the plan, by task. There has been no error so far.
Fitted FitPods(const ResolvedRun& run, const Grouping& grouping,
               const std::vector<std::vector<std::string>>& unit_names,
               const PodCaps& caps, const FitOptions& options,
               const WaitSets& waits, Decisions* decisions,
               DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_FIT_H_
