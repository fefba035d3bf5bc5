// pkg/apis/pipeline/v1/param_types.go, matrix_types.go, when_validation.go
#include "colocation/validate/pipeline_params.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/pipeline_texts.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

// Whether a text becomes one string, or is an element of an array, which may be
// all of another array.
enum class Place { kString, kElement };

void ReportUnknown(const ValidationContext& context,
                   const VariableReference& use, absl::string_view name,
                   const DeclaredParams& scope, const FieldPath& path) {
  context
      .Error(
          "unknown-param", path,
          absl::StrCat("there is no parameter \"", name, "\" for ", use.text))
      .set_hint(UnknownParamHint(name, scope));
}

// The key of an object parameter, where the reference is to one
// (validateObjectVariable).
void CheckKey(const ValidationContext& context, const VariableReference& use,
              const v1::ParamSpec& spec, const FieldPath& path) {
  const std::string key = WithoutIndex(use.Key());
  if (spec.properties().contains(key)) return;
  context
      .Error("unknown-param", path,
             absl::StrCat("the parameter \"", spec.name(), "\" has no key \"",
                          key, "\" for ", use.text))
      .set_hint(UnknownKeyHint(key, spec));
}

void CheckReference(const ValidationContext& context, absl::string_view text,
                    const VariableReference& use, Place place,
                    const DeclaredParams& scope, const FieldPath& path) {
  if (use.TooManyDots()) {
    context
        .Error("unknown-variable", path,
               absl::StrCat(use.text, " has too many dots"))
        .set_hint("write a name with dots as $(params[\"NAME\"])");
    return;
  }
  const std::string name = WithoutIndex(use.WithoutKey());
  const v1::ParamSpec* spec = scope.Find(name);
  if (spec == nullptr) {
    ReportUnknown(context, use, name, scope, path);
    return;
  }
  const ParamType type = ParamTypeOf(*spec);
  if (type == ParamType::kObject) {
    // Without properties Tekton doesn't know it for an object.
    if (spec->properties().empty()) return;
    if (use.dotted && absl::StrContains(use.name, '.')) {
      // "$(params.o[0].k)" is the key of nothing; Tekton lets it pass.
      if (use.WithoutKey() == spec->name()) CheckKey(context, use, *spec, path);
    } else if (WithoutStar(use.name) == spec->name()) {
      context
          .Error("variable-type", path,
                 absl::StrCat(use.text, " is an object, this is a string"))
          .set_hint(absl::StrCat("refer to one of its keys, as in $(params.",
                                 spec->name(), ".KEY)"));
    }
  } else if (type == ParamType::kArray &&
             WithoutStar(use.WithoutKey()) == spec->name()) {
    if (place == Place::kString) {
      context
          .Error("variable-type", path,
                 absl::StrCat(use.text, " is an array, this is a string"))
          .set_hint(
              absl::StrCat("refer to one of its elements, as in $(params.",
                           spec->name(), "[0])"));
    } else if (use.text.size() != text.size()) {
      context
          .Error("variable-not-isolated", path,
                 absl::StrCat(use.text,
                              " is an array, and has to be all of the text"))
          .set_hint("take out what stands beside it");
    }
  }
}

// validateStringVariable, validateArrayVariable
void CheckText(const ValidationContext& context, absl::string_view text,
               Place place, const DeclaredParams& scope,
               const FieldPath& path) {
  if (!HasReference(text)) return;
  ForEachVariable(text, "params", [&](const VariableReference& use) {
    CheckReference(context, text, use, place, scope, path);
  });
}

// "$(params.a[*])" as the value of a parameter: all of an array or object. Only
// its name is looked at (validateParamStringValue).
void CheckWhole(const ValidationContext& context, absl::string_view text,
                const DeclaredParams& scope, const FieldPath& path) {
  ForEachVariable(text, "params", [&](const VariableReference& use) {
    if (use.TooManyDots()) {
      CheckReference(context, text, use, Place::kString, scope, path);
      return;
    }
    const std::string name = WithoutIndex(use.WithoutKey());
    if (!scope.Contains(name)) ReportUnknown(context, use, name, scope, path);
  });
}

// validatePipelineParametersVariablesInTaskParameters
void CheckParams(const ValidationContext& context, const ParamValues& params,
                 const DeclaredParams& scope, const FieldPath& path) {
  for (int i = 0; i < params.size(); ++i) {
    const v1::ParamValue& value = params[i].value();
    const FieldPath param = path.Index(i);
    const Place place =
        value.has_array_value() ? Place::kElement : Place::kString;
    ForEachText(
        value, param.Field("value"),
        [&](absl::string_view text, const FieldPath& at) {
          if (value.has_string_value() && IsWholeVariable(text, "params")) {
            CheckWhole(context, text, scope, at);
          } else {
            CheckText(context, text, place, scope, at);
          }
        });
  }
}

// validatePipelineParametersVariablesInMatrixParameters: arrays in params,
// strings in include; what is of another type is not looked at.
void CheckMatrix(const ValidationContext& context, const v1::Matrix& matrix,
                 const DeclaredParams& scope, const FieldPath& path) {
  const FieldPath params = path.Field("params");
  for (int i = 0; i < matrix.params_size(); ++i) {
    const v1::ParamValue& value = matrix.params(i).value();
    if (!value.has_array_value()) continue;
    const FieldPath param = params.Index(i);
    ForEachText(value, param.Field("value"),
                [&](absl::string_view text, const FieldPath& at) {
                  CheckText(context, text, Place::kElement, scope, at);
                });
  }
  const FieldPath includes = path.Field("include");
  for (int i = 0; i < matrix.include_size(); ++i) {
    const FieldPath include = includes.Index(i);
    const FieldPath given = include.Field("params");
    for (int j = 0; j < matrix.include(i).params_size(); ++j) {
      const FieldPath param = given.Index(j);
      CheckText(context, matrix.include(i).params(j).value().string_value(),
                Place::kString, scope, param.Field("value"));
    }
  }
}

// The array of `scope` that "$(params.a[*])" names, all of `text`.
bool IsWholeArray(absl::string_view text, const DeclaredParams& scope) {
  absl::ConsumePrefix(&text, "$(params.");
  absl::ConsumeSuffix(&text, "[*])");
  const v1::ParamSpec* spec = scope.Find(text);
  return spec != nullptr && ParamTypeOf(*spec) == ParamType::kArray;
}

// WhenExpressions.validatePipelineParametersVariables; CEL is not looked at.
void CheckWhen(const ValidationContext& context, const v1::WhenExpression& when,
               const DeclaredParams& scope, const FieldPath& path) {
  CheckText(context, when.input(), Place::kString, scope, path.Field("input"));
  const FieldPath values = path.Field("values");
  for (int i = 0; i < when.values_size(); ++i) {
    const std::string& text = when.values(i);
    if (!HasReference(text)) continue;
    CheckText(context, text,
              IsWholeArray(text, scope) ? Place::kElement : Place::kString,
              scope, values.Index(i));
  }
}

}  // namespace

void ValidateUniqueParams(const ValidationContext& context,
                          const ParamValues& params, const FieldPath& path) {
  // Lists are short: comparing is faster than hashing.
  constexpr int kShort = 16;
  absl::flat_hash_map<absl::string_view, int> seen;
  if (params.size() > kShort) seen.reserve(params.size());
  for (int i = 1; i < params.size(); ++i) {
    int first = 0;
    if (params.size() > kShort) {
      seen.emplace(params[i - 1].name(), i - 1);
      const auto found = seen.find(params[i].name());
      first = found == seen.end() ? i : found->second;
    } else {
      while (params[first].name() != params[i].name()) ++first;
    }
    if (first == i) continue;
    const FieldPath param = path.Index(i);
    v1::Diagnostic& error =
        context.Error("duplicate-name", param.Field("name"),
                      absl::StrCat("the parameter \"", params[i].name(),
                                   "\" is given twice"));
    error.set_hint("take one of the two out");
    const FieldPath other = path.Index(first);
    context.Related(error, other.Field("name"), "it is given here first");
  }
}

void ValidateParamReferences(const ValidationContext& context,
                             const PipelineTasks& tasks,
                             const DeclaredParams& scope,
                             const FieldPath& path) {
  for (int i = 0; i < tasks.size(); ++i) {
    const FieldPath task = path.Index(i);
    CheckParams(context, tasks[i].params(), scope, task.Field("params"));
    if (tasks[i].has_matrix()) {
      CheckMatrix(context, tasks[i].matrix(), scope, task.Field("matrix"));
    }
    const FieldPath when = task.Field("when");
    for (int j = 0; j < tasks[i].when_size(); ++j) {
      CheckWhen(context, tasks[i].when(j), scope, when.Index(j));
    }
  }
}

}  // namespace colocation
