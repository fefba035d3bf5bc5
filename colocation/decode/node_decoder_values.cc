// The values of a node: scalars by the field's type and format, and the types
// that take more than one form (a parameter's value, a number or text, any
// JSON).

#include <limits>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "colocation/decode/event_scalar.h"
#include "colocation/decode/formats.h"
#include "colocation/decode/json_string.h"
#include "colocation/decode/node_decoder.h"
#include "colocation/decode/scalar.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// A whole number, also one written as 1.0 or 1e3 (Kubernetes turns YAML into
// JSON first, where they are 1 and 1000).
bool ToInteger(const Scalar& scalar, int64_t* value) {
  if (scalar.type == Scalar::Type::kInt && !scalar.is_unsigned) {
    *value = scalar.int_value;
    return true;
  }
  if (scalar.type != Scalar::Type::kFloat) return false;
  constexpr double kExact = 9007199254740992;  // 2^53
  if (!(scalar.float_value >= -kExact && scalar.float_value <= kExact))
    return false;
  *value = static_cast<int64_t>(scalar.float_value);
  return static_cast<double>(*value) == scalar.float_value;
}

bool IsInt32(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() &&
         value <= std::numeric_limits<int32_t>::max();
}

}  // namespace

bool NodeDecoder::CheckFormat(v1::Format format, const std::string& value,
                              const FieldPath& path, Mark start, Mark end) {
  const std::optional<FormatFault> fault =
      colocation::CheckFormat(format, value);
  if (!fault) return true;
  Error(fault->code, path, fault->message, start, end)
      .set_hint(std::string(fault->hint));
  return false;
}

bool NodeDecoder::ReadString(v1::Format format, std::string* value,
                             const FieldPath& path) {
  const Event& event = reader_.Peek();
  if (event.type != Event::Type::kScalar) {
    WrongType("a string", event, path);
    reader_.SkipNode();
    return false;
  }
  const Scalar scalar = ResolveScalar(event);
  const bool number =
      scalar.type == Scalar::Type::kInt || scalar.type == Scalar::Type::kFloat;
  if (format == v1::FORMAT_QUANTITY && number) {
    *value = JsonText(scalar);
  } else if (scalar.type == Scalar::Type::kNull) {
    value->clear();
    reader_.Next();
    return true;
  } else if (scalar.type == Scalar::Type::kString) {
    value->assign(event.value.data(), event.value.size());
  } else {
    WrongType("a string", event, path,
              format == v1::FORMAT_DURATION && number
                  ? std::string("write it with its unit, like \"5m\"")
                  : absl::StrCat("put it in quotes: \"", event.value, "\""));
    reader_.Next();
    return false;
  }
  const Mark start = event.start;
  const Mark end = event.end;
  reader_.Next();
  return CheckFormat(format, *value, path, start, end);
}

void NodeDecoder::DecodeScalar(const FieldInfo& info, Message* message,
                               const FieldPath& path) {
  const FieldDescriptor* field = info.field;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    DecodeText(info, message, path);
    return;
  }
  const Event& event = reader_.Peek();
  if (event.type != Event::Type::kScalar) {
    WrongType(field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL
                  ? "true or false"
                  : "a number",
              event, path);
    reader_.SkipNode();
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      DecodeBool(field, event, message, path);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      DecodeInteger(field, event, message, path);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      DecodeEnum(field, event, message, path);
      break;
    default:
      // The models have no floating-point and no unsigned fields.
      Error("wrong-type", path, "this field can't be read from text",
            event.start, event.end);
  }
  reader_.Next();
}

void NodeDecoder::DecodeText(const FieldInfo& info, Message* message,
                             const FieldPath& path) {
  const Mark start = reader_.Peek().start;
  const Mark end = reader_.Peek().end;
  std::string value;
  if (!ReadString(info.format, &value, path)) return;
  if (info.field->type() == FieldDescriptor::TYPE_BYTES) {
    std::string bytes;
    if (!absl::Base64Unescape(value, &bytes)) {
      Error("wrong-type", path, "expected bytes in base64", start, end);
      return;
    }
    value = std::move(bytes);
  }
  reader_.Charge(sizeof(value) + sizeof(void*) + value.size());
  const Reflection* reflection = message->GetReflection();
  if (info.field->is_repeated()) {
    reflection->AddString(message, info.field, std::move(value));
  } else {
    reflection->SetString(message, info.field, std::move(value));
  }
}

void NodeDecoder::DecodeBool(const FieldDescriptor* field, const Event& event,
                             Message* message, const FieldPath& path) {
  const Scalar scalar = ResolveScalar(event);
  const Reflection* reflection = message->GetReflection();
  if (scalar.type != Scalar::Type::kBool) {
    WrongType("true or false", event, path,
              event.value == "true" || event.value == "false"
                  ? "leave out the quotes"
                  : "");
  } else if (field->is_repeated()) {
    reflection->AddBool(message, field, scalar.bool_value);
  } else {
    reflection->SetBool(message, field, scalar.bool_value);
  }
}

void NodeDecoder::DecodeInteger(const FieldDescriptor* field,
                                const Event& event, Message* message,
                                const FieldPath& path) {
  const Scalar scalar = ResolveScalar(event);
  const bool narrow = field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
  int64_t value = 0;
  if (!ToInteger(scalar, &value)) {
    WrongType("a whole number", event, path,
              scalar.type == Scalar::Type::kString && !event.plain
                  ? "leave out the quotes"
                  : "");
    return;
  }
  if (narrow && !IsInt32(value)) {
    Error("out-of-range", path, absl::StrCat(value, " is too large a number"),
          event.start, event.end);
    return;
  }
  const Reflection* reflection = message->GetReflection();
  const int32_t small = static_cast<int32_t>(value);
  if (narrow && field->is_repeated()) {
    reflection->AddInt32(message, field, small);
  } else if (narrow) {
    reflection->SetInt32(message, field, small);
  } else if (field->is_repeated()) {
    reflection->AddInt64(message, field, value);
  } else {
    reflection->SetInt64(message, field, value);
  }
}

void NodeDecoder::DecodeEnum(const FieldDescriptor* field, const Event& event,
                             Message* message, const FieldPath& path) {
  const auto* type = field->enum_type();
  const auto* value = type->FindValueByName(std::string(event.value));
  if (value == nullptr) {
    std::vector<absl::string_view> names;
    for (int i = 0; i < type->value_count(); ++i) {
      names.push_back(type->value(i)->name());
    }
    Error("wrong-type", path,
          absl::StrCat("no value ", event.value, " in ", type->name()),
          event.start, event.end)
        .set_hint(DidYouMean(event.value, names));
  } else if (field->is_repeated()) {
    message->GetReflection()->AddEnum(message, field, value);
  } else {
    message->GetReflection()->SetEnum(message, field, value);
  }
}

void NodeDecoder::AppendJson(std::string* json) {
  const Event& event = reader_.Next();
  switch (event.type) {
    case Event::Type::kScalar: {
      const Scalar scalar = ResolveScalar(event);
      if (scalar.type == Scalar::Type::kString) {
        AppendJsonString(event.value, json);
      } else {
        json->append(JsonText(scalar));
      }
      return;
    }
    case Event::Type::kSequenceStart: {
      json->push_back('[');
      for (bool first = true;; first = false) {
        const Event::Type next = reader_.Peek().type;
        if (next == Event::Type::kSequenceEnd || next == Event::Type::kError)
          break;
        if (!first) json->push_back(',');
        AppendJson(json);
      }
      reader_.Next();
      json->push_back(']');
      return;
    }
    case Event::Type::kMappingStart: {
      // Go writes the keys of a map in order.
      std::map<std::string, std::string> members;
      ForEachMember(FieldPath(""), [&](const Key& key) {
        std::string value;
        AppendJson(&value);
        members[key.name] = std::move(value);
      });
      json->push_back('{');
      bool first = true;
      for (const auto& [name, value] : members) {
        if (!first) json->push_back(',');
        first = false;
        AppendJsonString(name, json);
        absl::StrAppend(json, ":", value);
      }
      json->push_back('}');
      return;
    }
    default:
      return;
  }
}

void NodeDecoder::DecodeRaw(Message* message) {
  std::string json;
  AppendJson(&json);
  message->GetReflection()->SetString(
      message, message->GetDescriptor()->FindFieldByNumber(1), std::move(json));
}

void NodeDecoder::DecodeParamValue(Message* message, const FieldPath& path) {
  auto* value = static_cast<v1::ParamValue*>(message);
  const Event event = reader_.Peek();
  if (event.type == Event::Type::kScalar) {
    const Scalar scalar = ResolveScalar(event);
    value->set_string_value(scalar.type == Scalar::Type::kString
                                ? std::string(event.value)
                                : JsonText(scalar));
    reader_.Next();
    return;
  }
  // A list or mapping of strings is itself; of anything else, its JSON text.
  const auto node = reader_.Capture();
  if (node->empty()) return;
  const bool list = event.type == Event::Type::kSequenceStart;
  const size_t last = node->size() - 1;
  bool flat = true;
  for (size_t i = 1; i < last && flat; ++i) {
    const Event inner = node->event(i);
    const Scalar::Type type = ResolveScalar(inner).type;
    const bool key = !list && i % 2 == 1;
    flat = inner.type == Event::Type::kScalar &&
           (key ? inner.value != "<<" || !inner.plain
                : type == Scalar::Type::kString || type == Scalar::Type::kNull);
  }
  reader_.Replay(node);
  if (!flat) {
    AppendJson(value->mutable_string_value());
    return;
  }
  reader_.Next();
  const auto read = [&] {
    const Event& element = reader_.Next();
    return IsNull(element) ? std::string() : std::string(element.value);
  };
  if (list) {
    auto* items = value->mutable_array_value();
    for (size_t i = 1; i < last; ++i) items->add_items(read());
    reader_.Next();
    return;
  }
  auto* entries = value->mutable_object_value()->mutable_entries();
  ForEachMember(path, [&](const Key& key) {
    if (!entries->insert({key.name, read()}).second) {
      DuplicateKey(key, path.Field(key.name));
    }
  });
}

void NodeDecoder::DecodeIntOrString(Message* message, const FieldPath& path) {
  auto* value = static_cast<v1::IntOrString*>(message);
  const Event& event = reader_.Peek();
  const Scalar scalar = ResolveScalar(event);
  int64_t number = 0;
  if (event.type == Event::Type::kScalar &&
      scalar.type == Scalar::Type::kString) {
    value->set_string_value(std::string(event.value));
  } else if (event.type == Event::Type::kScalar && ToInteger(scalar, &number) &&
             IsInt32(number)) {
    value->set_int_value(static_cast<int32_t>(number));
  } else {
    WrongType("a whole number or a string", event, path);
    reader_.SkipNode();
    return;
  }
  reader_.Next();
}

}  // namespace colocation
