// The rules for a PipelineSpec, wherever it stands: in a Pipeline, in a
// PipelineRun, in a pipeline task.
#ifndef COLOCATION_VALIDATE_PIPELINE_SPEC_H_
#define COLOCATION_VALIDATE_PIPELINE_SPEC_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// All but what needs the parameters and workspaces around it
// (pkg/apis/pipeline/v1/pipeline_validation.go, PipelineSpec.Validate). `path`
// is that of the spec: "spec", "spec.pipelineSpec". `defaulted` is false for a
// pipeline in a pipeline: Tekton sets no defaults there, so that what it would
// fill in elsewhere is missing.
void ValidatePipelineSpec(const ValidationContext& context,
                          const v1::PipelineSpec& spec, bool defaulted,
                          const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_SPEC_H_
