// The parameters that embedded specs of a run may use: the run's own, and those
// that the specs declare. A run's parameters reach into them undeclared.
//
// pkg/apis/pipeline/v1/taskrun_validation.go, createParamSpecFromParam and
// combineParamSpec; pipelinerun_validation.go, appendPipelineTaskParams.
#ifndef COLOCATION_VALIDATE_INLINE_PARAMS_H_
#define COLOCATION_VALIDATE_INLINE_PARAMS_H_

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/validate/param_specs.h"
#include "colocation/validate/param_values.h"

namespace colocation {

class InlineParams {
 public:
  // Values that the run gives; later ones of a name win.
  void AddRunParams(const ParamValues& params);

  // Values that a pipeline task gives: a name that is known stays as it is,
  // with the keys of an object added.
  void AddTaskParams(const ParamValues& params);

  // Declarations at `path`. Where the run gives an object, or there is an
  // object as default, they have to name its keys: reported where they don't.
  void Declare(const ValidationContext& context, const ParamSpecs& specs,
               const FieldPath& path);

  // All together, each name once; valid until the next change.
  const ParamSpecs& specs() const { return specs_; }

 private:
  void Add(const v1::Param& param);

  ParamSpecs specs_;
  absl::flat_hash_map<std::string, int> by_name_;
};

// Each of `params`, the list at `path`, has a value: without one, it would be a
// declaration of no type (pkg/apis/pipeline/v1/task_validation.go,
// ParamSpec.ValidateType).
void RequireInlineValues(const ValidationContext& context,
                         const ParamValues& params, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_INLINE_PARAMS_H_
