// Labels and annotations of a Pod that several tasks share.
#ifndef COLOCATION_PLAN_METADATA_H_
#define COLOCATION_PLAN_METADATA_H_

#include <map>
#include <string>
#include <vector>

#include "colocation/plan/decisions.h"
#include "colocation/plan/grouping.h"
#include "colocation/plan/names.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// What Tekton would give to the Pod of one unit's TaskRun, beside what is of
// the run as a whole: labels and annotations of its Task, and Tekton's own
// labels (pkg/pod/pod.go, makeLabels; pkg/reconciler/pipelinerun/
// pipelinerun.go, createChildResourceLabels; pkg/reconciler/taskrun/taskrun.go,
// storeTaskSpecAndMergeMeta).
struct UnitMetadata {
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
};
UnitMetadata MetadataOf(const ResolvedRun& run, const PlacedUnit& unit);

// That on which all units of the Pod agree. Decisions name the keys of Tasks on
// which they don't. Those of the run are added when the Pod is rendered.
// `managed_by` is what the installation says is managing Pods; may be empty.
void SetMetadata(const ResolvedRun& run, const Group& group,
                 const std::vector<PlacedUnit>& units,
                 const std::string& managed_by, v1::PlannedPod* pod,
                 Decisions* decisions);

// The value of the label app.kubernetes.io/managed-by that Tekton gives.
std::string ManagedByInTekton(const std::string& managed_by);

// Of a Task or a run; it would say that the Pod is one.
inline constexpr char kLastAppliedAnnotation[] =
    "kubectl.kubernetes.io/last-applied-configuration";
inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";

}  // namespace colocation

#endif  // COLOCATION_PLAN_METADATA_H_
