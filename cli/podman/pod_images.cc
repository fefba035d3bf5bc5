#include "cli/podman/pod_images.h"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation::podman {
namespace {

// Held while an image is made or pulled.
std::mutex& making() {
  static std::mutex& mutex = *new std::mutex;
  return mutex;
}

bool IsRoot(absl::string_view user) {
  return user.empty() || user == "root" || user == "0" ||
         absl::StartsWith(user, "0:") || absl::StartsWith(user, "root:");
}

// k8s.io/kubernetes/pkg/kubelet/kuberuntime/security_context.go,
// verifyRunAsNonRoot.
absl::Status CheckNonRoot(const v1::Pod& pod, const v1::Container& container,
                          const api::Image& image) {
  const v1::PodSecurityContext& pods = pod.spec().security_context();
  const v1::SecurityContext& own = container.security_context();
  const bool non_root = own.has_run_as_non_root() ? own.run_as_non_root()
                                                  : pods.run_as_non_root();
  if (!non_root) return absl::OkStatus();
  const bool root = own.has_run_as_user()    ? own.run_as_user() == 0
                    : pods.has_run_as_user() ? pods.run_as_user() == 0
                                             : IsRoot(image.user());
  if (!root) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("container \"", container.name(),
                   "\" must not run as root (runAsNonRoot), but would"));
}

absl::StatusOr<api::Image> Pull(
    const Podman& podman, const std::string& name, bool always,
    const std::function<void(absl::string_view)>& on_note) {
  const std::lock_guard<std::mutex> lock(making());
  if (!always) {
    absl::StatusOr<api::Image> image = podman.InspectImage(name);
    if (!absl::IsNotFound(image.status())) return image;
  }
  on_note(absl::StrCat("pulling ", name));
  if (absl::Status status = podman.PullImage(name); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat("cannot pull ", name, ": ",
                                                    status.message()));
  }
  return podman.InspectImage(name);
}

absl::StatusOr<api::Image> Find(
    const Podman& podman, const v1::Container& container,
    const std::function<void(absl::string_view)>& on_note) {
  const std::string& policy = container.image_pull_policy();
  if (policy == "Always") {
    return Pull(podman, container.image(), /*always=*/true, on_note);
  }
  absl::StatusOr<api::Image> image = podman.InspectImage(container.image());
  if (!absl::IsNotFound(image.status()) || policy == "Never") return image;
  return Pull(podman, container.image(), /*always=*/false, on_note);
}

}  // namespace

absl::Status PrepareImages(
    const Podman& podman, const v1::Pod& pod,
    const std::vector<LocalImage>& made,
    const std::function<void(absl::string_view)>& on_note) {
  for (const LocalImage& image : made) {
    const std::lock_guard<std::mutex> lock(making());
    if (absl::Status status = EnsureImage(podman, image); !status.ok()) {
      return status;
    }
  }
  std::map<std::string, api::Image> images;
  for (const auto* containers :
       {&pod.spec().init_containers(), &pod.spec().containers()}) {
    for (const v1::Container& container : *containers) {
      auto image = images.find(container.image());
      if (image == images.end()) {
        absl::StatusOr<api::Image> found = Find(podman, container, on_note);
        if (!found.ok()) return found.status();
        image = images.emplace(container.image(), *std::move(found)).first;
      }
      if (absl::Status status = CheckNonRoot(pod, container, image->second);
          !status.ok()) {
        return status;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace colocation::podman
