#include "colocation/resolve/replacements.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

// The reference to a whole result that a value is, if it is one:
// "$(tasks.a.results.b[*])".
std::optional<TaskReference> WholeResult(const v1::ParamValue& value) {
  absl::string_view text;
  if (value.has_array_value() && value.array_value().items_size() == 1) {
    text = value.array_value().items(0);
  } else if (value.value_case() == v1::ParamValue::kStringValue) {
    text = value.string_value();
  }
  const auto inside = WholeReference(text);
  if (!inside) return {};
  auto reference = ParseTaskReference(*inside);
  if (!reference || reference->field != TaskReference::Field::kResult ||
      reference->suffix != "[*]") {
    return {};
  }
  return reference;
}

std::string LatePart(TaskReference reference, absl::string_view suffix) {
  reference.suffix = std::string(suffix);
  return absl::StrCat("$(", reference.ToString(), ")");
}

}  // namespace

void Replacements::Set(absl::string_view key, absl::string_view value) {
  strings_[std::string(key)] = std::string(value);
}

void Replacements::SetParam(const std::string& name,
                            const v1::ParamValue& value) {
  params_[name] = value;
}

void Replacements::AddMissing(const Replacements& other) {
  strings_.insert(other.strings_.begin(), other.strings_.end());
  params_.insert(other.params_.begin(), other.params_.end());
}

bool Replacements::HasParam(absl::string_view name) const {
  return params_.contains(name);
}

const v1::ParamValue* Replacements::Param(absl::string_view name) const {
  const auto found = params_.find(name);
  return found == params_.end() ? nullptr : &found->second;
}

std::optional<std::string> Replacements::Find(absl::string_view inside) const {
  const auto text = strings_.find(inside);
  if (text != strings_.end()) return text->second;
  const auto variable = ParseVariable(inside, "params");
  if (variable) {
    if (const v1::ParamValue* value = Param(variable->name)) {
      int64_t index = 0;
      const absl::string_view suffix = variable->suffix;
      if (suffix.empty()) {
        if (value->value_case() == v1::ParamValue::kStringValue) {
          return value->string_value();
        }
        return std::nullopt;
      }
      if (const auto whole = WholeResult(*value); whole && suffix != "[*]") {
        return LatePart(*whole, suffix);
      }
      if (value->has_array_value() &&
          absl::SimpleAtoi(suffix.substr(1, suffix.size() - 2), &index) &&
          index < value->array_value().items_size()) {
        return value->array_value().items(static_cast<int>(index));
      }
      return std::nullopt;
    }
    // A key of an object: the parameter's name is all up to a dot.
    const size_t dot = variable->name.rfind('.');
    if (dot != std::string::npos && variable->suffix.empty()) {
      const absl::string_view name = variable->name;
      if (const v1::ParamValue* value = Param(name.substr(0, dot))) {
        if (const auto whole = WholeResult(*value)) {
          return LatePart(*whole, name.substr(dot));
        }
        const auto& entries = value->object_value().entries();
        const auto entry = entries.find(std::string(name.substr(dot + 1)));
        if (value->has_object_value() && entry != entries.end())
          return entry->second;
      }
    }
    return std::nullopt;
  }
  // A result in another notation is passed on in ours.
  if (absl::StartsWith(inside, "tasks.") && absl::StrContains(inside, "[")) {
    if (const auto reference = ParseTaskReference(inside)) {
      return absl::StrCat("$(", reference->ToString(), ")");
    }
  }
  return std::nullopt;
}

std::string Replacements::Apply(absl::string_view text) const {
  if (!absl::StrContains(text, "$(")) return std::string(text);
  return ReplaceReferences(
      text, [this](absl::string_view inside) { return Find(inside); });
}

void Replacements::AppendExpanded(const std::string& text,
                                  std::vector<std::string>* out) const {
  if (const auto inside = WholeReference(text)) {
    const auto variable = ParseVariable(*inside, "params");
    if (variable && (variable->suffix == "[*]" || variable->suffix.empty())) {
      const v1::ParamValue* value = Param(variable->name);
      if (value != nullptr && value->has_array_value()) {
        const auto& items = value->array_value().items();
        out->insert(out->end(), items.begin(), items.end());
        return;
      }
      if (value != nullptr && WholeResult(*value)) {
        out->push_back(value->string_value());
        return;
      }
    }
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
        text = Apply(text);
      }
      return;
    default:
      break;
  }
  const std::string text = value->string_value();
  if (const auto inside = WholeReference(text)) {
    const auto variable = ParseVariable(*inside, "params");
    if (variable && (variable->suffix == "[*]" || variable->suffix.empty())) {
      const v1::ParamValue* whole = Param(variable->name);
      if (whole != nullptr &&
          (variable->suffix == "[*]" ||
           whole->value_case() != v1::ParamValue::kStringValue)) {
        *value = *whole;
        return;
      }
    }
  }
  value->set_string_value(Apply(text));
}

}  // namespace colocation
