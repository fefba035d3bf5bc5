#include "tests/fuzz/message_mutator.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tests/fuzz/text_mutator.h"

namespace colocation::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class MessageMutator {
 public:
  MessageMutator(const std::vector<std::string>& words, std::mt19937* random)
      : words_(words), random_(random) {}

  void Mutate(Message* root) {
    Collect(root);
    Message* message = messages_[Below(messages_.size())];
    const auto* type = message->GetDescriptor();
    if (type->field_count() == 0) return;
    const Reflection* of = message->GetReflection();
    const FieldDescriptor* field = nullptr;
    // Half of the time one that is set.
    std::vector<const FieldDescriptor*> set;
    of->ListFields(*message, &set);
    if (!set.empty() && Below(2) == 0) {
      field = set[Below(set.size())];
    } else {
      field = type->field(Below(type->field_count()));
    }
    if (field->is_repeated()) {
      MutateRepeated(message, field);
    } else if (Below(8) == 0) {
      of->ClearField(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      of->MutableMessage(message, field);
    } else {
      SetValue(message, field, /*index=*/-1);
    }
  }

 private:
  size_t Below(size_t n) { return (*random_)() % n; }

  void Collect(Message* message) {
    messages_.push_back(message);
    const Reflection* of = message->GetReflection();
    std::vector<const FieldDescriptor*> fields;
    of->ListFields(*message, &fields);
    for (const FieldDescriptor* field : fields) {
      const bool is_message =
          field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      const bool is_text = field->type() == FieldDescriptor::TYPE_STRING;
      if (!field->is_repeated()) {
        if (is_message) Collect(of->MutableMessage(message, field));
        if (is_text) texts_.push_back(of->GetString(*message, field));
        continue;
      }
      for (int i = 0; i < of->FieldSize(*message, field); ++i) {
        if (is_message) {
          Collect(of->MutableRepeatedMessage(message, field, i));
        }
        if (is_text) {
          texts_.push_back(of->GetRepeatedString(*message, field, i));
        }
      }
    }
  }

  void MutateRepeated(Message* message, const FieldDescriptor* field) {
    const Reflection* of = message->GetReflection();
    const int size = of->FieldSize(*message, field);
    const bool is_message =
        field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    switch (size == 0 ? 0 : Below(5)) {
      case 0:
        if (is_message) {
          of->AddMessage(message, field);
        } else {
          SetValue(message, field, kAdd);
        }
        break;
      case 1:  // out, from any place
        of->SwapElements(message, field, Below(size), size - 1);
        of->RemoveLast(message, field);
        break;
      case 2:
        of->SwapElements(message, field, Below(size), Below(size));
        break;
      case 3:
        if (is_message) {  // twice
          const Message& one =
              of->GetRepeatedMessage(*message, field, Below(size));
          std::unique_ptr<Message> copy(one.New());
          copy->CopyFrom(one);
          of->AddMessage(message, field)->CopyFrom(*copy);
          break;
        }
        [[fallthrough]];
      default:
        if (!is_message) SetValue(message, field, Below(size));
    }
  }

  std::string Text() {
    std::string text;
    if (!texts_.empty() && Below(4) != 0) text = texts_[Below(texts_.size())];
    if (!words_.empty() && Below(4) == 0) text = words_[Below(words_.size())];
    if (Below(4) == 0) MutateText(words_, text, random_, &text);
    // A text is UTF-8, or it would not be read again.
    for (char& c : text) {
      if (static_cast<unsigned char>(c) >= 128) c = '?';
    }
    return text;
  }

  int64_t Number() {
    switch (Below(6)) {
      case 0:
        return -1;
      case 1:
        return std::numeric_limits<int64_t>::max();
      case 2:
        return std::numeric_limits<int64_t>::min();
      case 3:
        return static_cast<int64_t>((*random_)()) << Below(32);
      default:
        return Below(5);
    }
  }

  static constexpr int kSet = -1;
  static constexpr int kAdd = -2;

  // `where`: kSet, kAdd, or an index.
  void SetValue(Message* message, const FieldDescriptor* field, int where) {
    const Reflection* of = message->GetReflection();
#define COLOCATION_SET(TYPE, VALUE)                      \
  if (where == kSet) {                                   \
    of->Set##TYPE(message, field, VALUE);                \
  } else if (where == kAdd) {                            \
    of->Add##TYPE(message, field, VALUE);                \
  } else {                                               \
    of->SetRepeated##TYPE(message, field, where, VALUE); \
  }                                                      \
  break
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        COLOCATION_SET(String, Text());
      case FieldDescriptor::CPPTYPE_INT32:
        COLOCATION_SET(Int32, static_cast<int32_t>(Number()));
      case FieldDescriptor::CPPTYPE_INT64:
        COLOCATION_SET(Int64, Number());
      case FieldDescriptor::CPPTYPE_UINT32:
        COLOCATION_SET(UInt32, static_cast<uint32_t>(Number()));
      case FieldDescriptor::CPPTYPE_UINT64:
        COLOCATION_SET(UInt64, static_cast<uint64_t>(Number()));
      case FieldDescriptor::CPPTYPE_BOOL:
        COLOCATION_SET(Bool, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        COLOCATION_SET(Double, static_cast<double>(Number()));
      case FieldDescriptor::CPPTYPE_FLOAT:
        COLOCATION_SET(Float, static_cast<float>(Number()));
      case FieldDescriptor::CPPTYPE_ENUM:
        COLOCATION_SET(EnumValue, static_cast<int>(Below(12)));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
#undef COLOCATION_SET
  }

  const std::vector<std::string>& words_;
  std::mt19937* random_;
  std::vector<Message*> messages_;
  std::vector<std::string> texts_;
};

}  // namespace

void MutateMessage(const std::vector<std::string>& words, std::mt19937* random,
                   google::protobuf::Message* message) {
  MessageMutator(words, random).Mutate(message);
}

size_t MutateInput(const std::vector<std::string>& words, size_t head,
                   uint8_t* data, size_t size, size_t most, unsigned seed,
                   google::protobuf::Message* message) {
  std::mt19937 random(seed);
  if (size < head || !message->ParseFromArray(data + head, size - head)) {
    message->Clear();
  }
  for (size_t edits = 1 + random() % 4; edits > 0; --edits) {
    MutateMessage(words, &random, message);
  }
  const size_t needed = head + message->ByteSizeLong();
  if (needed > most) return std::min(size, most);
  for (size_t i = 0; i < head; ++i) {
    if (i >= size || random() % 4 == 0) data[i] = random() % 256;
  }
  message->SerializeToArray(data + head, needed - head);
  return needed;
}

}  // namespace colocation::fuzz
