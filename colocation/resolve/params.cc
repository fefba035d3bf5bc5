#include "colocation/resolve/params.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

// A whole reference to a result, whose type only the run can tell.
bool IsLate(const v1::ParamValue& value) {
  if (value.value_case() != v1::ParamValue::kStringValue) return false;
  const auto inside = WholeReference(value.string_value());
  return inside && ParseTaskReference(*inside).has_value();
}

class ParamResolver {
 public:
  ParamResolver(const google::protobuf::RepeatedPtrField<v1::ParamSpec>& specs,
                const std::vector<GivenParam>& given, const ParamScope& scope,
                Replacements* replacements, DiagnosticList* diagnostics)
      : scope_(scope),
        replacements_(*replacements),
        diagnostics_(*diagnostics) {
    for (const v1::ParamSpec& spec : specs) specs_[spec.name()] = &spec;
    for (const GivenParam& g : given) given_[g.param->name()] = &g;
  }

  void Run() {
    for (const auto& [name, given] : given_) {
      if (!specs_.contains(name))
        replacements_.SetParam(name, given->param->value());
    }
    for (const auto& [name, spec] : specs_) {
      const auto given = given_.find(name);
      if (given != given_.end()) TakeGiven(*spec, *given->second);
    }
    for (const auto& [name, spec] : specs_) TakeDefault(name);
    if (missing_.empty()) return;
    v1::Diagnostic& d = diagnostics_.Error(
        "missing-param", scope_.subject, scope_.path,
        absl::StrCat(
            missing_.size() == 1 ? "no value for the parameter "
                                 : "no value for the parameters ",
            absl::StrJoin(missing_, ", ",
                          [](std::string* out, const std::string& name) {
                            absl::StrAppend(out, "\"", name, "\"");
                          }),
            missing_.size() == 1 ? ", which has no default"
                                 : ", which have no default"));
    std::vector<absl::string_view> extra;
    for (const auto& [name, given] : given_) {
      if (!specs_.contains(name)) extra.push_back(name);
    }
    const std::string nearest = NearestName(missing_.front(), extra);
    d.set_hint(nearest.empty()
                   ? scope_.hint
                   : absl::StrCat("is \"", nearest, "\" meant to be \"",
                                  missing_.front(), "\"?"));
  }

 private:
  void TakeGiven(const v1::ParamSpec& spec, const GivenParam& given) {
    v1::ParamValue value = given.param->value();
    const std::string wanted = TypeOf(spec);
    const std::string found = TypeOf(value);
    if (wanted != found && !IsLate(value)) {
      diagnostics_.Error(
          "param-type", given.subject,
          absl::StrCat(given.path, given.path.empty() ? "" : ".value"),
          absl::StrCat("the parameter \"", spec.name(), "\" is ",
                       wanted == "string" ? "a " : "an ", wanted, ", not ",
                       found == "string" ? "a " : "an ", found));
      return;
    }
    if (wanted == "object" && value.has_object_value()) {
      const auto& defaults = spec.default_().object_value().entries();
      value.mutable_object_value()->mutable_entries()->insert(defaults.begin(),
                                                              defaults.end());
      std::vector<std::string> lacking;
      for (const auto& [key, property] : spec.properties()) {
        if (!value.object_value().entries().contains(key))
          lacking.push_back(key);
      }
      std::sort(lacking.begin(), lacking.end());
      if (!lacking.empty()) {
        diagnostics_.Error(
            "missing-key", given.subject,
            absl::StrCat(given.path, given.path.empty() ? "" : ".value"),
            absl::StrCat("the object \"", spec.name(), "\" lacks ",
                         absl::StrJoin(lacking, ", ")));
      }
    }
    CheckEnum(spec, value, given);
    replacements_.SetParam(spec.name(), value);
  }

  void CheckEnum(const v1::ParamSpec& spec, const v1::ParamValue& value,
                 const GivenParam& given) {
    if (spec.enum_().empty() ||
        value.value_case() != v1::ParamValue::kStringValue ||
        absl::StrContains(value.string_value(), "$(tasks.")) {
      return;
    }
    for (const std::string& allowed : spec.enum_()) {
      if (allowed == value.string_value()) return;
    }
    diagnostics_
        .Error("param-enum", given.subject,
               absl::StrCat(given.path, given.path.empty() ? "" : ".value"),
               absl::StrCat("\"", value.string_value(),
                            "\" is not allowed for \"", spec.name(), "\""))
        .set_hint(absl::StrCat("allowed: ", absl::StrJoin(spec.enum_(), ", ")));
  }

  // Gives the parameter its default, after those that the default refers to.
  void TakeDefault(const std::string& name) {
    if (given_.contains(name) || done_.contains(name)) return;
    const auto spec = specs_.find(name);
    if (spec == specs_.end()) return;
    if (!visiting_.insert(name).second) {
      diagnostics_.Error("param-cycle", scope_.subject, scope_.path,
                         absl::StrCat("the default of the parameter \"", name,
                                      "\" refers to itself"));
      return;
    }
    if (!spec->second->has_default_()) {
      missing_.push_back(name);
    } else {
      v1::ParamValue value = spec->second->default_();
      const auto visit = [&](const std::string& text) {
        ForEachReference(text, [&](absl::string_view inside) {
          if (const auto variable = ParseVariable(inside, "params")) {
            TakeDefault(variable->name);
          }
        });
      };
      visit(value.string_value());
      for (const std::string& item : value.array_value().items()) visit(item);
      for (const auto& [key, text] : value.object_value().entries())
        visit(text);
      replacements_.ApplyToValue(&value);
      replacements_.SetParam(name, value);
    }
    visiting_.erase(name);
    done_.insert(name);
  }

  const ParamScope& scope_;
  Replacements& replacements_;
  DiagnosticList& diagnostics_;
  std::map<std::string, const v1::ParamSpec*> specs_;
  std::map<std::string, const GivenParam*> given_;
  std::set<std::string> visiting_, done_;
  std::vector<std::string> missing_;
};

}  // namespace

std::string TypeOf(const v1::ParamValue& value) {
  return value.has_array_value()    ? "array"
         : value.has_object_value() ? "object"
                                    : "string";
}

std::string TypeOf(const v1::ParamSpec& spec) {
  if (!spec.type().empty()) return spec.type();
  if (spec.properties_size() > 0) return "object";
  if (spec.has_default_()) return TypeOf(spec.default_());
  return "string";
}

void ResolveParamValues(
    const google::protobuf::RepeatedPtrField<v1::ParamSpec>& specs,
    const std::vector<GivenParam>& given, const ParamScope& scope,
    Replacements* replacements, DiagnosticList* diagnostics) {
  ParamResolver(specs, given, scope, replacements, diagnostics).Run();
}

}  // namespace colocation
