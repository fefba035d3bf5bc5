// The structure of a node: mappings with their keys and merges, lists, maps.

#include "colocation/decode/node_decoder.h"

#include <map>

#include "colocation/decode/event_scalar.h"

namespace colocation {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// What an entry of a map takes, in its list and in its table, about.
constexpr size_t kEntryBytes = 200;

// The message that holds `info`'s field: `message` or one inlined in it.
Message* Owner(const FieldInfo& info, Message* message) {
  return info.via == nullptr
             ? message
             : message->GetReflection()->MutableMessage(message, info.via);
}

}  // namespace

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
      const Scalar scalar = ResolveScalar(event);
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
  const bool other_case = info == nullptr && any_case_;
  if (other_case) info = table.FindInAnyCase(key.name, version_);
  if (info == nullptr) {
    UnknownField(table, key, path.Field(key.name));
    reader_.SkipNode();
    return;
  }
  const FieldPath member = path.Field(info->NameIn(version_));
  const uint64_t bit = uint64_t{1} << (info->index % 64);
  uint64_t& by_key = seen.by_key[info->index / 64 % 4];
  uint64_t& by_merge = seen.by_merge[info->index / 64 % 4];
  uint64_t& in_other_case = seen.in_other_case[info->index / 64 % 4];
  const bool had_exact = ((by_key | by_merge) & ~in_other_case & bit) != 0;
  if (other_case) {
    OtherCase(*info, key, member, had_exact);
    if (had_exact) {
      reader_.SkipNode();
      return;
    }
    in_other_case |= bit;
  } else if ((in_other_case & bit) != 0) {
    OtherCase(*info, key, member, /*passed_over=*/false);
    in_other_case &= ~bit;
    by_key &= ~bit;
    by_merge |= bit;  // so that what was read is cleared
  }
  // The last one counts, as in any reader that isn't strict.
  if (!key.merged && (by_key & bit) != 0) DuplicateKey(key, member);
  Message* owner = Owner(*info, message);
  if (((by_key | by_merge) & bit) != 0) {
    owner->GetReflection()->ClearField(owner, info->field);
  }
  (key.merged ? by_merge : by_key) |= bit;
  const bool above = any_case_;
  any_case_ = above || info->kept_whole;
  DecodeField(*info, owner, member);
  any_case_ = above;
}

void NodeDecoder::DecodeNode(const FieldTable& table, Message* message,
                             const FieldPath& path) {
  reader_.Charge(table.message_bytes());
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
        reader_.Charge(info.table->message_bytes());
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
    reader_.Charge(kEntryBytes + key.name.size());
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

}  // namespace colocation
