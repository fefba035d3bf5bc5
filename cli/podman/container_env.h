// The environment of a container, as the kubelet makes it.
//
// First everything of `envFrom` in order, then `env` in order; a later one
// replaces an earlier one of the same name; `$(NAME)` in a value refers to what
// came before it (k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go,
// makeEnvironmentVariables). There are no service variables: a Pod that runs
// here is in no cluster.
#ifndef COLOCATION_CLI_PODMAN_CONTAINER_ENV_H_
#define COLOCATION_CLI_PODMAN_CONTAINER_ENV_H_

#include "absl/status/statusor.h"
#include "cli/podman/expansion.h"
#include "cli/podman/pod_objects.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

// An error names the field: "env[2].valueFrom: ...".
absl::StatusOr<Variables> ContainerEnv(const v1::Pod& pod,
                                       const v1::Container& container,
                                       const PodObjects& objects);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_CONTAINER_ENV_H_
