// pkg/apis/pipeline/v1/pipeline_validation.go, Pipeline.Validate
#include "colocation/validate/pipeline.h"

#include "colocation/validate/declared_params.h"
#include "colocation/validate/metadata.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/pipeline_params.h"
#include "colocation/validate/pipeline_spec.h"
#include "colocation/validate/pipeline_workspaces.h"
#include "colocation/validate/task_spec.h"

namespace colocation {
namespace {

// validateUsageOfDeclaredPipelineTaskParameters: the steps of embedded Tasks
// see the Task's parameters and the pipeline's.
void ValidateEmbeddedTasks(const ValidationContext& context,
                           const PipelineTasks& tasks,
                           const DeclaredParams& scope, const FieldPath& path) {
  for (int i = 0; i < tasks.size(); ++i) {
    if (!tasks[i].has_task_spec()) continue;
    const v1::TaskSpec& spec = tasks[i].task_spec().task_spec();
    const FieldPath task = path.Index(i);
    const FieldPath at = task.Field("taskSpec");
    const DeclaredParams own(spec.params(), &scope);
    ValidateParamUsage(context, spec, own, at);
    ValidateObjectsHaveProperties(context, spec.params(), at.Field("params"));
  }
}

// validatePipelineParameterUsage
void ValidateParams(const ValidationContext& context,
                    const v1::PipelineSpec& spec, const FieldPath& path) {
  const DeclaredParams scope(spec.params());
  const FieldPath tasks = path.Field("tasks");
  const FieldPath finally = path.Field("finally");
  ValidateEmbeddedTasks(context, spec.tasks(), scope, tasks);
  ValidateEmbeddedTasks(context, spec.finally(), scope, finally);
  ValidateParamReferences(context, spec.tasks(), scope, tasks);
  ValidateParamReferences(context, spec.finally(), scope, finally);

  const auto embeds = [](const PipelineTasks& list) {
    for (const v1::PipelineTask& task : list) {
      if (task.has_task_spec()) return true;
    }
    return false;
  };
  if (embeds(spec.tasks()) || embeds(spec.finally())) {
    ValidateObjectsHaveProperties(context, spec.params(), path.Field("params"));
  }
}

}  // namespace

void ValidatePipeline(const ValidationContext& context,
                      const v1::Pipeline& pipeline) {
  const FieldPath root("");
  ValidateMetadata(context, pipeline.metadata(), root.Field("metadata"));
  const FieldPath spec = root.Field("spec");
  ValidatePipelineSpec(context, pipeline.spec(), /*defaulted=*/true, spec);
  // A Pipeline of its own has no run around it whose parameters and workspaces
  // would reach into it.
  ValidateParams(context, pipeline.spec(), spec);
  ValidateWorkspaceUsage(context, pipeline.spec(), spec);
}

}  // namespace colocation
