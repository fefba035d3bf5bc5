#include "colocation/validate/inline_params.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace colocation {

// createParamSpecFromParam
void InlineParams::Add(const v1::Param& param) {
  const auto [known, added] = by_name_.emplace(param.name(), specs_.size());
  v1::ParamSpec& spec = added ? *specs_.Add() : specs_[known->second];
  spec.Clear();
  spec.set_name(param.name());
  spec.set_type(std::string(ParamTypeName(ParamTypeOf(param.value()))));
  *spec.mutable_default_() = param.value();
  if (!param.value().has_object_value()) return;
  for (const auto& [key, value] : param.value().object_value().entries()) {
    (*spec.mutable_properties())[key].set_type("string");
  }
  spec.set_properties_empty(spec.properties().empty());
}

void InlineParams::AddRunParams(const ParamValues& params) {
  for (const v1::Param& param : params) Add(param);
}

// appendPipelineTaskParams
void InlineParams::AddTaskParams(const ParamValues& params) {
  for (const v1::Param& param : params) {
    const auto known = by_name_.find(param.name());
    if (known == by_name_.end()) {
      Add(param);
      continue;
    }
    v1::ParamSpec& spec = specs_[known->second];
    for (const auto& [key, value] : param.value().object_value().entries()) {
      (*spec.mutable_properties())[key].set_type("string");
    }
  }
}

// combineParamSpec
void InlineParams::Declare(const ValidationContext& context,
                           const ParamSpecs& specs, const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    const v1::ParamSpec& declared = specs[i];
    const auto [known, added] =
        by_name_.emplace(declared.name(), specs_.size());
    if (added) {
      *specs_.Add() = declared;
      continue;
    }
    v1::ParamSpec& spec = specs_[known->second];
    const bool object = ParamTypeOf(spec) == ParamType::kObject ||
                        declared.default_().has_object_value();
    if (!object) continue;
    if (!HasProperties(declared)) {
      context
          .Error("missing-field", path.Index(i),
                 absl::StrCat("the object parameter \"", declared.name(),
                              "\" does not declare its keys"))
          .set_hint("list them: \"properties: {KEY: {type: string}}\"");
      continue;
    }
    if (ParamTypeOf(spec) == ParamType::kObject) {
      *spec.mutable_properties() = declared.properties();
      spec.set_properties_empty(declared.properties_empty());
    }
  }
}

void RequireInlineValues(const ValidationContext& context,
                         const ParamValues& values, const InlineParams& known,
                         const FieldPath& path) {
  for (int i = 0; i < values.size(); ++i) {
    if (values[i].has_value() || known.Contains(values[i].name())) continue;
    context
        .Error("invalid-value", path.Index(i),
               absl::StrCat("the parameter \"", values[i].name(),
                            "\" has no value, and so no type"))
        .set_hint("give it a value, or take it out");
  }
}

void RequireInlineProperties(const ValidationContext& context,
                             const ParamSpecs& specs,
                             const DeclaredParams& scope,
                             const FieldPath& path) {
  for (int i = 0; i < specs.size(); ++i) {
    if (ParamTypeOf(specs[i]) != ParamType::kObject || HasProperties(specs[i]))
      continue;
    const v1::ParamSpec* known = scope.Find(specs[i].name());
    if (ParamTypeOf(*known) != ParamType::kObject || HasProperties(*known))
      continue;
    context
        .Error("missing-field", path.Index(i),
               absl::StrCat("the object parameter \"", specs[i].name(),
                            "\" does not declare its keys"))
        .set_hint("list them: \"properties: {KEY: {type: string}}\"");
  }
}

}  // namespace colocation
