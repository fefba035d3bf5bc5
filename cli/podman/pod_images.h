// The images of a Pod's containers, brought to this machine.
#ifndef COLOCATION_CLI_PODMAN_POD_IMAGES_H_
#define COLOCATION_CLI_PODMAN_POD_IMAGES_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/podman/local_image.h"
#include "cli/podman/podman.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

// Makes the images `made`, pulls those of `pod`'s containers that are missing
// here or have imagePullPolicy Always, and checks runAsNonRoot against the
// images' users. Cancelled when the pull was given up. Pods that are prepared
// at the same time make and pull an image once.
absl::Status PrepareImages(
    const Podman& podman, const v1::Pod& pod,
    const std::vector<LocalImage>& made,
    const std::function<void(absl::string_view)>& on_note);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_POD_IMAGES_H_
