// pkg/apis/pipeline/v1/pipeline_validation.go, validatePipelineResults
#include "colocation/validate/pipeline_results.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/pipeline_texts.h"

namespace colocation {
namespace {

constexpr absl::string_view kForm =
    "write $(tasks.TASK.results.RESULT), with [0] for an element and .KEY for "
    "a key";

// How many expressions are nearly references to results. Those of an array or
// object that are none are reported; those of a string are by CheckPieces.
int CountResultReferences(const ValidationContext& context,
                          const v1::ParamValue& value, const FieldPath& path) {
  int count = 0;
  ForEachText(value, path, [&](absl::string_view text, const FieldPath& at) {
    while (const auto expression = NextExpression(&text)) {
      if (!LooksLikeResult(*expression)) continue;
      ++count;
      if (ParseResultExpression(*expression) || value.has_string_value())
        continue;
      context
          .Error("not-a-result", at,
                 absl::StrCat("$(", *expression, ") has too many parts"))
          .set_hint(std::string(kForm));
    }
  });
  return count;
}

// taskContainsResult: a string is cut at each "$", and each piece has to be a
// reference to a result, so that no other text may stand beside them.
void CheckPieces(const ValidationContext& context, const PipelineNames& names,
                 absl::string_view text, const FieldPath& pipeline,
                 const FieldPath& path) {
  for (absl::string_view piece : absl::StrSplit(text, '$')) {
    if (piece.empty()) continue;
    const absl::string_view whole = piece;
    absl::ConsumePrefix(&piece, "(");
    absl::ConsumeSuffix(&piece, ")");
    const auto reference = ParseResultExpression(piece);
    if (!reference) {
      context
          .Error("not-a-result", path,
                 absl::StrCat("\"", whole,
                              "\" is no reference to a result, and nothing "
                              "else may stand here"))
          .set_hint(std::string(kForm));
    } else if (!reference->of_finally) {
      if (names.Task(reference->task) < 0)
        ReportUnknownTask(context, names, reference->task, pipeline, path);
    } else if (names.Finally(reference->task) < 0) {
      context.Error(
          "unknown-task", path,
          absl::StrCat("no finally task named \"", reference->task, "\""));
    }
  }
}

}  // namespace

void ValidatePipelineResults(const ValidationContext& context,
                             const PipelineNames& names,
                             const FieldPath& path) {
  const FieldPath results = path.Field("results");
  for (int i = 0; i < names.pipeline().results_size(); ++i) {
    const v1::PipelineResult& result = names.pipeline().results(i);
    const FieldPath at = results.Index(i);
    const FieldPath value = at.Field("value");
    // Of a string each piece is looked at below.
    if (CountResultReferences(context, result.value(), value) == 0 &&
        result.value().string_value().empty()) {
      context
          .Error("not-a-result", value,
                 absl::StrCat("the pipeline's result \"", result.name(),
                              "\" refers to no result of a task"))
          .set_hint(std::string(kForm));
    }
    CheckPieces(context, names, result.value().string_value(), path, value);
  }
}

}  // namespace colocation
