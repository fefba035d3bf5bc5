// The rules for PipelineRuns.
#ifndef COLOCATION_VALIDATE_PIPELINE_RUN_H_
#define COLOCATION_VALIDATE_PIPELINE_RUN_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

void ValidatePipelineRun(const ValidationContext& context,
                         const v1::PipelineRun& pipeline_run);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_RUN_H_
