#include "launcher/oom_kills.h"

#include <algorithm>
#include <cstdlib>

#include "launcher/files.h"

namespace colocation::launcher {
namespace {

constexpr std::string_view kField = "oom_kill ";

// The number after "oom_kill", at the start of a line.
std::optional<int64_t> Field(std::string_view text) {
  while (!text.empty()) {
    const std::string line(text.substr(0, text.find('\n')));
    if (line.rfind(kField, 0) == 0) {
      return std::strtoll(line.c_str() + kField.size(), nullptr, 10);
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return std::nullopt;
}

std::optional<int64_t> CountIn(const std::string& file) {
  const std::optional<std::string> text = ReadFile(file);
  return text.has_value() ? Field(*text) : std::nullopt;
}

bool HasMemory(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::string_view one = controllers.substr(0, controllers.find(','));
    if (one == "memory") return true;
    controllers.remove_prefix(std::min(controllers.size(), one.size() + 1));
  }
  return false;
}

}  // namespace

std::vector<std::string> OomCounterFiles(std::string_view proc_self_cgroup) {
  std::vector<std::string> first, second;
  while (!proc_self_cgroup.empty()) {
    // "4:memory:/path", or "0::/path" for version 2.
    const std::string_view line =
        proc_self_cgroup.substr(0, proc_self_cgroup.find('\n'));
    proc_self_cgroup.remove_prefix(
        std::min(proc_self_cgroup.size(), line.size() + 1));
    const size_t controllers = line.find(':');
    const size_t path = line.find(':', controllers + 1);
    if (controllers == line.npos || path == line.npos) continue;
    const std::string_view named =
        line.substr(controllers + 1, path - controllers - 1);
    std::string group(line.substr(path + 1));
    if (group == "/") group.clear();
    if (HasMemory(named)) {
      for (const std::string& at : {group, std::string()}) {
        first.push_back("/sys/fs/cgroup/memory" + at + "/memory.oom_control");
      }
    } else if (named.empty()) {
      for (const std::string& at : {group, std::string()}) {
        second.push_back("/sys/fs/cgroup" + at + "/memory.events");
      }
    }
  }
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

OomKills::OomKills(const std::string& file) : file_(file) {
  if (!file.empty()) return;
  const std::string groups = ReadFile("/proc/self/cgroup").value_or("");
  for (const std::string& candidate : OomCounterFiles(groups)) {
    if (!CountIn(candidate).has_value()) continue;
    file_ = candidate;
    return;
  }
}

std::optional<int64_t> OomKills::Count() const {
  if (file_.empty()) return std::nullopt;
  return CountIn(file_);
}

}  // namespace colocation::launcher
