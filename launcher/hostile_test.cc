// Steps that do what no step should: the own task fails or what they left is
// passed over, and no other task waits, runs or ends otherwise for it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>

#include "launcher/files.h"
#include "launcher/mounts_testing.h"
#include "launcher/pod_process_testing.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;

struct HostileCase {
  const char* name;  // the claim
  const char* shell;
  // Of task a, which has the step; all others are as they should be.
  const char* outcome;
  const char* output;  // part of what its launcher says
};

constexpr char kOk[] = "ok";
constexpr char kRefused[] = "failed(TaskRunValidationFailed)";
constexpr char kTooLarge[] = "failed(TaskRunResultLargerThanAllowedLimit)";

const HostileCase kHostileCases[] = {
    {"ResultIsAFifo", "mkfifo {tekton}/results/out", kRefused,
     "result \"out\": "},
    {"ResultIsADirectory", "mkdir {tekton}/results/out", kRefused,
     "is a directory, not a regular file"},
    {"ResultIsALink", "ln -s {shared}/precious {tekton}/results/out", kRefused,
     "is a symbolic link, not a regular file"},
    {"ResultIsALinkToNowhere", "ln -s nowhere {tekton}/results/out", kRefused,
     "is a symbolic link"},
    {"ResultIsALinkToADevice", "ln -s /dev/zero {tekton}/results/out", kRefused,
     "is a symbolic link"},
    {"ResultIsHuge", "truncate -s 1T {tekton}/results/out", kTooLarge,
     "more than 1048576 bytes"},
    {"ResultIsLarge", "truncate -s 100M {tekton}/results/out", kTooLarge,
     "more than 1048576 bytes"},
    {"ResultsAreALink",
     "rm -r {tekton}/results; ln -s {shared} {tekton}/results; "
     "echo x > {shared}/out",
     kRefused, "results is a symbolic link, not a directory"},
    {"StepResultIsAFifo", "mkfifo {tekton}/steps/step-s/results/sr", kRefused,
     "sr is a FIFO"},
    {"StepResultIsHuge", "truncate -s 1T {tekton}/steps/step-s/results/sr",
     kTooLarge, "more than 1048576 bytes"},
    {"ExitCodeIsAFifo", "mkfifo {tekton}/steps/step-s/exitCode", kOk, ""},
    {"ExitCodeIsADirectory", "mkdir -p {tekton}/steps/step-s/exitCode/x", kOk,
     ""},
    {"ExitCodeIsALink",
     "ln -s {shared}/precious {tekton}/steps/step-s/exitCode", kOk, ""},
    {"StepDirectoryIsALink",
     "rm -r {tekton}/steps/step-s; ln -s {shared} {tekton}/steps/step-s",
     kRefused, "step-s is a symbolic link"},
    {"EndIsAFifo", "mkfifo {post}/end", kOk, ""},
    {"EndIsADirectory", "mkdir -p {post}/end/x", kOk, ""},
    {"EndIsALink", "ln -s {shared}/precious {post}/end", kOk, ""},
    {"EndIsALinkToAFifo", "mkfifo {shared}/p; ln -s {shared}/p {post}/end", kOk,
     ""},
    {"EndIsGarbage", "echo garbage > {post}/end", kOk, ""},
    {"EndHasNoOutcome", "echo {} > {post}/end", kOk, ""},
    {"EndIsHuge", "truncate -s 1T {post}/end", kOk, ""},
    {"EndIsLocked", "flock -x {post}/alive true", kOk, ""},
    {"UnfinishedEndIsAFifo", "mkfifo {post}/.new/end", kOk, ""},
    {"UnfinishedEndIsALink", "ln -s {shared}/precious {post}/.new/end", kOk,
     ""},
    {"UnfinishedEventsAreGone", "rm -r {post}/.new", kOk, ""},
    {"UnfinishedEventsAreALink",
     "rm -r {post}/.new; ln -s {shared} {post}/.new", kOk, ""},
    {"UnfinishedEventsAreAFifo", "rm -r {post}/.new; mkfifo {post}/.new", kOk,
     ""},
    {"UnfinishedEventsMoveAway", "mv {post}/.new {post}/other", kOk, ""},
    {"ManyFilesAmongTheEvents",
     "i=0; while [ $i -lt 2000 ]; do : > {post}/x$i; i=$((i+1)); done", kOk,
     ""},
    {"EveryEventIsThere",
     "for e in skip start-2 step-2 stop-1 stop-2 again-1 again-2 ready-1 "
     "gone-1 swept-2 clean-2; do mkfifo {post}/$e; done",
     kOk, ""},
};

class HostileTest : public ::testing::TestWithParam<HostileCase> {};

TEST_P(HostileTest, HarmsNobodyElse) {
  TestPod pod;
  WriteFile(pod.Shared() + "/precious", "data", 0644);
  TestTask& a = pod.AddTask("a").Result("out").Step("s", GetParam().shell);
  a.last().results = {{"sr", ValueType::kString, ""}};
  pod.AddTask("neighbour").Step("s", "echo neighbour >> {log}");
  pod.AddTask("b").After("a").Step("s", "true");
  pod.AddFinally("f").Step("s", "echo $(tasks.a.status) >> {log}");
  pod.spec().containers.back().late = true;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  const std::string outcome = GetParam().outcome;
  EXPECT_EQ(pod.Outcomes(), "a:" + outcome + " neighbour:ok b:" +
                                (outcome == kOk ? "ok" : "skipped(STOPPING)") +
                                " f:ok")
      << pod.Output("a-s");
  EXPECT_EQ(pod.Log(), std::string("neighbour ") +
                           (outcome == kOk ? "Succeeded" : "Failed"));
  EXPECT_THAT(pod.Output("a-s"), HasSubstr(GetParam().output));
  EXPECT_EQ(pod.Read(pod.Shared() + "/precious"), "data");
}

INSTANTIATE_TEST_SUITE_P(All, HostileTest, ::testing::ValuesIn(kHostileCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

constexpr char kBlocked[] = "touch {shared}/running; exec sleep 1000";

TEST(AliveTest, NeighboursLockHidesNoDeath) {
  TestPod pod;
  pod.AddTask("victim").Step("s", kBlocked);
  pod.AddTask("late").After("victim").Step("s", "echo late >> {log}");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.Start("victim-s");
  pod.AwaitFile(pod.Shared() + "/running");
  // What a neighbour can have, to whom the directory is mounted read-only.
  const std::string alive = pod.Events("victim-s") + "/alive";
  const File flocked(open(alive.c_str(), O_RDONLY));
  EXPECT_EQ(flock(flocked.fd(), LOCK_EX | LOCK_NB), 0);
  const File locked(open(alive.c_str(), O_RDONLY));
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  EXPECT_NE(fcntl(locked.fd(), F_OFD_SETLK, &lock), 0);
  lock.l_type = F_RDLCK;
  EXPECT_NE(fcntl(locked.fd(), F_OFD_SETLK, &lock), 0);
  pod.Kill("victim-s", SIGKILL);
  pod.AwaitEnd("victim-s");
  EXPECT_EQ(fcntl(locked.fd(), F_OFD_SETLK, &lock), 0);
  // These have not seen it alive.
  pod.Start("late-s");
  pod.Start("f-s");
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "victim:none late:skipped(STOPPING) f:ok");
  EXPECT_EQ(pod.Log(), "f");
}

TEST(AliveTest, WhatTakesItsPlaceHidesNoDeath) {
  for (const char* replace :
       {"rm {post}/alive", "rm {post}/alive; mkfifo {post}/alive",
        "rm {post}/alive; ln -s ../b-s/alive {post}/alive",
        "rm {post}/alive; mkdir {post}/alive"}) {
    TestPod pod;
    pod.AddTask("a").Step("s",
                          "until [ -e {shared}/go ]; do sleep 0.01; done; " +
                              std::string(replace) + "; " + kBlocked);
    pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
    pod.AddFinally("f").Step("s", "echo f >> {log}");
    pod.Install();
    pod.StartAll();
    pod.AwaitFile(pod.Events("a-s") + "/alive");
    pod.AwaitWaiting("b-s");
    pod.AwaitWaiting("f-s");
    pod.Touch("go");
    pod.AwaitFile(pod.Shared() + "/running");
    pod.Kill("a-s", SIGKILL);
    pod.Wait();
    EXPECT_FALSE(pod.hung()) << replace;
    EXPECT_EQ(pod.Outcomes(), "a:none b:skipped(STOPPING) f:ok") << replace;
    EXPECT_EQ(pod.Log(), "f") << replace;
  }
}

TEST(AliveTest, FilesThatAStepClosesAreNoDeath) {
  TestPod pod;
  pod.AddTask("a").Step("s",
                        "echo x > {post}/x; echo x >> {post}/alive; "
                        "printf 1 > {tekton}/results/r");
  pod.spec().tasks.back().results = {{"r", ValueType::kString, ""}};
  pod.AddTask("b").AfterResult("a", "r").Step("s", "echo b >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
  EXPECT_EQ(pod.Log(), "b");
}

TEST(HostileStepTest, LaterStepOfTheTaskFindsNoFifoForAResult) {
  TestPod pod;
  TestTask& a =
      pod.AddTask("a").Step("one", "mkfifo {tekton}/steps/step-one/results/r");
  a.Step("two", "echo two >> {log}");
  a.last().late = true;
  pod.arguments("a-two") = {"/bin/echo", "$(steps.one.results.r)"};
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) f:ok");
  EXPECT_THAT(pod.Output("a-two"), HasSubstr("is a FIFO"));
  EXPECT_EQ(pod.Log(), "f");
}

TEST(HostileStepTest, ScriptOfALaterStepReplacesWhateverIsInItsPlace) {
  TestPod pod;
  WriteFile(pod.Shared() + "/precious", "data", 0644);
  TestTask& a =
      pod.AddTask("a").Step("one",
                            "printf v > {tekton}/steps/step-one/results/r; "
                            "ln -s {shared}/precious {tekton}/run/a-two");
  a.Step("two", "");
  a.last().late = a.last().script = true;
  pod.arguments("a-two").clear();
  pod.AddScript("a-two", "#!/bin/sh\necho $(steps.one.results.r) >> " +
                             pod.Shared() + "/log\n");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok") << pod.Output("a-two");
  EXPECT_EQ(pod.Log(), "v");
  EXPECT_EQ(pod.Read(pod.Shared() + "/precious"), "data");
}

TEST(HostileStepTest, CopyOfOutputWaitsForNoFifo) {
  TestPod pod;
  pod.AddTask("a").Step("s", "mkfifo {shared}/out {shared}/err");
  TestTask& b = pod.AddTask("b").After("a").Step("s", "echo b");
  b.last().stdout_path = pod.Shared() + "/out";
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok b:failed(StepFailed) f:ok");
  EXPECT_THAT(pod.Output("b-s"), HasSubstr("shared/out"));
}

TEST(HostileStepTest, OwnFailureCountsMoreThanResultsThatCanNotBeRead) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step(
      "s", "mkfifo {tekton}/steps/step-s/results/r; exit 3");
  a.last().results = {{"r", ValueType::kString, ""}};
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed)");
  EXPECT_EQ(pod.Failures(), "a-s:3");
}

TEST(HostileStepTest, TerminationMessageIsNeverAFifo) {
  TestPod pod;
  pod.AddTask("a").Step("s", "mkfifo {shared}/../termination/a-s");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok f:ok");
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("termination message: "));
}

// Nobody can say anything any more, and nobody waits for it.
TEST(FullDiskTest, OfEventsEndsEveryLauncher) {
  if (!HaveOwnMounts()) GTEST_SKIP() << "mounting is not allowed here";
  TestPod pod;
  const std::string events = pod.root() + "/colocation/events";
  mkdir((pod.root() + "/colocation").c_str(), 0777);
  mkdir(events.c_str(), 0777);
  ASSERT_TRUE(MountMemory(events, 64 << 10));
  pod.AddTask("a")
      .Step("one", "cat /dev/zero > {post}/fill")
      .Step("two", "echo two >> {log}")
      .Sidecar("db", "exec sleep 1000");
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "true");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "");
  EXPECT_THAT(pod.Failures(), HasSubstr("a-one:1"));
  EXPECT_THAT(pod.Output("a-one"), HasSubstr("No space left on device"));
  EXPECT_EQ(umount(events.c_str()), 0);
}

TEST(FullDiskTest, OfTheTaskFailsThatTask) {
  if (!HaveOwnMounts()) GTEST_SKIP() << "mounting is not allowed here";
  TestPod pod;
  const std::string own = pod.root() + "/colocation/private";
  mkdir((pod.root() + "/colocation").c_str(), 0777);
  mkdir(own.c_str(), 0777);
  ASSERT_TRUE(MountMemory(own, 64 << 10));
  TestTask& a = pod.AddTask("a").Step(
      "one",
      "printf v > {tekton}/steps/step-one/results/r; "
      "cat /dev/zero > {tekton}/fill 2>/dev/null || true");
  a.Step("two", "");
  a.last().late = a.last().script = true;
  pod.arguments("a-two").clear();
  pod.AddScript("a-two", "#!/bin/sh\necho $(steps.one.results.r)\n");
  pod.AddTask("b").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "true");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:ok f:ok");
  EXPECT_THAT(pod.Output("a-two"), HasSubstr("No space left on device"));
  EXPECT_EQ(umount(own.c_str()), 0);
}

TEST(OomTest, KillOfAChildFailsTheTaskThoughTheStepEndsWell) {
  TestPod pod;
  mkdir((pod.root() + "/oom_kills").c_str(), 0777);
  for (const char* name : {"a-one", "a-two", "b-s"}) {
    WriteFile(pod.root() + "/oom_kills/" + name, "oom 4\noom_kill 4\n", 0666);
  }
  TestTask& a = pod.AddTask("a").Step("one", "true");
  a.Step("two", "echo oom_kill 5 > {shared}/../oom_kills/a-two");
  a.last().continue_on_error = true;
  pod.AddTask("b").Step("s", "true");
  pod.AddTask("c").After("a").Step("s", "echo c >> {log}");
  pod.AddFinally("f").Step("s", "echo $(tasks.a.reason) >> {log}");
  pod.spec().containers.back().late = true;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepOOM) b:ok c:skipped(STOPPING) f:ok");
  EXPECT_EQ(pod.Failures(), "a-two:1");
  EXPECT_EQ(pod.Log(), "StepOOM");
  EXPECT_THAT(pod.TerminationMessage("a-two"),
              HasSubstr(R"("value":"failed/1/StepOOM")"));
}

TEST(OomTest, StepThatIsKilledKeepsItsExitCode) {
  TestPod pod;
  mkdir((pod.root() + "/oom_kills").c_str(), 0777);
  WriteFile(pod.root() + "/oom_kills/a-s", "oom_kill 0\n", 0666);
  pod.AddTask("a").Step("s",
                        "echo oom_kill 1 > {shared}/../oom_kills/a-s; "
                        "kill -9 $$");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepOOM)");
  EXPECT_EQ(pod.Failures(), "a-s:137");
}

TEST(TimeoutTest, LongerThanTimeItselfIsNever) {
  constexpr int64_t kLongest = std::numeric_limits<int64_t>::max();
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo a >> {log}");
  a.task().timeout_ns = kLongest;
  a.last().timeout_ns = kLongest;
  TestTask& b = pod.AddTask("b").After("a").Step(
      "s", "until [ -e {shared}/up ]; do sleep 0.01; done; echo b >> {log}");
  b.Sidecar("db", "touch {shared}/up; exec sleep 1000");
  LaunchProbe probe;
  probe.exec = ExecCheck{{"/bin/true"}};
  probe.timeout_ns = probe.period_ns = probe.termination_grace_ns = kLongest;
  b.last().ready = b.last().live = probe;
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  // 2500000h
  pod.spec().pipeline_timeout_ns = int64_t{9'000'000'000'000'000'000};
  pod.spec().tasks_timeout_ns = kLongest;
  pod.spec().finally_timeout_ns = kLongest;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok f:ok");
  EXPECT_EQ(pod.Log(), "a b f");
}

}  // namespace
}  // namespace colocation::launcher
