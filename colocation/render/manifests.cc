#include "colocation/render/manifests.h"

#include "absl/strings/str_cat.h"
#include "colocation/decode/encode.h"
#include "colocation/render/pod.h"

namespace colocation {

v1::Manifests RenderManifests(const v1::ColocationPlan& plan) {
  v1::Manifests manifests;
  for (const v1::PersistentVolumeClaim& claim : plan.claims()) {
    v1::PersistentVolumeClaim* added = manifests.add_claims();
    *added = claim;
    added->set_api_version("v1");
    added->set_kind("PersistentVolumeClaim");
  }
  for (const v1::PlannedPod& pod : plan.pods()) {
    *manifests.add_pods() = RenderPod(plan, pod);
  }
  return manifests;
}

std::string ManifestsYaml(const v1::Manifests& manifests) {
  std::string text;
  const auto add = [&](const google::protobuf::Message& object) {
    absl::StrAppend(&text, text.empty() ? "" : "---\n", ToYaml(object));
  };
  for (const v1::PersistentVolumeClaim& claim : manifests.claims()) add(claim);
  for (const v1::Pod& pod : manifests.pods()) add(pod);
  return text;
}

std::string ManifestsJson(const v1::Manifests& manifests) {
  std::string items;
  const auto add = [&](const google::protobuf::Message& object) {
    absl::StrAppend(&items, items.empty() ? "\n" : ",\n", ToJson(object));
  };
  for (const v1::PersistentVolumeClaim& claim : manifests.claims()) add(claim);
  for (const v1::Pod& pod : manifests.pods()) add(pod);
  return absl::StrCat(R"({"apiVersion":"v1","kind":"List","items":[)", items,
                      "\n]}\n");
}

}  // namespace colocation
