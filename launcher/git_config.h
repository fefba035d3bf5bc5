// The files that git and ssh read, as Tekton writes them
// (pkg/credentials/gitcreds).
#ifndef COLOCATION_LAUNCHER_GIT_CONFIG_H_
#define COLOCATION_LAUNCHER_GIT_CONFIG_H_

#include <string>
#include <string_view>
#include <vector>

#include "launcher/url.h"

namespace colocation::launcher {

// User names and passwords, for git over HTTP.
class GitUsers {
 public:
  // False, with a message, where Tekton takes no such credential.
  bool Add(const std::string& url, std::string user, std::string password,
           std::string* error);

  bool empty() const { return users_.empty(); }
  // The content of .gitconfig: which user name for which URL.
  std::string Config() const;
  // The content of .git-credentials: those for a whole host first, so that
  // those for one repository don't stand in their way.
  std::string Store() const;

 private:
  struct User {
    std::string written_url;
    Url url;
    std::string user;
    std::string password;
  };
  std::vector<User> users_;
};

// Keys, for git over SSH. A credential is for a host, "git.example.org:2222",
// or for one repository of it, "git.example.org/team/repository".
class SshKeys {
 public:
  // Of one Secret; the key is in the file "id_SECRET" beside the others.
  void Add(const std::string& url, const std::string& secret,
           const std::string& known_hosts);

  bool empty() const { return hosts_.empty(); }
  // The content of .ssh/config, whose keys are in the directory.
  std::string Config(const std::string& directory) const;
  // The content of .ssh/known_hosts; may be empty.
  std::string KnownHosts() const;
  // What .gitconfig has to say so that git uses the keys of repositories.
  std::string GitConfig() const;

 private:
  struct Host {
    std::string url;
    std::string name;
    std::string port;
    // "/team/repository"; empty for a whole host.
    std::string path;
    std::vector<std::string> secrets;
    std::vector<std::string> known_hosts;

    // What ssh calls it.
    std::string Alias() const;
  };
  // Those for a whole host first.
  std::vector<const Host*> InOrder() const;

  std::vector<Host> hosts_;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_GIT_CONFIG_H_
