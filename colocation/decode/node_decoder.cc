#include "colocation/decode/node_decoder.h"

#include <limits>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "colocation/decode/source_text.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/duration.h"
#include "colocation/syntax/quantity.h"
#include "colocation/syntax/timestamp.h"

namespace colocation {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr size_t kMaxDiagnostics = 1000;

// The text of an event as a resolved scalar.
Scalar Resolve(const Event& event) {
  return event.plain ? ResolvePlainScalar(event.value) : Scalar();
}

bool IsNull(const Event& event) {
  return event.type == Event::Type::kScalar && event.plain &&
         ResolvePlainScalar(event.value).type == Scalar::Type::kNull;
}

// Fields that people write for what they had in another version, or have in
// another object, and what to write instead.
struct Misplaced {
  absl::string_view message;
  absl::string_view field;
  absl::string_view hint;
};

constexpr absl::string_view kNoResources =
    "Tekton has removed PipelineResources: use params, results and workspaces";
constexpr absl::string_view kBundle =
    "use \"resolver: bundles\" with params bundle, name and kind";

constexpr Misplaced kMisplaced[] = {
    {"ParamSpec", "value", "a parameter is declared with a \"default\""},
    {"PipelineRef", "bundle", kBundle},
    {"PipelineRunSpec", "podTemplate", "this is taskRunTemplate.podTemplate"},
    {"PipelineRunSpec", "resources", kNoResources},
    {"PipelineRunSpec", "serviceAccountName",
     "this is taskRunTemplate.serviceAccountName"},
    {"PipelineRunSpec", "timeout", "this is timeouts.pipeline"},
    {"PipelineSpec", "resources", kNoResources},
    {"PipelineSpec", "steps",
     "steps are a Task's: put them into the taskSpec of one of the tasks"},
    {"PipelineSpec", "timeout", "the PipelineRun has timeouts.pipeline"},
    {"PipelineSpec", "timeouts", "the PipelineRun has them"},
    {"PipelineTask", "conditions",
     "Tekton has removed Conditions: use \"when\""},
    {"PipelineTask", "resources", kNoResources},
    {"PipelineTask", "steps", "put them into taskSpec"},
    {"TaskRef", "bundle", kBundle},
    {"TaskRunSpec", "resources", kNoResources},
    {"TaskSpec", "inputs", kNoResources},
    {"TaskSpec", "outputs", kNoResources},
    {"TaskSpec", "resources", kNoResources},
};

absl::string_view WhereItBelongs(absl::string_view message,
                                 absl::string_view field) {
  for (const Misplaced& known : kMisplaced) {
    if (known.message == message && known.field == field) return known.hint;
  }
  return "";
}

// The message that holds `info`'s field: `message` or one inlined in it.
Message* Owner(const FieldInfo& info, Message* message) {
  return info.via == nullptr
             ? message
             : message->GetReflection()->MutableMessage(message, info.via);
}

std::string Shown(const Event& event) {
  constexpr size_t kMost = 40;
  if (event.value.size() <= kMost) return std::string(event.value);
  return absl::StrCat(event.value.substr(0, kMost), "...");
}

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

}  // namespace

void AppendJsonString(absl::string_view text, std::string* json) {
  json->push_back('"');
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    const absl::string_view three = text.substr(i, 3);
    if (c == '"' || c == '\\') {
      json->push_back('\\');
      json->push_back(static_cast<char>(c));
    } else if (c == '\n') {
      json->append("\\n");
    } else if (c == '\r') {
      json->append("\\r");
    } else if (c == '\t') {
      json->append("\\t");
    } else if (c < 0x20 || c == 0x7f) {
      absl::StrAppend(json, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else if (c == 0xc2 && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      const unsigned char low = text[++i];
      absl::StrAppend(json, "\\u", absl::Hex(low, absl::kZeroPad4));
    } else if (three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9") {
      json->append(three.back() == '\xa8' ? "\\u2028" : "\\u2029");
      i += 2;
    } else if (three == "\xef\xbb\xbf") {
      json->append("\\ufeff");
      i += 2;
    } else {
      json->push_back(static_cast<char>(c));
    }
  }
  json->push_back('"');
}

std::string NodeDecoder::TemplateHint(int line) const {
  if (!absl::StrContains(SourceLine(text_, line), "{{")) return "";
  return "this looks like a template: fill it in first (as \"helm template\" "
         "does), or put \"{{ ... }}\" in quotes";
}

v1::Diagnostic& NodeDecoder::Error(absl::string_view code,
                                   const FieldPath& path, std::string message,
                                   Mark start, Mark end) {
  v1::Diagnostic& d =
      diagnostics_.Error(code, subject_, path.ToString(), std::move(message));
  SetPosition(text_, start, end, &d);
  return d;
}

void NodeDecoder::WrongType(absl::string_view wanted, const Event& event,
                            const FieldPath& path, absl::string_view hint) {
  std::string found;
  switch (event.type) {
    case Event::Type::kSequenceStart:
      found = "a list";
      break;
    case Event::Type::kMappingStart:
      found = "a mapping";
      break;
    case Event::Type::kScalar: {
      const Scalar scalar = Resolve(event);
      found =
          absl::StrCat(Describe(scalar.type), " ",
                       scalar.type == Scalar::Type::kNull ? "" : Shown(event));
      break;
    }
    default:
      return;
  }
  const Mark start = event.start;
  const Mark end = event.type == Event::Type::kScalar ? event.end : event.start;
  std::string of_template;
  if (event.type == Event::Type::kMappingStart) {
    of_template = TemplateHint(start.line);
  }
  Error("wrong-type", path,
        absl::StrCat("expected ", wanted, ", found ",
                     absl::StripAsciiWhitespace(found)),
        start, end)
      .set_hint(of_template.empty() ? std::string(hint) : of_template);
}

void NodeDecoder::UnknownField(const FieldTable& table, const Key& key,
                               const FieldPath& path) {
  const std::string message = absl::StrCat("unknown field \"", key.name, "\"");
  if (options_.allow_unknown_fields) {
    v1::Diagnostic& d =
        diagnostics_.Warning("unknown-field", subject_, path.ToString(),
                             absl::StrCat(message, " is left out"));
    SetPosition(text_, key.start, key.end, &d);
    return;
  }
  if (diagnostics_.errors() >= kMaxDiagnostics) return;
  std::string hint;
  const bool v1 = version_ == ApiVersion::kV1;
  const ApiVersion other = v1 ? ApiVersion::kV1beta1 : ApiVersion::kV1;
  const absl::string_view belongs =
      WhereItBelongs(table.type()->name(), key.name);
  if (!belongs.empty()) {
    hint = std::string(belongs);
  } else if (const FieldInfo* info = table.Find(key.name, other)) {
    const absl::string_view here = info->NameIn(version_);
    const absl::string_view there = v1 ? "tekton.dev/v1beta1" : "tekton.dev/v1";
    hint = here.empty() ? absl::StrCat("only ", there, " has it")
                        : absl::StrCat("this is \"", here, "\" here; ", there,
                                       " calls it \"", key.name, "\"");
  } else {
    hint = DidYouMean(key.name, table.Names(version_));
  }
  Error("unknown-field", path, message, key.start, key.end).set_hint(hint);
}

void NodeDecoder::DuplicateKey(const Key& key, const FieldPath& path) {
  Error("duplicate-key", path,
        absl::StrCat("\"", key.name, "\" stands twice in this mapping"),
        key.start, key.end)
      .set_hint("remove one of the two");
}

// Passes over the rest of a list or mapping whose start has been read.
void NodeDecoder::SkipOpened() {
  for (int depth = 1; depth > 0;) {
    const Event::Type type = reader_.Next().type;
    if (type == Event::Type::kError || type == Event::Type::kStreamEnd) return;
    depth += type == Event::Type::kMappingStart ||
             type == Event::Type::kSequenceStart;
    depth -=
        type == Event::Type::kMappingEnd || type == Event::Type::kSequenceEnd;
  }
}

bool NodeDecoder::ReadKey(Key* key, bool* merge) {
  for (;;) {
    const Event& event = reader_.Next();
    key->start = event.start;
    key->end = event.end;
    if (event.type == Event::Type::kScalar) {
      const Scalar scalar = Resolve(event);
      *merge = event.plain && event.value == "<<";
      // Kubernetes' keys are text: those that YAML reads as something else are
      // written out (sigs.k8s.io/yaml, convertToJSONableObject).
      if (scalar.type == Scalar::Type::kString ||
          scalar.type == Scalar::Type::kNull) {
        key->name.assign(event.value.data(), event.value.size());
      } else {
        key->name = JsonText(scalar);
      }
      return true;
    }
    if (event.type != Event::Type::kMappingStart &&
        event.type != Event::Type::kSequenceStart) {
      return false;
    }
    Error("wrong-type", FieldPath(""), "a key has to be a string", event.start,
          event.start)
        .set_hint(TemplateHint(event.start.line));
    SkipOpened();
    reader_.SkipNode();
  }
}

void NodeDecoder::ForEachMember(const FieldPath& path,
                                absl::FunctionRef<void(const Key&)> member) {
  Key key;
  bool merge = false;
  while (ReadKey(&key, &merge)) {
    if (merge) {
      ForEachMerged(path, member);
    } else {
      member(key);
    }
  }
}

void NodeDecoder::ForEachMerged(const FieldPath& path,
                                absl::FunctionRef<void(const Key&)> member) {
  std::vector<std::shared_ptr<const CapturedNode>> nodes;
  if (reader_.Peek().type == Event::Type::kSequenceStart) {
    reader_.Next();
    while (reader_.Peek().type != Event::Type::kSequenceEnd &&
           reader_.Peek().type != Event::Type::kError) {
      nodes.insert(nodes.begin(), reader_.Capture());
    }
    reader_.Next();
  } else {
    nodes.push_back(reader_.Capture());
  }
  for (const auto& node : nodes) {
    if (node->empty()) return;
    const Event first = node->event(0);
    if (first.type != Event::Type::kMappingStart) {
      Error("wrong-type", path,
            "a merge key needs a mapping, or a list of mappings", first.start,
            first.start);
      continue;
    }
    reader_.Replay(node);
    reader_.Next();
    ForEachMember(path, [&](const Key& key) {
      Key merged = key;
      merged.merged = true;
      member(merged);
    });
  }
}

void NodeDecoder::DecodeMembers(const FieldTable& table,
                                const std::vector<Member>& before,
                                Message* message, const FieldPath& path) {
  Seen seen;
  const auto decode = [&](const Key& key) {
    DecodeMember(table, key, seen, message, path);
  };
  for (const Member& member : before) {
    reader_.Replay(member.value);
    if (member.merge) {
      ForEachMerged(path, decode);
    } else {
      decode(member.key);
    }
  }
  ForEachMember(path, decode);
}

void NodeDecoder::DecodeMember(const FieldTable& table, const Key& key,
                               Seen& seen, Message* message,
                               const FieldPath& path) {
  const FieldInfo* info = table.Find(key.name, version_);
  if (info == nullptr) {
    UnknownField(table, key, path.Field(key.name));
    reader_.SkipNode();
    return;
  }
  const FieldPath member = path.Field(info->NameIn(version_));
  const uint64_t bit = uint64_t{1} << (info->index % 64);
  uint64_t& by_key = seen.by_key[info->index / 64 % 4];
  uint64_t& by_merge = seen.by_merge[info->index / 64 % 4];
  // The last one counts, as in any reader that isn't strict.
  if (!key.merged && (by_key & bit) != 0) DuplicateKey(key, member);
  Message* owner = Owner(*info, message);
  if (((by_key | by_merge) & bit) != 0) {
    owner->GetReflection()->ClearField(owner, info->field);
  }
  (key.merged ? by_merge : by_key) |= bit;
  DecodeField(*info, owner, member);
}

void NodeDecoder::DecodeNode(const FieldTable& table, Message* message,
                             const FieldPath& path) {
  switch (table.form()) {
    case v1::FORM_PARAM_VALUE:
      return DecodeParamValue(message, path);
    case v1::FORM_INT_OR_STRING:
      return DecodeIntOrString(message, path);
    case v1::FORM_RAW:
      return DecodeRaw(message);
    default:
      break;
  }
  const Event& event = reader_.Next();
  if (event.type == Event::Type::kMappingStart) {
    DecodeMembers(table, {}, message, path);
    return;
  }
  const bool list = event.type == Event::Type::kSequenceStart;
  WrongType("a mapping", event, path);
  if (list) SkipOpened();
}

void NodeDecoder::DecodeField(const FieldInfo& info, Message* message,
                              const FieldPath& path) {
  const FieldDescriptor* field = info.field;
  if (IsNull(reader_.Peek())) {
    // Tekton's parameters have no null: it is the empty string
    // (pkg/apis/pipeline/v1/param_types.go, UnmarshalJSON).
    const bool param_value = info.table != nullptr && !field->is_repeated() &&
                             info.table->form() == v1::FORM_PARAM_VALUE &&
                             field->name() == "value" &&
                             field->containing_type()->name() != "TaskResult";
    if (param_value) {
      auto* value = message->GetReflection()->MutableMessage(message, field);
      value->GetReflection()->SetString(
          value, value->GetDescriptor()->FindFieldByNumber(1), "");
    }
    reader_.Next();
    return;
  }
  if (field->is_map()) return DecodeMap(info, message, path);
  if (field->is_repeated()) return DecodeList(info, message, path);
  if (info.table != nullptr) {
    DecodeNode(*info.table,
               message->GetReflection()->MutableMessage(message, field), path);
    return;
  }
  DecodeScalar(info, message, path);
}

void NodeDecoder::DecodeList(const FieldInfo& info, Message* message,
                             const FieldPath& path) {
  const Event& event = reader_.Peek();
  if (event.type != Event::Type::kSequenceStart) {
    WrongType("a list", event, path,
              event.type == Event::Type::kScalar
                  ? "write it as [...], or with \"- \""
                  : "");
    reader_.SkipNode();
    return;
  }
  reader_.Next();
  const Reflection* reflection = message->GetReflection();
  if (info.empty_flag != nullptr &&
      reader_.Peek().type == Event::Type::kSequenceEnd) {
    reflection->SetBool(message, info.empty_flag, true);
  }
  for (int64_t i = 0;; ++i) {
    const Event& next = reader_.Peek();
    if (next.type == Event::Type::kSequenceEnd ||
        next.type == Event::Type::kError) {
      reader_.Next();
      return;
    }
    const FieldPath element = path.Index(i);
    if (info.table != nullptr) {
      Message* added = reflection->AddMessage(message, info.field);
      if (IsNull(next)) {
        reader_.Next();
      } else {
        DecodeNode(*info.table, added, element);
      }
    } else {
      DecodeScalar(info, message, element);
    }
  }
}

void NodeDecoder::DecodeMap(const FieldInfo& info, Message* message,
                            const FieldPath& path) {
  const Event event = reader_.Peek();
  if (event.type != Event::Type::kMappingStart) {
    WrongType("a mapping", event, path);
    reader_.SkipNode();
    return;
  }
  reader_.Next();
  const Reflection* reflection = message->GetReflection();
  if (info.empty_flag != nullptr &&
      reader_.Peek().type == Event::Type::kMappingEnd) {
    reflection->SetBool(message, info.empty_flag, true);
  }
  const Descriptor* entry_type = info.field->message_type();
  const FieldDescriptor* key_field = entry_type->map_key();
  const FieldDescriptor* value_field = entry_type->map_value();
  // The wire form of a map is a list of entries; the last of equal keys wins.
  FieldInfo value_info = info;
  value_info.field = value_field;
  std::map<std::string, bool> merged_keys;  // key → came from a merge
  ForEachMember(path, [&](const Key& key) {
    const FieldPath at = path.Field(key.name);
    const auto [known, added] = merged_keys.emplace(key.name, key.merged);
    if (!added && !key.merged && !known->second) DuplicateKey(key, at);
    known->second = key.merged;
    Message* entry = reflection->AddMessage(message, info.field);
    entry->GetReflection()->SetString(entry, key_field, key.name);
    if (IsNull(reader_.Peek())) {
      reader_.Next();
      if (info.format == v1::FORMAT_QUANTITY) {
        // What a Quantity is that nothing was read into.
        entry->GetReflection()->SetString(entry, value_field, "0");
      }
    } else if (info.table != nullptr) {
      DecodeNode(*info.table,
                 entry->GetReflection()->MutableMessage(entry, value_field),
                 at);
    } else {
      DecodeScalar(value_info, entry, at);
    }
  });
}

bool NodeDecoder::CheckFormat(v1::Format format, const std::string& value,
                              const FieldPath& path, Mark start, Mark end) {
  switch (format) {
    case v1::FORMAT_DURATION:
      if (ParseDurationNs(value)) return true;
      Error("bad-duration", path,
            absl::StrCat("\"", value, "\" is no duration"), start, end)
          .set_hint("write it like \"1h30m\" or \"90s\"");
      return false;
    case v1::FORMAT_QUANTITY:
      if (Quantity::Parse(value)) return true;
      Error("bad-quantity", path,
            absl::StrCat("\"", value, "\" is no quantity"), start, end)
          .set_hint("write it like \"500m\", \"2\" or \"1Gi\"");
      return false;
    case v1::FORMAT_TIME:
      if (IsTimestamp(value)) return true;
      Error("bad-time", path, absl::StrCat("\"", value, "\" is no time"), start,
            end)
          .set_hint("write it like \"2024-02-29T12:00:00Z\"");
      return false;
    default:
      return true;
  }
}

bool NodeDecoder::ReadString(v1::Format format, std::string* value,
                             const FieldPath& path) {
  const Event& event = reader_.Peek();
  if (event.type != Event::Type::kScalar) {
    WrongType("a string", event, path);
    reader_.SkipNode();
    return false;
  }
  const Scalar scalar = Resolve(event);
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
  const Reflection* reflection = message->GetReflection();
  const bool list = field->is_repeated();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string value;
    if (!ReadString(info.format, &value, path)) return;
    if (field->type() == FieldDescriptor::TYPE_BYTES) {
      std::string bytes;
      if (!absl::Base64Unescape(value, &bytes)) {
        const Event& event = reader_.Peek();
        Error("wrong-type", path, "expected bytes in base64", event.start,
              event.start);
        return;
      }
      value = std::move(bytes);
    }
    if (list) {
      reflection->AddString(message, field, std::move(value));
    } else {
      reflection->SetString(message, field, std::move(value));
    }
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
  const Scalar scalar = Resolve(event);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (scalar.type != Scalar::Type::kBool) {
        WrongType("true or false", event, path,
                  event.value == "true" || event.value == "false"
                      ? "leave out the quotes"
                      : "");
      } else if (list) {
        reflection->AddBool(message, field, scalar.bool_value);
      } else {
        reflection->SetBool(message, field, scalar.bool_value);
      }
      break;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64: {
      const bool narrow = field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
      int64_t value = 0;
      if (!ToInteger(scalar, &value)) {
        WrongType("a whole number", event, path,
                  scalar.type == Scalar::Type::kString && !event.plain
                      ? "leave out the quotes"
                      : "");
      } else if (narrow && (value < std::numeric_limits<int32_t>::min() ||
                            value > std::numeric_limits<int32_t>::max())) {
        Error("out-of-range", path,
              absl::StrCat(value, " is too large a number"), event.start,
              event.end);
      } else if (narrow) {
        const int32_t small = static_cast<int32_t>(value);
        if (list) {
          reflection->AddInt32(message, field, small);
        } else {
          reflection->SetInt32(message, field, small);
        }
      } else if (list) {
        reflection->AddInt64(message, field, value);
      } else {
        reflection->SetInt64(message, field, value);
      }
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          field->enum_type()->FindValueByName(std::string(event.value));
      if (value == nullptr) {
        std::vector<absl::string_view> names;
        for (int i = 0; i < field->enum_type()->value_count(); ++i) {
          names.push_back(field->enum_type()->value(i)->name());
        }
        Error("wrong-type", path,
              absl::StrCat("no value ", event.value, " in ",
                           field->enum_type()->name()),
              event.start, event.end)
            .set_hint(DidYouMean(event.value, names));
      } else if (list) {
        reflection->AddEnum(message, field, value);
      } else {
        reflection->SetEnum(message, field, value);
      }
      break;
    }
    default:
      // The models have no floating-point and no unsigned fields.
      Error("wrong-type", path, "this field can't be read from text",
            event.start, event.end);
  }
  reader_.Next();
}

void NodeDecoder::AppendJson(std::string* json) {
  const Event& event = reader_.Next();
  switch (event.type) {
    case Event::Type::kScalar: {
      const Scalar scalar = Resolve(event);
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
    const Scalar scalar = Resolve(event);
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
    const Scalar::Type type = Resolve(inner).type;
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
  const Scalar scalar = Resolve(event);
  int64_t number = 0;
  if (event.type == Event::Type::kScalar &&
      scalar.type == Scalar::Type::kString) {
    value->set_string_value(std::string(event.value));
  } else if (event.type == Event::Type::kScalar && ToInteger(scalar, &number) &&
             number >= std::numeric_limits<int32_t>::min() &&
             number <= std::numeric_limits<int32_t>::max()) {
    value->set_int_value(static_cast<int32_t>(number));
  } else {
    WrongType("a whole number or a string", event, path);
    reader_.SkipNode();
    return;
  }
  reader_.Next();
}

}  // namespace colocation
