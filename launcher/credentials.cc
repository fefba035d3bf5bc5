#include "launcher/credentials.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/docker_config.h"
#include "launcher/files.h"
#include "launcher/git_config.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

constexpr mode_t kFileMode = 0600;
// Of directories among the credentials, and of their copies.
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kHomeDirectoryMode = 0700;

void Warn(const std::string& what) {
  std::fprintf(stderr, "launcher: warning: %s\n", what.c_str());
}

// All credentials of a step, read.
class Credentials {
 public:
  explicit Credentials(const CredentialPaths& paths) : paths_(paths) {}

  // False, with a message, where the step can't run.
  bool Read(const LaunchSpec& spec, std::string* error) {
    for (const LaunchCredential& credential : spec.credentials) {
      std::string why;
      if (ReadOne(credential, spec.require_known_hosts, &why)) continue;
      *error = "the credential of the Secret \"" + credential.secret +
               "\" can't be used: " + why;
      return false;
    }
    return true;
  }

  // Leaves the files in paths_.directory.
  void Write() {
    WriteDocker();
    WriteGit();
    WriteSsh();
  }

 private:
  std::string KeyPath(const std::string& secret, std::string_view key) const {
    return paths_.secrets + "/" + secret + "/" + std::string(key);
  }

  bool ReadKey(const std::string& secret, std::string_view key,
               std::string* content, std::string* error) const {
    const std::string path = KeyPath(secret, key);
    std::optional<std::string> read = ReadFile(path);
    if (!read.has_value()) {
      *error = FileError(path);
      return false;
    }
    *content = *std::move(read);
    return true;
  }

  bool ReadOne(const LaunchCredential& credential, bool require_known_hosts,
               std::string* error) {
    const std::string& secret = credential.secret;
    // Tekton's entrypoint takes SECRET=URL.
    if (credential.url.find('=') != std::string::npos) {
      *error = "there is a \"=\" in \"" + credential.url + "\"";
      return false;
    }
    std::string user, password;
    switch (credential.kind) {
      case CredentialKind::kUnspecified:
        return true;
      case CredentialKind::kDockercfg:
        dockercfgs_.push_back(secret);
        return true;
      case CredentialKind::kDockerConfigJson:
        config_jsons_.push_back(secret);
        return true;
      case CredentialKind::kSshGit:
        return ReadSsh(credential, require_known_hosts, error);
      case CredentialKind::kBasicGit:
        return ReadKey(secret, "username", &user, error) &&
               ReadKey(secret, "password", &password, error) &&
               git_.Add(credential.url, user, password, error);
      case CredentialKind::kBasicDocker:
        if (!ReadKey(secret, "username", &user, error) ||
            !ReadKey(secret, "password", &password, error)) {
          return false;
        }
        if (!registries_.insert(credential.url).second) {
          *error = "there are two credentials for docker at \"" +
                   credential.url + "\"";
          return false;
        }
        docker_users_.push_back({credential.url, user, password});
        return true;
    }
    return true;
  }

  bool ReadSsh(const LaunchCredential& credential, bool require_known_hosts,
               std::string* error) {
    const std::string& secret = credential.secret;
    if (!ReadKey(secret, "ssh-privatekey", &keys_[secret], error)) return false;
    const std::string path = KeyPath(secret, "known_hosts");
    const std::optional<std::string> known_hosts = ReadFile(path);
    if (require_known_hosts && !known_hosts.has_value()) {
      *error = FileError(path);
      return false;
    }
    ssh_.Add(credential.url, secret, known_hosts.value_or(""));
    return true;
  }

  // Users win over files, and config.json wins over .dockercfg.
  void WriteDocker() {
    DockerConfig docker;
    std::string content, why;
    for (const std::string& secret : dockercfgs_) {
      if (!ReadKey(secret, ".dockercfg", &content, &why)) return Warn(why);
      if (!docker.AddDockercfg(content)) {
        return Warn(KeyPath(secret, ".dockercfg") +
                    " is not understood: no credentials for docker");
      }
    }
    for (const std::string& secret : config_jsons_) {
      if (!ReadKey(secret, ".dockerconfigjson", &content, &why)) {
        return Warn(why);
      }
      if (!docker.AddConfigJson(content)) {
        return Warn(KeyPath(secret, ".dockerconfigjson") +
                    " is not understood: no credentials for docker");
      }
    }
    for (const DockerUser& user : docker_users_) {
      docker.AddUser(user.registry, user.user, user.password);
    }
    if (docker.empty()) return;
    Make("/.docker");
    Put("/.docker/config.json", docker.ToJson());
  }

  void WriteGit() {
    if (git_.empty()) return;
    Put("/.gitconfig", git_.Config());
    Put("/.git-credentials", git_.Store());
  }

  void WriteSsh() {
    if (ssh_.empty()) return;
    Make("/.ssh");
    for (const auto& [secret, key] : keys_) Put("/.ssh/id_" + secret, key);
    Put("/.ssh/config", ssh_.Config(paths_.directory + "/.ssh"));
    if (const std::string hosts = ssh_.KnownHosts(); !hosts.empty()) {
      Put("/.ssh/known_hosts", hosts);
    }
    if (const std::string config = ssh_.GitConfig(); !config.empty()) {
      Put("/.gitconfig", (git_.empty() ? "" : git_.Config()) + config);
    }
  }

  void Make(const std::string& name) {
    const std::string path = paths_.directory + name;
    if (!MakeDirectories(path, kDirectoryMode)) Warn(FileError(path));
  }

  void Put(const std::string& name, const std::string& content) {
    const std::string path = paths_.directory + name;
    if (!WriteFile(path, content, kFileMode)) Warn(FileError(path));
  }

  struct DockerUser {
    std::string registry;
    std::string user;
    std::string password;
  };

  const CredentialPaths& paths_;
  GitUsers git_;
  SshKeys ssh_;
  // By Secret.
  std::map<std::string, std::string> keys_;
  std::vector<std::string> dockercfgs_;
  std::vector<std::string> config_jsons_;
  std::vector<DockerUser> docker_users_;
  std::set<std::string> registries_;
};

bool IsBelow(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() &&
         path.substr(0, directory.size()) == directory &&
         path[directory.size()] == '/';
}

std::string RealPath(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  std::string real = resolved != nullptr ? resolved : "";
  free(resolved);
  return real;
}

// Sorted.
std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

// Copies the credentials into the home directory.
class HomeCopier {
 public:
  explicit HomeCopier(const CredentialPaths& paths)
      : real_home_(RealPath(paths.home)) {
    for (const std::string& directory : paths.reserved) {
      reserved_.push_back(RealPath(directory));
    }
  }

  // Copies a file or directory, if it is there. What is there already keeps its
  // mode, and links are followed. False, with errno set and `*at` where, on an
  // error.
  bool Copy(const std::string& from, const std::string& to, std::string* at) {
    struct stat info;
    *at = from;
    if (lstat(from.c_str(), &info) != 0) return errno == ENOENT;
    if (S_ISDIR(info.st_mode)) {
      *at = to;
      if (!MakeDirectories(to, kHomeDirectoryMode)) return false;
      for (const std::string& name : NamesIn(from)) {
        if (!Copy(from + "/" + name, to + "/" + name, at)) return false;
      }
      return true;
    }
    const std::optional<std::string> content = ReadFile(from);
    if (!content.has_value()) return false;
    *at = to;
    const File file = Open(to);
    return file.is_open() && ftruncate(file.fd(), 0) == 0 &&
           WriteAll(file.fd(), *content);
  }

 private:
  static File OpenExisting(const std::string& path) {
    return File(open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  }

  // A file to write into, changed in nothing yet; without one, errno is set.
  File Open(const std::string& path) const {
    File file = OpenExisting(path);
    if (!file.is_open() && errno == ENOENT) {
      const size_t slash = path.rfind('/');
      const File directory(open(path.substr(0, slash).c_str(),
                                O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (!directory.is_open() || !IsAllowed(directory)) return File();
      // Not by way of a link to what isn't there.
      file = File(openat(directory.fd(), path.c_str() + slash + 1,
                         O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
      // Another step, with the same home, may have been faster.
      if (!file.is_open() && errno == EEXIST) file = OpenExisting(path);
    }
    if (!file.is_open()) return file;
    struct stat info;
    if (fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode)) {
      errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
      return File();
    }
    return IsAllowed(file) ? std::move(file) : File();
  }

  // Whether what was opened is where credentials may go; sets errno.
  bool IsAllowed(const File& file) const {
    const std::string real =
        RealPath("/proc/self/fd/" + std::to_string(file.fd()));
    if (real == real_home_ || IsBelow(real, real_home_)) return true;
    errno = EPERM;
    return !real.empty() && std::none_of(reserved_.begin(), reserved_.end(),
                                         [&](const std::string& directory) {
                                           return real == directory ||
                                                  IsBelow(real, directory);
                                         });
  }

  const std::string real_home_;
  std::vector<std::string> reserved_;
};

void CopyToHome(const CredentialPaths& paths) {
  struct stat info;
  if (stat(paths.directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return;
  }
  if (paths.home.empty()) {
    return Warn("unsuccessful cred copy: HOME is not set");
  }
  HomeCopier copier(paths);
  for (const char* name :
       {".docker", ".gitconfig", ".git-credentials", ".ssh"}) {
    std::string at;
    if (copier.Copy(paths.directory + "/" + name, paths.home + "/" + name,
                    &at)) {
      continue;
    }
    Warn("unsuccessful cred copy: " + std::string(name) + " from " +
         paths.directory + " to " + paths.home + ": " + FileError(at));
  }
}

}  // namespace

bool WriteCredentials(const LaunchSpec& spec, const CredentialPaths& paths,
                      std::string* error) {
  Credentials credentials(paths);
  if (!credentials.Read(spec, error)) return false;
  if (const std::string left = EmptyUsersDirectory(paths.directory);
      !left.empty()) {
    Warn(left);
  }
  credentials.Write();
  CopyToHome(paths);
  return true;
}

}  // namespace colocation::launcher
