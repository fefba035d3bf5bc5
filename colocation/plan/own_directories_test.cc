// Which directories the launchers of a retried task are told to empty, by
// container: "a-step-s: /workspace /v".
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

struct OwnCase {
  const char* name;  // the claim
  const char* volume;
  const char* step;     // fields of step s
  const char* sidecar;  // fields of the sidecar; none without
  const char* own;
};

const OwnCase kCases[] = {
    {"EmptyDir", "emptyDir: {}", "volumeMounts: [{name: v, mountPath: /v}]", "",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace"},
    {"EmptyDirInMemory", "emptyDir: {medium: Memory}",
     "volumeMounts: [{name: v, mountPath: /v}]", "",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace"},
    {"PartOfIt", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /v, subPath: s}]", "",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace"},
    {"PathThatIsNotClean", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /v/./w/}]", "",
     "s: /tekton/home /v/w /workspace; t: /tekton/home /workspace"},
    {"ReadOnly", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /v, readOnly: true}]", "",
     "s: /tekton/home /workspace; t: /tekton/home /workspace"},
    {"ClaimThatEndsWithThePod",
     "ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], "
     "resources: {requests: {storage: 1Gi}}}}}",
     "volumeMounts: [{name: v, mountPath: /v}]", "",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace"},
    {"ClaimStays", "persistentVolumeClaim: {claimName: c}",
     "volumeMounts: [{name: v, mountPath: /v}]", "",
     "s: /tekton/home /workspace; t: /tekton/home /workspace"},
    {"HostPathStays", "hostPath: {path: /x}",
     "volumeMounts: [{name: v, mountPath: /v}]", "",
     "s: /tekton/home /workspace; t: /tekton/home /workspace"},
    // Step t would take the mount away from step s.
    {"MountOfOneStepBelowWorkspace", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /workspace/v}]", "",
     "s: /tekton/home /workspace /workspace/v; t: /tekton/home"},
    {"MountOfOneStepBelowHome", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /tekton/home/.cache}]", "",
     "s: /tekton/home /tekton/home/.cache /workspace; t: /workspace"},
    {"HomeThatIsAVolume", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /tekton/home}]", "",
     "s: /tekton/home /workspace; t: /tekton/home /workspace"},
    {"SidecarHasNoWorkspace", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /v}]",
     "volumeMounts: [{name: v, mountPath: /v}]",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace; "
     "db: /tekton/home /v"},
    {"VolumeElsewhereInTheSidecar", "emptyDir: {}",
     "volumeMounts: [{name: v, mountPath: /v}]",
     "volumeMounts: [{name: v, mountPath: /w}]",
     "s: /tekton/home /v /workspace; t: /tekton/home /workspace; "
     "db: /tekton/home /w"},
};

TEST(OwnDirectoriesTest, AreWhatANewPodWouldHaveEmpty) {
  for (const OwnCase& c : kCases) {
    for (const bool retried : {true, false}) {
      SCOPED_TRACE(absl::StrCat(c.name, retried ? "" : ", not retried"));
      const Planned planned = PlanYaml(absl::StrCat(
          "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
          "metadata: {name: run}\n"
          "spec:\n"
          "  workspaces: [{name: w, emptyDir: {}}]\n"
          "  pipelineSpec:\n"
          "    workspaces: [{name: w}]\n"
          "    tasks:\n"
          "    - name: a\n"
          "      retries: ",
          retried ? 2 : 0,
          "\n"
          "      workspaces: [{name: w}]\n"
          "      taskSpec:\n"
          "        workspaces: [{name: w}]\n"
          "        volumes: [{name: v, ",
          c.volume,
          "}]\n"
          "        sidecars: [",
          *c.sidecar == 0 ? ""
                          : absl::StrCat("{name: db, image: i, command: [c], ",
                                         c.sidecar, "}"),
          "]\n"
          "        steps: [{name: s, image: i, command: [c], ",
          c.step, "}, {name: t, image: i, command: [c]}]\n"));
      EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
      std::vector<std::string> steps, sidecars;
      for (const v1::LaunchContainer& launch :
           planned.plan.pods(0).install().launch().containers()) {
        std::vector<std::string> own(launch.own_directories().begin(),
                                     launch.own_directories().end());
        std::sort(own.begin(), own.end());
        if (own.empty()) continue;
        (launch.role() == v1::CONTAINER_ROLE_STEP ? steps : sidecars)
            .push_back(
                absl::StrCat(launch.step(), ": ", absl::StrJoin(own, " ")));
      }
      steps.insert(steps.end(), sidecars.begin(), sidecars.end());
      EXPECT_EQ(absl::StrJoin(steps, "; "), retried ? c.own : "");
    }
  }
}

}  // namespace
}  // namespace colocation
