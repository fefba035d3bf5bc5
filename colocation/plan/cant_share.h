// Refusing what has to share a Pod and can't.
//
// Tasks that an emptyDir puts into one Pod (must_share.h) have one set of
// settings there (pod_settings.h), one network (ports.h) and one node's room
// (pod_caps.h). Where they contradict, the run is refused, with the tasks and
// the way out named.
//
// Cost: linear in the settings; SharedPorts for the ports; PodCaps::Exceeded
// once.
#ifndef COLOCATION_PLAN_CANT_SHARE_H_
#define COLOCATION_PLAN_CANT_SHARE_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// Adds an error for each task of `group` that is to have a Pod of its own, for
// the first settings and the first ports that contradict, and for each cap that
// it exceeds. A warning where it may turn out
// too large: nobody knows what a task will write.
void CheckCanShare(const PodSharing& sharing, const PodCaps& caps,
                   const Group& group, WaitSets* waits,
                   DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_CANT_SHARE_H_
