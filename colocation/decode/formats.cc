#include "colocation/decode/formats.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/quantity.h"
#include "colocation/syntax/timestamp.h"

namespace colocation {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::optional<FormatFault> CheckFormat(v1::Format format,
                                       const std::string& text) {
  switch (format) {
    case v1::FORMAT_DURATION:
      if (ParseDurationNs(text)) return std::nullopt;
      return FormatFault{"bad-duration",
                         absl::StrCat("\"", text, "\" is no duration"),
                         "write it like \"1h30m\" or \"90s\""};
    case v1::FORMAT_QUANTITY:
      if (Quantity::Parse(text)) return std::nullopt;
      return FormatFault{"bad-quantity",
                         absl::StrCat("\"", text, "\" is no quantity"),
                         "write it like \"500m\", \"2\" or \"1Gi\""};
    case v1::FORMAT_TIME:
      if (IsTimestamp(text)) return std::nullopt;
      return FormatFault{"bad-time", absl::StrCat("\"", text, "\" is no time"),
                         "write it like \"2024-02-29T12:00:00Z\""};
    default:
      return std::nullopt;
  }
}

namespace {

class FormatChecker {
 public:
  FormatChecker(const Subject& subject, DiagnosticList* diagnostics)
      : subject_(subject), diagnostics_(*diagnostics) {}

  void Walk(const Message& message, const FieldPath& path) const {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      const v1::Format format = field->options().GetExtension(v1::format);
      const FieldPath at = path.Field(field->json_name());
      if (field->is_map()) {
        Map(message, field, format, at);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        Texts(message, field, format, at);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (!field->is_repeated()) {
          Walk(reflection.GetMessage(message, field), at);
          continue;
        }
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
          Walk(reflection.GetRepeatedMessage(message, field, i), at.Index(i));
        }
      }
    }
  }

 private:
  void Texts(const Message& message, const FieldDescriptor* field,
             v1::Format format, const FieldPath& path) const {
    if (format == v1::FORMAT_UNSPECIFIED) return;
    const Reflection& reflection = *message.GetReflection();
    if (!field->is_repeated()) {
      Text(reflection.GetString(message, field), format, path);
      return;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Text(reflection.GetRepeatedString(message, field, i), format,
           path.Index(i));
    }
  }

  void Map(const Message& message, const FieldDescriptor* field,
           v1::Format format, const FieldPath& path) const {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    if (key->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return;
    const bool messages = value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!messages && format == v1::FORMAT_UNSPECIFIED) return;
    const Reflection& reflection = *message.GetReflection();
    // In order, which that of a map is not.
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      const auto& entry = reflection.GetRepeatedMessage(message, field, i);
      entries[entry.GetReflection()->GetString(entry, key)] = &entry;
    }
    for (const auto& [name, entry] : entries) {
      const FieldPath at = path.Field(name);
      if (messages) {
        Walk(entry->GetReflection()->GetMessage(*entry, value), at);
      } else {
        Text(entry->GetReflection()->GetString(*entry, value), format, at);
      }
    }
  }

  void Text(const std::string& text, v1::Format format,
            const FieldPath& path) const {
    if (text.empty()) return;
    const std::optional<FormatFault> fault = CheckFormat(format, text);
    if (!fault) return;
    diagnostics_.Error(fault->code, subject_, path.ToString(), fault->message)
        .set_hint(std::string(fault->hint));
  }

  const Subject& subject_;
  DiagnosticList& diagnostics_;
};

}  // namespace

void CheckFormats(const Message& message, const Subject& subject,
                  const FieldPath& path, DiagnosticList* diagnostics) {
  FormatChecker(subject, diagnostics).Walk(message, path);
}

}  // namespace colocation
