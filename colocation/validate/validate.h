// Each object alone, by the rules of Tekton's webhook.
//
// Tekton sets defaults and then validates (pkg/apis/pipeline/v1, v1beta1:
// *_defaults.go, *_validation.go); here the rules look at an object as it would
// be with its defaults, and nothing is changed. All that is wrong is found in
// one go. tests/parity/rules.tsv lists the rules (stage `webhook`), each with
// its code and its place in Tekton's source; rules that need more than one
// object are in colocation/resolve.
//
// Cost: linear in the size of the objects; next to no allocation for objects
// without fault. Thread-safe: calls share nothing.
#ifndef COLOCATION_VALIDATE_VALIDATE_H_
#define COLOCATION_VALIDATE_VALIDATE_H_

#include <cstdint>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

// Adds what Tekton would refuse in `objects` to `diagnostics`.
void Validate(const v1::ObjectSet& objects, const FeatureFlags& flags,
              DiagnosticList* diagnostics);

// Reports each stepTemplate that would take more than `most_bytes` in all the
// steps which it is taken into. False where there is one: the other rules look
// at steps with their template, and are not to be asked then.
bool CheckTemplates(const v1::ObjectSet& objects, int64_t most_bytes,
                    DiagnosticList* diagnostics);

// Adds what Tekton accepts in `objects` and Kubernetes would refuse in a Pod
// made of them (pod_rules.h).
void ValidateForPods(const v1::ObjectSet& objects, const FeatureFlags& flags,
                     DiagnosticList* diagnostics);

// The same of what is known of the cluster.
void ValidateCluster(const v1::Cluster& cluster, DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_VALIDATE_H_
