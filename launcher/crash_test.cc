// Launchers and steps that are killed at any instant: nobody waits for them for
// ever, and the run ends as after a failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <random>
#include <string>

#include "launcher/pod_process_testing.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;

class CrashTest : public ::testing::Test {
 protected:
  // Under the address sanitizer a process that ends has a child that looks for
  // leaks, and waits for it for ever where that is what gets killed.
  static void SetUpTestSuite() { setenv("ASAN_OPTIONS", "detect_leaks=0", 1); }
};

constexpr char kBlocked[] = "touch {shared}/running; exec sleep 1000";

TEST_F(CrashTest, OfARunningStepsLauncherFailsTheTask) {
  TestPod pod;
  pod.AddTask("a").Step("one", kBlocked).Step("two", "echo two >> {log}");
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "echo $(tasks.a.status) >> {log}");
  pod.spec().containers.back().late = true;
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.Kill("a-one", SIGKILL);
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:skipped(STOPPING) f:ok");
  EXPECT_EQ(pod.Log(), "Failed");
  EXPECT_EQ(pod.Failures(), "a-one:137");
}

TEST_F(CrashTest, OfTheLastLauncherEndsTheUnitWhenItsStepsHaveEnded) {
  TestPod pod;
  pod.AddTask("a")
      .Step("one",
            "touch {shared}/running; until [ -e {shared}/go ]; do sleep 0.01; "
            "done; echo one >> {log}")
      .Step("two", "echo two >> {log}");
  pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.AwaitFile(pod.root() + "/colocation/events/a-two/alive");
  pod.Kill("a-two", SIGKILL);
  pod.Touch("go");
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:none b:skipped(STOPPING) f:ok");
  EXPECT_EQ(pod.Log(), "one f");
}

TEST_F(CrashTest, OfALauncherBeforeItsTaskStartsFailsTheTask) {
  TestPod pod;
  pod.AddTask("a").Step(
      "s",
      "touch {shared}/running; until [ -e {shared}/go ]; do sleep 0.01; "
      "done");
  pod.AddTask("b").After("a").Step("one", "echo b >> {log}").Step("two", "");
  pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.AwaitFile(pod.root() + "/colocation/events/b-one/alive");
  pod.Kill("b-one", SIGKILL);
  pod.Touch("go");
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok b:failed(StepFailed) c:skipped(STOPPING)");
  EXPECT_EQ(pod.Log(), "");
}

TEST_F(CrashTest, OfASidecarsLauncherDoesNotHoldUpTheTask) {
  TestPod pod;
  pod.AddTask("a")
      .Step("s",
            "touch {shared}/running; until [ -e {shared}/go ]; do sleep 0.01; "
            "done")
      .Sidecar("db", "exec sleep 1000");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.Kill("a-db", SIGKILL);
  pod.Touch("go");
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok");
}

TEST_F(CrashTest, OfAStepsProcessIsAnOrdinaryFailure) {
  TestPod pod;
  pod.AddTask("a").Step(
      "s", "[ -e {shared}/running ] || { " + std::string(kBlocked) + "; }");
  pod.spec().tasks[0].retries = 1;
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.KillProcessOf("a-s", SIGKILL);
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:ok");
  EXPECT_EQ(pod.End("a")->attempts, 2);
}

TEST_F(CrashTest, OfAContainerSpoilsARetry) {
  TestPod pod;
  pod.AddTask("a")
      .Step("one", "echo one >> {log}")
      .Step("two", std::string(kBlocked));
  pod.spec().tasks[0].retries = 3;
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.Kill("a-one", SIGKILL);
  pod.KillProcessOf("a-two", SIGKILL);
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "one f");
  EXPECT_THAT(pod.Outcomes(), HasSubstr("a:failed(StepFailed)"));
}

// A Pod with some of everything.
void BuildMixedPod(TestPod& pod) {
  TestTask& a = pod.AddTask("a")
                    .Result("r")
                    .Step("one", "echo a-one >> {log}")
                    .Step("two", "printf v > {tekton}/results/r");
  a.Sidecar("db", "exec sleep 1000");
  pod.AddTask("b").AfterResult("a", "r").Step("s", "echo b >> {log}");
  pod.AddTask("c")
      .Step("one", "echo c-one >> {log}")
      .Step("two", "[ -e {shared}/c ] || { touch {shared}/c; exit 1; }");
  pod.spec().tasks.back().retries = 1;
  pod.AddTask("d")
      .Unit()
      .Step("s", "echo d >> {log}")
      .Unit()
      .Step("s", "echo d >> {log}")
      .After("c");
  pod.AddFinally("f").Step("s", "echo f >> {log}");
}

TEST_F(CrashTest, AtAnyInstantNeverHangs) {
  constexpr int kRounds = 40;
  constexpr unsigned kSeed = 5;
  std::mt19937 random(kSeed);
  int killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    TestPod pod;
    BuildMixedPod(pod);
    const auto& containers = pod.spec().containers;
    const std::string victim = containers[random() % containers.size()].name;
    const bool launcher = random() % 3 != 0;
    const long delay = static_cast<long>(random() % 60'000'000);
    pod.Install();
    pod.StartAll();
    // Before that nobody knows of it; see docs/launcher.md.
    pod.AwaitFile(pod.root() + "/colocation/events/" + victim + "/alive");
    const timespec pause = {0, delay};
    nanosleep(&pause, nullptr);
    if (launcher) {
      pod.Kill(victim, SIGKILL);
    } else {
      pod.KillProcessOf(victim, SIGKILL);
    }
    pod.Wait();
    const std::string what = "seed " + std::to_string(kSeed) + " round " +
                             std::to_string(round) + ": " + victim +
                             (launcher ? "" : " (process)") + " after " +
                             std::to_string(delay) + " ns: " + pod.Outcomes();
    ASSERT_FALSE(pod.hung()) << what;
    const bool failed = !pod.Failures().empty();
    killed += failed ? 1 : 0;
    if (victim != "f-s") {
      EXPECT_THAT(pod.Outcomes(), HasSubstr("f:ok")) << what;
      EXPECT_THAT(pod.Log(), ::testing::EndsWith("f")) << what;
    }
    if (!failed) {
      EXPECT_EQ(pod.Outcomes(), "a:ok b:ok c:ok d-0:ok d-1:ok f:ok") << what;
    }
    // With all that was killed, nothing ran twice.
    EXPECT_LE(pod.Log().size(), std::string("a-one b c-one c-one d d f").size())
        << what << " " << pod.Log();
  }
  // Some kills come too late; most do not.
  EXPECT_GT(killed, kRounds / 4);
}

}  // namespace
}  // namespace colocation::launcher
