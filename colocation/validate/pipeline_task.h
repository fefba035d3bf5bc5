// The rules for a pipeline task by itself: what it runs, and how.
#ifndef COLOCATION_VALIDATE_PIPELINE_TASK_H_
#define COLOCATION_VALIDATE_PIPELINE_TASK_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// `path` is that of the task, `spec.tasks[2]` or `spec.finally[0]`. What it
// embeds is looked at as well, a Task by ValidateTaskSpec, a pipeline by
// ValidatePipelineSpec. `defaulted` is false within an embedded pipeline.
void ValidatePipelineTask(const ValidationContext& context,
                          const v1::PipelineTask& task, bool defaulted,
                          const FieldPath& path);

// Whether the task is for another controller: it has an apiVersion, or a kind
// other than Task (pkg/apis/pipeline/v1/pipeline_validation.go,
// PipelineTask.Validate).
bool IsCustomTask(const v1::PipelineTask& task);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_TASK_H_
