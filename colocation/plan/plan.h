// From one closed run to its colocation plan.
//
// Which tasks share a Pod (grouping.h), what waits for what (wait_sets.h), when
// each Pod may be created (pods.h), what is mounted where (volumes.h), how each
// container starts (containers.h), what the launcher is told (launch_spec.h)
// and what the Pods ask for (resources.h). docs/planning.md has the algorithms
// and their proofs.
//
// Pure and deterministic: the same run and request give the same plan, byte for
// byte. Cost: near linear in the tasks and their dependencies, beside the
// maximum flow for each Pod whose tasks ask for resources. Thread-safe.
#ifndef COLOCATION_PLAN_PLAN_H_
#define COLOCATION_PLAN_PLAN_H_

#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// The plan of `run`, which was resolved without errors. Of the request only
// `options`, `cluster` and `images` are read. Why it can't be planned goes into
// `diagnostics` as errors; for each image whose entrypoint has to be known
// there is an entry in `needs`, and an error "unknown-entrypoint". The result
// counts only where there are no errors.
v1::ColocationPlan Plan(const ResolvedRun& run, const v1::PlanRequest& request,
                        DiagnosticList* diagnostics,
                        std::vector<v1::Need>* needs);

}  // namespace colocation

#endif  // COLOCATION_PLAN_PLAN_H_
