#include "colocation/plan/launcher_security.h"

#include <algorithm>
#include <cstdint>

namespace colocation {
namespace {

constexpr int64_t kUser = 65532;

// Whether each container of the author does so by itself.
template <typename Predicate>
bool All(const v1::PlannedPod& pod, Predicate does) {
  return pod.containers_size() > 0 &&
         std::all_of(pod.containers().begin(), pod.containers().end(),
                     [&](const v1::PlannedContainer& planned) {
                       return does(planned.container().security_context());
                     });
}

}  // namespace

v1::SecurityContext LauncherSecurityContext(const v1::PlannedPod& pod,
                                            const FeatureFlags& flags) {
  const v1::PodSecurityContext& of_pod = pod.spec().security_context();
  v1::SecurityContext security;
  security.set_allow_privilege_escalation(false);
  security.mutable_capabilities()->add_drop("ALL");

  const bool not_root =
      flags.set_security_context || of_pod.run_as_non_root() ||
      All(pod,
          [](const v1::SecurityContext& own) { return own.run_as_non_root(); });
  if (not_root) {
    security.set_run_as_non_root(true);
    if (of_pod.run_as_user() == 0) {
      security.set_run_as_user(kUser);
      if (!of_pod.has_run_as_group()) security.set_run_as_group(kUser);
    }
  }
  const bool has_profile =
      flags.set_security_context ||
      All(pod, [](const auto& own) { return own.has_seccomp_profile(); });
  if (has_profile)
    security.mutable_seccomp_profile()->set_type("RuntimeDefault");
  if (flags.set_security_context && flags.read_only_root_filesystem) {
    security.set_read_only_root_filesystem(true);
  }
  return security;
}

}  // namespace colocation
