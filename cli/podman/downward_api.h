// What a Pod's containers may know of their Pod: fieldRef and resourceFieldRef.
//
// Fields: metadata.{name,namespace,uid,labels,annotations}, one label or
// annotation (metadata.labels['KEY']), spec.{nodeName,serviceAccountName},
// status.{podIP,podIPs,hostIP,hostIPs}. The whole of labels or annotations is
// one KEY="VALUE" line each, sorted
// (k8s.io/kubernetes/pkg/fieldpath/fieldpath.go). Resources: requests.* and
// limits.* of a container, divided by the divisor and rounded up
// (pkg/api/v1/resource/helpers.go); a limit that isn't set is refused, as there
// is no node to take it from.
#ifndef COLOCATION_CLI_PODMAN_DOWNWARD_API_H_
#define COLOCATION_CLI_PODMAN_DOWNWARD_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::podman {

absl::StatusOr<std::string> FieldValue(const v1::Pod& pod,
                                       absl::string_view field_path);

// `own_container` is the one that the reference stands in; it may be empty in a
// volume, where the reference has to name one.
absl::StatusOr<std::string> ResourceValue(const v1::Pod& pod,
                                          const v1::ResourceFieldSelector& ref,
                                          absl::string_view own_container);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_DOWNWARD_API_H_
