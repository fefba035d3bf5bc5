// Whole Pods of launchers: retries, deadlines, sidecars, gates, cancellation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "launcher/files.h"
#include "launcher/grpc_health_testing.h"
#include "launcher/pod_process_testing.h"
#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Deadlines are long enough for a busy machine to get as far as a test wants.
constexpr char kForever[] = "echo started >> {log}; exec sleep 1000";

// ---------------------------------------------------------------------------
// Retries

// Fails until it has been run `times` times.
std::string FailsUntil(int times) {
  return "echo . >> {shared}/runs; [ $(wc -l < {shared}/runs) -ge " +
         std::to_string(times) + " ]";
}

TEST(RetryTest, AnotherAttemptMaySucceed) {
  TestPod pod;
  TestTask& a = pod.AddTask("a")
                    .Step("one", "echo one >> {log}")
                    .Step("two", FailsUntil(2))
                    .Step("three", "echo three >> {log}");
  a.task().retries = 1;
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
  EXPECT_EQ(pod.Log(), "one one three b");
  EXPECT_EQ(pod.Failures(), "");
  EXPECT_EQ(pod.End("a")->attempts, 2);
}

TEST(RetryTest, SpentRetriesFailTheTask) {
  TestPod pod;
  pod.AddTask("a").Step("one", "echo . >> {log}; exit 4").Step("two", "");
  pod.spec().tasks[0].retries = 2;
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:skipped(STOPPING)");
  EXPECT_EQ(pod.Log(), ". . .");
  EXPECT_EQ(pod.Failures(), "a-one:4");
  EXPECT_EQ(pod.End("a")->attempts, 3);
}

TEST(RetryTest, ResultsAreCleanAndTheWorkspaceIsKept) {
  TestPod pod;
  pod.AddTask("a")
      .Result("old")
      .Result("new")
      .Step("one",
            "ls {tekton}/results {tekton}/steps/step-two/results "
            "| grep -c '^[a-z]' >> {log}; printf x > {tekton}/results/$( [ -e "
            "{shared}/seen ] && echo new || echo old); touch {shared}/seen")
      .Step("two", "touch {tekton}/steps/step-two/results/r; " + FailsUntil(2));
  pod.spec().tasks[0].retries = 1;
  pod.Run();
  EXPECT_EQ(pod.Results("a"), "new=x");
  EXPECT_EQ(pod.Log(), "0 0");
}

TEST(RetryTest, AStepKnowsWhichAttemptItIs) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step(
      "s", "echo $(context.task.retry-count) >> {log}; " + FailsUntil(3));
  a.task().retries = 5;
  a.last().late = true;
  pod.Run();
  EXPECT_EQ(pod.Log(), "0 1 2");
}

TEST(RetryTest, SidecarsAreStartedAnew) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", FailsUntil(3));
  a.task().retries = 2;
  a.Sidecar("db", "echo up >> {log}; exec sleep 1000");
  a.last().ready.emplace();
  a.last().ready->exec.emplace();
  a.last().ready->exec->command = {"/bin/sh", "-c",
                                   "[ -s " + pod.Shared() + "/log ]"};
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Log(), "up up up");
}

// ---------------------------------------------------------------------------
// Deadlines

TEST(TimeoutTest, OfAStep) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", kForever);
  a.last().timeout_ns = 1'000 * kTestMillisecond;
  a.last().continue_on_error = true;
  a.Step("t", "echo t >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed)");
  EXPECT_EQ(pod.Log(), "started");
  EXPECT_EQ(pod.Failures(), "a-s:143");
  EXPECT_THAT(pod.TerminationMessage("a-s"),
              HasSubstr(R"("key":"Reason","value":"TimeoutExceeded")"));
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("the step's timeout was reached"));
}

TEST(TimeoutTest, ProcessThatIgnoresSigtermIsKilled) {
  TestPod pod;
  TestTask& a =
      pod.AddTask("a").Step("s", "trap '' TERM; while :; do sleep 0.05; done");
  a.last().timeout_ns = 100 * kTestMillisecond;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Failures(), "a-s:137");
}

TEST(TimeoutTest, ExitCodeOfZeroDoesNotHideIt) {
  TestPod pod;
  TestTask& a =
      pod.AddTask("a").Step("s", "trap 'exit 0' TERM; sleep 1000 & wait");
  a.last().timeout_ns = 1'000 * kTestMillisecond;
  pod.Run();
  EXPECT_EQ(pod.Failures(), "a-s:1");
}

TEST(TimeoutTest, OfATaskCountsForAllItsSteps) {
  TestPod pod;
  pod.AddTask("a").Step("s", "echo s >> {log}").Step("t", kForever);
  pod.spec().tasks[0].timeout_ns = 2'000 * kTestMillisecond;
  pod.AddFinally("f").Step("s", "echo $(tasks.a.reason) >> {log}");
  pod.spec().containers.back().late = true;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunTimeout) f:ok");
  EXPECT_EQ(pod.Log(), "s started TaskRunTimeout");
}

TEST(TimeoutTest, OfATaskIsOfEachAttempt) {
  TestPod pod;
  pod.AddTask("a").Step(
      "s", "[ -e {shared}/seen ] || { touch {shared}/seen; sleep 1000; }");
  pod.spec().tasks[0].timeout_ns = 2'000 * kTestMillisecond;
  pod.spec().tasks[0].retries = 1;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.End("a")->attempts, 2);
}

TEST(TimeoutTest, OfTasksLetsFinallyRun) {
  TestPod pod;
  pod.AddTask("a").Step("s", kForever);
  pod.spec().tasks[0].retries = 5;
  pod.AddTask("b").After("a").Step("s", "");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.spec().tasks_timeout_ns = 2'000 * kTestMillisecond;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(),
            "a:failed(TaskRunCancelled) b:skipped(STOPPING) f:ok");
  EXPECT_EQ(pod.Log(), "started f");
}

TEST(TimeoutTest, OfTasksSkipsWhatWasNotStopped) {
  TestPod pod;
  pod.AddTask("a").Step("s", kForever).task().continue_on_error = true;
  pod.AddTask("b").After("a").Step("s", "");
  pod.spec().tasks_timeout_ns = 2'000 * kTestMillisecond;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(),
            "a:failed(FailureIgnored) b:skipped(TASKS_TIMEOUT)");
}

TEST(TimeoutTest, OfThePipelineStopsAll) {
  TestPod pod;
  pod.AddTask("a").Step("s", kForever);
  TestTask& gate = pod.AddTask("never");
  gate.task().gate = true;
  pod.spec().controlled = true;
  pod.WriteGate("", "");
  pod.AddTask("b").After("never").Step("s", "");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.spec().pipeline_timeout_ns = 2'000 * kTestMillisecond;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "started");
  EXPECT_THAT(pod.Outcomes(), StartsWith("a:failed(TaskRunCancelled) b:skipp"));
  EXPECT_THAT(pod.Outcomes(), HasSubstr("f:skipped(PIPELINE_TIMEOUT)"));
}

TEST(TimeoutTest, OfFinallyCountsFromTheEndOfTasks) {
  TestPod pod;
  pod.AddTask("a").Step("s", "sleep 2.1");
  pod.AddFinally("f").Step("s", kForever);
  pod.AddFinally("g").Step("s", "");
  pod.spec().finally_timeout_ns = 2'000 * kTestMillisecond;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok f:failed(TaskRunCancelled) g:ok");
}

// ---------------------------------------------------------------------------
// Sidecars

LaunchHook ExecHook(const std::string& shell) {
  LaunchHook hook;
  hook.exec.emplace();
  hook.exec->command = {"/bin/sh", "-c", shell};
  return hook;
}

TEST(SidecarTest, RunsWhileItsUnitDoesAndEndsBeforeTheTask) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("one", "echo one >> {log}");
  a.Step("two", "[ -e {shared}/up ] && echo two >> {log}");
  a.Sidecar("db",
            "trap 'sleep 0.2; echo down >> {log}; exit 7' TERM; "
            "touch {shared}/up; while :; do sleep 0.01; done");
  a.last().ready.emplace();
  a.last().ready->exec.emplace();
  a.last().ready->exec->command = {"test", "-e", pod.Shared() + "/up"};
  a.last().ready->period_ns = 20 * kTestMillisecond;
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
  EXPECT_EQ(pod.Log(), "one two down b");
  EXPECT_EQ(pod.Failures(), "");
  EXPECT_THAT(pod.TerminationMessage("a-db"),
              HasSubstr(R"("key":"ExitCode","value":"7")"));
}

TEST(SidecarTest, IsNotAwaitedWhereTheInstallationSaysSo) {
  TestPod pod;
  pod.spec().sidecars_not_awaited = true;
  TestTask& a = pod.AddTask("a").Step("s", "touch {shared}/up");
  a.Sidecar("db", "exec sleep 1000");
  a.last().ready.emplace();
  a.last().ready->exec.emplace();
  a.last().ready->exec->command = {"test", "-e", pod.Shared() + "/up"};
  a.last().ready->period_ns = 20 * kTestMillisecond;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok");
}

LaunchProbe GrpcProbe(int port) {
  LaunchProbe probe;
  probe.grpc.emplace();
  probe.grpc->port = port;
  probe.grpc->service = "db";
  probe.period_ns = 20 * kTestMillisecond;
  probe.timeout_ns = 10'000 * kTestMillisecond;
  return probe;
}

TEST(SidecarTest, ReadyByGrpcOnceItSaysThatItIsServing) {
  TestPod pod;
  const TestServer server([up = pod.Shared() + "/up"](int connection) {
    ServeGrpcHealth(connection, [&](const std::string& service) {
      return service == "db" && FileExists(up) ? 1 : 2;
    });
  });
  TestTask& a = pod.AddTask("a").Step("s", "[ -e {shared}/up ]");
  a.Sidecar("db", "sleep 0.1; touch {shared}/up; exec sleep 1000");
  a.last().ready = GrpcProbe(server.port());
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
}

TEST(SidecarTest, FailedProbesByGrpcEndIt) {
  const TestServer server([](int connection) {
    ServeGrpcHealth(connection, [](const std::string&) { return 0; });
  });
  for (const auto probe : {&LaunchContainer::startup, &LaunchContainer::live}) {
    TestPod pod;
    TestTask& a = pod.AddTask("a").Step(
        "s", "until [ -e {shared}/down ]; do sleep 0.01; done");
    a.Sidecar("db", "trap 'touch {shared}/down; exit' TERM; sleep 1000 & wait");
    a.last().*probe = GrpcProbe(server.port());
    pod.Run();
    EXPECT_EQ(pod.Outcomes(), "a:ok");
  }
}

TEST(SidecarTest, OneThatHasEndedCountsAsReady) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "exit 1");
  a.last().ready.emplace();
  a.last().ready->tcp.emplace();
  a.last().ready->tcp->port = 1;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Failures(), "");
}

TEST(SidecarTest, OneThatCanNotBeRunCountsAsReady) {
  TestPod pod;
  pod.AddTask("a").Step("s", "").Sidecar("db", "");
  pod.arguments("a-db") = {"/no/such/program"};
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_THAT(pod.Output("a-db"), HasSubstr("/no/such/program: No such file"));
}

TEST(SidecarTest, OneThatIsNeverReadyFailsTheTaskByItsTimeout) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "exec sleep 1000");
  a.last().ready.emplace();
  a.last().ready->exec.emplace();
  a.last().ready->exec->command = {"false"};
  a.last().ready->period_ns = 20 * kTestMillisecond;
  a.task().timeout_ns = 300 * kTestMillisecond;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunTimeout)");
  EXPECT_EQ(pod.Log(), "");
}

TEST(SidecarTest, OfASkippedTaskDoesNotRun) {
  TestPod pod;
  pod.AddTask("a")
      .OnlyIf("x", "in", {})
      .Step("s", "")
      .Sidecar("db", "echo up >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:skipped(WHEN)");
  EXPECT_EQ(pod.Log(), "");
}

TEST(SidecarTest, FailedLivenessProbeEndsIt) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step(
      "s", "until [ -e {shared}/down ]; do sleep 0.01; done");
  a.Sidecar("db", "trap 'touch {shared}/down; exit' TERM; sleep 1000 & wait");
  a.last().live.emplace();
  a.last().live->exec.emplace();
  a.last().live->exec->command = {"false"};
  a.last().live->period_ns = 20 * kTestMillisecond;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok");
}

TEST(SidecarTest, PostStartComesBeforeTheFirstStep) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "exec sleep 1000");
  a.last().post_start =
      ExecHook("sleep 0.1; echo post >> " + pod.Shared() + "/log");
  pod.Run();
  EXPECT_EQ(pod.Log(), "post s");
}

LaunchProbe ExecProbe(const std::string& shell) {
  LaunchProbe probe;
  probe.exec.emplace();
  probe.exec->command = {"/bin/sh", "-c", shell};
  probe.period_ns = 20 * kTestMillisecond;
  return probe;
}

TEST(SidecarTest, StartupComesBeforeReadinessAndBothBeforeTheFirstStep) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "exec sleep 1000");
  a.last().startup = ExecProbe("echo startup >> " + pod.Shared() + "/log");
  a.last().ready = ExecProbe("echo ready >> " + pod.Shared() + "/log");
  pod.Run();
  EXPECT_EQ(pod.Log(), "startup ready s");
}

// So Tekton goes on, too: what has ended counts as ready.
TEST(SidecarTest, FailedStartupProbeEndsIt) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "trap 'echo down >> {log}; exit' TERM; sleep 1000 & wait");
  a.last().startup = ExecProbe("false");
  a.last().ready = ExecProbe("true");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Log(), "down s");
}

TEST(SidecarTest, LivenessIsLookedAtBeforeItIsReady) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "trap 'echo down >> {log}; exit' TERM; sleep 1000 & wait");
  a.last().ready = ExecProbe("false");
  a.last().live = ExecProbe("false");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Log(), "down s");
}

TEST(SidecarTest, ReadyAndAliveItRunsUntilTheEnd) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db", "trap 'echo down >> {log}; exit' TERM; sleep 1000 & wait");
  a.last().ready = ExecProbe("true");
  a.last().live = ExecProbe("true");
  pod.Run();
  EXPECT_EQ(pod.Log(), "s down");
}

TEST(SidecarTest, PreStopComesBeforeTheSignal) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db",
            "trap 'echo down >> {log}; exit' TERM; touch {shared}/up; while :; "
            "do sleep 0.01; done");
  a.last().ready = ExecProbe("test -e " + pod.Shared() + "/up");
  a.last().pre_stop =
      ExecHook("sleep 0.1; echo pre >> " + pod.Shared() + "/log");
  pod.Run();
  EXPECT_EQ(pod.Log(), "s pre down");
}

TEST(SidecarTest, PreStopComesBeforeTheSignalOfTheKubeletToo) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "exec sleep 1000");
  a.Sidecar("db",
            "trap 'echo down >> {log}; exit' TERM; touch {shared}/up; while :; "
            "do sleep 0.01; done");
  a.last().pre_stop = ExecHook("echo pre >> " + pod.Shared() + "/log");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/up");
  pod.Kill("a-db", SIGTERM);
  pod.AwaitFile(pod.Shared() + "/log");
  pod.KillAll(SIGTERM);
  pod.Wait();
  EXPECT_EQ(pod.Log(), "pre down");
}

TEST(SidecarTest, PreStopThatTakesTooLongIsLeft) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db",
            "trap 'echo down >> {log}; exit' TERM; touch {shared}/up; while :; "
            "do sleep 0.01; done");
  a.last().ready = ExecProbe("test -e " + pod.Shared() + "/up");
  a.last().pre_stop.emplace();
  a.last().pre_stop->sleep_ns = 1'000'000 * kTestMillisecond;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "s down");
}

TEST(SidecarTest, IsStartedAgainWhenItEndsEarly) {
  TestPod pod;
  TestTask& a =
      pod.AddTask("a").Step("s",
                            "until [ -e {shared}/twice ]; do sleep 0.01; "
                            "done; echo s >> {log}");
  a.Sidecar("db",
            "echo up >> {log}; if mkdir {shared}/once 2>/dev/null; then exit "
            "1; fi; touch {shared}/twice; exec sleep 1000");
  a.last().restart = true;
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Log(), "up up s");
}

TEST(SidecarTest, OneThatIsStartedAgainIsNotReadyMeanwhile) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo s >> {log}");
  a.Sidecar("db",
            "echo up >> {log}; if mkdir {shared}/once 2>/dev/null; then exit "
            "1; fi; touch {shared}/twice; exec sleep 1000");
  a.last().ready = ExecProbe("test -e " + pod.Shared() + "/twice");
  a.last().restart = true;
  pod.Run();
  EXPECT_EQ(pod.Log(), "up up s");
}

// ---------------------------------------------------------------------------
// The controller

TaskEnd Succeeded() {
  TaskEnd end;
  end.outcome = Outcome::kSucceeded;
  end.reason = "Succeeded";
  end.attempts = 1;
  return end;
}

TEST(GateTest, OpensWithOutcomeAndResults) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.AddTask("other").task().gate = true;
  TestTask& b = pod.AddTask("b")
                    .AfterResult("other", "r")
                    .Step("s", "echo $(tasks.other.results.r) >> {log}");
  b.last().late = true;
  pod.AddTask("c").Step("s", "touch {shared}/running");
  pod.WriteGate("other", "");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  TaskEnd end = Succeeded();
  end.results = {{"r", ValueType::kString, "v"}};
  pod.WriteGate("other", ToJson(end));
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "b:ok c:ok");
  EXPECT_EQ(pod.Log(), "v");
}

TEST(GateTest, WhatIsNoTaskEndIsAFailure) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.AddTask("other").task().gate = true;
  pod.AddTask("b").After("other").Step("s", "echo b >> {log}");
  pod.WriteGate("other", "nonsense");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "b:skipped(STOPPING)");
}

// ---------------------------------------------------------------------------
// Images that are put in while the Pod runs

// Task a, and b whose one container waits for its image.
TestTask& WithImageGate(TestPod& pod, const std::string& a) {
  pod.spec().controlled = true;
  pod.AddTask("a").Result("image").Step("s", a);
  TestTask& b =
      pod.AddTask("b").AfterResult("a", "image").Step("s", "echo b >> {log}");
  b.last().image_gate = "_image.b-s";
  pod.SetLauncherImage("b-s", true);
  pod.WriteGate("_image.b-s", "");
  return b;
}

constexpr char kGivesImage[] =
    "echo -n app > {tekton}/results/image; touch {shared}/built";

TEST(ImageGateTest, ThePlaceholderIsReplacedAndNobodyTakesThatForAnEnd) {
  TestPod pod;
  WithImageGate(pod, kGivesImage);
  pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitOutput("b-s");
  pod.AwaitFile(pod.Shared() + "/built");
  // As the kubelet does it when the image has changed.
  pod.Kill("b-s", SIGTERM);
  pod.AwaitEnd("b-s");
  EXPECT_EQ(pod.Failures(), "b-s:143");
  EXPECT_EQ(pod.TerminationMessage("b-s"),
            R"([{"key":"Reason","value":"Placeholder","type":3}])");
  pod.SetLauncherImage("b-s", false);
  pod.Start("b-s");
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok c:ok");
  EXPECT_EQ(pod.Failures(), "");
  EXPECT_EQ(pod.Log(), "b c");
}

TEST(ImageGateTest, AContainerThatStartsWithItsImageWaitsForNothing) {
  TestPod pod;
  WithImageGate(pod, kGivesImage);
  pod.SetLauncherImage("b-s", false);
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
}

TEST(ImageGateTest, NothingRunsInThePlaceholderUntilItIsReplaced) {
  TestPod pod;
  WithImageGate(pod, kGivesImage);
  pod.Install();
  pod.Start("a-s");
  pod.AwaitEnd("a-s");
  pod.Start("b-s");
  pod.AwaitOutput("b-s");
  EXPECT_FALSE(FileExists(pod.root() + "/colocation/events/b-s/alive"));
  EXPECT_EQ(pod.Outcomes(), "a:ok b:none");
  // The launcher's own image is what it is to run.
  pod.WriteGate("_image.b-s", "launcher");
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
}

TEST(ImageGateTest, WithoutAnImageTheTaskIsDecidedAsItIs) {
  TestPod pod;
  WithImageGate(pod, "exit 1");
  pod.WriteGate("_image.b-s", "none");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:skipped(STOPPING)");
  EXPECT_EQ(pod.Log(), "");
}

TEST(ImageGateTest, WithoutAnImageNothingIsRunInThePlaceholder) {
  TestPod pod;
  WithImageGate(pod, kGivesImage);
  pod.WriteGate("_image.b-s", "none");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:failed(TaskRunImagePullFailed)");
  EXPECT_EQ(pod.Log(), "");
}

TEST(ImageGateTest, ASidecarWithoutAnImageHasGone) {
  TestPod pod;
  pod.spec().controlled = true;
  TestTask& b = pod.AddTask("b").Step("s", "echo b >> {log}");
  b.Sidecar("d", "echo d >> {log}");
  b.last().image_gate = "_image.b-d";
  pod.SetLauncherImage("b-d", true);
  pod.WriteGate("_image.b-d", "none");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "b:ok");
  EXPECT_EQ(pod.Log(), "b");
}

// Nobody puts an image in any more when all tasks have ended.
TEST(ImageGateTest, ThePlaceholderOfASidecarEndsWithItsUnit) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.AddTask("a").Step("s", "exit 1");
  TestTask& b = pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  b.Sidecar("d", "echo d >> {log}");
  b.last().image_gate = "_image.b-d";
  pod.SetLauncherImage("b-d", true);
  pod.WriteGate("", "");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:skipped(STOPPING)");
  EXPECT_EQ(pod.Failures(), "a-s:1");
  EXPECT_EQ(pod.Log(), "");
}

TEST(ImageGateTest, ThePlaceholderKnowsWhenTheRunIsCancelled) {
  TestPod pod;
  WithImageGate(pod, kForever);
  pod.Install();
  pod.StartAll();
  pod.AwaitOutput("b-s");
  pod.AwaitFile(pod.Shared() + "/log");
  pod.WriteGate("_stop", "Cancelled");
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunCancelled) b:skipped(CANCELLED)");
}

TEST(ImageGateTest, ThePlaceholderKnowsThePipelinesTimeout) {
  TestPod pod;
  pod.spec().pipeline_timeout_ns = 200 * kTestMillisecond;
  WithImageGate(pod, kForever);
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_THAT(pod.Outcomes(), HasSubstr("b:skipped("));
}

// ---------------------------------------------------------------------------
// Ends that the controller declares

// That `task` has failed for that reason.
DeclaredEnds Declare(const std::string& task, const std::string& reason) {
  DeclaredTaskEnd declared;
  declared.task = task;
  declared.end.emplace();
  declared.end->outcome = Outcome::kFailed;
  declared.end->reason = reason;
  declared.end->attempts = 1;
  return {{declared}};
}

TEST(DeclaredEndTest, StandsForAContainerThatNeverStarts) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.AddTask("a")
      .Step("s", "echo a >> {log}; touch {shared}/running; exec sleep 1000")
      .Step("t", "echo t >> {log}")
      .Step("u", "echo u >> {log}")
      .Sidecar("db", "exec sleep 1000");
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  TestTask& f = pod.AddFinally("f").Step(
      "s", "echo f $(tasks.a.status) $(tasks.a.reason) >> {log}");
  f.last().late = true;
  pod.WriteGate("_ended", "");
  pod.Install();
  for (const LaunchContainer& container : pod.spec().containers) {
    if (container.name != "a-t") pod.Start(container.name);
  }
  pod.AwaitFile(pod.Shared() + "/running");
  pod.WriteGate("_ended", ToJson(Declare("a", "TaskRunImagePullFailed")));
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "a f Failed TaskRunImagePullFailed");
  EXPECT_THAT(pod.Outcomes(), HasSubstr("b:skipped(STOPPING) f:ok"));
}

TEST(DeclaredEndTest, AContainerThatStartsAfterwardsDoesNotRun) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.AddTask("a").Step("s", "echo a >> {log}");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.WriteGate("_ended", ToJson(Declare("a", "TaskRunImagePullFailed")));
  pod.Run();
  EXPECT_EQ(pod.Log(), "f");
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunImagePullFailed) f:ok");
  EXPECT_EQ(pod.Failures(), "a-s:1");
}

// ---------------------------------------------------------------------------
// Being stopped

struct StopCase {
  const char* content;
  const char* outcomes;
  const char* log;
};

class StopTest : public ::testing::TestWithParam<StopCase> {};

TEST_P(StopTest, StopsTheRun) {
  TestPod pod;
  pod.spec().controlled = true;
  pod.WriteGate("_stop", "");
  pod.AddTask("a")
      .Step("s",
            "echo started >> {log}; touch {shared}/running; "
            "until [ -e {shared}/go ]; do sleep 0.01; done; echo a >> {log}")
      .Step("t", "echo t >> {log}");
  pod.spec().tasks[0].retries = 1;
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.WriteGate("_stop", GetParam().content);
  if (std::string(GetParam().content).find("Cancelled") != 0) {
    pod.Touch("go");
  }
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), GetParam().outcomes);
  EXPECT_EQ(pod.Log(), GetParam().log);
}

INSTANTIATE_TEST_SUITE_P(
    , StopTest,
    ::testing::Values(
        StopCase{"Cancelled",
                 "a:failed(TaskRunCancelled) b:skipped(CANCELLED) "
                 "f:skipped(CANCELLED)",
                 "started"},
        StopCase{"CancelledRunFinally",
                 "a:failed(TaskRunCancelled) b:skipped(STOPPING) f:ok",
                 "started f"},
        StopCase{"StoppedRunFinally", "a:ok b:skipped(STOPPED) f:ok",
                 "started a t f"},
        StopCase{"Stopping", "a:ok b:skipped(STOPPING) f:ok", "started a t f"}),
    [](const auto& info) { return std::string(info.param.content); });

TEST(SignalTest, ADeletedPodEndsAtOnce) {
  TestPod pod;
  pod.AddTask("a")
      .Step("s", "echo s >> {log}; touch {shared}/running; exec sleep 1000")
      .Step("t", "echo t >> {log}")
      .Sidecar("db", "exec sleep 1000");
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.KillAll(SIGTERM);
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "s");
  EXPECT_THAT(pod.Failures(), StartsWith("a-s:143"));
  EXPECT_THAT(pod.Outcomes(), StartsWith("a:failed(TaskRunCancelled)"));
}

TEST(SignalTest, OthersArePassedOn) {
  TestPod pod;
  pod.AddTask("a").Step(
      "s",
      "trap 'echo usr1 >> {log}; exit 0' USR1; touch {shared}/running; "
      "while :; do sleep 0.01; done");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.Kill("a-s", SIGUSR1);
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.Log(), "usr1");
}

}  // namespace
}  // namespace colocation::launcher
