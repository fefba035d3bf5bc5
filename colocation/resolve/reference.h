// References in Tekton's texts: "$(params.name)", "$(tasks.a.results.b[0])".
//
// The one place that knows their grammar (pkg/substitution/substitution.go,
// pkg/internal/resultref/resultref.go and pkg/apis/pipeline/v1/resultref.go in
// Tekton).
#ifndef COLOCATION_RESOLVE_REFERENCE_H_
#define COLOCATION_RESOLVE_REFERENCE_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace colocation {

// Whether there may be a reference in `text`. Most texts have none, and this is
// all that they cost.
inline bool MayHoldReference(absl::string_view text) {
  // Most texts have no dollar sign, and one character is found faster than two.
  const size_t dollar = text.find('$');
  return dollar != absl::string_view::npos &&
         text.find("$(", dollar) != absl::string_view::npos;
}

// Calls `found` with what stands between "$(" and the next ")", for each such
// place in `text`, from left to right. What it returns takes the place of the
// whole reference; nothing leaves it as it is. Returns the text so made. What
// was put in is not looked at again. Linear in the text.
std::string ReplaceReferences(
    absl::string_view text,
    absl::FunctionRef<std::optional<std::string>(absl::string_view)> found);

// Calls `found` likewise, without replacing anything.
void ForEachReference(absl::string_view text,
                      absl::FunctionRef<void(absl::string_view)> found);

// The inside of `text` where it is one reference and nothing else.
std::optional<absl::string_view> WholeReference(absl::string_view text);

// Whether Tekton sees a reference in this inside of one when it looks for
// results and for whole arrays and objects: names with dots and an index,
// nothing in quotes (resultref.go, variableSubstitutionFormat).
bool IsPlain(absl::string_view inside);

// A reference to what another task, or another step of the same task, leaves
// behind.
struct ResultReference {
  enum class Field { kResult, kStatus, kReason, kAggregateStatus };
  Field field = Field::kResult;
  std::string scope;   // "tasks", "finally" or "steps"
  std::string owner;   // the task or step; empty for $(tasks.status)
  std::string result;  // of kResult
  // What follows the result: "", "[*]", "[3]" or ".key".
  std::string suffix;

  // The form in which it is passed on: "tasks.a.results.b[0]"; a result's name
  // that has a dot goes into brackets.
  std::string ToString() const;
};

// Reads the inside of a reference; nothing where it is something else. Beside
// Tekton's notation, a result's name may be in brackets and quotes, as
// docs/variables.md has it.
std::optional<ResultReference> ParseResultReference(absl::string_view inside);

// As ParseResultReference, but only of scope "tasks".
std::optional<ResultReference> ParseTaskReference(absl::string_view inside);

// A reference split at its variable: "params.p[0]" is {"p", "[0]"},
// `params["a.b"][*]` is {"a.b", "[*]"}. `prefix` is "params", "workspaces",
// ...; nothing where the reference does not begin with it.
struct Variable {
  absl::string_view name;    // what follows the prefix; may have dots
  absl::string_view suffix;  // "", "[*]", "[0]"
};
std::optional<Variable> ParseVariable(absl::string_view inside,
                                      absl::string_view prefix);

// A variable "params.", or as v1beta1 still has it, "inputs.params.".
std::optional<Variable> ParseParam(absl::string_view inside);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_REFERENCE_H_
