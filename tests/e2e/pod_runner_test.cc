// The runner of cli/podman against what Kubernetes does with a Pod.

#include "cli/podman/pod_runner.h"

#include <signal.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_testing.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What a test fails with that would otherwise wait for ever.
constexpr char kDeadline[] =
    "activeDeadlineSeconds: 60\n  terminationGracePeriodSeconds: 0";

class PodRunnerTest : public PodTest {
 protected:
  // The log of the container "main" of a Pod that has to succeed.
  std::string Log(absl::string_view yaml) { return Log(yaml, Options()); }
  std::string Log(absl::string_view yaml, const podman::RunOptions& options) {
    const PodResult result = Run(yaml, options);
    EXPECT_TRUE(result.status.ok()) << result.status.status();
    if (!result.status.ok()) return "";
    EXPECT_EQ(result.status->phase(), "Succeeded")
        << result.status->DebugString();
    return result.LogOf("main");
  }
};

TEST_F(PodRunnerTest, OneContainerSucceeds) {
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - name: hello
    command: [echo]
    args: [hello, world]
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Succeeded");
  EXPECT_EQ(result.LogOf("hello"), "hello world\n");
  EXPECT_EQ(result.EndOf("hello").exit_code(), 0);
  EXPECT_EQ(result.EndOf("hello").reason(), "Completed");
  EXPECT_LE(result.status->start_time(), result.EndOf("hello").started_at());
  EXPECT_LE(result.EndOf("hello").started_at(),
            result.EndOf("hello").finished_at());
}

// Order ----------------------------------------------------------------------

TEST_F(PodRunnerTest, InitContainersRunOneByOneBeforeTheContainers) {
  const PodResult result = Run(R"yaml(
spec:
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - name: first
    command: [sh, -c, "sleep 0.3; echo first >>/shared/order"]
    volumeMounts: [{name: shared, mountPath: /shared}]
  - name: second
    command: [sh, -c, "echo second >>/shared/order"]
    volumeMounts: [{name: shared, mountPath: /shared}]
  containers:
  - name: main
    command: [cat, /shared/order]
    volumeMounts: [{name: shared, mountPath: /shared}]
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.LogOf("main"), "first\nsecond\n");
  EXPECT_LE(result.EndOf("first").finished_at(),
            result.EndOf("second").started_at());
  EXPECT_LE(result.EndOf("second").finished_at(),
            result.EndOf("main").started_at());
}

TEST_F(PodRunnerTest, FailedInitContainerKeepsTheRestFromStarting) {
  const PodResult result = Run(R"yaml(
spec:
  initContainers:
  - {name: first, command: [sh, -c, exit 4]}
  - {name: second, command: [echo, never]}
  containers:
  - {name: main, command: [echo, never]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.EndOf("first").exit_code(), 4);
  EXPECT_EQ(
      result.status->init_container_statuses(1).state().waiting().reason(),
      "PodInitializing");
  EXPECT_EQ(result.status->container_statuses(0).state().waiting().reason(),
            "PodInitializing");
  EXPECT_THAT(result.log, ElementsAre());
}

TEST_F(PodRunnerTest, ContainersRunAtTheSameTime) {
  // Each tells the other and waits to be told: one after the other, they would
  // never end.
  const PodResult result = Run(absl::StrCat(R"yaml(
spec:
  )yaml",
                                            kDeadline, R"yaml(
  volumes: [{name: shared, emptyDir: {}}]
  containers:
  - name: left
    command: [sh, -c, "mkfifo /shared/a; echo from-left >/shared/b & cat /shared/a"]
    volumeMounts: [{name: shared, mountPath: /shared}]
  - name: right
    command: [sh, -c, "mkfifo /shared/b; cat /shared/b; until [ -p /shared/a ]; do sleep 0.01; done; echo from-right >/shared/a"]
    volumeMounts: [{name: shared, mountPath: /shared}]
)yaml"));
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Succeeded")
      << result.status->DebugString();
  EXPECT_EQ(result.LogOf("left"), "from-right\n");
}

TEST_F(PodRunnerTest, ManyContainersOfOnePod) {
  std::string yaml = "spec:\n  containers:\n";
  constexpr int kContainers = 50;
  for (int i = 0; i < kContainers; ++i) {
    absl::StrAppend(&yaml, "  - {name: c", i, ", command: [echo, \"", i,
                    "\"]}\n");
  }
  const absl::Time start = absl::Now();
  const PodResult result = Run(yaml);
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Succeeded");
  for (int i = 0; i < kContainers; ++i) {
    EXPECT_EQ(result.LogOf(absl::StrCat("c", i)), absl::StrCat(i, "\n"));
  }
  RecordProperty("milliseconds",
                 absl::ToInt64Milliseconds(absl::Now() - start));
}

// How containers end ---------------------------------------------------------

TEST_F(PodRunnerTest, ExitCodesAreTheContainersOwn) {
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - {name: zero, command: ["true"]}
  - {name: three, command: [sh, -c, exit 3]}
  - {name: missing, command: [no-such-program]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.EndOf("zero").exit_code(), 0);
  EXPECT_EQ(result.EndOf("three").exit_code(), 3);
  EXPECT_EQ(result.EndOf("three").reason(), "Error");
  // As the kubelet has it for a command that can't be started.
  EXPECT_EQ(result.EndOf("missing").exit_code(), 128);
  EXPECT_EQ(result.EndOf("missing").reason(), "StartError");
  EXPECT_THAT(result.EndOf("missing").message(), HasSubstr("no-such-program"));
}

TEST_F(PodRunnerTest, TerminationMessageIsTheFilesContent) {
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - name: standard
    command: [sh, -c, "echo -n from the usual place >/dev/termination-log"]
  - name: elsewhere
    terminationMessagePath: /run/last-words
    command: [sh, -c, "echo -n from elsewhere >/run/last-words; exit 1"]
  - name: as-user
    securityContext: {runAsUser: 1000}
    command: [sh, -c, "echo -n from a user >/dev/termination-log"]
  - {name: silent, command: ["true"]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.EndOf("standard").message(), "from the usual place");
  EXPECT_EQ(result.EndOf("elsewhere").message(), "from elsewhere");
  EXPECT_EQ(result.EndOf("as-user").message(), "from a user");
  EXPECT_FALSE(result.EndOf("silent").has_message());
}

TEST_F(PodRunnerTest, TerminationMessageIsLimited) {
  // 12 KiB are shared by the containers; of one, the last 4 KiB count at most.
  const PodResult result = Run(R"yaml(
spec:
  initContainers:
  - {name: init, command: ["true"]}
  containers:
  - name: long
    command: [sh, -c, "echo start >/dev/termination-log; seq 10000 >>/dev/termination-log"]
  - {name: other, command: ["true"]}
  - {name: another, command: ["true"]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  const std::string message = result.EndOf("long").message();
  EXPECT_EQ(message.size(), 12 * 1024 / 4);
  EXPECT_THAT(message, Not(HasSubstr("start")));
}

TEST_F(PodRunnerTest, LogStandsInForTheMessageOfAFailure) {
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - name: fails
    terminationMessagePolicy: FallbackToLogsOnError
    command: [sh, -c, "seq 200; exit 1"]
  - name: succeeds
    terminationMessagePolicy: FallbackToLogsOnError
    command: [echo, fine]
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_THAT(result.EndOf("fails").message(), StartsWith("121\n122\n"));
  EXPECT_FALSE(result.EndOf("succeeds").has_message());
}

TEST_F(PodRunnerTest, LogComesAsItWasWritten) {
  const std::string log = Log(R"yaml(
spec:
  containers:
  - name: main
    command: [sh, -c, "echo out; echo; echo err >&2; head -c 20000 /dev/zero | tr '\\0' x; echo; echo -n no newline"]
)yaml");
  // The two streams are two pipes: their order is not the writing order.
  std::string out = log;
  const size_t err = out.find("err\n");
  ASSERT_NE(err, std::string::npos) << log;
  out.erase(err, 4);
  EXPECT_EQ(out,
            absl::StrCat("out\n\n", std::string(20000, 'x'), "\nno newline\n"));
}

TEST_F(PodRunnerTest, LogComesWhileTheContainerRuns) {
  // The container waits for the test's answer to what it wrote.
  on_log_ = [&](absl::string_view, absl::string_view line) {
    if (line == "question") control_.Annotate({{"answer", "42"}});
  };
  EXPECT_EQ(Log(absl::StrCat(R"yaml(
metadata: {annotations: {answer: none}}
spec:
  )yaml",
                             kDeadline, R"yaml(
  volumes:
  - name: info
    downwardAPI: {items: [{path: answer, fieldRef: {fieldPath: "metadata.annotations['answer']"}}]}
  containers:
  - name: main
    command: [sh, -c, "cat /info/answer; echo; echo question; until grep -q 42 /info/answer; do sleep 0.01; done; echo thanks"]
    volumeMounts: [{name: info, mountPath: /info}]
)yaml")),
            "none\nquestion\nthanks\n");
}

// Stopping -------------------------------------------------------------------

constexpr char kHandlesTerm[] = R"yaml(
spec:
  activeDeadlineSeconds: 60
  containers:
  - name: main
    command: [sh, -c, "trap 'echo bye; exit 7' TERM; echo ready; while true; do sleep 0.01; done"]
)yaml";

constexpr char kIgnoresTerm[] = R"yaml(
spec:
  activeDeadlineSeconds: 60
  containers:
  - name: main
    command: [sh, -c, "trap '' TERM; echo ready; while true; do sleep 0.01; done"]
)yaml";

TEST_F(PodRunnerTest, StopSendsTermAndWaits) {
  on_log_ = [&](absl::string_view, absl::string_view line) {
    if (line == "ready") control_.Stop();
  };
  const PodResult result = Run(kHandlesTerm);
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.status->reason(), "Cancelled");
  EXPECT_EQ(result.EndOf("main").exit_code(), 7);
  EXPECT_EQ(result.LogOf("main"), "ready\nbye\n");
}

TEST_F(PodRunnerTest, CtrlCStops) {
  on_log_ = [](absl::string_view, absl::string_view line) {
    if (line == "ready") raise(SIGINT);
  };
  PodResult result;
  {
    const podman::StopOnSignals signals(&control_);
    result = Run(kHandlesTerm);
  }
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->reason(), "Cancelled");
  EXPECT_EQ(result.EndOf("main").exit_code(), 7);
}

TEST_F(PodRunnerTest, SecondCtrlCKills) {
  on_log_ = [](absl::string_view, absl::string_view line) {
    if (line != "ready") return;
    raise(SIGINT);
    raise(SIGINT);
  };
  podman::RunOptions options = Options();
  options.grace_period = absl::Hours(1);
  PodResult result;
  {
    const podman::StopOnSignals signals(&control_);
    result = Run(kIgnoresTerm, options);
  }
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.EndOf("main").exit_code(), 137);
}

TEST_F(PodRunnerTest, StopKillsAfterTheGracePeriod) {
  on_log_ = [&](absl::string_view, absl::string_view line) {
    if (line == "ready") control_.Stop();
  };
  podman::RunOptions options = Options();
  options.grace_period = absl::Milliseconds(200);
  const PodResult result = Run(kIgnoresTerm, options);
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.EndOf("main").exit_code(), 137);
}

TEST_F(PodRunnerTest, StopDuringAnInitContainerStartsNothingElse) {
  on_log_ = [&](absl::string_view, absl::string_view) { control_.Stop(); };
  const PodResult result = Run(R"yaml(
spec:
  initContainers:
  - {name: init, command: [sh, -c, "trap 'exit 0' TERM; echo ready; while true; do sleep 0.01; done"]}
  containers:
  - {name: main, command: [echo, never]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.EndOf("init").exit_code(), 0);
  EXPECT_EQ(result.LogOf("main"), "");
}

TEST_F(PodRunnerTest, StopBeforeTheStartRunsNothing) {
  control_.Stop();
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - {name: main, command: [echo, never]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.status->reason(), "Cancelled");
  EXPECT_EQ(result.LogOf("main"), "");
}

TEST_F(PodRunnerTest, ActiveDeadlineEndsThePod) {
  const PodResult result = Run(R"yaml(
spec:
  activeDeadlineSeconds: 1
  terminationGracePeriodSeconds: 0
  containers:
  - {name: main, command: [sleep, "1000"]}
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Failed");
  EXPECT_EQ(result.status->reason(), "DeadlineExceeded");
  EXPECT_EQ(result.EndOf("main").exit_code(), 137);
}

// Volumes --------------------------------------------------------------------

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

// Environment ----------------------------------------------------------------

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

// Security
// -------------------------------------------------------------------

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

// Network
// --------------------------------------------------------------------

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

// What is refused
// ------------------------------------------------------------

TEST_F(PodRunnerTest, MissingImageIsNamed) {
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - {name: main, image: "localhost/no/such:image", imagePullPolicy: Never, command: ["true"]}
)yaml");
  EXPECT_EQ(result.status.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(result.status.status().message()),
              HasSubstr("localhost/no/such:image"));
}

TEST_F(PodRunnerTest, WhatCannotBeHadHereIsRefusedBeforeAnythingRuns) {
  const PodResult result = Run(R"yaml(
spec:
  restartPolicy: Always
  volumes: [{name: data, nfs: {server: files, path: /}}]
  containers:
  - {name: main, command: [echo, never]}
)yaml");
  EXPECT_EQ(result.status.status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(result.log.size(), 0);
}

TEST_F(PodRunnerTest, UnusablePodmanIsSaid) {
  podman::RunOptions options = Options();
  options.podman = {"/bin/false"};
  const PodResult result = Run("spec: {containers: [{name: main}]}", options);
  EXPECT_EQ(result.status.status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(PodRunnerTest, KeepLeavesThePod) {
  podman::RunOptions options = Options();
  options.keep = true;
  const PodResult result = Run(R"yaml(
spec:
  containers:
  - {name: main, command: ["true"]}
)yaml",
                               options);
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_THAT(result.notes, ElementsAre(StartsWith("kept: podman pod test-")));
  EXPECT_NE(PodmanOutput({"pod", "ps", "--quiet"}), "");
  RemoveKept();
}

}  // namespace
}  // namespace colocation
