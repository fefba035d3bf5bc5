// colocation: plans the tasks of a Tekton pipeline into shared Pods.
//
// Tekton runs each task of a pipeline in a Pod of its own, so tasks can share
// files only through a PersistentVolume. Tasks whose workspace is an emptyDir
// can share it when they are containers of one Pod (Tekton's TEP-0046). This
// library says which tasks those are, in what order their containers have to
// run, and what such a Pod looks like.
//
// One message goes in, a v1::PlanRequest: Tekton's objects (as YAML, JSON or
// messages), options, and what is known of the cluster. One message comes out,
// a v1::ColocationPlan; plan.proto says how to read it.
//
//   v1::PlanRequest request;
//   v1::Document* document = request.add_documents();
//   document->set_name("build.yaml");  // for diagnostics
//   document->set_content(text);
//   absl::StatusOr<v1::ColocationPlan> plan = colocation::PlanRun(request);
//   if (!plan.ok()) {
//     for (const v1::Diagnostic& d :
//          DiagnosticsOf(plan.status())->diagnostics()) {
//       std::cerr << ToDisplayString(d);
//     }
//     return 1;
//   }
//   for (const v1::PlannedPod& pod : plan->pods()) Create(RenderPod(*plan,
//   pod));
//
// What is planned is the only PipelineRun of the input, else the only TaskRun,
// Pipeline or Task; options.run says which where there are several.
//
// Pure: the answer depends on the request alone, the same bytes for the same
// request. There is no clock, no network, no file and no environment in it.
// Nothing throws and nothing aborts, whatever the input.
//
// Every fault of the input is reported, not only the first, each once, with its
// place in the text it came from. The code of the status says whose turn it is:
//
//   InvalidArgument     the objects are wrong; DiagnosticsOf(status) says where
//   NotFound            something must be given first: NeedsOf(status). Fetch
//                       it, add it to the request, ask again. (Where there are
//                       other faults too, the code is InvalidArgument, and
//                       NeedsOf still says what is missing.)
//   FailedPrecondition  valid, but what must share a Pod can't
//   ResourceExhausted   a limit of options.limits is exceeded
//   Internal            a plan was made that does not hold: our fault, never
//                       returned as a plan. Please report it.
//
// Thread-safe: calls share nothing but immutable tables.
#ifndef COLOCATION_COLOCATION_H_
#define COLOCATION_COLOCATION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/diagnostics.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// The plan of the run that `request` asks for. Its warnings are in the plan.
//
// Cost: linear in the input, about four times decoding it; most of that is the
// plan's own memory, about twenty times the input's for a large run with short
// tasks (benchmarks/plan_benchmark.cc). When something is wrong, the text is
// read once more for the positions.
absl::StatusOr<v1::ColocationPlan> PlanRun(const v1::PlanRequest& request);

// Whether the objects are right, without planning: the warnings, or a status as
// PlanRun has it.
//
// Each object is checked by itself, as Tekton's webhook does, and every
// PipelineRun and TaskRun (with options.run: that run alone) together with what
// it refers to, as Tekton's reconciler does. Unlike planning, this wants no
// particular number of runs, and no values for a Pipeline or Task without one.
absl::StatusOr<v1::Diagnostics> ValidateRequest(const v1::PlanRequest& request);

// What has to be given before there can be a plan; empty where `status` does
// not say so. It is the payload type.googleapis.com/colocation.v1.Needs.
v1::Needs NeedsOf(const absl::Status& status);

}  // namespace colocation

#endif  // COLOCATION_COLOCATION_H_
