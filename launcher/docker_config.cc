#include "launcher/docker_config.h"

#include <algorithm>
#include <cstdint>

#include "launcher/json.h"

namespace colocation::launcher {
namespace {

std::string Base64(std::string_view text) {
  constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (size_t i = 0; i < text.size(); i += 3) {
    const std::string_view three = text.substr(i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 |
             (k < three.size() ? static_cast<unsigned char>(three[k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      encoded.push_back(k <= three.size() ? kDigits[bits >> (18 - 6 * k) & 63]
                                          : '=');
    }
  }
  return encoded;
}

// Go's encoding/json matches names without regard to case.
bool IsField(std::string_view key, std::string_view name) {
  return std::equal(key.begin(), key.end(), name.begin(), name.end(),
                    [](char a, char b) {
                      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
                    });
}

}  // namespace

class DockerConfig::Reader {
 public:
  explicit Reader(std::string_view text)
      : json_(text, JsonReader::BadText::kReplace) {}

  bool ReadConfig(std::map<std::string, Entry>* entries) {
    const bool read =
        json_.TakeNull() || json_.ReadObject([&](const std::string& key) {
          return IsField(key, "auths") ? Entries(entries) : json_.Skip();
        });
    return read && json_.AtEnd();
  }

  bool ReadEntries(std::map<std::string, Entry>* entries) {
    return Entries(entries) && json_.AtEnd();
  }

 private:
  bool Entries(std::map<std::string, Entry>* entries) {
    if (json_.TakeNull()) return true;
    return json_.ReadObject([&](const std::string& registry) {
      Entry& entry = (*entries)[registry] = Entry();
      if (json_.TakeNull()) return true;
      return json_.ReadObject([&](const std::string& key) {
        std::string* field = IsField(key, "username")   ? &entry.user
                             : IsField(key, "password") ? &entry.password
                             : IsField(key, "auth")     ? &entry.auth
                             : IsField(key, "email")    ? &entry.email
                                                        : nullptr;
        if (field == nullptr) return json_.Skip();
        return json_.TakeNull() || json_.ReadString(field);
      });
    });
  }

  JsonReader json_;
};

void DockerConfig::AddUser(const std::string& registry, const std::string& user,
                           const std::string& password) {
  // The address is Tekton's: some registries wanted one.
  entries_[registry] = {user, password, Base64(user + ":" + password),
                        "not@val.id"};
}

bool DockerConfig::AddConfigJson(std::string_view text) {
  std::map<std::string, Entry> read;
  if (!Reader(text).ReadConfig(&read)) return false;
  for (auto& [registry, entry] : read) entries_[registry] = std::move(entry);
  return true;
}

bool DockerConfig::AddDockercfg(std::string_view text) {
  std::map<std::string, Entry> read;
  if (!Reader(text).ReadEntries(&read)) return false;
  for (auto& [registry, entry] : read) entries_[registry] = std::move(entry);
  return true;
}

std::string DockerConfig::ToJson() const {
  std::string json = "{\"auths\":{";
  bool first = true;
  const auto text = [&](std::string_view value) {
    AppendJsonString(value, &json, /*html=*/true);
  };
  for (const auto& [registry, entry] : entries_) {
    if (!first) json.push_back(',');
    first = false;
    text(registry);
    json += ":{";
    const auto field = [&](std::string_view name, const std::string& value) {
      text(name);
      json.push_back(':');
      text(value);
    };
    if (!entry.user.empty()) {
      field("username", entry.user);
      json.push_back(',');
    }
    if (!entry.password.empty()) {
      field("password", entry.password);
      json.push_back(',');
    }
    field("auth", entry.auth);
    if (!entry.email.empty()) {
      json.push_back(',');
      field("email", entry.email);
    }
    json.push_back('}');
  }
  return json + "}}";
}

}  // namespace colocation::launcher
