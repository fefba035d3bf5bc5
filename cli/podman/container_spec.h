// From a Pod and one of its containers to what podman is asked for.
//
// Pure functions: Kubernetes' meaning in, podman's words out.
#ifndef COLOCATION_CLI_PODMAN_CONTAINER_SPEC_H_
#define COLOCATION_CLI_PODMAN_CONTAINER_SPEC_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/expansion.h"
#include "cli/podman/podman_api.pb.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

// Adds an error for everything in `pod` that would have to mean something else
// here than it does in a cluster, and a warning for what is not done here but
// does not change the run of a sound Pod. Errors have the code
// "not-runnable-here", warnings "ignored-here".
void CheckRunnable(const v1::Pod& pod, DiagnosticList* diagnostics);

// Where the directory or file for a volume mount is.
using MountSource = absl::FunctionRef<absl::StatusOr<std::string>(
    absl::string_view volume, absl::string_view sub_path)>;

// Everything but `name`, `pod` and the log. `variables` are ContainerEnv's;
// `termination_message` is the file for it. Errors name the field below the
// container.
absl::StatusOr<api::ContainerCreate> ContainerSpec(
    const v1::Pod& pod, const v1::Container& container,
    const Variables& variables, MountSource source,
    absl::string_view termination_message);

// `network` is podman's network mode; the Pod's own hostNetwork overrides it.
api::PodCreate PodSpec(const v1::Pod& pod, absl::string_view network);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_CONTAINER_SPEC_H_
