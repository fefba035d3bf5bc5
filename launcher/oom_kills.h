// How many processes of this container the kernel has killed because its memory
// was used up.
//
// Such a kill need not end the step: a child of it is gone, and the step itself
// may exit with 0. Kubernetes then says OOMKilled of the container, and Tekton
// fails the TaskRun with StepOOM (DidTaskRunFail and getFailureInfo in
// pkg/pod/status.go). The counter is the kernel's, of the container's cgroup:
// "oom_kill" in memory.events (version 2, with the groups below it) or in
// memory.oom_control (version 1, since Linux 4.13).
#ifndef COLOCATION_LAUNCHER_OOM_KILLS_H_
#define COLOCATION_LAUNCHER_OOM_KILLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colocation::launcher {

class OomKills {
 public:
  // `file` holds the counter; if it is empty, the file of this process's
  // cgroup.
  explicit OomKills(const std::string& file);

  // So far; absent where nobody counts.
  std::optional<int64_t> Count() const;

 private:
  std::string file_;
};

// Where the counter may be, by the text of /proc/self/cgroup, the best first.
// A container's cgroup is at the path that the kernel says if the host's
// hierarchy is mounted, and at its root if, as usual, only its own is.
std::vector<std::string> OomCounterFiles(std::string_view proc_self_cgroup);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_OOM_KILLS_H_
