// References to variables in a text, as Tekton's validation reads them:
// "$(params.x)", `$(params["x"])`, "$(params.x[*])", "$(params.x.key)".
//
// colocation/syntax/expression.h finds them; here is what the rules make of a
// variable's name (pkg/substitution/substitution.go).
#ifndef COLOCATION_VALIDATE_VARIABLES_H_
#define COLOCATION_VALIDATE_VARIABLES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace colocation {

struct VariableReference {
  // All of it, "$(params.x[0])".
  absl::string_view text;
  // What names the variable: "x[0]".
  absl::string_view name;
  // Written with a dot, not with brackets and quotes.
  bool dotted = false;

  // More dots than a name and a key need, or can have.
  bool TooManyDots() const;
  // Without the key of an object.
  absl::string_view WithoutKey() const;
  // The key of an object; empty where there is none.
  absl::string_view Key() const;
};

// Whether there is any reference in `text`: most have none.
inline bool HasReference(absl::string_view text) {
  return text.find("$(") != absl::string_view::npos;
}

// Calls `found` for each variable that begins with `prefix` ("params",
// "context.task", "step.results"), from left to right.
void ForEachVariable(absl::string_view text, absl::string_view prefix,
                     absl::FunctionRef<void(const VariableReference&)> found);

// Without "[1]" or "[*]", wherever they stand (substitution.go,
// TrimArrayIndex).
std::string WithoutIndex(absl::string_view name);

// Without "[*]" at the end.
absl::string_view WithoutStar(absl::string_view name);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_VARIABLES_H_
