// The rules for the results of a pipeline.
#ifndef COLOCATION_VALIDATE_PIPELINE_RESULTS_H_
#define COLOCATION_VALIDATE_PIPELINE_RESULTS_H_

#include "colocation/validate/context.h"
#include "colocation/validate/pipeline_names.h"

namespace colocation {

// Each is made of results of the pipeline's tasks. `path` is that of the spec.
void ValidatePipelineResults(const ValidationContext& context,
                             const PipelineNames& names, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_RESULTS_H_
