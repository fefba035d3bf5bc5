// The two ways in which Tekton's webhook finds references in a text.
//
// Expressions, "$(tasks.a.results.b[0])": letters, digits, "_", "-" and ".",
// then perhaps an index. They decide which task depends on which, and what a
// text may refer to (pkg/apis/pipeline/v1/resultref.go,
// variableSubstitutionFormat; pkg/internal/resultref/resultref.go).
//
// Variables of one prefix, "$(params.a)" or `$(params["a.b"])`: anything up to
// the closing parenthesis. They decide whether a parameter is declared
// (pkg/substitution/substitution.go, braceMatchingRegex).
//
// What each finds differs at the edges (quotes, spaces, line ends), and both
// are kept as they are: a reference that Tekton doesn't see is no error.
// Nothing is copied; all views are into the text. Linear in the text's length.
#ifndef COLOCATION_SYNTAX_EXPRESSION_H_
#define COLOCATION_SYNTAX_EXPRESSION_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Takes the next expression off `*text` and gives what is between its
// parentheses; nothing where there is no more.
//   while (auto expression = NextExpression(&text)) ...
std::optional<absl::string_view> NextExpression(absl::string_view* text);

// "tasks.a.results.b": four parts or more, of which the third is "results" and
// the first "tasks" or "finally" (LooksLikeResultRef). It may still be none.
bool LooksLikeResult(absl::string_view expression);

// A result of a task of the pipeline.
struct ResultExpression {
  bool of_finally = false;  // "finally.a.results.b"
  absl::string_view task;
  absl::string_view result;
  absl::string_view index;  // "*", "3", or nothing
  absl::string_view key;    // of an object
};

// The expression as such (ParseTaskExpression); nothing where it is something
// else or has more than five parts.
std::optional<ResultExpression> ParseResultExpression(
    absl::string_view expression);

// A variable as it stands in a text.
struct VariableUse {
  absl::string_view whole;  // `$(params.a.k)`, `$(params["a.b"])`
  absl::string_view name;   // `a.k`; `a.b`
  bool quoted = false;      // the name is in brackets and quotes
};

class VariableScanner {
 public:
  // Finds the variables of `prefix`, such as "params" or "context.taskRun".
  VariableScanner(absl::string_view text, absl::string_view prefix)
      : text_(text), prefix_(prefix) {}

  std::optional<VariableUse> Next();

 private:
  absl::string_view text_;
  absl::string_view prefix_;
  size_t at_ = 0;
  // No `"])` and no `'])` begins between at_ and these places.
  size_t no_double_quote_until_ = 0;
  size_t no_single_quote_until_ = 0;
};

// The name without any "[3]", "[*]" or "[]" in it (TrimArrayIndex). `*buffer`
// holds the result where it isn't the beginning of the name.
absl::string_view TrimIndices(absl::string_view name, std::string* buffer);

// Whether `text` is "$(params.a[*])" or `$(params["a[*]"])` and nothing else:
// all of an array or object
// (ValidateWholeArrayOrObjectRefInStringVariable).
bool IsWholeVariable(absl::string_view text, absl::string_view prefix);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_EXPRESSION_H_
