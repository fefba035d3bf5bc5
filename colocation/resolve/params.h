// Giving parameters their values.
#ifndef COLOCATION_RESOLVE_PARAMS_H_
#define COLOCATION_RESOLVE_PARAMS_H_

#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/replacements.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// A value that somebody gives, and where.
struct GivenParam {
  const v1::Param* param;
  Subject subject;
  std::string path;  // of the param
};

// Where values are given, for diagnostics.
struct ParamScope {
  Subject subject;
  std::string path;
  // What to do about a missing value.
  std::string hint;
};

// The type of a declared parameter, with Tekton's defaults
// (pkg/apis/pipeline/v1/param_types.go, ParamSpec.SetDefaults).
std::string TypeOf(const v1::ParamSpec& spec);

// "string", "array" or "object".
std::string TypeOf(const v1::ParamValue& value);

// Adds a value for each of `specs` to `replacements`: the last one given, or
// its default, in which references to other parameters are followed; an
// object's missing keys are its default's. Values given for what is not
// declared are added too: they propagate into embedded specs. Reports what is
// missing, of the wrong type, outside its enum, or defined by itself.
void ResolveParamValues(
    const google::protobuf::RepeatedPtrField<v1::ParamSpec>& specs,
    const std::vector<GivenParam>& given, const ParamScope& scope,
    Replacements* replacements, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_PARAMS_H_
