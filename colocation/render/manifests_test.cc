#include "colocation/render/manifests.h"

#include <string>

#include "colocation/decode/decode.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

v1::ColocationPlan TwoPodsAndAClaim() {
  v1::ColocationPlan plan;
  plan.add_claims()->mutable_metadata()->set_name("claim");
  plan.add_pods()->set_name("one");
  plan.add_pods()->set_name("two");
  return plan;
}

// "KIND NAME" of each object that a reader finds in `text`.
std::string ObjectsIn(const std::string& text) {
  v1::ObjectSet objects;
  DiagnosticList diagnostics;
  DecodeObjects("manifests", text, {}, &objects, &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  std::string found;
  for (const v1::OtherObject& object : objects.others()) {
    found +=
        object.api_version() + " " + object.kind() + " " + object.name() + "; ";
  }
  return found;
}

TEST(ManifestsTest, ClaimsComeBeforeThePodsThatMountThem) {
  const v1::Manifests manifests = RenderManifests(TwoPodsAndAClaim());
  const std::string expected =
      "v1 PersistentVolumeClaim claim; v1 Pod one; v1 Pod two; ";
  EXPECT_EQ(ObjectsIn(ManifestsYaml(manifests)), expected);
  EXPECT_EQ(ObjectsIn(ManifestsJson(manifests)), expected);
}

TEST(ManifestsTest, APlanWithoutPodsGivesNothing) {
  const v1::Manifests manifests = RenderManifests({});
  EXPECT_EQ(ManifestsYaml(manifests), "");
  EXPECT_EQ(ObjectsIn(ManifestsJson(manifests)), "");
}

}  // namespace
}  // namespace colocation
