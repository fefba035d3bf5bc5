#include "launcher/value.h"

#include "launcher/json.h"

namespace colocation::launcher {
namespace {

JsonReader Reader(std::string_view text) {
  return JsonReader(text, JsonReader::BadText::kReplace);
}

bool ReadStringOrNull(JsonReader& json, std::string* value) {
  value->clear();
  return json.TakeNull() || json.ReadString(value);
}

bool ReadList(std::string_view text, std::vector<std::string>* list) {
  JsonReader json = Reader(text);
  return json.ReadArray([&] {
    return ReadStringOrNull(json, &list->emplace_back());
  }) && json.AtEnd();
}

bool ReadEntries(std::string_view text,
                 std::vector<std::pair<std::string, std::string>>* entries) {
  JsonReader json = Reader(text);
  return json.ReadObject([&](const std::string& key) {
    std::string value;
    if (!ReadStringOrNull(json, &value)) return false;
    entries->emplace_back(key, std::move(value));
    return true;
  }) && json.AtEnd();
}

}  // namespace

const std::string* Value::Entry(std::string_view key) const {
  for (size_t i = entries.size(); i-- > 0;) {
    if (entries[i].first == key) return &entries[i].second;
  }
  return nullptr;
}

Value ParseValue(std::string_view text) {
  Value value;
  if (text.empty()) return value;
  if (text[0] == '[' && ReadList(text, &value.list)) {
    value.type = ValueType::kArray;
    return value;
  }
  value.list.clear();
  if (text[0] == '{' && ReadEntries(text, &value.entries)) {
    value.type = ValueType::kObject;
    return value;
  }
  value.entries.clear();
  JsonReader json = Reader(text);
  if (!ReadStringOrNull(json, &value.text) || !json.AtEnd()) value.text = text;
  return value;
}

Value ParseValue(std::string_view text, ValueType declared) {
  if (declared == ValueType::kArray || declared == ValueType::kObject) {
    return ParseValue(text);
  }
  Value value;
  value.text = text;
  return value;
}

std::string ListJson(const std::vector<std::string>& list) {
  std::string json = "[";
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) json.push_back(',');
    AppendJsonString(list[i], &json, /*html=*/true);
  }
  json.push_back(']');
  return json;
}

}  // namespace colocation::launcher
