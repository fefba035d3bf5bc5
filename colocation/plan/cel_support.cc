#include "colocation/plan/cel_support.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "colocation/cel/evaluate.h"

namespace colocation {

void RequireSupported(const std::string& expression, const Subject& subject,
                      std::string path, DiagnosticList& diagnostics) {
  std::string message;
  if (const auto fault = cel::FindNotSupported(expression)) {
    message = absl::StrCat("at ", fault->offset + 1, ", ", fault->message);
  } else {
    cel::Verdict verdict = cel::Evaluate(expression);
    if (verdict.kind != cel::Verdict::Kind::kNotSupported) return;
    message = std::move(verdict.message);
  }
  diagnostics
      .Error("cel-not-supported", subject, std::move(path),
             absl::StrCat("this can't be evaluated here: ", message))
      .set_hint(
          "docs/cel.md lists what can; or use input, operator and values");
}

}  // namespace colocation
