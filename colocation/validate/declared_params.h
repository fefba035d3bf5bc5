// The parameters that a text may refer to, by name.
//
// An embedded Task sees its own parameters and those around it: scopes are
// chained. Made once for each list of declarations; looking up is by hash where
// the list is long.
#ifndef COLOCATION_VALIDATE_DECLARED_PARAMS_H_
#define COLOCATION_VALIDATE_DECLARED_PARAMS_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "colocation/validate/param_specs.h"

namespace colocation {

class DeclaredParams {
 public:
  // `specs` and `outer` must outlive this; `outer` may be null.
  explicit DeclaredParams(const ParamSpecs& specs,
                          const DeclaredParams* outer = nullptr);

  // Not copyable: others point to it.
  DeclaredParams(const DeclaredParams&) = delete;
  DeclaredParams& operator=(const DeclaredParams&) = delete;

  bool Contains(absl::string_view name) const;

  // The declaration nearest to where it is used; null where there is none.
  const v1::ParamSpec* Find(absl::string_view name) const;

  // All declarations of the name, from the inside out, also those of one list
  // that has it twice: Tekton applies the rules of each.
  void ForEach(absl::string_view name,
               absl::FunctionRef<void(const v1::ParamSpec&)> found) const;

  // For hints.
  std::vector<absl::string_view> Names() const;

 private:
  // Index of the last declaration of the name here before that index; -1 where
  // there is none.
  int LastBefore(absl::string_view name, int index) const;

  const ParamSpecs& specs_;
  const DeclaredParams* outer_;
  // Index of the last of a name; empty where the list is short.
  absl::flat_hash_map<absl::string_view, int> by_name_;
  // Whether the list has a name twice; known where it is long.
  bool repeats_ = false;
};

// `did you mean "x"?`, or which there are.
std::string UnknownParamHint(absl::string_view name,
                             const DeclaredParams& scope);

// What to do about a reference to the key `key` that the object parameter
// `spec` doesn't declare: the nearest key, or its keys.
std::string UnknownKeyHint(absl::string_view key, const v1::ParamSpec& spec);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_DECLARED_PARAMS_H_
