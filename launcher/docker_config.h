// ~/.docker/config.json, as Tekton writes it: user names and passwords for
// registries, merged from several Secrets (pkg/credentials/dockercreds).
#ifndef COLOCATION_LAUNCHER_DOCKER_CONFIG_H_
#define COLOCATION_LAUNCHER_DOCKER_CONFIG_H_

#include <map>
#include <string>
#include <string_view>

namespace colocation::launcher {

class DockerConfig {
 public:
  // Each takes what it is given instead of what was there for that registry.
  void AddUser(const std::string& registry, const std::string& user,
               const std::string& password);
  // Adds what the text of a `.docker/config.json`, or of a `.dockercfg`, says.
  // Of each registry that is user name, password, `auth` and `email`; the rest,
  // such as identity tokens and helpers, is left out, as in Tekton. False where
  // Go's encoding/json would not read it.
  bool AddConfigJson(std::string_view text);
  bool AddDockercfg(std::string_view text);

  bool empty() const { return entries_.empty(); }
  std::string ToJson() const;

 private:
  struct Entry {
    std::string user;
    std::string password;
    std::string auth;
    std::string email;
  };
  class Reader;

  std::map<std::string, Entry> entries_;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_DOCKER_CONFIG_H_
