// What the init container of a Pod may do.
//
// It writes files to emptyDirs and needs no privilege for it, so it is never
// what keeps a Pod out of a namespace: where the Pod, or each container of its
// author, gives something up, it does, too; with Tekton's set-security-context
// it is all that Pod Security's level "restricted" asks for (pkg/pod/
// security_context_config.go in Tekton; k8s.io/pod-security-admission).
//
// Its image names no user. Where it must not be root it runs as 65532, the user
// of Tekton's own images, unless the Pod has another one. It does not so
// elsewhere: OpenShift gives each namespace users of its own and refuses
// others.
#ifndef COLOCATION_PLAN_LAUNCHER_SECURITY_H_
#define COLOCATION_PLAN_LAUNCHER_SECURITY_H_

#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

// `pod` has its settings and containers already.
v1::SecurityContext LauncherSecurityContext(const v1::PlannedPod& pod,
                                            const FeatureFlags& flags);

}  // namespace colocation

#endif  // COLOCATION_PLAN_LAUNCHER_SECURITY_H_
