// Giving parameters their values, as Tekton does.
//
// It does so in three ways: for the parameters of a Pipeline, whose defaults
// may refer to each other; of a Task, whose defaults see only other defaults;
// and of a StepAction (step_action.h).
#ifndef COLOCATION_RESOLVE_PARAMS_H_
#define COLOCATION_RESOLVE_PARAMS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/resolve/replacements.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

using ParamSpecs = google::protobuf::RepeatedPtrField<v1::ParamSpec>;

// A value that somebody gives, and where.
struct GivenParam {
  const v1::Param* param = nullptr;
  const Subject* subject = nullptr;
  // What has the list `params`, or the matrix: "spec.tasks[3]"; null for one of
  // the options, which are in no object.
  const std::string* owner = nullptr;
  // Its index in the list; -1 for one that a matrix gives.
  int index = -1;

  bool of_matrix() const { return owner != nullptr && index < 0; }
  // Of the value.
  std::string Path() const;
};

// The one that declares parameters or has to give them, for diagnostics.
struct ParamScope {
  const Subject* subject = nullptr;
  // The field that has the list "params": "spec", "spec.tasks[3]".
  absl::string_view path;
};

// The type of a declared parameter, with Tekton's defaults
// (pkg/apis/pipeline/v1/param_types.go, ParamSpec.SetDefaults).
absl::string_view TypeOf(const v1::ParamSpec& spec);

// "string", "array" or "object"; empty where there is none.
absl::string_view TypeOf(const v1::ParamValue& value);

// Parameters of a Pipeline. Adds to `values` what is given, declared or not
// (undeclared ones propagate into embedded Tasks), and the defaults of the
// rest. Reports what is missing, of the wrong type, outside its enum, lacking
// keys, and defaults that refer to nobody or to themselves
// (pkg/reconciler/pipelinerun/resources/{validate_params,apply}.go).
//
// `giver` is what has to give missing values, `hint` how.
void ResolvePipelineParams(const ParamSpecs& specs, const ParamScope& declared,
                           const std::vector<GivenParam>& given,
                           const ParamScope& giver, absl::string_view hint,
                           Replacements* values, DiagnosticList* diagnostics);

// Parameters of a Task: what is missing, of the wrong type or lacking keys
// (pkg/reconciler/taskrun/validate_taskrun.go, validateParams). A text that
// refers to something may yet become a list or an object.
void CheckTaskParams(const ParamSpecs& specs, const ParamScope& declared,
                     const std::vector<GivenParam>& given,
                     const ParamScope& giver, absl::string_view hint,
                     DiagnosticList* diagnostics);

// Reports strings that are not in the enum of their parameter
// (validate_taskrun.go, ValidateEnumParam).
void CheckEnums(const ParamSpecs& specs, const std::vector<GivenParam>& given,
                DiagnosticList* diagnostics);

// Adds the values of a Task's parameters: its defaults, then what is given,
// declared or not; an object's missing keys are its default's
// (pkg/reconciler/taskrun/resources/apply.go, getTaskParameters).
void AddTaskParams(const ParamSpecs& specs,
                   const std::vector<GivenParam>& given, Replacements* values);

// Adds the defaults alone. One that refers to other parameters sees only those
// with a default themselves, and of several references only the last is
// replaced (replacementsFromDefaultParams).
void AddTaskParamDefaults(const ParamSpecs& specs, Replacements* values);

// How long array parameters are, where that is known.
class ArrayLengths {
 public:
  ArrayLengths() = default;
  ArrayLengths(const ParamSpecs& specs, const std::vector<GivenParam>& given);

  bool empty() const { return lengths_.empty(); }

  // Reports each "$(params.list[9])" in `text` that is past the end
  // (pkg/reconciler/taskrun/resources/validate_params.go,
  // ValidateOutOfBoundArrayParams).
  void Check(absl::string_view text, const Subject& subject,
             const FieldPath& path, DiagnosticList* diagnostics) const;

 private:
  absl::flat_hash_map<std::string, int> lengths_;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_PARAMS_H_
