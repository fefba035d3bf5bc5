#include "colocation/resolve/params.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

// Tekton's limit for defaults that refer to defaults that refer to ...
// (pkg/reconciler/pipelinerun/resources/apply.go, maxParamReferenceDepth).
constexpr int kMaxDefaultDepth = 10;

std::string WithArticle(absl::string_view type) {
  return absl::StrCat(type == "string" ? "a " : "an ", type);
}

std::string Quoted(const std::vector<std::string>& names) {
  return absl::StrJoin(names, ", ", [](std::string* out, const auto& name) {
    absl::StrAppend(out, "\"", name, "\"");
  });
}

// Elements by their names; of several with one name the last one. Most lists
// are so short that searching them is quickest.
template <typename Element>
class ByName {
 public:
  template <typename List, typename NameOf>
  ByName(const List& list, NameOf name_of) {
    for (const auto& element : list) {
      named_.emplace_back(name_of(element), &element);
    }
    if (named_.size() <= 16) return;
    for (const auto& [name, element] : named_) map_[name] = element;
  }

  const Element* Find(absl::string_view name) const {
    if (!map_.empty()) {
      const auto found = map_.find(name);
      return found == map_.end() ? nullptr : found->second;
    }
    for (auto it = named_.rbegin(); it != named_.rend(); ++it) {
      if (it->first == name) return it->second;
    }
    return nullptr;
  }

 private:
  absl::InlinedVector<std::pair<absl::string_view, const Element*>, 8> named_;
  absl::flat_hash_map<absl::string_view, const Element*> map_;
};

ByName<v1::ParamSpec> Index(const ParamSpecs& specs) {
  return ByName<v1::ParamSpec>(specs, [](const v1::ParamSpec& spec) {
    return absl::string_view(spec.name());
  });
}

ByName<GivenParam> Index(const std::vector<GivenParam>& given) {
  return ByName<GivenParam>(given, [](const GivenParam& g) {
    return absl::string_view(g.param->name());
  });
}

void ReportMissing(const ParamSpecs& specs,
                   const std::vector<GivenParam>& given,
                   const ParamScope& giver, absl::string_view hint,
                   DiagnosticList* diagnostics) {
  std::vector<std::string> missing;
  const auto given_by_name = Index(given);
  for (const v1::ParamSpec& spec : specs) {
    if (spec.has_default_()) continue;
    if (given_by_name.Find(spec.name()) == nullptr) {
      missing.push_back(spec.name());
    }
  }
  if (missing.empty()) return;
  const bool one = missing.size() == 1;
  v1::Diagnostic& d = diagnostics->Error(
      "missing-param", *giver.subject, absl::StrCat(giver.path, ".params"),
      absl::StrCat("no value for the parameter", one ? " " : "s ",
                   Quoted(missing), one ? ", which has" : ", which have",
                   " no default"));
  std::vector<absl::string_view> extra;
  const auto specs_by_name = Index(specs);
  for (const GivenParam& g : given) {
    if (specs_by_name.Find(g.param->name()) == nullptr) {
      extra.push_back(g.param->name());
    }
  }
  const std::string nearest = NearestName(missing.front(), extra);
  d.set_hint(nearest.empty()
                 ? std::string(hint)
                 : absl::StrCat("is \"", nearest, "\" meant to be \"",
                                missing.front(), "\"?"));
}

void ReportType(const GivenParam& given, absl::string_view wanted,
                DiagnosticList* diagnostics) {
  const absl::string_view found =
      given.of_matrix() ? "string" : TypeOf(given.param->value());
  diagnostics->Error(
      "param-type", *given.subject, given.Path(),
      found.empty()
          ? absl::StrCat("the parameter \"", given.param->name(),
                         "\" has no value")
          : absl::StrCat("the parameter \"", given.param->name(), "\" is ",
                         WithArticle(wanted), ", not ", WithArticle(found)));
}

// The keys that an object has to have are those of its default and of the value
// together; one without either is not looked at (MissingKeysObjectParamNames).
void ReportMissingKeys(const ParamSpecs& specs, const ParamScope& declared,
                       const std::vector<GivenParam>& given,
                       DiagnosticList* diagnostics) {
  const bool any = std::any_of(
      specs.begin(), specs.end(),
      [](const v1::ParamSpec& spec) { return !spec.properties().empty(); });
  if (!any) return;
  const auto given_by_name = Index(given);
  for (int i = 0; i < specs.size(); ++i) {
    const v1::ParamSpec& spec = specs[i];
    if (spec.properties().empty() || TypeOf(spec) != "object") continue;
    const GivenParam* value = given_by_name.Find(spec.name());
    if (value != nullptr && value->of_matrix()) value = nullptr;
    const auto& defaults = spec.default_().object_value().entries();
    const auto& entries = value == nullptr
                              ? defaults
                              : value->param->value().object_value().entries();
    if (defaults.empty() && entries.empty()) continue;
    std::vector<std::string> lacking;
    for (const auto& [key, property] : spec.properties()) {
      if (!defaults.contains(key) && !entries.contains(key)) {
        lacking.push_back(key);
      }
    }
    if (lacking.empty()) continue;
    std::sort(lacking.begin(), lacking.end());
    diagnostics
        ->Error("missing-key",
                value == nullptr ? *declared.subject : *value->subject,
                value == nullptr
                    ? absl::StrCat(declared.path, ".params[", i, "].default")
                    : value->Path(),
                absl::StrCat("the object \"", spec.name(), "\" lacks ",
                             Quoted(lacking)))
        .set_hint(absl::StrCat("its keys are declared in `properties` of \"",
                               spec.name(), "\""));
  }
}

// A result that becomes a list or an object may be written without "[*]".
void MakeWhole(v1::ParamValue* value) {
  const auto inside = WholeReference(value->string_value());
  if (!inside) return;
  auto result = ParseTaskReference(*inside);
  if (!result || result->field != ResultReference::Field::kResult ||
      !result->suffix.empty()) {
    return;
  }
  result->suffix = "[*]";
  value->set_string_value(absl::StrCat("$(", result->ToString(), ")"));
}

// Takes the defaults of a Pipeline's parameters, after those that they refer to
// (pkg/reconciler/pipelinerun/resources/apply.go, ApplyParameters).
class PipelineDefaults {
 public:
  PipelineDefaults(const ParamSpecs& specs, const ParamScope& declared,
                   Replacements* values, DiagnosticList* diagnostics)
      : specs_(specs),
        declared_(declared),
        values_(*values),
        diagnostics_(*diagnostics) {
    for (int i = 0; i < specs.size(); ++i) {
      if (specs[i].has_default_() &&
          values->Param(specs[i].name()) == nullptr) {
        index_[specs[i].name()] = i;
      }
    }
  }

  void Take() {
    // Strings first: lists and objects may refer to them.
    for (int i = 0; i < specs_.size(); ++i) {
      if (IsOpen(i) && TypeOf(specs_[i]) == "string") TakeString(i);
    }
    for (int i = 0; i < specs_.size(); ++i) {
      if (!IsOpen(i) || TypeOf(specs_[i]) == "string") continue;
      v1::ParamValue value = specs_[i].default_();
      for (std::string& item : *value.mutable_array_value()->mutable_items()) {
        item = values_.Apply(item);
      }
      if (specs_[i].default_().has_object_value()) {
        value = specs_[i].default_();
        values_.ApplyToValue(&value);
      }
      values_.SetParam(specs_[i].name(), std::move(value));
    }
  }

 private:
  bool IsOpen(int i) const {
    const auto found = index_.find(specs_[i].name());
    return found != index_.end() && found->second == i &&
           values_.Param(specs_[i].name()) == nullptr;
  }

  std::string PathOf(int i) const {
    return absl::StrCat(declared_.path, ".params[", i, "].default");
  }

  // False, with an error, where the default has no value.
  bool TakeString(int i) {
    const v1::ParamSpec& spec = specs_[i];
    if (failed_.contains(i)) return false;
    const auto on_way = std::find(visiting_.begin(), visiting_.end(), i);
    if (on_way != visiting_.end()) {
      std::string cycle;
      for (auto it = on_way; it != visiting_.end(); ++it) {
        absl::StrAppend(&cycle, specs_[*it].name(), " -> ");
      }
      diagnostics_.Error(
          "param-cycle", *declared_.subject, PathOf(i),
          absl::StrCat("the defaults of these parameters refer to each other: ",
                       cycle, spec.name()));
      return false;
    }
    if (visiting_.size() > kMaxDefaultDepth) {
      diagnostics_.Error(
          "param-cycle", *declared_.subject, PathOf(visiting_.front()),
          absl::StrCat("the default of \"", specs_[visiting_.front()].name(),
                       "\" refers to others over more than ", kMaxDefaultDepth,
                       " steps"));
      return false;
    }
    visiting_.push_back(i);
    bool known = true;
    const std::string& text = spec.default_().string_value();
    ForEachReference(text, [&](absl::string_view inside) {
      if (!known || !IsPlain(inside)) return;
      const auto variable = ParseVariable(inside, "params");
      if (!variable || values_.Lookup(inside)) return;
      const auto other = index_.find(variable->name);
      if (variable->suffix.empty() && other != index_.end() &&
          TypeOf(specs_[other->second]) == "string") {
        known = TakeString(other->second);
        return;
      }
      known = false;
      std::vector<absl::string_view> names;
      for (const v1::ParamSpec& named : specs_) names.push_back(named.name());
      diagnostics_
          .Error("unknown-param", *declared_.subject, PathOf(i),
                 absl::StrCat("the default refers to \"$(", inside,
                              ")\", which has no value"))
          .set_hint(DidYouMean(variable->name, names));
    });
    visiting_.pop_back();
    if (!known) {
      failed_.insert(i);
      return false;
    }
    v1::ParamValue value;
    value.set_string_value(values_.Apply(text));
    values_.SetParam(spec.name(), std::move(value));
    return true;
  }

  const ParamSpecs& specs_;
  const ParamScope& declared_;
  Replacements& values_;
  DiagnosticList& diagnostics_;
  // Of those that take their default.
  absl::flat_hash_map<std::string, int> index_;
  std::vector<int> visiting_;
  std::set<int> failed_;
};

}  // namespace

std::string GivenParam::Path() const {
  if (owner == nullptr) return "";
  if (index < 0) return absl::StrCat(*owner, ".matrix");
  return absl::StrCat(*owner, ".params[", index, "].value");
}

absl::string_view TypeOf(const v1::ParamValue& value) {
  switch (value.value_case()) {
    case v1::ParamValue::kStringValue:
      return "string";
    case v1::ParamValue::kArrayValue:
      return "array";
    case v1::ParamValue::kObjectValue:
      return "object";
    default:
      return "";
  }
}

absl::string_view TypeOf(const v1::ParamSpec& spec) {
  if (!spec.type().empty()) return spec.type();
  if (spec.properties_size() > 0) return "object";
  const absl::string_view of_default = TypeOf(spec.default_());
  return of_default.empty() ? "string" : of_default;
}

void ResolvePipelineParams(const ParamSpecs& specs, const ParamScope& declared,
                           const std::vector<GivenParam>& given,
                           const ParamScope& giver, absl::string_view hint,
                           Replacements* values, DiagnosticList* diagnostics) {
  ReportMissing(specs, given, giver, hint, diagnostics);
  const auto specs_by_name = Index(specs);
  for (const GivenParam& g : given) {
    const v1::ParamSpec* spec = specs_by_name.Find(g.param->name());
    if (spec != nullptr && TypeOf(*spec) != TypeOf(g.param->value())) {
      ReportType(g, TypeOf(*spec), diagnostics);
    }
    values->SetParam(g.param->name(), g.param->value());
  }
  CheckEnums(specs, given, diagnostics);
  ReportMissingKeys(specs, declared, given, diagnostics);
  PipelineDefaults(specs, declared, values, diagnostics).Take();
}

void CheckTaskParams(const ParamSpecs& specs, const ParamScope& declared,
                     const std::vector<GivenParam>& given,
                     const ParamScope& giver, absl::string_view hint,
                     DiagnosticList* diagnostics) {
  if (specs.empty()) return;
  ReportMissing(specs, given, giver, hint, diagnostics);
  const auto specs_by_name = Index(specs);
  for (const GivenParam& g : given) {
    const v1::ParamSpec* spec = specs_by_name.Find(g.param->name());
    if (spec == nullptr) continue;
    const absl::string_view wanted = TypeOf(*spec);
    if (g.of_matrix()) {
      if (wanted != "string") ReportType(g, wanted, diagnostics);
      continue;
    }
    const absl::string_view found = TypeOf(g.param->value());
    if (wanted == found) continue;
    bool may_change = false;
    if (found == "string") {
      ForEachReference(
          g.param->value().string_value(),
          [&](absl::string_view inside) { may_change |= IsPlain(inside); });
    }
    if (!may_change) ReportType(g, wanted, diagnostics);
  }
  ReportMissingKeys(specs, declared, given, diagnostics);
}

void CheckEnums(const ParamSpecs& specs, const std::vector<GivenParam>& given,
                DiagnosticList* diagnostics) {
  const bool any = std::any_of(
      specs.begin(), specs.end(),
      [](const v1::ParamSpec& spec) { return spec.enum__size() > 0; });
  if (!any) return;
  const auto specs_by_name = Index(specs);
  for (const GivenParam& g : given) {
    const v1::ParamValue& value = g.param->value();
    // An empty text counts as not given.
    if (TypeOf(value) != "string" || value.string_value().empty()) continue;
    const v1::ParamSpec* spec = specs_by_name.Find(g.param->name());
    if (spec == nullptr || spec->enum_().empty()) continue;
    if (std::find(spec->enum_().begin(), spec->enum_().end(),
                  value.string_value()) != spec->enum_().end()) {
      continue;
    }
    // The run will tell.
    if (IsLate(value.string_value())) continue;
    const std::vector<absl::string_view> allowed(spec->enum_().begin(),
                                                 spec->enum_().end());
    const std::string nearest = DidYouMean(value.string_value(), allowed);
    diagnostics
        ->Error("param-enum", *g.subject, g.Path(),
                absl::StrCat("\"", value.string_value(),
                             "\" is not allowed for the parameter \"",
                             g.param->name(), "\""))
        .set_hint(nearest.empty()
                      ? absl::StrCat("allowed: ", absl::StrJoin(allowed, ", "))
                      : nearest);
  }
}

void AddTaskParamDefaults(const ParamSpecs& specs, Replacements* values) {
  const auto refers = [](const v1::ParamSpec& spec) {
    return absl::StrContains(spec.default_().string_value(), "$(params.");
  };
  bool any_refers = false;
  for (const v1::ParamSpec& spec : specs) {
    if (!spec.has_default_()) continue;
    if (refers(spec)) {
      any_refers = true;
    } else {
      values->SetParam(spec.name(), spec.default_());
    }
  }
  if (!any_refers) return;
  for (const v1::ParamSpec& spec : specs) {
    if (!refers(spec)) continue;
    const std::string& text = spec.default_().string_value();
    ForEachReference(text, [&](absl::string_view inside) {
      if (!ParseVariable(inside, "params")) return;
      const auto known = values->Lookup(inside);
      // The text, made anew, with the value at least here.
      const auto bytes = [&] {
        return static_cast<int64_t>(text.size() + known->size());
      };
      if (!known || !values->Take(bytes())) return;
      const std::string reference = absl::StrCat("$(", inside, ")");
      for (size_t at = text.find(reference); at != text.npos;
           at = text.find(reference, at + 1)) {
        if (!values->Take(static_cast<int64_t>(known->size()))) return;
      }
      v1::ParamValue value;
      value.set_string_value(absl::StrReplaceAll(text, {{reference, *known}}));
      values->SetParam(spec.name(), std::move(value));
    });
  }
}

void AddTaskParams(const ParamSpecs& specs,
                   const std::vector<GivenParam>& given, Replacements* values) {
  AddTaskParamDefaults(specs, values);
  const auto specs_by_name = Index(specs);
  for (const GivenParam& g : given) {
    v1::ParamValue value = g.param->value();
    const v1::ParamSpec* spec = specs_by_name.Find(g.param->name());
    if (spec != nullptr && TypeOf(*spec) != "string") MakeWhole(&value);
    const v1::ParamValue* known = values->Param(g.param->name());
    if (known != nullptr && known->has_object_value() &&
        value.has_object_value()) {
      value.mutable_object_value()->mutable_entries()->insert(
          known->object_value().entries().begin(),
          known->object_value().entries().end());
    }
    values->SetParam(g.param->name(), std::move(value));
  }
}

ArrayLengths::ArrayLengths(const ParamSpecs& specs,
                           const std::vector<GivenParam>& given) {
  for (const v1::ParamSpec& spec : specs) {
    if (!spec.default_().has_array_value()) continue;
    lengths_[spec.name()] = spec.default_().array_value().items_size();
  }
  for (const GivenParam& g : given) {
    const v1::ParamValue& value = g.param->value();
    bool late = TypeOf(value) == "string" && IsLate(value.string_value());
    for (const std::string& item : value.array_value().items()) {
      late |= WholeResult(item).has_value();
    }
    if (late) {
      lengths_.erase(g.param->name());
    } else if (value.has_array_value()) {
      lengths_[g.param->name()] = value.array_value().items_size();
    }
  }
}

void ArrayLengths::Check(absl::string_view text, const Subject& subject,
                         const FieldPath& path,
                         DiagnosticList* diagnostics) const {
  if (lengths_.empty()) return;
  ForEachReference(text, [&](absl::string_view inside) {
    const auto variable = ParseVariable(inside, "params");
    if (!variable || variable->suffix.empty() || variable->suffix == "[*]") {
      return;
    }
    absl::string_view name = variable->name;
    // Only a name in quotes may have a dot.
    if (absl::StartsWith(inside, "params.")) {
      name = name.substr(0, name.find('.'));
    }
    const auto length = lengths_.find(name);
    if (length == lengths_.end()) return;
    int64_t index = 0;
    const absl::string_view digits =
        variable->suffix.substr(1, variable->suffix.size() - 2);
    if (absl::SimpleAtoi(digits, &index) && index < length->second) return;
    diagnostics
        ->Error("index-out-of-bounds", subject, path.ToString(),
                absl::StrCat("$(", inside, ") is past the end of \"", name,
                             "\", which has ", length->second,
                             length->second == 1 ? " element" : " elements"))
        .set_hint("indices start at 0");
  });
}

}  // namespace colocation
