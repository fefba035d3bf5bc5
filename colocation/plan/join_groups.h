// Joining groups that need not share a Pod, but that the policy or the run's
// author would like to have in one.
//
// What `pipelinerun` or an annotation wants together (the wishes) is joined as
// far as settings, ports and caps allow. Settings that have to be equal fall
// into classes; what then still can't be all in one Pod is split so that least
// is shared between the Pods (graph/partition.h; docs/planning.md, "The least
// cut").
//
// Cost: near linear, and that of SharedPorts; where something has to be split,
// that of the partition.
#ifndef COLOCATION_PLAN_JOIN_GROUPS_H_
#define COLOCATION_PLAN_JOIN_GROUPS_H_

#include <vector>

#include "colocation/plan/decisions.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// `groups`, joined; in no particular order. Each split has a decision with its
// reason and what it cuts.
std::vector<Group> JoinGroups(const PodSharing& sharing, const PodCaps& caps,
                              const std::vector<Group>& groups, WaitSets* waits,
                              Decisions* decisions);

}  // namespace colocation

#endif  // COLOCATION_PLAN_JOIN_GROUPS_H_
