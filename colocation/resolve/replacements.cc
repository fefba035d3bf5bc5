#include "colocation/resolve/replacements.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

// A part of a whole result.
std::string PartOf(ResultReference result, absl::string_view suffix) {
  result.suffix = std::string(suffix);
  return absl::StrCat("$(", result.ToString(), ")");
}

// "params.o" and "k" of $(params.o.k); object parameters have no dots in their
// names.
std::optional<std::pair<absl::string_view, absl::string_view>> SplitKey(
    const Variable& variable) {
  const size_t dot = variable.name.find('.');
  if (dot == absl::string_view::npos || !variable.suffix.empty()) return {};
  return std::make_pair(variable.name.substr(0, dot),
                        variable.name.substr(dot + 1));
}

}  // namespace

std::optional<ResultReference> WholeResult(absl::string_view text) {
  const auto inside = WholeReference(text);
  if (!inside || !absl::EndsWith(*inside, "[*]")) return {};
  auto reference = ParseResultReference(*inside);
  if (!reference || reference->field != ResultReference::Field::kResult ||
      reference->suffix != "[*]") {
    return {};
  }
  return reference;
}

std::optional<ResultReference> WholeResult(const v1::ParamValue& value) {
  switch (value.value_case()) {
    case v1::ParamValue::kStringValue:
      return WholeResult(value.string_value());
    case v1::ParamValue::kArrayValue:
      if (value.array_value().items_size() != 1) return {};
      return WholeResult(value.array_value().items(0));
    default:
      return {};
  }
}

bool IsLate(absl::string_view text) {
  bool late = false;
  ForEachReference(text, [&](absl::string_view inside) {
    late |= ParseTaskReference(inside).has_value();
  });
  return late;
}

void Replacements::Set(absl::string_view key, absl::string_view value) {
  strings_[key] = std::string(value);
}

void Replacements::SetParam(absl::string_view name, v1::ParamValue value) {
  params_[name] = std::move(value);
}

void Replacements::ApplyToParams(const Replacements& later) {
  for (auto& [name, value] : params_) later.ApplyToValue(&value);
}

const v1::ParamValue* Replacements::Param(absl::string_view name) const {
  for (const Replacements* scope = this; scope != nullptr;
       scope = scope->outer_) {
    const auto found = scope->params_.find(name);
    if (found != scope->params_.end()) return &found->second;
  }
  return nullptr;
}

std::optional<std::string> Replacements::Lookup(
    absl::string_view inside) const {
  for (const Replacements* scope = this; scope != nullptr;
       scope = scope->outer_) {
    if (auto found = scope->LookupHere(inside)) return found;
  }
  // A result in another notation is passed on in ours.
  if (absl::StartsWith(inside, "tasks.") && absl::StrContains(inside, "[")) {
    if (const auto reference = ParseTaskReference(inside)) {
      return absl::StrCat("$(", reference->ToString(), ")");
    }
  }
  return std::nullopt;
}

std::optional<std::string> Replacements::LookupHere(
    absl::string_view inside) const {
  if (function_ != nullptr) {
    if (auto found = (*function_)(inside)) return found;
  }
  const auto text = strings_.find(inside);
  if (text != strings_.end()) return text->second;
  if (params_.empty()) return std::nullopt;
  const auto variable = ParseParam(inside);
  if (!variable) return std::nullopt;
  const auto found = params_.find(variable->name);
  if (found != params_.end()) {
    const v1::ParamValue& value = found->second;
    const absl::string_view suffix = variable->suffix;
    if (suffix.empty()) {
      if (value.has_array_value() || value.has_object_value()) return {};
      return value.string_value();
    }
    if (suffix != "[*]") {
      if (const auto whole = WholeResult(value)) return PartOf(*whole, suffix);
      int64_t index = 0;
      if (value.has_array_value() &&
          absl::SimpleAtoi(suffix.substr(1, suffix.size() - 2), &index) &&
          index < value.array_value().items_size()) {
        return value.array_value().items(static_cast<int>(index));
      }
      return std::nullopt;
    }
    // A whole array within a text stays, unless it is a result's.
    if (const auto whole = WholeResult(value)) return PartOf(*whole, suffix);
    return std::nullopt;
  }
  const auto key = SplitKey(*variable);
  if (!key) return std::nullopt;
  const auto object = params_.find(key->first);
  if (object == params_.end()) return std::nullopt;
  if (const auto whole = WholeResult(object->second)) {
    return PartOf(*whole, absl::StrCat(".", key->second));
  }
  const auto& entries = object->second.object_value().entries();
  const auto entry = entries.find(std::string(key->second));
  if (entry == entries.end()) return std::nullopt;
  return entry->second;
}

std::string Replacements::Apply(absl::string_view text) const {
  if (!MayHoldReference(text)) return std::string(text);
  return ReplaceReferences(
      text, [this](absl::string_view inside) -> std::optional<std::string> {
        if (!Take(0)) return std::nullopt;
        auto found = Lookup(inside);
        if (found && !Take(static_cast<int64_t>(found->size()))) {
          return std::nullopt;
        }
        return found;
      });
}

const v1::ParamValue* Replacements::WholeArray(absl::string_view text) const {
  const auto inside = WholeReference(text);
  if (!inside) return nullptr;
  const auto variable = ParseParam(*inside);
  if (!variable || (!variable->suffix.empty() && variable->suffix != "[*]")) {
    return nullptr;
  }
  const v1::ParamValue* value = Param(variable->name);
  return value != nullptr && value->has_array_value() ? value : nullptr;
}

void Replacements::AppendExpanded(const std::string& text,
                                  std::vector<std::string>* out) const {
  const v1::ParamValue* array = WholeArray(text);
  if (array != nullptr && TakeCopy(*array)) {
    const auto& items = array->array_value().items();
    out->insert(out->end(), items.begin(), items.end());
    return;
  }
  out->push_back(Apply(text));
}

void Replacements::ApplyToValue(v1::ParamValue* value) const {
  switch (value->value_case()) {
    case v1::ParamValue::kArrayValue:
      ApplyToList(value->mutable_array_value()->mutable_items());
      return;
    case v1::ParamValue::kObjectValue:
      for (auto& [key, text] :
           *value->mutable_object_value()->mutable_entries()) {
        if (MayHoldReference(text)) text = Apply(text);
      }
      return;
    default:
      break;
  }
  const std::string& text = value->string_value();
  if (!MayHoldReference(text)) return;
  const auto inside = WholeReference(text);
  const auto variable =
      inside && IsPlain(*inside) ? ParseParam(*inside) : std::nullopt;
  if (variable && (variable->suffix.empty() || variable->suffix == "[*]")) {
    const v1::ParamValue* whole = Param(variable->name);
    if (whole != nullptr &&
        (whole->has_array_value() || whole->has_object_value()) &&
        TakeCopy(*whole)) {
      *value = v1::ParamValue(*whole);
      return;
    }
  }
  value->set_string_value(Apply(text));
}

}  // namespace colocation
