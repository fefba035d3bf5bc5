#include "launcher/install.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "launcher/check_spec.h"
#include "launcher/container.h"
#include "launcher/files.h"
#include "launcher/spec.h"
#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

bool CopyFile(const std::string& from, const std::string& to, mode_t mode) {
  const File source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.is_open()) return false;
  const File target(
      open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!target.is_open() || fchmod(target.fd(), mode) != 0) return false;
  static char buffer[1 << 16];
  for (;;) {
    const ssize_t n = read(source.fd(), buffer, sizeof buffer);
    if (n == 0) return true;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || !WriteAll(target.fd(),
                           std::string_view(buffer, static_cast<size_t>(n)))) {
      return false;
    }
  }
}

// A name or relative path that stays where it belongs.
bool StaysInside(std::string_view path) {
  if (path.empty() || path[0] == '/') return false;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return false;
    if (slash == path.npos) break;
    path.remove_prefix(slash + 1);
  }
  return true;
}

}  // namespace

bool Install(const std::vector<std::string>& arguments, const std::string& root,
             const std::string& self, std::string* error) {
  std::string json;
  for (const std::string& argument : arguments) json += argument;
  InstallSpec spec;
  std::string_view launch;
  if (!ReadInstallSpec(json, &spec, &launch, error) ||
      !CheckLaunchSpec(spec.launch, error)) {
    *error = "install spec: " + *error;
    return false;
  }
  const std::string colocation = root + "/colocation";
  const std::string program = colocation + "/program";
  const std::string private_root = colocation + "/private";
  const std::string events = colocation + "/events";
  const auto failed = [error](const std::string& path) {
    *error = FileError(path);
    return false;
  };
  const auto make = [&](const std::string& directory) {
    return MakeDirectories(directory, 0777) || failed(directory);
  };

  for (const std::string& directory :
       {program, program + "/scripts", private_root, events}) {
    if (!MakeDirectories(directory, 0755)) return failed(directory);
  }
  for (const std::string& directory : spec.directories) {
    if (!StaysInside(directory)) {
      *error = "install spec: directory \"" + directory + "\" is not allowed";
      return false;
    }
    if (!make(private_root + "/" + directory)) return false;
  }
  for (const LaunchContainer& container : spec.launch.containers) {
    if (!StaysInside(container.name)) {
      *error = "install spec: bad container name \"" + container.name + "\"";
      return false;
    }
    // The last part of the path has to be writable by whoever runs there, also
    // if the kubelet has made it for the mount.
    const std::string directory = events + "/" + container.name;
    if (!make(directory)) return false;
    if (chmod(directory.c_str(), 0777) != 0) return failed(directory);
  }
  for (const Script& script : spec.scripts) {
    const std::string path = program + "/scripts/" + script.container;
    if (!StaysInside(script.container) ||
        !WriteFile(path, script.content, 0755)) {
      return failed(path);
    }
  }
  if (!CopyFile(self, program + "/launcher", 0755)) {
    return failed(program + "/launcher");
  }
  if (!WriteFile(program + "/spec.json", launch, 0644)) {
    return failed(program + "/spec.json");
  }
  if (!WriteFile(program + "/started_unix_ns", std::to_string(NowNs()), 0644)) {
    return failed(program + "/started_unix_ns");
  }
  return true;
}

}  // namespace colocation::launcher
