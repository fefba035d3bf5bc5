// The manifest of a Pod that is created while its run is under way.
#ifndef COLOCATION_RUN_START_POD_H_
#define COLOCATION_RUN_START_POD_H_

#include <cstdint>

#include "colocation/run/late_values.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// As RenderPod, with the results that its fixed fields take, and with what is
// left of the run's timeouts after `elapsed_ns`: the launchers count from the
// Pod's start.
//
// A field whose result does not exist belongs to a task that will not run; the
// Pod must be valid all the same. Its image is then the launcher's, its volume
// an emptyDir, and the variables of its container are left out.
v1::Pod PodToStart(const v1::ColocationPlan& plan,
                   const v1::PlannedPod& planned, const LateValues& values,
                   int64_t elapsed_ns);

}  // namespace colocation

#endif  // COLOCATION_RUN_START_POD_H_
