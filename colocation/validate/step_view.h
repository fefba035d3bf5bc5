// A step as the rules see it: with what its Task's stepTemplate gives it, and
// knowing where each field was written.
#ifndef COLOCATION_VALIDATE_STEP_VIEW_H_
#define COLOCATION_VALIDATE_STEP_VIEW_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Valid while the TaskSpec and the two paths are.
class StepView {
 public:
  const v1::Step& step() const { return *step_; }
  int index() const { return index_; }

  // The path of the step; where the field stands, in the step or the template.
  const FieldPath& path() const { return path_; }
  const FieldPath& Of(absl::string_view field) const;
  const FieldPath& OfEnv(int i, int* index) const;
  const FieldPath& OfVolumeMount(int i, int* index) const;

 private:
  friend void ForEachStep(const v1::TaskSpec& spec, const FieldPath& path,
                          bool v1beta1,
                          absl::FunctionRef<void(const StepView&)> visit);

  StepView(const v1::Step& step, const v1::Step& written,
           const v1::StepTemplate* given, int index, const FieldPath& path,
           const FieldPath& template_path)
      : step_(&step),
        written_(&written),
        given_(given),
        index_(index),
        path_(path),
        template_path_(template_path) {}

  const v1::Step* step_;
  const v1::Step* written_;
  const v1::StepTemplate* given_;  // null where nothing was taken in
  int index_;
  const FieldPath& path_;
  const FieldPath& template_path_;
};

// Visits the steps of the spec at `path`. A step that refers to a StepAction
// takes nothing from the template (pkg/apis/pipeline/v1/merge.go,
// MergeStepsWithStepTemplate); one of v1beta1 that takes from it loses its
// results, params and workspaces (v1beta1/merge.go). Copies only where there is
// a template.
void ForEachStep(const v1::TaskSpec& spec, const FieldPath& path, bool v1beta1,
                 absl::FunctionRef<void(const StepView&)> visit);

// Where a text of a step stands, as far as rules care.
enum class StepField {
  kText,     // one string: name, image, workingDir, script, env, volumeMounts
  kElement,  // of command or args: a reference to an array makes several of it
  kOnError,
};

// Gets a text and its path, which is valid during the call.
using StepTextVisitor = absl::FunctionRef<void(
    absl::string_view text, StepField field, const FieldPath& path)>;

// The texts in which parameters are looked for (pkg/apis/pipeline/v1/
// task_validation.go, validateStepVariables); only those that hold "$(".
void ForEachStepText(const StepView& view, StepTextVisitor visit);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_STEP_VIEW_H_
