#include "colocation/validate/param_specs.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

// A few are compared one with another, many are hashed.
constexpr int kFew = 16;

// Calls `twice` with the indices of the first and the later one of a name.
template <typename Items, typename Name, typename Twice>
void ForEachDuplicate(const Items& items, Name name, Twice twice) {
  if (items.size() <= kFew) {
    for (int i = 1; i < items.size(); ++i) {
      for (int j = 0; j < i; ++j) {
        if (name(items[i]) != name(items[j])) continue;
        twice(j, i);
        break;
      }
    }
    return;
  }
  absl::flat_hash_map<absl::string_view, int> first;
  for (int i = 0; i < items.size(); ++i) {
    const auto [known, added] = first.emplace(name(items[i]), i);
    if (!added) twice(known->second, i);
  }
}

// [_a-zA-Z][_a-zA-Z0-9-]*, with dots where they are allowed.
bool IsVariableName(absl::string_view name, bool dots) {
  if (name.empty() || !(absl::ascii_isalpha(name[0]) || name[0] == '_')) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [dots](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || (dots && c == '.');
  });
}

std::vector<absl::string_view> SortedKeys(const v1::ParamSpec& spec) {
  std::vector<absl::string_view> keys;
  for (const auto& [key, property] : spec.properties()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

// pkg/apis/pipeline/v1/param_types.go, ParamSpec.SetDefaults
ParamType ParamTypeOf(const v1::ParamSpec& spec) {
  if (spec.type() == "string") return ParamType::kString;
  if (spec.type() == "array") return ParamType::kArray;
  if (spec.type() == "object") return ParamType::kObject;
  if (!spec.type().empty()) return ParamType::kUnknown;
  if (HasProperties(spec)) return ParamType::kObject;
  return spec.has_default_() ? ParamTypeOf(spec.default_())
                             : ParamType::kString;
}

ParamType ParamTypeOf(const v1::ParamValue& value) {
  switch (value.value_case()) {
    case v1::ParamValue::kArrayValue:
      return ParamType::kArray;
    case v1::ParamValue::kObjectValue:
      return ParamType::kObject;
    default:
      return ParamType::kString;
  }
}

absl::string_view ParamTypeName(ParamType type) {
  switch (type) {
    case ParamType::kString:
      return "string";
    case ParamType::kArray:
      return "array";
    case ParamType::kObject:
      return "object";
    case ParamType::kUnknown:
      break;
  }
  return "unknown";
}

bool HasProperties(const v1::ParamSpec& spec) {
  return !spec.properties().empty() || spec.properties_empty();
}

namespace {

// pkg/apis/pipeline/v1/task_validation.go, ParamSpec.ValidateType
void ValidateType(const ValidationContext& context, const v1::ParamSpec& spec,
                  const FieldPath& path) {
  const ParamType type = ParamTypeOf(spec);
  if (type == ParamType::kUnknown) {
    const std::string near =
        DidYouMean(spec.type(), {"string", "array", "object"});
    context
        .Error("invalid-value", path.Field("type"),
               absl::StrCat("\"", spec.type(), "\" is no type of a parameter"))
        .set_hint(near.empty() ? "the types are string, array and object"
                               : near);
    return;
  }
  if (spec.has_default_() && ParamTypeOf(spec.default_()) != type) {
    const absl::string_view given = ParamTypeName(ParamTypeOf(spec.default_()));
    context
        .Error("param-type", path.Field("default"),
               absl::StrCat("the default of \"", spec.name(), "\" is of type ",
                            given, ", the parameter is of type ",
                            ParamTypeName(type)))
        .set_hint(absl::StrCat("make it \"type: ", given,
                               "\", or change the default"));
    return;
  }
  // ParamSpec.ValidateObjectType
  const FieldPath properties = path.Field("properties");
  for (const auto& [key, property] : spec.properties()) {
    if (property.type().empty() || property.type() == "string") continue;
    const FieldPath at = properties.Field(key);
    context
        .Error("invalid-value", at.Field("type"),
               absl::StrCat("the key \"", key, "\" is of type \"",
                            property.type(), "\""))
        .set_hint("the keys of an object are strings");
  }
}

}  // namespace

// task_validation.go, ValidateParameterTypes
void ValidateParamTypes(const ValidationContext& context,
                        const ParamSpecs& specs, const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    ValidateType(context, specs[i], path.Index(i));
  }
}

// param_types.go, ParamSpecs.ValidateNoDuplicateNames
void ValidateNoDuplicateParams(const ValidationContext& context,
                               const ParamSpecs& specs, const FieldPath& path) {
  ForEachDuplicate(
      specs,
      [](const v1::ParamSpec& spec) -> absl::string_view {
        return spec.name();
      },
      [&](int first, int again) {
        const FieldPath at = path.Index(again);
        v1::Diagnostic& error =
            context.Error("duplicate-name", at.Field("name"),
                          absl::StrCat("the parameter \"", specs[again].name(),
                                       "\" is declared twice"));
        error.set_hint("remove one of the two, or give it another name");
        context.Related(error, path.Index(first), "the first");
      });
}

// param_types.go, ParamSpecs.validateParamEnums
void ValidateParamEnums(const ValidationContext& context,
                        const ParamSpecs& specs, const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    const v1::ParamSpec& spec = specs[i];
    if (spec.enum_().empty()) continue;
    const FieldPath at = path.Index(i);
    const FieldPath values = at.Field("enum");
    RequireFlag(context, context.flags.param_enum, "enable-param-enum",
                "the enum of a parameter", values);
    if (ParamTypeOf(spec) != ParamType::kString) {
      context
          .Error("enum-needs-string", values,
                 absl::StrCat("the parameter \"", spec.name(),
                              "\" is no string and can't have an enum"))
          .set_hint("take the enum away, or make it a string");
    }
    ForEachDuplicate(
        spec.enum_(),
        [](const std::string& value) -> absl::string_view { return value; },
        [&](int first, int again) {
          v1::Diagnostic& error = context.Error(
              "duplicate-value", values.Index(again),
              absl::StrCat("\"", spec.enum_(again), "\" is listed twice"));
          error.set_hint("remove one of the two");
          context.Related(error, values.Index(first), "the first");
        });
    const std::string& given = spec.default_().string_value();
    if (given.empty() || std::find(spec.enum_().begin(), spec.enum_().end(),
                                   given) != spec.enum_().end()) {
      continue;
    }
    const std::vector<absl::string_view> allowed(spec.enum_().begin(),
                                                 spec.enum_().end());
    const std::string near = DidYouMean(given, allowed);
    context
        .Error("param-enum", at.Field("default"),
               absl::StrCat("the default \"", given,
                            "\" is not among the values of the enum"))
        .set_hint(near.empty()
                      ? absl::StrCat("one of ", absl::StrJoin(allowed, ", "))
                      : near);
  }
}

namespace {

constexpr absl::string_view kNameHint =
    "letters, digits, \"_\" and \"-\", beginning with a letter or \"_\"";

void ValidateName(const ValidationContext& context, const std::string& name,
                  bool object, const FieldPath& path) {
  if (IsVariableName(name, /*dots=*/!object)) return;
  context
      .Error("invalid-name", path.Field("name"),
             absl::StrCat("\"", name, "\" can't be the name of ",
                          object ? "an object parameter" : "a parameter"))
      .set_hint(object ? std::string(kNameHint)
                       : absl::StrCat(kNameHint, "; also \".\" within"));
}

void ValidateKey(const ValidationContext& context, absl::string_view key,
                 const FieldPath& path) {
  if (IsVariableName(key, /*dots=*/false)) return;
  context
      .Error("invalid-name", path.Field(key),
             absl::StrCat("\"", key, "\" can't be the key of an object"))
      .set_hint(std::string(kNameHint));
}

}  // namespace

// task_validation.go, ValidateNameFormat
void ValidateParamNameFormat(const ValidationContext& context,
                             const ParamSpecs& specs, const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    const bool object = ParamTypeOf(specs[i]) == ParamType::kObject;
    const FieldPath at = path.Index(i);
    ValidateName(context, specs[i].name(), object, at);
    if (!object) continue;
    for (const absl::string_view key : SortedKeys(specs[i])) {
      ValidateKey(context, key, at.Field("properties"));
    }
  }
}

void ValidateParamNameFormat(const ValidationContext& context,
                             const ParamValues& values, const FieldPath& path) {
  for (int i = 0; i < values.size(); ++i) {
    const bool object = values[i].value().has_object_value();
    const FieldPath at = path.Index(i);
    ValidateName(context, values[i].name(), object, at);
    for (const auto& [key, text] : values[i].value().object_value().entries()) {
      ValidateKey(context, key, at.Field("value"));
    }
  }
}

// task_validation.go, ValidateObjectParamsHaveProperties
void ValidateObjectsHaveProperties(const ValidationContext& context,
                                   const ParamSpecs& specs,
                                   const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    if (ParamTypeOf(specs[i]) != ParamType::kObject ||
        HasProperties(specs[i])) {
      continue;
    }
    context
        .Error("missing-field", path.Index(i),
               absl::StrCat("the object parameter \"", specs[i].name(),
                            "\" does not declare its keys"))
        .set_hint("list them: \"properties: {KEY: {type: string}}\"");
  }
}

}  // namespace colocation
