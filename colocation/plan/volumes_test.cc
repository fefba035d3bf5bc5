#include "colocation/plan/volumes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/encode.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A run of tasks with these bindings; each task is its workspaces, then its
// TaskSpec, in YAML flow.
struct Task {
  std::string name;
  std::string workspaces;
  std::string spec;
  std::string fields = "";
};

std::string RunOf(const std::string& bindings, const std::vector<Task>& tasks,
                  const std::string& run_fields = "") {
  std::string yaml = absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [",
      bindings, "]\n", run_fields, "  pipelineSpec:\n    tasks:\n");
  for (const Task& task : tasks) {
    absl::StrAppend(&yaml, "    - {name: ", task.name, task.fields,
                    ", workspaces: [", task.workspaces, "], taskSpec: {",
                    task.spec, "}}\n");
  }
  return yaml;
}

constexpr char kPrivate[] =
    "colocation-private:/tekton sub=a/tekton, "
    "colocation-private:/workspace sub=a/workspace";

struct MountCase {
  const char* name;
  const char* bindings;
  const char* workspaces;
  const char* spec;
  // After the private ones, of the container a-step-s.
  const char* mounts;
};

const MountCase kMounts[] = {
    {"NothingOfItsOwn", "", "", "steps: [{name: s, image: i, command: [c]}]",
     ""},
    {"WorkspaceAtItsDefaultPath", "{name: w, emptyDir: {}}", "{name: w}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]",
     "ws-w:/workspace/w"},
    {"MountPathReadOnlyAndSubPaths", "{name: w, subPath: x, emptyDir: {}}",
     "{name: v, workspace: w, subPath: z}",
     "workspaces: [{name: v, mountPath: /src, readOnly: true}], steps: [{name: "
     "s, image: i, command: [c]}]",
     "ws-w:/src sub=x/z ro"},
    {"OptionalLeftUnbound", "", "",
     "workspaces: [{name: w, optional: true}], steps: [{name: s, image: i, "
     "command: [c]}]",
     ""},
    {"IsolatedIsSeenByWhoNamesIt", "{name: w, emptyDir: {}}", "{name: w}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}, "
     "{name: t, image: i, command: [c], workspaces: [{name: w}]}]",
     ""},
    {"IsolatedElsewhere", "{name: w, emptyDir: {}}", "{name: w}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c], "
     "workspaces: [{name: w, mountPath: /here}]}]",
     "ws-w:/here"},
    {"OwnMountWinsOverTheWorkspace", "{name: w, emptyDir: {}}", "{name: w}",
     "workspaces: [{name: w, mountPath: /m}], volumes: [{name: v, emptyDir: "
     "{}}], steps: [{name: s, image: i, command: [c], volumeMounts: [{name: v, "
     "mountPath: /m}]}]",
     "a-v:/m"},
    {"VolumeOfAWorkspaceByItsVariable", "{name: w, emptyDir: {}}", "{name: w}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c], "
     "volumeMounts: [{name: $(workspaces.w.volume), mountPath: /m}]}]",
     "ws-w:/workspace/w, ws-w:/m"},
};

TEST(VolumesTest, Mounts) {
  for (const MountCase& c : kMounts) {
    SCOPED_TRACE(c.name);
    const Planned planned =
        PlanYaml(RunOf(c.bindings, {{"a", c.workspaces, c.spec}}));
    EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    EXPECT_EQ(MountsOf(ContainerOf(planned.plan, "a-step-s")),
              absl::StrCat(kPrivate, *c.mounts == 0 ? "" : ", ", c.mounts));
  }
}

TEST(VolumesTest, AuthorsMountTakesThePlaceOfOurs) {
  const Planned planned = PlanYaml(RunOf(
      "{name: w, emptyDir: {}}",
      {{"a", "{name: w}",
        "workspaces: [{name: w, mountPath: /workspace/}], steps: [{name: s, "
        "image: i, command: [c]}]"}}));
  EXPECT_EQ(MountsOf(ContainerOf(planned.plan, "a-step-s")),
            "colocation-private:/tekton sub=a/tekton, ws-w:/workspace/");
}

TEST(VolumesTest, SidecarHasItsWorkspacesButNoWorkspaceDirectory) {
  const Planned planned = PlanYaml(RunOf(
      "{name: w, emptyDir: {}}",
      {{"a", "{name: w}",
        "workspaces: [{name: w}], sidecars: [{name: d, image: d, command: "
        "[d]}], steps: [{name: s, image: i, command: [c]}]"}}));
  EXPECT_EQ(MountsOf(ContainerOf(planned.plan, "a-sidecar-d")),
            "colocation-private:/tekton sub=a/tekton, ws-w:/workspace/w");
}

TEST(VolumesTest, LauncherFindsItsFilesInEveryContainer) {
  const Planned planned = PlanYaml(
      RunOf("", {{"a", "", "steps: [{name: s, image: i, command: [c]}]"}}));
  std::vector<std::string> mounts;
  for (const v1::VolumeMount& m :
       ContainerOf(planned.plan, "a-step-s").container().volume_mounts()) {
    mounts.push_back(absl::StrCat(m.name(), m.mount_path(), " ", m.sub_path(),
                                  m.read_only() ? " ro" : ""));
  }
  mounts.resize(3);
  EXPECT_THAT(mounts,
              ElementsAre("colocation-program/colocation/program  ro",
                          "colocation-events/colocation/events  ro",
                          "colocation-events/colocation/post a-step-s"));
}

TEST(VolumesTest, VolumesOfTwoTasksDontCollide) {
  const char* spec =
      "workspaces: [{name: w}], volumes: [{name: v, emptyDir: {}}], steps: "
      "[{name: s, image: i, command: [c], volumeMounts: [{name: v, mountPath: "
      "/v}]}]";
  const Planned planned =
      PlanYaml(RunOf("{name: w, emptyDir: {}}",
                     {{"a", "{name: w}", spec}, {"b", "{name: w}", spec}}));
  ASSERT_EQ(planned.plan.pods_size(), 1);
  EXPECT_THAT(MountsOf(ContainerOf(planned.plan, "a-step-s")),
              HasSubstr("a-v:/v"));
  EXPECT_THAT(MountsOf(ContainerOf(planned.plan, "b-step-s")),
              HasSubstr("b-v:/v"));
}

struct BindingCase {
  const char* name;
  const char* binding;
  const char* volume;
};

constexpr BindingCase kBindings[] = {
    {"EmptyDir", "emptyDir: {medium: Memory, sizeLimit: 1Gi}",
     R"({"name":"ws-w","emptyDir":{"medium":"Memory","sizeLimit":"1Gi"}})"},
    {"Claim", "persistentVolumeClaim: {claimName: c, readOnly: true}",
     R"({"name":"ws-w","persistentVolumeClaim":{"claimName":"c","readOnly":true}})"},
    {"ConfigMap", "configMap: {name: c}",
     R"({"name":"ws-w","configMap":{"name":"c"}})"},
    {"Secret", "secret: {secretName: c}",
     R"({"name":"ws-w","secret":{"secretName":"c"}})"},
    {"Projected", "projected: {sources: [{secret: {name: c}}]}",
     R"({"name":"ws-w","projected":{"sources":[{"secret":{"name":"c"}}]}})"},
    {"Csi", "csi: {driver: d}", R"({"name":"ws-w","csi":{"driver":"d"}})"},
    {"ClaimTemplateOfOnePod",
     "volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}",
     R"({"name":"ws-w","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"]}}}})"},
};

TEST(VolumesTest, EveryKindOfBinding) {
  for (const BindingCase& c : kBindings) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(
        RunOf(absl::StrCat("{name: w, ", c.binding, "}"),
              {{"a", "{name: w}",
                "workspaces: [{name: w}], steps: [{name: s, image: i, command: "
                "[c]}]"}}));
    EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    EXPECT_EQ(ToJson(planned.plan.pods(0).volumes(3).volume()), c.volume);
  }
}

TEST(VolumesTest, ClaimTemplateOfSeveralPodsIsMadeBefore) {
  const char* spec =
      "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]";
  const Planned planned = PlanYaml(
      RunOf("{name: w, volumeClaimTemplate: {metadata: {name: data}, spec: "
            "{accessModes: [ReadWriteOnce]}}}",
            {{"a", "{name: w}", spec}, {"b", "{name: w}", spec}}));
  ASSERT_EQ(planned.plan.claims_size(), 1);
  const std::string& name = planned.plan.claims(0).metadata().name();
  EXPECT_THAT(name, StartsWith("data-"));
  for (const v1::PlannedPod& pod : planned.plan.pods()) {
    EXPECT_EQ(pod.volumes(3).volume().persistent_volume_claim().claim_name(),
              name);
  }
}

TEST(VolumesTest, TwoWorkspacesOnOneClaimAreOneVolume) {
  const Planned planned = PlanYaml(
      RunOf("{name: u, persistentVolumeClaim: {claimName: c}}, {name: w, "
            "persistentVolumeClaim: {claimName: c}}",
            {{"a", "{name: u}, {name: w}",
              "workspaces: [{name: u}, {name: w}], steps: [{name: s, image: i, "
              "command: [c]}]"}}));
  EXPECT_EQ(MountsOf(ContainerOf(planned.plan, "a-step-s")),
            absl::StrCat(kPrivate, ", ws-u:/workspace/u, ws-u:/workspace/w"));
}

struct RefusalCase {
  const char* name;
  const char* workspaces;
  const char* spec;
  const char* error;
};

constexpr RefusalCase kRefusals[] = {
    {"SubPathOfAWorkspaceOutOfTheVolume", "{name: w, subPath: ../x}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c]}]",
     "sub-path-leaves-volume at spec.pipelineSpec.tasks[0].taskSpec.steps[0]: "
     "the subPath \"../x\" of what is mounted at /workspace/w leads out of its "
     "volume"},
    {"TwoMountsAtOnePlace", "{name: w}",
     "workspaces: [{name: w}], volumes: [{name: v, emptyDir: {}}], steps: "
     "[{name: s, image: i, command: [c], volumeMounts: [{name: v, mountPath: "
     "/v}, {name: v, mountPath: /v/}]}]",
     "mount-path-conflict at spec.pipelineSpec.tasks[0].taskSpec.steps[0]: two "
     "volumes are mounted at /v"},
    {"VolumeThatIsNotThere", "{name: w}",
     "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c], "
     "volumeMounts: [{name: v, mountPath: /v}]}]",
     "unknown-volume at "
     "spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0].name: no "
     "volume named \"v\""},
    {"MountOverTheLauncher", "{name: w}",
     "workspaces: [{name: w, mountPath: /colocation/program}], steps: [{name: "
     "s, image: i, command: [c]}]",
     "mount-path-conflict at spec.pipelineSpec.tasks[0].taskSpec.steps[0]: two "
     "volumes are mounted at /colocation/program"},
};

TEST(VolumesTest, Refusals) {
  for (const RefusalCase& c : kRefusals) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(
        RunOf("{name: w, emptyDir: {}}", {{"a", c.workspaces, c.spec}}));
    ASSERT_FALSE(planned.errors.empty());
    EXPECT_THAT(planned.errors, ::testing::Contains(c.error));
  }
}

TEST(VolumesTest, VolumesOfThePodTemplateAreEachUnitsOwn) {
  const char* spec =
      "workspaces: [{name: w}], steps: [{name: s, image: i, command: [c], "
      "volumeMounts: [{name: cache, mountPath: /cache}]}]";
  const Planned planned = PlanYaml(
      RunOf("{name: w, emptyDir: {}}",
            {{"a", "{name: w}", spec}, {"b", "{name: w}", spec}},
            "  taskRunTemplate: {podTemplate: {volumes: [{name: cache, "
            "emptyDir: {}}]}}\n"));
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  EXPECT_THAT(MountsOf(ContainerOf(planned.plan, "b-step-s")),
              HasSubstr("b-cache:/cache"));
  EXPECT_EQ(planned.plan.pods(0).volumes(4).purpose(),
            v1::PlannedVolume::POD_TEMPLATE);
}

}  // namespace
}  // namespace colocation
