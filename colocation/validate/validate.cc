#include "colocation/validate/validate.h"

#include "colocation/validate/context.h"
#include "colocation/validate/pipeline.h"
#include "colocation/validate/pipeline_run.h"
#include "colocation/validate/step_action.h"
#include "colocation/validate/task.h"
#include "colocation/validate/task_run.h"
#include "colocation/validate/unknown_kind.h"

namespace colocation {
namespace {

template <typename Object>
Subject SubjectOf(absl::string_view kind, const Object& object) {
  const v1::ObjectMeta& metadata = object.metadata();
  return {object.origin(), std::string(kind),
          metadata.name().empty() ? metadata.generate_name() : metadata.name()};
}

template <typename Object>
bool WrittenInV1beta1(const Object& object) {
  return object.converted_from() == "tekton.dev/v1beta1";
}

// A StepAction of v1beta1 is not converted: there is no other.
bool WrittenInV1beta1(const v1::StepAction&) { return false; }

template <typename Objects, typename Rules>
void ForEachObject(absl::string_view kind, const Objects& objects,
                   const FeatureFlags& flags, DiagnosticList* diagnostics,
                   Rules rules) {
  for (const auto& object : objects) {
    const Subject subject = SubjectOf(kind, object);
    rules({flags, subject, WrittenInV1beta1(object), *diagnostics}, object);
  }
}

}  // namespace

void Validate(const v1::ObjectSet& objects, const FeatureFlags& flags,
              DiagnosticList* diagnostics) {
  ForEachObject("Pipeline", objects.pipelines(), flags, diagnostics,
                ValidatePipeline);
  ForEachObject("Task", objects.tasks(), flags, diagnostics, ValidateTask);
  ForEachObject("StepAction", objects.step_actions(), flags, diagnostics,
                ValidateStepAction);
  ForEachObject("PipelineRun", objects.pipeline_runs(), flags, diagnostics,
                ValidatePipelineRun);
  ForEachObject("TaskRun", objects.task_runs(), flags, diagnostics,
                ValidateTaskRun);
  for (const v1::OtherObject& object : objects.others()) {
    WarnOfUnknownKind(object, diagnostics);
  }
}

}  // namespace colocation
