#include "colocation/validate/pipeline_run.h"

#include "colocation/validate/metadata.h"

namespace colocation {

void ValidatePipelineRun(const ValidationContext& context,
                         const v1::PipelineRun& pipeline_run) {
  const FieldPath root("");
  ValidateMetadata(context, pipeline_run.metadata(), root.Field("metadata"));
}

}  // namespace colocation
