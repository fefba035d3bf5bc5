#include "colocation/decode/encode.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "colocation/decode/field_table.h"
#include "colocation/decode/json_string.h"
#include "colocation/decode/scalar.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// Characters that a YAML reader takes as they are: no controls but tab and line
// feed, none of Unicode's line breaks, no byte-order mark (YAML 1.1,
// c-printable).
bool IsPrintable(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    if (c < 0x20 && c != '\t' && c != '\n') return false;
    if (c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() &&
        static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return false;
    }
    const absl::string_view three = text.substr(i, 3);
    if (three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9" ||
        three == "\xef\xbb\xbf") {
      return false;
    }
  }
  return true;
}

// True where every YAML reader takes `text`, unquoted, for this very string.
bool IsSafePlain(absl::string_view text) {
  if (text.empty() || text.size() > 1000) return false;
  if (absl::StrContains("-?:,[]{}#&*!|>'\"%@`= \t\n", text.substr(0, 1)))
    return false;
  if (absl::ascii_isspace(text.back()) || text.back() == ':') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\t') return false;
    if (c == ':' && text[i + 1] == ' ') return false;
    if (c == '#' && text[i - 1] == ' ') return false;
  }
  // Numbers of any kind, dates and base-60 numbers begin like this; Booleans
  // and nulls are words.
  if (absl::ascii_isdigit(text[0]) || text[0] == '+' || text[0] == '.') {
    const bool only_number_characters =
        text.find_first_not_of("0123456789abcdefABCDEFxXoO_.+-:eEtTzZ ") ==
        absl::string_view::npos;
    if (only_number_characters) return false;
  }
  if (ResolvePlainScalar(text).type != Scalar::Type::kString) return false;
  return text != "<<" && IsPrintable(text);
}

// Whether a literal block holds `text` without loss.
bool FitsLiteralBlock(absl::string_view text) {
  if (!absl::StrContains(text, "\n") || !IsPrintable(text)) return false;
  const absl::string_view first = text.substr(0, text.find('\n'));
  if (first.empty() || first[0] == ' ' || first[0] == '\t') return false;
  // A line of blanks alone would lose them to some readers.
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && absl::StripAsciiWhitespace(line).empty()) return false;
  }
  return true;
}

// A writer of YAML or JSON, told of values one after the other.
class Writer {
 public:
  enum class Style { kYaml, kCompactJson, kPrettyJson };

  explicit Writer(Style style) : style_(style) {}

  void Begin(bool list) {
    BeforeValue();
    levels_.push_back({list, 0});
    if (!yaml()) out_.push_back(list ? '[' : '{');
  }

  void End() {
    const Level level = levels_.back();
    levels_.pop_back();
    if (yaml()) {
      if (level.members == 0) {
        if (!out_.empty() && out_.back() != ' ') out_.push_back(' ');
        if (levels_.empty()) out_.clear();
        out_.append(level.list ? "[]" : "{}");
        out_.push_back('\n');
      }
      return;
    }
    if (level.members > 0) NewLine();
    out_.push_back(level.list ? ']' : '}');
  }

  void Key(absl::string_view key) {
    BeforeMember();
    if (yaml()) {
      absl::StrAppend(&out_, YamlScalar(key), ":");
    } else {
      AppendJsonString(key, &out_);
      out_.append(style_ == Style::kPrettyJson ? ": " : ":");
    }
    after_key_ = true;
  }

  void String(absl::string_view text) {
    BeforeValue();
    if (!yaml()) {
      AppendJsonString(text, &out_);
      return;
    }
    out_.push_back(' ');
    if (!FitsLiteralBlock(text)) {
      out_.append(YamlScalar(text));
      out_.push_back('\n');
      return;
    }
    const bool ends = absl::EndsWith(text, "\n");
    const bool keeps = absl::EndsWith(text, "\n\n");
    absl::StrAppend(&out_, "|", keeps ? "+" : ends ? "" : "-", "\n");
    if (ends) text.remove_suffix(1);
    const std::string indent(2 * levels_.size(), ' ');
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      absl::StrAppend(&out_, line.empty() ? "" : indent, line, "\n");
    }
  }

  // A number, a Boolean, null: written as it is.
  void Bare(absl::string_view text) {
    BeforeValue();
    if (yaml()) {
      absl::StrAppend(&out_, " ", text, "\n");
    } else {
      out_.append(text.data(), text.size());
    }
  }

  std::string Take() {
    if (style_ == Style::kPrettyJson) out_.push_back('\n');
    return std::move(out_);
  }

 private:
  struct Level {
    bool list;
    int members;
  };

  bool yaml() const { return style_ == Style::kYaml; }

  void NewLine() {
    if (style_ != Style::kPrettyJson) return;
    out_.push_back('\n');
    out_.append(2 * levels_.size(), ' ');
  }

  // Starts a member of a mapping or an element of a list.
  void BeforeMember() {
    Level& level = levels_.back();
    const bool first = level.members++ == 0;
    if (!yaml()) {
      if (!first) out_.push_back(',');
      NewLine();
      return;
    }
    const size_t depth = 2 * (levels_.size() - 1);
    if (first && !out_.empty()) {
      // In a list the first member stands behind the dash.
      const bool behind_dash = levels_.size() > 1 &&
                               levels_[levels_.size() - 2].list &&
                               out_.back() == '-';
      if (behind_dash) {
        out_.push_back(' ');
        if (level.list) out_.push_back('-');
        return;
      }
      if (out_.back() != '\n') out_.push_back('\n');
    }
    out_.append(depth, ' ');
    if (level.list) out_.push_back('-');
  }

  void BeforeValue() {
    if (levels_.empty()) return;
    if (levels_.back().list) {
      BeforeMember();
    } else {
      after_key_ = false;
    }
  }

  Style style_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

// JSON text, as RawValue holds it, told to a writer. The text is ours or was
// checked by the decoder; what is no JSON is written as a string.
class JsonTeller {
 public:
  JsonTeller(absl::string_view json, Writer* writer)
      : rest_(json), writer_(writer) {}

  void Tell() {
    SkipBlanks();
    if (rest_.empty()) {
      writer_->Bare("null");
      return;
    }
    const char c = rest_[0];
    if (c == '{' || c == '[') {
      const bool list = c == '[';
      writer_->Begin(list);
      rest_.remove_prefix(1);
      for (SkipBlanks(); !rest_.empty() && rest_[0] != '}' && rest_[0] != ']';
           SkipBlanks()) {
        if (!list) {
          writer_->Key(TakeString());
          SkipBlanks();
          if (!rest_.empty()) rest_.remove_prefix(1);  // ':'
        }
        Tell();
        SkipBlanks();
        if (!rest_.empty() && rest_[0] == ',') rest_.remove_prefix(1);
      }
      if (!rest_.empty()) rest_.remove_prefix(1);
      writer_->End();
    } else if (c == '"') {
      writer_->String(TakeString());
    } else {
      const size_t end =
          std::min(rest_.find_first_of(",]} \t\r\n"), rest_.size());
      writer_->Bare(rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
  }

 private:
  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  std::string TakeString() {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"')
      end += rest_[end] == '\\' ? 2 : 1;
    end = std::min(end, rest_.size());
    std::string text;
    for (size_t i = 1; i < end; ++i) {
      if (rest_[i] != '\\' || i + 1 >= end) {
        text.push_back(rest_[i]);
        continue;
      }
      switch (rest_[++i]) {
        case 'n':
          text.push_back('\n');
          break;
        case 't':
          text.push_back('\t');
          break;
        case 'r':
          text.push_back('\r');
          break;
        case 'b':
          text.push_back('\b');
          break;
        case 'f':
          text.push_back('\f');
          break;
        case 'u': {
          // Only controls are escaped like this in our own JSON.
          uint32_t unit = 0;
          if (absl::SimpleHexAtoi(rest_.substr(i + 1, 4), &unit) &&
              unit < 0x80) {
            text.push_back(static_cast<char>(unit));
          }
          i += 4;
          break;
        }
        default:
          text.push_back(rest_[i]);
      }
    }
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }

  absl::string_view rest_;
  Writer* writer_;
};

class Encoder {
 public:
  explicit Encoder(Writer* writer) : writer_(*writer) {}

  void Encode(const FieldTable& table, const Message& message) {
    switch (table.form()) {
      case v1::FORM_PARAM_VALUE:
        return EncodeParamValue(static_cast<const v1::ParamValue&>(message));
      case v1::FORM_INT_OR_STRING: {
        const auto& value = static_cast<const v1::IntOrString&>(message);
        if (value.has_int_value()) {
          writer_.Bare(absl::StrCat(value.int_value()));
        } else {
          writer_.String(value.string_value());
        }
        return;
      }
      case v1::FORM_RAW:
        JsonTeller(static_cast<const v1::RawValue&>(message).json(), &writer_)
            .Tell();
        return;
      default:
        break;
    }
    writer_.Begin(/*list=*/false);
    const Reflection* reflection = message.GetReflection();
    for (const FieldInfo& info : table.fields()) {
      const Message* owner = &message;
      if (info.via != nullptr) {
        if (!reflection->HasField(message, info.via)) continue;
        owner = &reflection->GetMessage(message, info.via);
      }
      EncodeField(info, *owner);
    }
    writer_.End();
  }

 private:
  void EncodeField(const FieldInfo& info, const Message& message) {
    const FieldDescriptor* field = info.field;
    const Reflection* reflection = message.GetReflection();
    const absl::string_view name = field->json_name();
    if (field->is_map()) {
      if (reflection->FieldSize(message, field) > 0)
        EncodeMap(info, message, name);
      return;
    }
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(message, field);
      if (size == 0) return;
      writer_.Key(name);
      writer_.Begin(/*list=*/true);
      for (int i = 0; i < size; ++i) {
        if (info.table != nullptr) {
          Encode(*info.table,
                 reflection->GetRepeatedMessage(message, field, i));
        } else {
          EncodeElement(field, message, i);
        }
      }
      writer_.End();
      return;
    }
    if (!reflection->HasField(message, field)) return;
    writer_.Key(name);
    if (info.table != nullptr) {
      Encode(*info.table, reflection->GetMessage(message, field));
    } else {
      EncodeScalar(field, message);
    }
  }

  void EncodeMap(const FieldInfo& info, const Message& message,
                 absl::string_view name) {
    const Reflection* reflection = message.GetReflection();
    const FieldDescriptor* key = info.field->message_type()->map_key();
    const FieldDescriptor* value = info.field->message_type()->map_value();
    // Of equal keys in the list of entries, the last one counts.
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection->FieldSize(message, info.field); ++i) {
      const Message& entry =
          reflection->GetRepeatedMessage(message, info.field, i);
      entries[entry.GetReflection()->GetString(entry, key)] = &entry;
    }
    writer_.Key(name);
    writer_.Begin(/*list=*/false);
    for (const auto& [text, entry] : entries) {
      writer_.Key(text);
      if (info.table != nullptr) {
        Encode(*info.table, entry->GetReflection()->GetMessage(*entry, value));
      } else {
        EncodeScalar(value, *entry);
      }
    }
    writer_.End();
  }

  void EncodeParamValue(const v1::ParamValue& value) {
    switch (value.value_case()) {
      case v1::ParamValue::kArrayValue:
        writer_.Begin(/*list=*/true);
        for (const std::string& item : value.array_value().items())
          writer_.String(item);
        writer_.End();
        return;
      case v1::ParamValue::kObjectValue: {
        const auto& entries = value.object_value().entries();
        writer_.Begin(/*list=*/false);
        for (const auto& [key, text] : std::map<std::string, std::string>(
                 entries.begin(), entries.end())) {
          writer_.Key(key);
          writer_.String(text);
        }
        writer_.End();
        return;
      }
      default:
        writer_.String(value.string_value());
    }
  }

  void EncodeScalar(const FieldDescriptor* field, const Message& message) {
    const Reflection* reflection = message.GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = reflection->GetString(message, field);
        writer_.String(field->type() == FieldDescriptor::TYPE_BYTES
                           ? absl::Base64Escape(text)
                           : text);
        return;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return writer_.Bare(reflection->GetBool(message, field) ? "true"
                                                                : "false");
      case FieldDescriptor::CPPTYPE_INT32:
        return writer_.Bare(absl::StrCat(reflection->GetInt32(message, field)));
      case FieldDescriptor::CPPTYPE_INT64:
        return writer_.Bare(absl::StrCat(reflection->GetInt64(message, field)));
      case FieldDescriptor::CPPTYPE_ENUM:
        return writer_.String(reflection->GetEnum(message, field)->name());
      default:
        // The models have no other types.
        return writer_.Bare("null");
    }
  }

  void EncodeElement(const FieldDescriptor* field, const Message& message,
                     int index) {
    const Reflection* reflection = message.GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return writer_.String(
            reflection->GetRepeatedString(message, field, index));
      case FieldDescriptor::CPPTYPE_INT32:
        return writer_.Bare(
            absl::StrCat(reflection->GetRepeatedInt32(message, field, index)));
      case FieldDescriptor::CPPTYPE_INT64:
        return writer_.Bare(
            absl::StrCat(reflection->GetRepeatedInt64(message, field, index)));
      default:
        return writer_.Bare("null");
    }
  }

  Writer& writer_;
};

std::string EncodeWith(Writer::Style style, const Message& message) {
  Writer writer(style);
  Encoder(&writer).Encode(FieldTable::For(message.GetDescriptor()), message);
  return writer.Take();
}

}  // namespace

std::string YamlScalar(absl::string_view text) {
  if (IsSafePlain(text)) return std::string(text);
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

std::string ToYaml(const Message& message) {
  return EncodeWith(Writer::Style::kYaml, message);
}

std::string ToJson(const Message& message, bool pretty) {
  return EncodeWith(
      pretty ? Writer::Style::kPrettyJson : Writer::Style::kCompactJson,
      message);
}

}  // namespace colocation
