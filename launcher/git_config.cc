#include "launcher/git_config.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace colocation::launcher {
namespace {

// As Go's %q quotes what a URL can hold.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string ReplaceAll(std::string_view text, char from, std::string_view to) {
  std::string replaced;
  for (const char c : text) {
    if (c == from) {
      replaced += to;
    } else {
      replaced.push_back(c);
    }
  }
  return replaced;
}

std::string_view WithoutSlash(std::string_view path) {
  if (!path.empty() && path[0] == '/') path.remove_prefix(1);
  return path;
}

}  // namespace

bool GitUsers::Add(const std::string& url, std::string user,
                   std::string password, std::string* error) {
  for (const User& other : users_) {
    if (other.written_url != url) continue;
    *error = "there are two credentials for git at \"" + url + "\"";
    return false;
  }
  std::string why;
  const std::optional<Url> parsed = Url::Parse(url, &why);
  if (!parsed.has_value()) {
    *error = "the URL \"" + url + "\" can't be used: " + why;
    return false;
  }
  users_.push_back({url, *parsed, std::move(user), std::move(password)});
  return true;
}

std::string GitUsers::Config() const {
  std::string config = "[credential]\n\thelper = store\n";
  for (const User& user : users_) {
    config += "[credential " + Quoted(user.written_url) +
              "]\n\tusername = " + ReplaceAll(user.user, '\\', "\\\\") + "\n";
    if (user.url.HasPath()) config += "\tuseHttpPath = true\n";
  }
  return config;
}

std::string GitUsers::Store() const {
  std::string store;
  for (const bool with_path : {false, true}) {
    for (const User& user : users_) {
      if (user.url.HasPath() != with_path) continue;
      store += user.url.WithUser(user.user, user.password) + "\n";
    }
  }
  return store;
}

void SshKeys::Add(const std::string& url, const std::string& secret,
                  const std::string& known_hosts) {
  auto host = std::find_if(hosts_.begin(), hosts_.end(),
                           [&](const Host& h) { return h.url == url; });
  if (host == hosts_.end()) {
    host = hosts_.insert(hosts_.end(), Host());
    host->url = url;
    const size_t slash = url.find('/');
    if (slash != url.npos) host->path = url.substr(slash);
    host->name = url.substr(0, slash);
    host->port = "22";
    if (const auto parts = SplitHostPort(host->name)) {
      host->name = parts->host;
      host->port = parts->port;
    }
  }
  host->secrets.push_back(secret);
  if (!known_hosts.empty()) host->known_hosts.push_back(known_hosts);
}

std::string SshKeys::Host::Alias() const {
  if (path.empty()) return name;
  return name + "--" + ReplaceAll(WithoutSlash(path), '/', "--");
}

std::vector<const SshKeys::Host*> SshKeys::InOrder() const {
  std::vector<const Host*> ordered;
  for (const Host& host : hosts_) ordered.push_back(&host);
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const Host* host) { return host->path.empty(); });
  return ordered;
}

std::string SshKeys::Config(const std::string& directory) const {
  std::string config;
  for (const Host* host : InOrder()) {
    config += "Host " + host->Alias() + "\n    HostName " + host->name +
              "\n    Port " + host->port + "\n";
    for (const std::string& secret : host->secrets) {
      config += "    IdentityFile " + directory + "/id_" + secret + "\n";
    }
  }
  return config;
}

std::string SshKeys::KnownHosts() const {
  std::string all;
  for (const Host* host : InOrder()) {
    for (const std::string& hosts : host->known_hosts) {
      if (!all.empty()) all.push_back('\n');
      all += hosts;
    }
  }
  return all;
}

std::string SshKeys::GitConfig() const {
  std::string config;
  for (const Host* host : InOrder()) {
    if (host->path.empty()) continue;
    const std::string path = std::string(WithoutSlash(host->path)) + ".git";
    const std::string port = host->port == "22" ? "" : ":" + host->port;
    const auto instead = [&](const std::string& alias,
                             const std::string& written) {
      config += "[url \"" + alias + "\"]\n\tinsteadOf = " + written + "\n";
    };
    instead("git@" + host->Alias() + ":" + path,
            "git@" + host->name + ":" + path);
    instead("ssh://" + host->Alias() + "/" + path,
            "ssh://" + host->name + port + "/" + path);
  }
  return config;
}

}  // namespace colocation::launcher
