// Whether a text is an expression of the Common Expression Language that Tekton
// would compile.
//
// Tekton compiles `cel` of a when expression in cel-go's standard environment,
// where no variable is declared: only literals, the standard functions and
// macros can stand in it. It does so before anything is substituted
// (pkg/apis/pipeline/v1/when_validation.go) and again before the task would
// run, where it also has to give a Boolean
// (pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go,
// EvaluateCEL). Here it is parsed by the language's grammar
// (github.com/google/cel-spec, doc/langdef.md) and its types are checked
// against the standard overloads, as cel-go's checker does. Nothing is
// evaluated. Messages of protocol buffers, which no pipeline has a use for, are
// taken to be of any type.
//
// Linear in the text's length; nesting is limited to 250, as in cel-go.
#ifndef COLOCATION_CEL_CHECK_H_
#define COLOCATION_CEL_CHECK_H_

#include <optional>
#include <string_view>

#include "colocation/cel/fault.h"

namespace colocation::cel {

// The first fault; nothing where there is none.
std::optional<Fault> Check(std::string_view text);

// The same for a text that has to be a condition: one that gives, or may give,
// a Boolean.
std::optional<Fault> CheckCondition(std::string_view text);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_CHECK_H_
