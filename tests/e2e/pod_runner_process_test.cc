// What a process of a container finds under the runner of cli/podman: its
// environment, command line, working directory, user and network.
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_runner_testing.h"

namespace colocation {
namespace {

TEST_F(PodRunnerTest, EnvironmentIsExpandedAsByTheKubelet) {
  podman::RunOptions options = Options();
  options.objects.config_maps["defaults"] = {{"COLOR", "green"},
                                             {"SIZE", "small"}};
  EXPECT_EQ(Log(R"yaml(
metadata: {name: shop, namespace: mall, labels: {tier: front}}
spec:
  containers:
  - name: main
    envFrom: [{configMapRef: {name: defaults}}, {prefix: D_, configMapRef: {name: defaults}}]
    env:
    - {name: SIZE, value: large}
    - {name: BOTH, value: "$(COLOR)-$(SIZE)"}
    - {name: LATER, value: "$(UNSET)"}
    - {name: UNSET, value: set}
    - {name: ESCAPED, value: "$$(COLOR)"}
    - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tier']"}}}
    - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1Mi}}}
    resources: {requests: {memory: 1500Ki}}
    command: [sh, -c, 'echo "$BOTH $D_SIZE $LATER $ESCAPED $POD $TIER $MEMORY"; echo "$0" "$@"']
    args: ["$(POD)", "$(tasks.x.results.y)", "$$(POD)", "a $b"]
)yaml",
                options),
            "green-large small $(UNSET) $(COLOR) shop front 2\n"
            "shop $(tasks.x.results.y) $(POD) a $b\n");
}

TEST_F(PodRunnerTest, CommandLineReachesTheProgramUnchanged) {
  // No shell on the way: quotes, spaces, newlines and empty words stay.
  EXPECT_EQ(Log(R"yaml(
spec:
  containers:
  - name: main
    command: [printf, "<%s>\n"]
    args: ["", "two words", "quote\"'`", "new\nline", "*", "-flag", "ünï"]
)yaml"),
            "<>\n<two words>\n<quote\"'`>\n<new\nline>\n<*>\n<-flag>\n<ünï>\n");
}

TEST_F(PodRunnerTest, WorkingDirectoryIsMadeWhereItIsMissing) {
  EXPECT_EQ(Log(R"yaml(
spec:
  containers:
  - {name: main, workingDir: /made/for/me, command: [pwd]}
)yaml"),
            "/made/for/me\n");
}

TEST_F(PodRunnerTest, ArgsAloneGoToTheImagesEntrypoint) {
  podman::RunOptions options = Options();
  podman::LocalImage image = options.images[0];
  image.name = "localhost/colocation-test/entrypoint:latest";
  image.entrypoint = {"/bin/echo", "entrypoint"};
  options.images.push_back(image);
  EXPECT_EQ(Log(R"yaml(
spec:
  containers:
  - {name: main, image: "localhost/colocation-test/entrypoint:latest", args: [and, args]}
)yaml",
                options),
            "entrypoint and args\n");
}

// Security --------------------------------------------------------------------

TEST_F(PodRunnerTest, RunsAsTheUserAndGroupsAskedFor) {
  EXPECT_EQ(Log(R"yaml(
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000], runAsNonRoot: true}
  volumes: [{name: shared, emptyDir: {}}]
  containers:
  - name: main
    command: [sh, -c, "id -u; id -g; id -G; touch /shared/file; stat -c %g /shared/file"]
    volumeMounts: [{name: shared, mountPath: /shared}]
)yaml"),
            "1000\n2000\n2000 3000 4000\n3000\n");
}

TEST_F(PodRunnerTest, RunAsNonRootRefusesRoot) {
  const PodResult result = Run(R"yaml(
spec:
  securityContext: {runAsNonRoot: true}
  containers:
  - {name: main, command: ["true"]}
)yaml");
  EXPECT_EQ(result.status.status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(PodRunnerTest, RootFileSystemCanBeReadOnly) {
  EXPECT_EQ(Log(R"yaml(
spec:
  containers:
  - name: main
    securityContext: {readOnlyRootFilesystem: true}
    command: [sh, -c, "echo x 2>/dev/null >/etc/file || echo refused"]
)yaml"),
            "refused\n");
}

TEST_F(PodRunnerTest, CapabilitiesAreAddedAndDropped) {
  // CAP_CHOWN is bit 0 and CAP_NET_ADMIN bit 12.
  EXPECT_EQ(Log(R"yaml(
spec:
  containers:
  - name: main
    securityContext: {capabilities: {drop: [ALL], add: [NET_ADMIN, CHOWN]}}
    command: [sh, -c, "grep CapEff /proc/self/status"]
)yaml"),
            "CapEff:\t0000000000001001\n");
}

// Network ---------------------------------------------------------------------

TEST_F(PodRunnerTest, ContainersShareNetworkAndHostName) {
  podman::RunOptions options = Options();
  options.network = "none";
  const PodResult result = Run(absl::StrCat(R"yaml(
metadata: {name: shop}
spec:
  )yaml",
                                            kDeadline, R"yaml(
  containers:
  - {name: server, command: [sh, -c, "hostname; echo hello | nc -l -p 8080"]}
  - {name: client, command: [sh, -c, "hostname; until nc 127.0.0.1 8080 2>/dev/null; do sleep 0.01; done"]}
)yaml"),
                               options);
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.LogOf("server"), "shop\n");
  EXPECT_EQ(result.LogOf("client"), "shop\nhello\n");
}

}  // namespace
}  // namespace colocation
