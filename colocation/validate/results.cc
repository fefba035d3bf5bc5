// pkg/apis/pipeline/v1/result_validation.go; the rules for scripts are in
// task_validation.go.
#include "colocation/validate/results.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/names.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9] (resultref.go, ResultNameFormat)
bool IsResultName(absl::string_view name) {
  return !name.empty() && absl::ascii_isalnum(name.front()) &&
         absl::ascii_isalnum(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// Name, type and properties; false where the name is wrong, and then nothing
// else is looked at.
template <typename Result>
bool ValidateDeclaration(const ValidationContext& context, const Result& result,
                         bool defaulted, const FieldPath& path) {
  if (!IsResultName(result.name())) {
    context
        .Error("invalid-name", path.Field("name"),
               result.name().empty()
                   ? "a result needs a name"
                   : absl::StrCat("\"", result.name(),
                                  "\" can't be the name of a result"))
        .set_hint(
            "letters, digits, \"-\", \"_\" and \".\", with a letter or digit "
            "at both ends");
    return false;
  }
  const std::string& type = result.type();
  const bool has_properties =
      !result.properties().empty() || result.properties_empty();
  if (!type.empty() && type != "string" && type != "array" &&
      type != "object") {
    const std::string near = DidYouMean(type, {"string", "array", "object"});
    context
        .Error("invalid-value", path.Field("type"),
               absl::StrCat("\"", type, "\" is no type of a result"))
        .set_hint(near.empty() ? "the types are string, array and object"
                               : near);
    return true;
  }
  // validateObjectResult, validateObjectStepResult
  const bool object =
      type == "object" || (defaulted && type.empty() && has_properties);
  if (!object) return true;
  if (!has_properties) {
    context
        .Error("missing-field", path,
               absl::StrCat("the object result \"", result.name(),
                            "\" does not declare its keys"))
        .set_hint("list them: \"properties: {KEY: {type: string}}\"");
    return true;
  }
  const FieldPath properties = path.Field("properties");
  for (const auto& [key, property] : result.properties()) {
    const bool missing = property.type().empty();
    if (property.type() == "string" || (missing && defaulted)) continue;
    const FieldPath at = properties.Field(key);
    context
        .Error("invalid-value", missing ? at : at.Field("type"),
               missing ? absl::StrCat("the key \"", key, "\" has no type")
                       : absl::StrCat("the key \"", key, "\" is of type \"",
                                      property.type(), "\""))
        .set_hint(missing ? "write \"type: string\""
                          : "the keys of an object are strings");
  }
  return true;
}

// The first `$(steps.STEP.results.RESULT)` in the text; the names may be
// anything (ExtractStepResultName).
bool FindStepResult(absl::string_view text, absl::string_view* step,
                    absl::string_view* result) {
  constexpr absl::string_view kStart = "$(steps.";
  constexpr absl::string_view kMiddle = ".results.";
  for (size_t at = text.find(kStart); at != absl::string_view::npos;
       at = text.find(kStart, at + 1)) {
    absl::string_view line = text.substr(at + kStart.size());
    line = line.substr(0, line.find('\n'));
    const size_t middle = line.find(kMiddle);
    if (middle == absl::string_view::npos) continue;
    const size_t end = line.find(')', middle + kMiddle.size());
    if (end == absl::string_view::npos) continue;
    *step = line.substr(0, middle);
    *result =
        line.substr(middle + kMiddle.size(), end - middle - kMiddle.size());
    return true;
  }
  return false;
}

// TaskResult.validateValue
void ValidateValue(const ValidationContext& context,
                   const v1::TaskResult& result, const FieldPath& path) {
  if (!result.has_value()) return;
  const FieldPath at = path.Field("value");
  constexpr absl::string_view kHint =
      "write it \"$(steps.STEP.results.RESULT)\"";
  if (result.value().has_array_value() || result.value().has_object_value()) {
    context.Error("invalid-value", at, "the value of a result is a string")
        .set_hint(std::string(kHint));
    return;
  }
  const std::string& text = result.value().string_value();
  if (text.empty()) return;
  absl::string_view step, name;
  if (!FindStepResult(text, &step, &name)) {
    context
        .Error(
            "not-a-result", at,
            absl::StrCat("\"", text, "\" is no reference to a step's result"))
        .set_hint(std::string(kHint));
    return;
  }
  if (!IsDns1123Label(step)) {
    context
        .Error("invalid-name", at,
               absl::StrCat("\"", step, "\" can't be the name of a step"))
        .set_hint(std::string(kHint));
  }
  if (!IsResultName(name)) {
    context
        .Error("invalid-name", at,
               absl::StrCat("\"", name, "\" can't be the name of a result"))
        .set_hint(std::string(kHint));
  }
}

template <typename Results>
void ValidatePaths(const ValidationContext& context, absl::string_view script,
                   absl::string_view prefix, const Results& results,
                   const FieldPath& path) {
  if (!HasReference(script)) return;
  ForEachVariable(script, prefix, [&](const VariableReference& use) {
    if (use.TooManyDots()) {
      context
          .Error("unknown-variable", path,
                 absl::StrCat(use.text, " has too many dots"))
          .set_hint(absl::StrCat("write it \"$(", prefix, ".NAME.path)\""));
      return;
    }
    const std::string name = WithoutIndex(use.WithoutKey());
    if (std::any_of(results.begin(), results.end(), [&](const auto& result) {
          return result.name() == name;
        })) {
      return;
    }
    std::vector<absl::string_view> names;
    for (const auto& result : results) names.push_back(result.name());
    std::string hint = DidYouMean(name, names);
    if (hint.empty()) {
      hint = names.empty()
                 ? std::string("declare it under results")
                 : absl::StrCat("declared here: ", absl::StrJoin(names, ", "));
    }
    context
        .Error("unknown-result", path,
               absl::StrCat(use.text, " is of a result that is not declared"))
        .set_hint(std::move(hint));
  });
}

}  // namespace

void ValidateTaskResults(const ValidationContext& context,
                         const TaskResults& results, const FieldPath& path) {
  for (int i = 0; i < results.size(); ++i) {
    const FieldPath at = path.Index(i);
    if (ValidateDeclaration(context, results[i], /*defaulted=*/true, at)) {
      ValidateValue(context, results[i], at);
    }
  }
}

void ValidateStepResults(const ValidationContext& context,
                         const StepResults& results, bool defaulted,
                         const FieldPath& path) {
  for (int i = 0; i < results.size(); ++i) {
    ValidateDeclaration(context, results[i], defaulted, path.Index(i));
  }
}

void ValidateResultPaths(const ValidationContext& context,
                         absl::string_view script, absl::string_view prefix,
                         const TaskResults& results, const FieldPath& path) {
  ValidatePaths(context, script, prefix, results, path);
}

void ValidateResultPaths(const ValidationContext& context,
                         absl::string_view script, absl::string_view prefix,
                         const StepResults& results, const FieldPath& path) {
  ValidatePaths(context, script, prefix, results, path);
}

}  // namespace colocation
