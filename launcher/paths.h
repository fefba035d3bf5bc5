// Where everything is, as docs/launcher.md lays it down.
#ifndef COLOCATION_LAUNCHER_PATHS_H_
#define COLOCATION_LAUNCHER_PATHS_H_

#include <string>
#include <string_view>

namespace colocation::launcher {

struct Paths {
  // The launcher, spec.json, started_unix_ns, scripts/.
  std::string program;
  // One directory a container; for reading.
  std::string events;
  // This container's own one of them; for writing.
  std::string post;
  // Files of the controller.
  std::string gates;
  // The unit's own.
  std::string tekton;
  // The container's own: files made of the Secrets in the other one.
  std::string credentials;
  std::string credential_secrets;
  // Empty: where the spec says.
  std::string termination_message;
  // The launcher as its own image has it.
  std::string in_image;
  // The counter of OomKills; empty: that of the container's cgroup.
  std::string oom_kills;

  // Of a container in a Pod.
  static Paths InPod() {
    return {"/colocation/program",
            "/colocation/events",
            "/colocation/post",
            "/colocation/gates",
            "/tekton",
            "/tekton/creds",
            "/tekton/creds-secrets",
            "",
            "/launcher",
            ""};
  }

  // Of tests, which run a whole Pod in one directory, with no mounts.
  static Paths Under(const std::string& root, const std::string& container,
                     const std::string& unit) {
    const std::string colocation = root + "/colocation";
    return {colocation + "/program",
            colocation + "/events",
            colocation + "/events/" + container,
            colocation + "/gates",
            colocation + "/private/" + unit + "/tekton",
            root + "/creds/" + container,
            root + "/creds-secrets",
            root + "/termination/" + container,
            root + "/images/" + container + "/launcher",
            root + "/oom_kills/" + container};
  }
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_PATHS_H_
