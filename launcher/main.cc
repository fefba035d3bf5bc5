// The program in every container of a planned Pod; docs/launcher.md is its
// contract.
//
//   launcher install PIECE...               in the init container
//   launcher run CONTAINER [-- COMMAND...]  in each other one
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/container.h"
#include "launcher/install.h"
#include "launcher/process.h"
#include "launcher/sidecar.h"
#include "launcher/step.h"

namespace colocation::launcher {
namespace {

constexpr int kWrongUsage = 2;
constexpr char kUsage[] =
    "usage: launcher install PIECE...\n"
    "       launcher run CONTAINER [-- COMMAND [ARGUMENT...]]\n"
    "For tests, before anything else: --root=DIRECTORY, "
    "--watch=inotify|dnotify|looking\n";

int Fail(const std::string& error) {
  std::fprintf(stderr, "launcher: %s\n", error.c_str());
  return 1;
}

int Usage() {
  std::fputs(kUsage, stderr);
  return kWrongUsage;
}

// Takes the value of "--NAME=VALUE".
bool TakeFlag(std::string_view argument, std::string_view name,
              std::string* value) {
  if (argument.substr(0, name.size()) != name) return false;
  *value = argument.substr(name.size());
  return true;
}

int Main(std::vector<std::string> arguments) {
  RunOptions options;
  std::string watch = "inotify";
  size_t next = 0;
  while (next < arguments.size() &&
         (TakeFlag(arguments[next], "--root=", &options.root) ||
          TakeFlag(arguments[next], "--watch=", &watch))) {
    ++next;
  }
  if (watch == "dnotify") {
    options.watch = DirectoryWatch::Means::kDnotify;
  } else if (watch == "looking") {
    options.watch = DirectoryWatch::Means::kLooking;
  } else if (watch != "inotify") {
    return Usage();
  }
  arguments.erase(arguments.begin(),
                  arguments.begin() + static_cast<ptrdiff_t>(next));
  if (arguments.empty()) return Usage();
  const std::string verb = arguments[0];
  arguments.erase(arguments.begin());

  std::string error;
  BecomeLauncher();
  if (verb == "install") {
    if (arguments.empty()) return Usage();
    return Install(arguments, options.root, "/proc/self/exe", &error)
               ? 0
               : Fail(error);
  }
  if (verb != "run" || arguments.empty()) return Usage();
  options.container = arguments[0];
  if (arguments.size() > 1) {
    if (arguments[1] != "--") return Usage();
    options.arguments.assign(arguments.begin() + 2, arguments.end());
  }
  const std::unique_ptr<Container> container = Container::Open(options, &error);
  if (container == nullptr) return Fail(error);
  return container->self().role == ContainerRole::kSidecar
             ? RunSidecar(*container, options.arguments)
             : RunStep(*container, options.arguments);
}

}  // namespace
}  // namespace colocation::launcher

int main(int argc, char** argv) {
  return colocation::launcher::Main(
      std::vector<std::string>(argv + 1, argv + argc));
}
