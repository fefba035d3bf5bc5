// From objects to one closed run.
//
// Picks the run, follows its references, substitutes what is known before it
// starts, binds its workspaces, fans out its matrices, and checks the rules
// that need the whole run. Pure: what is missing is asked for (`needs`), never
// fetched.
//
// What can be planned without a PipelineRun, too: a Pipeline, with an emptyDir
// for each workspace; a TaskRun or a Task, as a pipeline of one task.
#ifndef COLOCATION_RESOLVE_RESOLVE_H_
#define COLOCATION_RESOLVE_RESOLVE_H_

#include <cstdint>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Whose refusals count.
enum class Rules {
  kTekton,
  // Also those of Kubernetes, when the Pods are made (validate/pod_rules.h).
  kTektonAndKubernetes,
};

// What references, matrices and templates may add to the run of the request:
// the limit of its options, or the default.
int64_t ExpandedBytes(const v1::PlanRequest& request);

// The run of `objects` that `options` asks for. Everything wrong goes into
// `diagnostics`, what is missing into `needs` (and into `diagnostics`, so that
// a person sees where it is referred to). The result counts only where both
// stay empty of errors.
ResolvedRun Resolve(const v1::ObjectSet& objects,
                    const v1::PlanRequest& request, DiagnosticList* diagnostics,
                    std::vector<v1::Need>* needs, Rules rules = Rules::kTekton);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_RESOLVE_H_
