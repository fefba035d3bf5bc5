// The label by which everything of a pipeline's runs is found.
#ifndef COLOCATION_RESOLVE_PIPELINE_LABEL_H_
#define COLOCATION_RESOLVE_PIPELINE_LABEL_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

// pkg/apis/pipeline/register.go in Tekton.
inline constexpr char kPipelineLabel[] = "tekton.dev/pipeline";

// Its value: the pipeline's name, unless the run's own labels say otherwise.
// Resolving leaves it among those only where it does, as for runs of an
// embedded pipeline that have generated names.
inline const std::string& PipelineLabelOf(const v1::RunIdentity& run) {
  const auto found = run.labels().find(kPipelineLabel);
  return found == run.labels().end() ? run.pipeline() : found->second;
}

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_PIPELINE_LABEL_H_
