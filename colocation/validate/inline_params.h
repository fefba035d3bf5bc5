// The parameters that embedded specs of a run may use: the run's own, and those
// that the specs declare. A run's parameters reach into them undeclared.
//
// pkg/apis/pipeline/v1/taskrun_validation.go, createParamSpecFromParam and
// combineParamSpec; pipelinerun_validation.go, appendPipelineTaskParams.
#ifndef COLOCATION_VALIDATE_INLINE_PARAMS_H_
#define COLOCATION_VALIDATE_INLINE_PARAMS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "colocation/validate/declared_params.h"
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

  bool Contains(const std::string& name) const {
    return by_name_.contains(name);
  }

  // All together, each name once; valid until the next change.
  const ParamSpecs& specs() const { return specs_; }

 private:
  void Add(const v1::Param& param);

  ParamSpecs specs_;
  absl::flat_hash_map<std::string, int> by_name_;
};

// Each of `values`, the list at `path`, that isn't known has a value, which
// says its type (taskrun_validation.go, createParamSpecFromParam;
// task_validation.go, ParamSpec.ValidateType).
void RequireInlineValues(const ValidationContext& context,
                         const ParamValues& values, const InlineParams& known,
                         const FieldPath& path);

// Each object in `specs`, the declarations at `path`, has its keys declared,
// there or by the value that the run gives. `scope` is that of all parameters
// (task_validation.go, ValidateObjectParamsHaveProperties).
void RequireInlineProperties(const ValidationContext& context,
                             const ParamSpecs& specs,
                             const DeclaredParams& scope,
                             const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_INLINE_PARAMS_H_
