// References in Tekton's texts: "$(params.name)", "$(tasks.a.results.b[0])".
//
// The one place that knows their grammar (pkg/substitution/substitution.go and
// pkg/apis/pipeline/v1/resultref.go in Tekton).
#ifndef COLOCATION_RESOLVE_REFERENCE_H_
#define COLOCATION_RESOLVE_REFERENCE_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace colocation {

// Calls `found` with what stands between "$(" and the next ")", for each such
// place in `text`, from left to right. What it returns takes the place of the
// whole reference; nothing leaves it as it is. Returns the text so made.
std::string ReplaceReferences(
    absl::string_view text,
    absl::FunctionRef<std::optional<std::string>(absl::string_view)> found);

// Calls `found` likewise, without replacing anything.
void ForEachReference(absl::string_view text,
                      absl::FunctionRef<void(absl::string_view)> found);

// The inside of `text` where it is one reference and nothing else.
std::optional<absl::string_view> WholeReference(absl::string_view text);

// A reference to what another task of the pipeline leaves behind.
struct TaskReference {
  enum class Field { kResult, kStatus, kReason, kAggregateStatus };
  Field field = Field::kResult;
  std::string task;    // empty for $(tasks.status)
  std::string result;  // of kResult
  // What follows the result: "", "[*]", "[3]" or ".key".
  std::string suffix;

  // The form in which it is passed on: "tasks.a.results.b[0]"; a result's name
  // that has a dot goes into brackets.
  std::string ToString() const;
};

// Reads the inside of a reference; nothing where it is something else.
std::optional<TaskReference> ParseTaskReference(absl::string_view inside);

// A reference split at its variable: "params.p[0]" is {"params.p", "[0]"},
// `params["a.b"]` is {"params.a.b", ""}; brackets with quotes are names, as
// dots are. `prefix` is "params", "workspaces", "results", ...; nothing where
// the reference does not begin with it.
struct Variable {
  std::string name;    // what follows the prefix
  std::string suffix;  // "", "[*]", "[0]"
};
std::optional<Variable> ParseVariable(absl::string_view inside,
                                      absl::string_view prefix);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_REFERENCE_H_
