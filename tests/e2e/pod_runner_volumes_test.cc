// The volumes that the runner of cli/podman gives a Pod's containers.
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_runner_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

TEST_F(PodRunnerTest, SubPathIsADirectoryOfItsOwnForEveryone) {
  EXPECT_EQ(Log(R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - name: left
    securityContext: {runAsUser: 1000}
    command: [sh, -c, "echo left >/here/file"]
    volumeMounts: [{name: shared, mountPath: /here, subPath: a/left}]
  - name: right
    env: [{name: WHERE, value: right}]
    command: [sh, -c, "ls /here; echo right >/here/file"]
    volumeMounts: [{name: shared, mountPath: /here, subPathExpr: "a/$(WHERE)"}]
  containers:
  - name: main
    command: [sh, -c, "cd /all/a; stat -c '%n %a' *; cat left/file right/file"]
    volumeMounts: [{name: shared, mountPath: /all}]
)yaml"),
            "left 777\nright 777\nleft\nright\n");
}

TEST_F(PodRunnerTest, SubPathOfAnInitContainersMakingKeepsItsMode) {
  EXPECT_EQ(Log(R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - name: init
    command: [sh, -c, "mkdir -m 750 /all/made; echo content >/all/made/file"]
    volumeMounts: [{name: shared, mountPath: /all}]
  containers:
  - name: main
    command: [sh, -c, "stat -c %a /here; cat /here/file /one"]
    volumeMounts:
    - {name: shared, mountPath: /here, subPath: made}
    - {name: shared, mountPath: /one, subPath: made/file}
)yaml"),
            "750\ncontent\ncontent\n");
}

TEST_F(PodRunnerTest, SubPathOutOfTheVolumeIsRefused) {
  for (const char* sub_path : {"../messages", "/etc", "a/../../x", "link"}) {
    const PodResult result = Run(absl::StrCat(R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - name: init
    command: [ln, -s, /etc, /all/link]
    volumeMounts: [{name: shared, mountPath: /all}]
  containers:
  - name: main
    command: [echo, never]
    volumeMounts: [{name: shared, mountPath: /here, subPath: )yaml",
                                              sub_path, "}]\n"));
    EXPECT_EQ(result.status.status().code(), absl::StatusCode::kInvalidArgument)
        << sub_path << ": " << result.status.status();
    EXPECT_THAT(std::string(result.status.status().message()),
                HasSubstr("volumeMounts[0]"));
    EXPECT_EQ(result.LogOf("main"), "");
  }
}

TEST_F(PodRunnerTest, ReadOnlyMountCanOnlyBeRead) {
  EXPECT_EQ(Log(R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - name: init
    command: [sh, -c, "echo content >/shared/file"]
    volumeMounts: [{name: shared, mountPath: /shared}]
  containers:
  - name: main
    command: [sh, -c, "cat /shared/file; echo x 2>/dev/null >/shared/new || echo refused"]
    volumeMounts: [{name: shared, mountPath: /shared, readOnly: true}]
)yaml"),
            "content\nrefused\n");
}

TEST_F(PodRunnerTest, EmptyDirIsEmptyEachTime) {
  const char* yaml = R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  containers:
  - name: main
    command: [sh, -c, "ls -A /shared; touch /shared/file"]
    volumeMounts: [{name: shared, mountPath: /shared}]
)yaml";
  EXPECT_EQ(Log(yaml), "");
  EXPECT_EQ(Log(yaml), "");
}

TEST_F(PodRunnerTest, EmptyDirInMemoryIsInMemory) {
  EXPECT_EQ(Log(R"yaml(
spec:
  volumes: [{name: fast, emptyDir: {medium: Memory}}]
  containers:
  - name: main
    command: [sh, -c, "grep ' /fast ' /proc/mounts | cut -d' ' -f 3; touch /fast/file"]
    volumeMounts: [{name: fast, mountPath: /fast}]
)yaml"),
            "tmpfs\n");
}

TEST_F(PodRunnerTest, VolumesFromObjects) {
  podman::RunOptions options = Options();
  options.objects.config_maps["settings"] = {{"color", "green"},
                                             {"size", "large"}};
  options.objects.secrets["key"] = {{"token", "s3cret"}};
  EXPECT_EQ(Log(R"yaml(
metadata: {labels: {app: shop}}
spec:
  volumes:
  - {name: settings, configMap: {name: settings}}
  - {name: some, configMap: {name: settings, items: [{key: color, path: deep/colour}]}}
  - {name: key, secret: {secretName: key, defaultMode: 0400}}
  - {name: absent, configMap: {name: none, optional: true}}
  - name: all
    projected:
      sources:
      - configMap: {name: settings, items: [{key: size, path: size}]}
      - secret: {name: key}
      - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
  containers:
  - name: main
    command: [sh, -c, "cat /settings/color /some/deep/colour /key/token /one /all/*; ls /absent; stat -L -c ' %a' /key/token"]
    volumeMounts:
    - {name: settings, mountPath: /settings}
    - {name: settings, mountPath: /one, subPath: size}
    - {name: some, mountPath: /some}
    - {name: key, mountPath: /key}
    - {name: absent, mountPath: /absent}
    - {name: all, mountPath: /all}
)yaml",
                options),
            "greengreens3cretlargeapp=\"shop\"larges3cret 400\n");
}

TEST_F(PodRunnerTest, MissingObjectIsNamed) {
  const PodResult result = Run(R"yaml(
spec:
  volumes: [{name: settings, configMap: {name: settings}}]
  containers:
  - {name: main, command: ["true"]}
)yaml");
  EXPECT_EQ(result.status.status(),
            absl::NotFoundError("spec.volumes[0]: configMap: ConfigMap "
                                "\"settings\" was not given"));
}

TEST_F(PodRunnerTest, DirectoriesOfThisMachine) {
  podman::RunOptions options = Options();
  const std::string directory = testing::TempDir();
  std::ofstream(directory + "/file") << "from here\n";
  options.objects.claims["data"] = directory;
  EXPECT_EQ(Log(absl::StrCat(R"yaml(
spec:
  volumes:
  - {name: claim, persistentVolumeClaim: {claimName: data}}
  - {name: host, hostPath: {type: File, path: ")yaml",
                             directory, R"yaml(/file"}}
  containers:
  - name: main
    command: [cat, /claim/file, /host]
    volumeMounts:
    - {name: claim, mountPath: /claim}
    - {name: host, mountPath: /host}
)yaml"),
                options),
            "from here\nfrom here\n");
}

}  // namespace
}  // namespace colocation
