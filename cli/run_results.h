// The results of a pipeline from those of its tasks, once they have ended.
#ifndef COLOCATION_CLI_RUN_RESULTS_H_
#define COLOCATION_CLI_RUN_RESULTS_H_

#include <map>
#include <string>
#include <vector>

#include "colocation/v1/launch.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation::cli {

// Ends of units, by the unit's name.
using UnitEnds = std::map<std::string, v1::TaskEnd>;

// The results that can be had: one that refers to something that no task gave
// is left out, as Tekton does (pkg/reconciler/pipelinerun/resources/apply.go,
// ApplyTaskResultsToPipelineResults).
std::vector<v1::Param> PipelineResults(const v1::ColocationPlan& plan,
                                       const UnitEnds& ends);

// "NAME: VALUE" lines of YAML, or one JSON object.
std::string ResultsText(const std::vector<v1::Param>& results, bool json);

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_RUN_RESULTS_H_
