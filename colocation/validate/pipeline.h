// The rules for Pipelines.
#ifndef COLOCATION_VALIDATE_PIPELINE_H_
#define COLOCATION_VALIDATE_PIPELINE_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

void ValidatePipeline(const ValidationContext& context,
                      const v1::Pipeline& pipeline);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_H_
