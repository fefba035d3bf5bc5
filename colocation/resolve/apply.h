// Replacing references in the fields where Tekton replaces them, and in no
// other: pkg/container/*_replacements.go, pkg/reconciler/taskrun/resources/
// apply.go and pkg/reconciler/pipelinerun/resources/apply.go.
#ifndef COLOCATION_RESOLVE_APPLY_H_
#define COLOCATION_RESOLVE_APPLY_H_

#include "colocation/resolve/replacements.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Fields are left alone, not copied, where they hold no reference.
void ApplyToStep(const Replacements& replacements, v1::Step* step);
void ApplyToSidecar(const Replacements& replacements, v1::Sidecar* sidecar);
void ApplyToStepTemplate(const Replacements& replacements,
                         v1::StepTemplate* step);
void ApplyToWhen(const Replacements& replacements, v1::WhenExpression* when);
void ApplyToTaskSpec(const Replacements& replacements, v1::TaskSpec* spec);
// All of a Task but its steps.
void ApplyAroundSteps(const Replacements& replacements, v1::TaskSpec* spec);
void ApplyToParams(const Replacements& replacements,
                   google::protobuf::RepeatedPtrField<v1::Param>* params);
void ApplyToPodTemplate(const Replacements& replacements, v1::PodTemplate* pod);
void ApplyToBinding(const Replacements& replacements,
                    v1::WorkspaceBinding* binding);

// All of a pipeline task but an embedded Task.
void ApplyToPipelineTask(const Replacements& replacements,
                         v1::PipelineTask* task);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_APPLY_H_
