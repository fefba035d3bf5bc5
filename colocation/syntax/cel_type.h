// The type of a Common Expression Language expression without variables, as
// `when` has it.
//
// Tekton compiles the expression of a task's `when` before the run starts, in
// an environment without variables, and refuses what doesn't compile or isn't a
// Boolean (pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go,
// EvaluateCEL). This parses the whole grammar
// (github.com/google/cel-spec/blob/master/doc/langdef.md), knows the standard
// functions and macros, and finds the types of constants, operators and calls.
// It does not evaluate: an index past the end or a division by zero is found
// when the expression is evaluated.
#ifndef COLOCATION_SYNTAX_CEL_TYPE_H_
#define COLOCATION_SYNTAX_CEL_TYPE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// What is wrong with `text` as a condition, in a few words; nothing where it
// may give a Boolean. Linear in the text, which may nest 100 deep.
std::optional<std::string> CelConditionError(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_CEL_TYPE_H_
