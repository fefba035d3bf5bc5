// The course of a Pod that the runner of cli/podman runs, against what
// Kubernetes does with it: init containers, exit codes, messages, the log,
// being stopped, and what is refused.
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_runner_testing.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

TEST_F(PodRunnerTest, StoppingTwiceLeavesTheGracePeriod) {
  on_log_ = [&](absl::string_view, absl::string_view line) {
    if (line == "ready" || line == "told") control_.Stop();
  };
  const PodResult result = Run(R"yaml(
spec:
  activeDeadlineSeconds: 60
  containers:
  - name: main
    command: [sh, -c, "trap 'echo told; sleep 0.3; exit 7' TERM; echo ready; while true; do sleep 0.01; done"]
)yaml");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.EndOf("main").exit_code(), 7);
}

TEST_F(PodRunnerTest, AnnotatingAPodThatIsNotThereYetStopsNothing) {
  control_.Annotate({{"gate", "open"}});
  EXPECT_EQ(Log(R"yaml(
spec:
  volumes:
  - name: info
    downwardAPI: {items: [{path: gate, fieldRef: {fieldPath: "metadata.annotations['gate']"}}]}
  containers:
  - name: main
    command: [sh, -c, "until grep -q open /info/gate; do sleep 0.01; done; echo open"]
    volumeMounts: [{name: info, mountPath: /info}]
)yaml"),
            "open\n");
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

// What is refused -------------------------------------------------------------

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
  EXPECT_THAT(result.notes,
              ElementsAre(StartsWith("kept the podman pod test-"),
                          StartsWith("to remove it: podman ")));
  EXPECT_NE(PodmanOutput({"pod", "ps", "--quiet"}), "");
  RemoveKept();
}

}  // namespace
}  // namespace colocation
