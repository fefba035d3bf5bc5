// What a condition in the Common Expression Language comes to.
//
// The planner uses it for conditions that depend on nothing but parameters, and
// to refuse what could not be evaluated later; the launcher for those with
// results in them, which Tekton puts into the text before it is parsed, so that
// it has to be parsed again then (pkg/reconciler/pipelinerun/resources/
// pipelinerunresolution.go, EvaluateCEL; pkg/entrypoint/entrypointer.go,
// allowExec). One implementation for both: what is planned is what is run.
//
// A subset of the language (docs/cel.md). Whatever is outside of it is said to
// be not supported, never given a value. tests/parity/cel_oracle compares with
// cel-go.
//
// Depends on the standard library alone, as it is part of the launcher. No
// exceptions; the result depends on the text only. Work is limited: beyond
// kMaxWork an expression counts as not supported.
#ifndef COLOCATION_CEL_EVALUATE_H_
#define COLOCATION_CEL_EVALUATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "colocation/cel/fault.h"

namespace colocation::cel {

// Nodes visited, and bytes and elements copied or looked at.
inline constexpr size_t kMaxWork = 10'000'000;

struct Verdict {
  enum class Kind {
    kTrue,
    kFalse,
    // No expression, no Boolean, or an error on the way (1/0): Tekton fails the
    // run, with reason CELEvaluationFailed, or the step.
    kFails,
    // Outside of the subset.
    kNotSupported,
  };
  Kind kind = Kind::kFails;
  // Of the last two: why.
  std::string message;
};

Verdict Evaluate(std::string_view text);

// What in an expression that is right is outside of the subset, whatever its
// parts come to. Not all is found so: a pattern may be put together.
std::optional<Fault> FindNotSupported(std::string_view text);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_EVALUATE_H_
