// The annotations by which authors say how their tasks are to be placed.
//
// Each is "true" or "false", which is the default, but for kMaxParallel.
// docs/planning.md, "What authors can say", has the list.
#ifndef COLOCATION_PLAN_ANNOTATIONS_H_
#define COLOCATION_PLAN_ANNOTATIONS_H_

#include <cstdint>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/own_pod.h"  // IWYU pragma: export
#include "colocation/resolve/run.h"

namespace colocation {

// Of a run: tasks that share a claim are to share a Pod.
inline constexpr char kShareClaims[] = "colocation.dev/share-claims";

// Of a run: a task that no Pod of the plan runs may have an emptyDir of its own
// instead of the one that the others share.
inline constexpr char kAllowNotShared[] = "colocation.dev/allow-not-shared";

// Of a task: kOwnPod, in resolve/own_pod.h.

// Of a run or its pipeline: how many units of work may run at once in a Pod.
inline constexpr char kMaxParallel[] = "colocation.dev/max-parallel";

// What kMaxParallel says; zero where it says nothing or no positive number.
int32_t MaxParallel(const ResolvedRun& run);

// Whether `annotations`, a map of strings, says "true" under `name`.
template <typename Map>
bool IsTrue(const Map& annotations, const char* name) {
  const auto found = annotations.find(name);
  return found != annotations.end() && found->second == "true";
}

// Warns of values that have no effect, of an annotation of tasks on the run,
// and of one of Tekton's that asks for what isn't done here.
void CheckAnnotations(const ResolvedRun& run, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_ANNOTATIONS_H_
