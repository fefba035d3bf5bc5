// What one task's Pod template says and the whole Pod follows.
//
// A Pod has one nodeSelector, one list of tolerations and so on. Where only
// some of its tasks ask for them, the others go along: the plan says whose they
// are.
#ifndef COLOCATION_PLAN_POD_WIDE_SETTINGS_H_
#define COLOCATION_PLAN_POD_WIDE_SETTINGS_H_

#include "colocation/plan/decisions.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_sharing.h"

namespace colocation {

// A decision about all tasks of the Pod for each setting that some of them have
// and others haven't. Linear in the settings.
void ExplainPodWideSettings(const PodSharing& sharing, const Group& group,
                            Decisions* decisions);

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_WIDE_SETTINGS_H_
