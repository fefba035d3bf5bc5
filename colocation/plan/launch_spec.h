// What the launchers of one Pod are told about its tasks, and about those
// elsewhere that they look at.
#ifndef COLOCATION_PLAN_LAUNCH_SPEC_H_
#define COLOCATION_PLAN_LAUNCH_SPEC_H_

#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/fixed_fields.h"
#include "colocation/plan/grouping.h"
#include "colocation/plan/names.h"
#include "colocation/plan/reported_results.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/launch.pb.h"

namespace colocation {

// The tasks outside the group that its containers wait for or look at: parents,
// whose results and statuses they use, and all before `finally` where they use
// $(tasks.status). Ascending; those that never run are among them.
std::vector<TaskIndex> TasksLookedAt(const ResolvedRun& run,
                                     const Grouping& grouping, int32_t group,
                                     const WaitSets& waits,
                                     const TaskNames& names);

// The LaunchSpec without its containers. A `when` that the launcher can't
// evaluate is an error.
void MakeLaunchSpec(const ResolvedRun& run, const Group& group,
                    const std::vector<PlacedUnit>& units,
                    const std::vector<TaskIndex>& looked_at,
                    const WaitSets& waits, const ReportedResults& reported,
                    bool controlled, v1::LaunchSpec* spec,
                    DiagnosticList* diagnostics);

// What decides whether and when an external task starts: as the launch specs
// have it for tasks in Pods.
v1::LaunchTask ExternalLaunchTask(const ResolvedRun& run, TaskIndex task,
                                  const WaitSets& waits,
                                  DiagnosticList* diagnostics);

// The end of a task that never runs.
v1::TaskEnd EndOf(const ResolvedTask& task);

// The private directories of `units`, parents first.
void AddPrivateDirectories(const std::vector<PlacedUnit>& units,
                           v1::InstallSpec* install);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LAUNCH_SPEC_H_
