#include "colocation/validate/param_usage.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

constexpr absl::string_view kParams = "params";

bool IsArray(const DeclaredParams& scope, absl::string_view name) {
  bool array = false;
  scope.ForEach(name, [&](const v1::ParamSpec& spec) {
    array |= ParamTypeOf(spec) == ParamType::kArray;
  });
  return array;
}

bool IsObject(const DeclaredParams& scope, absl::string_view name) {
  bool object = false;
  scope.ForEach(name, [&](const v1::ParamSpec& spec) {
    object |= ParamTypeOf(spec) == ParamType::kObject;
  });
  return object;
}

void ReportUnknownKey(const ValidationContext& context,
                      const VariableReference& use, absl::string_view key,
                      const v1::ParamSpec& spec, const FieldPath& path) {
  context
      .Error("unknown-param", path,
             absl::StrCat(use.text, ": the parameter \"", spec.name(),
                          "\" has no key \"", key, "\""))
      .set_hint(UnknownKeyHint(key, spec));
}

// validateObjectUsage's rule on keys: those of every object of that name.
void ValidateKey(const ValidationContext& context, const VariableReference& use,
                 const DeclaredParams& scope, const FieldPath& path) {
  const absl::string_view written = use.Key();
  if (written.empty()) return;
  const std::string key = WithoutIndex(written);
  bool reported = false;
  scope.ForEach(use.WithoutKey(), [&](const v1::ParamSpec& spec) {
    if (reported || ParamTypeOf(spec) != ParamType::kObject) return;
    if (spec.properties().contains(key)) return;
    ReportUnknownKey(context, use, key, spec, path);
    reported = true;
  });
}

// validateVariables; false where something was reported.
bool ValidateName(const ValidationContext& context,
                  const VariableReference& use, const DeclaredParams& scope,
                  const FieldPath& path) {
  if (use.TooManyDots()) {
    context
        .Error("unknown-variable", path,
               absl::StrCat(use.text,
                            " has more dots than a parameter and a key need"))
        .set_hint(
            absl::StrCat("a name with dots goes into brackets: $(params[\"",
                         use.name, "\"])"));
    return false;
  }
  const absl::string_view variable = use.WithoutKey();
  if (scope.Contains(variable)) return true;
  const std::string name = WithoutIndex(variable);
  if (scope.Contains(name)) return true;
  context
      .Error("unknown-param", path,
             absl::StrCat(use.text, ": there is no parameter \"", name, "\""))
      .set_hint(UnknownParamHint(name, scope));
  return false;
}

}  // namespace

void ValidateIsDeclared(const ValidationContext& context,
                        absl::string_view text, const DeclaredParams& scope,
                        const FieldPath& path) {
  ForEachVariable(text, kParams, [&](const VariableReference& use) {
    if (ValidateName(context, use, scope, path)) {
      ValidateKey(context, use, scope, path);
    }
  });
}

void ValidateDeclaredUse(const ValidationContext& context,
                         absl::string_view text, const DeclaredParams& scope,
                         const FieldPath& path) {
  ForEachVariable(text, kParams, [&](const VariableReference& use) {
    if (!ValidateName(context, use, scope, path)) return;
    ValidateKey(context, use, scope, path);
    // validateObjectUsageAsWhole
    const absl::string_view whole = WithoutStar(use.name);
    if (!IsObject(scope, whole)) return;
    context
        .Error(
            "variable-type", path,
            absl::StrCat(use.text, ": an object can't stand here as a whole"))
        .set_hint(absl::StrCat("name a key of it: $(params.", whole, ".KEY)"));
  });
}

void ValidateNoArray(const ValidationContext& context, absl::string_view text,
                     const DeclaredParams& scope, const FieldPath& path) {
  ForEachVariable(text, kParams, [&](const VariableReference& use) {
    const absl::string_view name = WithoutStar(use.WithoutKey());
    if (use.TooManyDots() || !IsArray(scope, name)) return;
    context
        .Error("variable-type", path,
               absl::StrCat(use.text, ": an array can't stand in a string"))
        .set_hint(absl::StrCat("take one element, $(params.", name,
                               "[0]), or pass it in args"));
  });
}

void ValidateArrayIsAlone(const ValidationContext& context,
                          absl::string_view text, const DeclaredParams& scope,
                          const FieldPath& path) {
  bool reported = false;
  size_t first = 0;
  ForEachVariable(text, kParams, [&](const VariableReference& use) {
    if (first == 0) first = use.text.size();
    const absl::string_view name = WithoutStar(use.WithoutKey());
    if (reported || use.TooManyDots() || first == text.size() ||
        !IsArray(scope, name)) {
      return;
    }
    context
        .Error("variable-not-isolated", path,
               absl::StrCat(use.text, ": an array has to stand alone here"))
        .set_hint("make it an element of its own in the list");
    reported = true;
  });
}

}  // namespace colocation
