// The rules for the settings of a task's run, which TaskRun.spec and
// PipelineRun.spec.taskRunSpecs have in common.
#ifndef COLOCATION_VALIDATE_RUN_SETTINGS_H_
#define COLOCATION_VALIDATE_RUN_SETTINGS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using StepSpecs = google::protobuf::RepeatedPtrField<v1::TaskRunStepSpec>;

// stepSpecs (v1beta1: stepOverrides), sidecarSpecs and computeResources of
// `settings`, which is at `path`.
void ValidateRunSettings(const ValidationContext& context,
                         const v1::TaskRunSpec& settings,
                         const FieldPath& path);
void ValidateRunSettings(const ValidationContext& context,
                         const v1::PipelineTaskRunSpec& settings,
                         const FieldPath& path);

// That of the run as a whole, with what the installation adds to it. `path` is
// that of the template.
void ValidateRunPodTemplate(const ValidationContext& context,
                            const v1::PodTemplate& pod_template,
                            const FieldPath& path);

// That of one task. `path` is that of the template.
void ValidatePodTemplate(const ValidationContext& context,
                         const v1::PodTemplate& pod_template,
                         const FieldPath& path);

// Whether a run's status has a startTime
// (pkg/apis/pipeline/v1/taskrun_types.go, HasStarted).
bool HasStarted(const v1::RawValue& status);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_RUN_SETTINGS_H_
