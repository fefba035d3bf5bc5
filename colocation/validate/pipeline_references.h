// What the texts of pipeline tasks may refer to, parameters aside: the rules
// for expressions, results, statuses and context variables.
#ifndef COLOCATION_VALIDATE_PIPELINE_REFERENCES_H_
#define COLOCATION_VALIDATE_PIPELINE_REFERENCES_H_

#include "colocation/validate/context.h"
#include "colocation/validate/pipeline_names.h"

namespace colocation {

// Each of these looks at all tasks of the pipeline whose spec is at `path`.

// Nothing but "params", "tasks", "finally", "context", "workspaces" and
// "results" begins an expression.
void ValidateExpressionPrefixes(const ValidationContext& context,
                                const PipelineNames& names,
                                const FieldPath& path);

// "context.pipelineRun.name" and the like. Tekton looks only at the last task
// of each list, and so do we.
void ValidateContextVariables(const ValidationContext& context,
                              const PipelineNames& names,
                              const FieldPath& path);

// "tasks.x.status", "tasks.x.reason" and "tasks.status" are for finally tasks,
// of tasks that are there.
void ValidateStatusVariables(const ValidationContext& context,
                             const PipelineNames& names, const FieldPath& path);

// A finally task uses results of `tasks` only.
void ValidateResultsInFinally(const ValidationContext& context,
                              const PipelineNames& names,
                              const FieldPath& path);

// A pipeline in the pipeline gives no results.
void ValidateNoResultsOfChildPipelines(const ValidationContext& context,
                                       const PipelineNames& names,
                                       const FieldPath& path);

// Artifacts of other tasks need a feature flag.
void ValidateArtifactReferences(const ValidationContext& context,
                                const PipelineNames& names,
                                const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_REFERENCES_H_
