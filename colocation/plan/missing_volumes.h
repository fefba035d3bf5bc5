// Volumes that may not be there when the Pod is created.
//
// No container of a Pod starts before all of the Pod's volumes can be mounted
// (kubelet's WaitForAttachAndMount in pkg/kubelet/volumemanager): a Secret, a
// ConfigMap or a claim that is missing stops every task, where in Tekton only
// the Pod of the task that mounts it would have to wait. So the author is
// warned where
//  * a task that runs before may make the object: its text names it, or it
//  gives
//    orders to the cluster (kubectl create, helm install, ...), so that nobody
//    knows; and
//  * only tasks that may be skipped need the object.
// `optional: true` on the volume, or a Pod of its own for the task (annotation
// colocation.dev/own-pod), help.
//
// Cost: linear in the texts of the Pod's tasks and of those outside that run in
// between; for each object a few walks between the tasks that name it and those
// that mount it.
#ifndef COLOCATION_PLAN_MISSING_VOLUMES_H_
#define COLOCATION_PLAN_MISSING_VOLUMES_H_

#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/must_share.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/wait_sets.h"

namespace colocation {

// At most one warning for each Pod and object.
void WarnOfMissingVolumes(const PodSharing& sharing,
                          const std::vector<Group>& groups, WaitSets* waits,
                          DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_MISSING_VOLUMES_H_
