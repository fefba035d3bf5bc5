// The objects to create for a plan: its claims, then its Pods.
#ifndef COLOCATION_RENDER_MANIFESTS_H_
#define COLOCATION_RENDER_MANIFESTS_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

v1::Manifests RenderManifests(const v1::ColocationPlan& plan);

// As `kubectl create -f -` takes them: YAML documents, or a List in JSON.
std::string ManifestsYaml(const v1::Manifests& manifests);
std::string ManifestsJson(const v1::Manifests& manifests);

}  // namespace colocation

#endif  // COLOCATION_RENDER_MANIFESTS_H_
