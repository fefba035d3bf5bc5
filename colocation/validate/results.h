// The rules for results that Tasks, StepActions and their steps declare.
#ifndef COLOCATION_VALIDATE_RESULTS_H_
#define COLOCATION_VALIDATE_RESULTS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using TaskResults = google::protobuf::RepeatedPtrField<v1::TaskResult>;
using StepResults = google::protobuf::RepeatedPtrField<v1::StepResult>;

// `path` is that of the list.
void ValidateTaskResults(const ValidationContext& context,
                         const TaskResults& results, const FieldPath& path);
// Of a StepAction, or of a step: there `defaulted` is false, for Tekton sets no
// defaults, and "string" has to be written.
void ValidateStepResults(const ValidationContext& context,
                         const StepResults& results, bool defaulted,
                         const FieldPath& path);

// Paths of results in a script are of results that are declared:
// "$(results.x.path)" of the Task, "$(step.results.x.path)" of the step.
// `prefix` is "results" or "step.results", `path` is that of the script.
void ValidateResultPaths(const ValidationContext& context,
                         absl::string_view script, absl::string_view prefix,
                         const TaskResults& results, const FieldPath& path);
void ValidateResultPaths(const ValidationContext& context,
                         absl::string_view script, absl::string_view prefix,
                         const StepResults& results, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_RESULTS_H_
