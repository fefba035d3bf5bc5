// Whether a plan holds, found out from the plan alone.
//
// A ColocationPlan states the facts that make it right: what waits for what,
// which dependencies these waits imply, the units that need the peak together
// and the chains that prove there is no higher one. This checks
// them. It shares no code with the planner, and every plan is checked before it
// is returned, so that an error in the planner is an internal error and never a
// wrong plan. It reads plans made elsewhere, too, and trusts nothing in them.
//
// What is checked, by part (docs/plan-checks.md lists the codes):
//
//   plan_index     names, references, every task placed exactly once
//   order          dependencies, wait sets, gates, finally; that all can end
//   starts         when each Pod is created
//   launch         units, containers, barriers and the launch specs agree
//   references     results and ends that tasks look at
//   volumes        volumes, mounts, private directories
//   workspaces     that tasks which share a volume find the same
//   resources      peaks, their proofs, the requests; ports
//   fit            units that are delayed so that a Pod has room, and the proof
//
// What can't be seen in a plan isn't: whether it is the plan of the objects it
// was made from, and whether a smaller number of Pods would do.
//
// Cost: linear in the size of the plan, but for four questions about the order
// of two tasks, each a walk over the tasks between them where a forest of waits
// doesn't answer it at once: that of dependencies without a wait of their own,
// of units that are neighbours in a chain of a cover and don't wait for each
// other directly, of units which use the same port, and the minimality of wait
// sets. The last is a matter of economy, not of safety, and is given up after
// 10,000,000 steps in all. A plan of 100,000 tasks takes about as long as its
// parsing.
#ifndef COLOCATION_CHECK_CHECK_H_
#define COLOCATION_CHECK_CHECK_H_

#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Empty: the plan holds. Else what is wrong, in the order in which it was
// found, as errors with a code, a path in the plan
// ("pods[0].containers[2].barriers") and a sentence; at most 100. A fault in
// the names ends the check early, as nothing can be said about the rest.
// Thread-safe.
v1::Diagnostics CheckPlan(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_CHECK_CHECK_H_
