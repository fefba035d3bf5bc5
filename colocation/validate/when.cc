#include "colocation/validate/when.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "colocation/cel/check.h"

namespace colocation {
namespace {

// pkg/apis/pipeline/v1/when_validation.go, validateWhenExpressionFields
void ValidateExpression(const ValidationContext& context,
                        const v1::WhenExpression& when, const FieldPath& path) {
  if (!when.cel().empty()) {
    const FieldPath at = path.Field("cel");
    if (!context.flags.cel_in_when) {
      RequireFlag(context, false, "enable-cel-in-whenexpression",
                  "CEL in a when expression", at);
    } else if (!when.input().empty() || !when.operator_().empty() ||
               !when.values().empty()) {
      context
          .Error("one-of-many", path,
                 "a when expression has cel, or input, operator and values")
          .set_hint("write two expressions: all of them have to hold");
    } else if (const auto fault = cel::Check(when.cel())) {
      context
          .Error("invalid-value", at,
                 absl::StrCat("this CEL expression can't be compiled: at ",
                              fault->offset + 1, ", ", fault->message))
          .set_hint("references stand in quotes: \"'$(params.x)' == 'y'\"");
    }
    return;
  }
  if (when.input().empty() && when.operator_().empty() &&
      when.values().empty()) {
    context.Error("missing-field", path, "this when expression is empty")
        .set_hint("give it input, operator and values");
    return;
  }
  if (when.operator_() != "in" && when.operator_() != "notin") {
    const std::string lower = absl::AsciiStrToLower(when.operator_());
    const bool near = lower == "in" || lower == "notin";
    const FieldPath at = path.Field("operator");
    const bool missing = when.operator_().empty();
    context
        .Error("invalid-value", missing ? path : at,
               missing ? "this when expression has no operator"
                       : absl::StrCat("\"", when.operator_(),
                                      "\" is no operator of when"))
        .set_hint(near ? absl::StrCat("write it \"", lower, "\"")
                       : "the operators are \"in\" and \"notin\"");
  } else if (when.values().empty()) {
    context
        .Error("missing-field", path,
               "this when expression compares with no value")
        .set_hint("list them: \"values: [...]\"");
  }
}

}  // namespace

void ValidateWhen(const ValidationContext& context, const WhenExpressions& when,
                  const FieldPath& path) {
  for (int i = 0; i < when.size(); ++i) {
    ValidateExpression(context, when[i], path.Index(i));
  }
}

}  // namespace colocation
