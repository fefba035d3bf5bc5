// Whether a node's labels and taints let a Pod run there.
#ifndef COLOCATION_SIMULATE_PLACEMENT_H_
#define COLOCATION_SIMULATE_PLACEMENT_H_

#include <map>
#include <string>

#include "absl/types/span.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation::simulate {

// nodeSelector, and nodeAffinity as far as it is required
// (component-helpers/scheduling/corev1/nodeaffinity in Kubernetes).
bool MatchesLabels(const v1::PodSpec& spec,
                   const std::map<std::string, std::string>& labels,
                   const std::string& node_name);

bool Tolerates(const v1::PodSpec& spec, const v1::Taint& taint);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_PLACEMENT_H_
