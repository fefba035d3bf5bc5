#include "colocation/validate/validate.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/byte_budget.h"
#include "colocation/validate/context.h"
#include "colocation/validate/pipeline.h"
#include "colocation/validate/pipeline_run.h"
#include "colocation/validate/pod_rules.h"
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

bool WrittenInV1beta1(const v1::LimitRange&) { return false; }

template <typename Objects, typename Rules>
void ForEachObject(absl::string_view kind, const Objects& objects,
                   const FeatureFlags& flags, DiagnosticList* diagnostics,
                   Rules rules) {
  for (const auto& object : objects) {
    const Subject subject = SubjectOf(kind, object);
    rules({flags, subject, WrittenInV1beta1(object), *diagnostics}, object);
  }
}

void ValidateTasksForPods(const ValidationContext& context,
                          const v1::PipelineSpec& pipeline,
                          const FieldPath& path) {
  const auto tasks = [&](const auto& list, absl::string_view field) {
    const FieldPath at = path.Field(field);
    for (int i = 0; i < list.size(); ++i) {
      if (!list[i].has_task_spec()) continue;
      const FieldPath task = at.Index(i);
      ValidatePodRules(context, list[i].task_spec().task_spec(),
                       task.Field("taskSpec"));
    }
  };
  tasks(pipeline.tasks(), "tasks");
  tasks(pipeline.finally(), "finally");
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

bool CheckTemplates(const v1::ObjectSet& objects, int64_t most_bytes,
                    DiagnosticList* diagnostics) {
  bool good = true;
  const auto check = [&](absl::string_view kind, const auto& object,
                         const v1::TaskSpec& spec, const FieldPath& path) {
    if (!spec.has_step_template()) return;
    if (ByteBudget(most_bytes)
            .TakeCopies(spec.step_template(), spec.steps_size())) {
      return;
    }
    good = false;
    diagnostics
        ->Error(
            "limit-expanded-bytes", SubjectOf(kind, object),
            path.Field("stepTemplate").ToString(),
            absl::StrCat("in ", spec.steps_size(),
                         " steps this takes more than ", most_bytes, " bytes"))
        .set_hint("raise the limit `expanded_bytes` if this is meant");
  };
  const auto check_pipeline = [&](absl::string_view kind, const auto& object,
                                  const v1::PipelineSpec& pipeline,
                                  const FieldPath& path) {
    const auto tasks = [&](const auto& list, absl::string_view field) {
      const FieldPath at = path.Field(field);
      for (int i = 0; i < list.size(); ++i) {
        const FieldPath task = at.Index(i);
        check(kind, object, list[i].task_spec().task_spec(),
              task.Field("taskSpec"));
      }
    };
    tasks(pipeline.tasks(), "tasks");
    tasks(pipeline.finally(), "finally");
  };
  const FieldPath root("");
  const FieldPath spec = root.Field("spec");
  for (const v1::Pipeline& object : objects.pipelines()) {
    check_pipeline("Pipeline", object, object.spec(), spec);
  }
  for (const v1::Task& object : objects.tasks()) {
    check("Task", object, object.spec(), spec);
  }
  for (const v1::PipelineRun& object : objects.pipeline_runs()) {
    check_pipeline("PipelineRun", object, object.spec().pipeline_spec(),
                   spec.Field("pipelineSpec"));
  }
  for (const v1::TaskRun& object : objects.task_runs()) {
    check("TaskRun", object, object.spec().task_spec(), spec.Field("taskSpec"));
  }
  return good;
}

void ValidateForPods(const v1::ObjectSet& objects, const FeatureFlags& flags,
                     DiagnosticList* diagnostics) {
  const FieldPath root("");
  const FieldPath spec = root.Field("spec");
  const FieldPath pipeline_spec = spec.Field("pipelineSpec");
  const FieldPath task_spec = spec.Field("taskSpec");
  const auto each = [&](absl::string_view kind, const auto& list, auto rules) {
    ForEachObject(kind, list, flags, diagnostics, rules);
  };
  using Context = const ValidationContext&;
  each("Pipeline", objects.pipelines(),
       [&](Context context, const v1::Pipeline& object) {
         ValidateTasksForPods(context, object.spec(), spec);
       });
  each("Task", objects.tasks(), [&](Context context, const v1::Task& object) {
    ValidatePodRules(context, object.spec(), spec);
  });
  each("StepAction", objects.step_actions(),
       [&](Context context, const v1::StepAction& object) {
         ValidatePodRules(context, object.spec(), spec);
       });
  each("PipelineRun", objects.pipeline_runs(),
       [&](Context context, const v1::PipelineRun& object) {
         const v1::PipelineRunSpec& run = object.spec();
         ValidateTasksForPods(context, run.pipeline_spec(), pipeline_spec);
         const FieldPath of_run = spec.Field("taskRunTemplate");
         ValidatePodRules(context, run.task_run_template().pod_template(),
                          of_run.Field("podTemplate"));
         const FieldPath list = spec.Field("taskRunSpecs");
         for (int i = 0; i < run.task_run_specs_size(); ++i) {
           const FieldPath at = list.Index(i);
           ValidatePodRules(context, run.task_run_specs(i).pod_template(),
                            at.Field("podTemplate"));
         }
       });
  each("TaskRun", objects.task_runs(),
       [&](Context context, const v1::TaskRun& object) {
         ValidatePodRules(context, object.spec().task_spec(), task_spec);
         ValidatePodRules(context, object.spec().pod_template(),
                          spec.Field("podTemplate"));
       });
  each("LimitRange", objects.limit_ranges(),
       [&](Context context, const v1::LimitRange& object) {
         ValidatePodRules(context, object, root);
       });
}

void ValidateCluster(const v1::Cluster& cluster, DiagnosticList* diagnostics) {
  const Subject none;
  const FeatureFlags flags;
  const FieldPath root("cluster");
  const FieldPath list = root.Field("limitRanges");
  for (int i = 0; i < cluster.limit_ranges_size(); ++i) {
    ValidatePodRules({flags, none, false, *diagnostics},
                     cluster.limit_ranges(i), list.Index(i));
  }
}

}  // namespace colocation
