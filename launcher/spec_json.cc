#include "launcher/spec_json.h"

#include <algorithm>
#include <iterator>

#include "launcher/json.h"

namespace colocation::launcher {
namespace {

// Names of an enum's values, by number, as in the .proto file.
template <typename Enum>
struct EnumNames;

template <>
struct EnumNames<ValueType> {
  static constexpr std::string_view kNames[] = {
      "VALUE_TYPE_UNSPECIFIED", "VALUE_TYPE_STRING", "VALUE_TYPE_ARRAY",
      "VALUE_TYPE_OBJECT"};
};

template <>
struct EnumNames<ContainerRole> {
  static constexpr std::string_view kNames[] = {"CONTAINER_ROLE_UNSPECIFIED",
                                                "CONTAINER_ROLE_STEP",
                                                "CONTAINER_ROLE_SIDECAR"};
};

template <>
struct EnumNames<Outcome> {
  static constexpr std::string_view kNames[] = {
      "OUTCOME_UNSPECIFIED", "OUTCOME_SUCCEEDED", "OUTCOME_FAILED",
      "OUTCOME_SKIPPED"};
};

template <>
struct EnumNames<SkipReason> {
  static constexpr std::string_view kNames[] = {
      "SKIP_REASON_UNSPECIFIED",     "SKIP_REASON_WHEN",
      "SKIP_REASON_PARENT_SKIPPED",  "SKIP_REASON_STOPPING",
      "SKIP_REASON_CANCELLED",       "SKIP_REASON_STOPPED",
      "SKIP_REASON_MISSING_RESULTS", "SKIP_REASON_PIPELINE_TIMEOUT",
      "SKIP_REASON_TASKS_TIMEOUT",   "SKIP_REASON_FINALLY_TIMEOUT",
      "SKIP_REASON_EMPTY_MATRIX"};
};

template <>
struct EnumNames<CredentialKind> {
  static constexpr std::string_view kNames[] = {
      "CREDENTIAL_KIND_UNSPECIFIED",
      "CREDENTIAL_KIND_BASIC_GIT",
      "CREDENTIAL_KIND_SSH_GIT",
      "CREDENTIAL_KIND_BASIC_DOCKER",
      "CREDENTIAL_KIND_DOCKER_CONFIG_JSON",
      "CREDENTIAL_KIND_DOCKERCFG"};
};

// What an event may have unknown fields of, a spec may not.
enum class Unknown { kError, kSkipped };

// Elements of a list in an event, which a user's program may have forged: an
// empty result takes three bytes of JSON, and thirty times as many in memory.
constexpr size_t kMostInEvent = 65'536;

// "wait_for" to "waitFor".
std::string CamelCase(std::string_view name) {
  std::string camel;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
    } else {
      camel.push_back(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      upper = false;
    }
  }
  return camel;
}

// Reads structs, and knows where it is for the sake of messages.
class SpecReader {
 public:
  SpecReader(std::string_view json, Unknown unknown)
      : json_(json), text_(json), unknown_(unknown) {}

  template <typename Message>
  bool ReadAll(Message* message, std::string* error) {
    *message = Message();
    if (Value(*message) && !json_.AtEnd()) json_.Fail("more than one value");
    if (json_.ok()) return true;
    *error = where_.empty() ? json_.error() : where_ + ": " + json_.error();
    return false;
  }

  std::string_view launch() const { return launch_; }

 private:
  // Reads the member `key` into the field of that name.
  struct Member {
    SpecReader* reader;
    std::string_view key;
    bool found = false;
    bool read = false;

    template <typename T>
    void operator()(std::string_view name, T& field) {
      if (found || key != name) return;
      found = true;
      read = reader->Value(field);
    }
  };

  bool Value(std::string& field) {
    return json_.TakeNull() || json_.ReadString(&field);
  }
  bool Value(bool& field) { return json_.TakeNull() || json_.ReadBool(&field); }
  bool Value(int32_t& field) {
    return json_.TakeNull() || json_.ReadInt(&field);
  }
  bool Value(int64_t& field) {
    return json_.TakeNull() || json_.ReadInt(&field);
  }

  template <typename T>
  bool Value(std::vector<T>& field) {
    if (json_.TakeNull()) return true;
    return json_.ReadArray([&] {
      if (unknown_ == Unknown::kSkipped && field.size() == kMostInEvent) {
        return json_.Fail("too many");
      }
      const std::string index = "[" + std::to_string(field.size()) + "]";
      return Value(field.emplace_back()) || At(index);
    });
  }

  template <typename T>
  bool Value(std::optional<T>& field) {
    return json_.TakeNull() || Value(field.emplace());
  }

  bool Value(LaunchSpec& field) {
    json_.Peek();
    const size_t start = json_.position();
    if (!Object(field)) return false;
    launch_ = text_.substr(start, json_.position() - start);
    return true;
  }

  template <typename T>
  requires std::is_enum_v<T>
  bool Value(T& field) {
    constexpr auto& kNames = EnumNames<T>::kNames;
    if (json_.TakeNull()) return true;
    size_t number = 0;
    if (json_.Peek() == '"') {
      std::string name;
      if (!json_.ReadString(&name)) return false;
      number = std::find(std::begin(kNames), std::end(kNames), name) -
               std::begin(kNames);
    } else {
      int32_t given = 0;
      if (!json_.ReadInt(&given)) return false;
      number = static_cast<size_t>(given);
    }
    if (number >= std::size(kNames)) return json_.Fail("unknown value");
    field = static_cast<T>(number);
    return true;
  }

  template <typename T>
  requires std::is_class_v<T>
  bool Value(T& field) { return Object(field); }

  template <typename T>
  bool Object(T& message) {
    return json_.ReadObject([&](const std::string& given) {
      const std::string key =
          given.find('_') == given.npos ? given : CamelCase(given);
      Member member{this, key};
      Fields(member, message);
      if (member.found) return member.read || At("." + key);
      if (unknown_ == Unknown::kSkipped) return json_.Skip();
      json_.Fail("unknown field");
      return At("." + given);
    });
  }

  // Puts `step` in front of where the error is; false.
  bool At(std::string_view step) {
    if (where_.empty() && !step.empty() && step[0] == '.') {
      where_ = step.substr(1);
    } else if (!where_.empty() && where_[0] != '[') {
      where_ = std::string(step) + "." + where_;
    } else {
      where_ = std::string(step) + where_;
    }
    if (where_[0] == '.') where_.erase(0, 1);
    return false;
  }

  JsonReader json_;
  std::string_view text_;
  Unknown unknown_;
  std::string where_;
  std::string_view launch_;
};

// Appends a struct. Visits each field in order.
class SpecWriter {
 public:
  template <typename T>
  static void Append(const T& message, std::string* json) {
    SpecWriter writer(json);
    json->push_back('{');
    // The list of fields is shared with the reader, which does change them.
    Fields(writer, const_cast<T&>(message));
    json->push_back('}');
  }

  template <typename T>
  void operator()(std::string_view name, const T& field) {
    if (IsDefault(field)) return;
    if (!first_) json_->push_back(',');
    first_ = false;
    AppendJsonString(name, json_);
    json_->push_back(':');
    Value(field);
  }

 private:
  explicit SpecWriter(std::string* json) : json_(json) {}

  static bool IsDefault(const std::string& field) { return field.empty(); }
  static bool IsDefault(bool field) { return !field; }
  static bool IsDefault(int32_t field) { return field == 0; }
  static bool IsDefault(int64_t field) { return field == 0; }
  template <typename T>
  static bool IsDefault(const std::vector<T>& field) {
    return field.empty();
  }
  template <typename T>
  static bool IsDefault(const std::optional<T>& field) {
    return !field.has_value();
  }
  template <typename T>
  requires std::is_enum_v<T>
  static bool IsDefault(T field) { return field == T{}; }
  static bool IsDefault(const LaunchSpec&) { return false; }

  void Value(const std::string& field) { AppendJsonString(field, json_); }
  void Value(bool field) { json_->append(field ? "true" : "false"); }
  void Value(int32_t field) { json_->append(std::to_string(field)); }
  void Value(int64_t field) { json_->append(std::to_string(field)); }
  template <typename T>
  void Value(const std::optional<T>& field) {
    Value(*field);
  }
  template <typename T>
  void Value(const std::vector<T>& field) {
    json_->push_back('[');
    for (size_t i = 0; i < field.size(); ++i) {
      if (i > 0) json_->push_back(',');
      Value(field[i]);
    }
    json_->push_back(']');
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Value(T field) {
    AppendJsonString(EnumNames<T>::kNames[static_cast<size_t>(field)], json_);
  }
  template <typename T>
  requires std::is_class_v<T>
  void Value(const T& field) { Append(field, json_); }

  std::string* json_;
  bool first_ = true;
};

template <typename Message>
std::string Written(const Message& message) {
  std::string json;
  SpecWriter::Append(message, &json);
  return json;
}

template <typename Event>
bool ReadOneEvent(std::string_view json, Event* event, std::string* error) {
  return SpecReader(json, Unknown::kSkipped).ReadAll(event, error);
}

}  // namespace

bool ReadLaunchSpec(std::string_view json, LaunchSpec* spec,
                    std::string* error) {
  return SpecReader(json, Unknown::kError).ReadAll(spec, error);
}

bool ReadInstallSpec(std::string_view json, InstallSpec* spec,
                     std::string_view* launch, std::string* error) {
  SpecReader reader(json, Unknown::kError);
  if (!reader.ReadAll(spec, error)) return false;
  *launch = reader.launch();
  return true;
}

bool ReadEvent(std::string_view json, UnitStart* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}
bool ReadEvent(std::string_view json, StepEnd* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}
bool ReadEvent(std::string_view json, TaskEnd* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}
bool ReadEvent(std::string_view json, CleanUp* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}
bool ReadEvent(std::string_view json, SidecarState* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}
bool ReadEvent(std::string_view json, DeclaredEnds* event, std::string* error) {
  return ReadOneEvent(json, event, error);
}

std::string ToJson(const UnitStart& event) { return Written(event); }
std::string ToJson(const StepEnd& event) { return Written(event); }
std::string ToJson(const TaskEnd& event) { return Written(event); }
std::string ToJson(const CleanUp& event) { return Written(event); }
std::string ToJson(const SidecarState& event) { return Written(event); }
std::string ToJson(const DeclaredEnds& event) { return Written(event); }
std::string ToJson(const InstallSpec& spec) { return Written(spec); }
std::string ToJson(const LaunchSpec& spec) { return Written(spec); }

std::string_view Name(SkipReason reason) {
  return EnumNames<SkipReason>::kNames[static_cast<size_t>(reason)];
}

}  // namespace colocation::launcher
