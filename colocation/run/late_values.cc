#include "colocation/run/late_values.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "colocation/decode/encode.h"
#include "colocation/resolve/reference.h"
#include "launcher/value.h"

namespace colocation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A reference to a result, also to one of a finally task.
std::optional<ResultReference> ReadReference(absl::string_view inside) {
  std::optional<ResultReference> reference = ParseResultReference(inside);
  if (reference && (reference->field != ResultReference::Field::kResult ||
                    reference->scope == "steps")) {
    reference.reset();
  }
  return reference;
}

std::optional<std::string> Part(const v1::ParamValue& value,
                                absl::string_view suffix) {
  if (suffix.empty() && value.has_string_value()) return value.string_value();
  if (absl::ConsumePrefix(&suffix, ".")) {
    const auto& entries = value.object_value().entries();
    const auto found = entries.find(std::string(suffix));
    if (found != entries.end()) return found->second;
    return std::nullopt;
  }
  int at = -1;
  if (absl::ConsumePrefix(&suffix, "[") && absl::ConsumeSuffix(&suffix, "]") &&
      absl::SimpleAtoi(suffix, &at) && at >= 0 &&
      at < value.array_value().items_size()) {
    return value.array_value().items(at);
  }
  return std::nullopt;
}

}  // namespace

v1::ParamValue ToParamValue(const launcher::ResultValue& result) {
  const launcher::Value parsed =
      launcher::ParseValue(result.value, result.type);
  v1::ParamValue value;
  switch (parsed.type) {
    case launcher::ValueType::kArray:
      for (const std::string& item : parsed.list) {
        value.mutable_array_value()->add_items(item);
      }
      // An empty list is a list.
      value.mutable_array_value();
      break;
    case launcher::ValueType::kObject:
      for (const auto& [key, entry] : parsed.entries) {
        (*value.mutable_object_value()->mutable_entries())[key] = entry;
      }
      value.mutable_object_value();
      break;
    default:
      value.set_string_value(parsed.text);
  }
  return value;
}

absl::string_view TypeNameOf(const v1::ParamValue& value) {
  return value.has_array_value()    ? "array"
         : value.has_object_value() ? "object"
                                    : "string";
}

launcher::ResultValue ToResultValue(const std::string& name,
                                    const v1::ParamValue& value) {
  if (value.has_array_value()) {
    return {name, launcher::ValueType::kArray, ToJson(value)};
  }
  if (value.has_object_value()) {
    return {name, launcher::ValueType::kObject, ToJson(value)};
  }
  return {name, launcher::ValueType::kString, value.string_value()};
}

std::optional<v1::ParamValue> LateValues::Result(
    absl::string_view task, absl::string_view result) const {
  const auto found = index_.task.find(task);
  if (found == index_.task.end() || !ends_[found->second]) return std::nullopt;
  for (const launcher::ResultValue& given : ends_[found->second]->results) {
    if (given.name == result) return ToParamValue(given);
  }
  return std::nullopt;
}

std::optional<std::string> LateValues::Text(absl::string_view inside) const {
  const std::optional<ResultReference> reference = ReadReference(inside);
  if (!reference) return std::nullopt;
  const std::optional<v1::ParamValue> value =
      Result(reference->owner, reference->result);
  if (!value) return std::nullopt;
  return Part(*value, reference->suffix);
}

std::optional<std::string> LateValues::StatusText(
    absl::string_view inside) const {
  if (statuses_ == nullptr) return std::nullopt;
  if (inside == "tasks.status" && !statuses_->aggregate_status.empty()) {
    return statuses_->aggregate_status;
  }
  if (!absl::ConsumePrefix(&inside, "tasks.")) return std::nullopt;
  for (const launcher::Replacements::Status& of : statuses_->statuses) {
    absl::string_view rest = inside;
    if (!absl::ConsumePrefix(&rest, of.task)) continue;
    if (rest == ".status") return of.status;
    if (rest == ".reason") return of.reason;
  }
  return std::nullopt;
}

std::optional<std::string> LateValues::Replace(absl::string_view text,
                                               std::string* missing) const {
  bool lost = false;
  std::string replaced = ReplaceReferences(
      text, [&](absl::string_view inside) -> std::optional<std::string> {
        const std::optional<ResultReference> reference = ReadReference(inside);
        if (!reference) return StatusText(inside);
        std::optional<std::string> value = Text(inside);
        if (!value) {
          lost = true;
          if (missing != nullptr) *missing = reference->owner;
        }
        return value;
      });
  if (lost) return std::nullopt;
  return replaced;
}

std::optional<v1::ParamValue> LateValues::Replace(const v1::ParamValue& value,
                                                  std::string* missing) const {
  v1::ParamValue replaced;
  if (value.has_array_value()) {
    replaced.mutable_array_value();
    for (const std::string& item : value.array_value().items()) {
      v1::ParamValue one;
      one.set_string_value(item);
      const std::optional<v1::ParamValue> whole = Replace(one, missing);
      if (!whole) return std::nullopt;
      if (whole->has_array_value()) {
        for (const std::string& element : whole->array_value().items()) {
          replaced.mutable_array_value()->add_items(element);
        }
      } else {
        replaced.mutable_array_value()->add_items(whole->string_value());
      }
    }
    return replaced;
  }
  if (value.has_object_value()) {
    for (const auto& [key, entry] : value.object_value().entries()) {
      std::optional<std::string> text = Replace(entry, missing);
      if (!text) return std::nullopt;
      (*replaced.mutable_object_value()->mutable_entries())[key] =
          *std::move(text);
    }
    return replaced;
  }
  if (const auto inside = WholeReference(value.string_value())) {
    const std::optional<ResultReference> reference = ReadReference(*inside);
    if (reference && reference->suffix == "[*]") {
      std::optional<v1::ParamValue> whole =
          Result(reference->owner, reference->result);
      if (!whole && missing != nullptr) *missing = reference->owner;
      return whole;
    }
  }
  std::optional<std::string> text = Replace(value.string_value(), missing);
  if (!text) return std::nullopt;
  replaced.set_string_value(*std::move(text));
  return replaced;
}

bool LateValues::ReplaceIn(Message* message) const {
  if (auto* value = dynamic_cast<v1::ParamValue*>(message)) {
    std::optional<v1::ParamValue> replaced = Replace(*value);
    if (replaced) value->Swap(&*replaced);
    return replaced.has_value();
  }
  bool all = true;
  const auto text = [&](const std::string& from, auto set) {
    if (!MayHoldReference(from)) return;
    const std::optional<std::string> to = Replace(from);
    all &= to.has_value();
    if (to) set(*to);
  };
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size =
        field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        all &= ReplaceIn(
            field->is_repeated()
                ? reflection->MutableRepeatedMessage(message, field, i)
                : reflection->MutableMessage(message, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string scratch;
        if (field->is_repeated()) {
          text(reflection->GetRepeatedStringReference(*message, field, i,
                                                      &scratch),
               [&](const std::string& to) {
                 reflection->SetRepeatedString(message, field, i, to);
               });
        } else {
          text(reflection->GetStringReference(*message, field, &scratch),
               [&](const std::string& to) {
                 reflection->SetString(message, field, to);
               });
        }
      }
    }
  }
  return all;
}

}  // namespace colocation
