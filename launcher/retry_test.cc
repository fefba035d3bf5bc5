// What an attempt finds that is not the first one: what a new Pod would have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "launcher/files.h"
#include "launcher/pod_process_testing.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;

// Makes a directory of the author's volume.
std::string MakeOwn(const TestPod& pod, const std::string& name) {
  const std::string path = pod.root() + "/" + name;
  mkdir(path.c_str(), 0777);
  chmod(path.c_str(), 0777);
  return path;
}

// Fails the first attempt.
constexpr char kFailOnce[] =
    "[ -e {shared}/failed ] || { touch {shared}/failed; exit 1; }";

TEST(RetryTest, FindsTheUnitsOwnDirectoriesEmptyAndTheSharedOnesAsTheyWere) {
  TestPod pod;
  const std::string scratch = MakeOwn(pod, "scratch");
  const std::string later = MakeOwn(pod, "later");
  const std::string aside = MakeOwn(pod, "aside");
  const auto look = [](const std::string& name, const std::string& directory) {
    return "echo " + name + " $(ls -A " + directory + " | wc -l) >> {log}; ";
  };
  TestTask& a = pod.AddTask("a").Result("r").Step(
      "one", look("results", "{tekton}/results") +
                 look("home", "{tekton}/home") + look("scratch", scratch) +
                 "mkdir -p {tekton}/home/.cache/x; touch {tekton}/file; "
                 "printf old > {tekton}/results/r; "
                 "mkdir -p " +
                 scratch + "/tree/leaf; chmod 0 " + scratch +
                 "/tree; "
                 "ln -s {shared} " +
                 scratch + "/link; echo kept >> {shared}/kept");
  a.last().own_directories = {scratch, pod.Tekton("a") + "/home"};
  // The volumes of these are not in the first step.
  a.Step("two", look("later", later) + "touch " + later + "/f; " +
                    "printf old > {tekton}/steps/step-two/results/r; " +
                    kFailOnce + "; rm -f {tekton}/results/r");
  a.last().own_directories = {later};
  a.last().results = {{"r", ValueType::kString, ""}};
  a.Sidecar("db", look("aside", aside) + "touch " + aside +
                      "/f; touch {shared}/up-$(ls {shared} | grep -c up); "
                      "exec sleep 1000");
  a.last().own_directories = {aside};
  a.task().retries = 1;
  pod.Install();
  mkdir((pod.Tekton("a") + "/home").c_str(), 0777);
  pod.StartAll();
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:ok") << pod.Output("a-one");
  EXPECT_EQ(pod.End("a")->attempts, 2);
  std::string log = pod.Log();
  EXPECT_EQ(log.find_first_of("123456789"), log.npos) << log;
  EXPECT_THAT(log, HasSubstr("later 0"));
  EXPECT_EQ(pod.Read(pod.Shared() + "/kept"), "kept\nkept\n");
  EXPECT_EQ(pod.Results("a"), "");
  // As the init container has made it.
  for (const char* part :
       {"results", "home", "artifacts", "creds", "run",
        "steps/step-one/results", "steps/step-two/results"}) {
    EXPECT_TRUE(FileExists(pod.Tekton("a") + "/" + part)) << part;
  }
}

TEST(RetryTest, EmptiesNothingThatALinkLeadsTo) {
  for (const char* link :
       {"rm -r {tekton}/results; ln -s {shared}/precious {tekton}/results",
        "rm -r {tekton}/steps; ln -s {shared}/precious {tekton}/steps",
        "ln -s {shared}/precious {tekton}/results/r",
        "rm -r {tekton}/steps/step-s/results; "
        "ln -s {shared}/precious {tekton}/steps/step-s/results"}) {
    TestPod pod;
    mkdir((pod.Shared() + "/precious").c_str(), 0777);
    WriteFile(pod.Shared() + "/precious/file", "data", 0644);
    pod.AddTask("a").Step("s", "[ -e {shared}/failed ] && exit 0; " +
                                   std::string(link) +
                                   "; touch {shared}/failed; exit 1");
    pod.spec().tasks[0].retries = 1;
    pod.Run();
    EXPECT_FALSE(pod.hung()) << link;
    EXPECT_EQ(pod.Outcomes(), "a:ok") << link << pod.Output("a-s");
    EXPECT_EQ(pod.Read(pod.Shared() + "/precious/file"), "data") << link;
  }
}

TEST(RetryTest, FailsWhereSomethingCanNotBeRemoved) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  // Not everybody gets to where Bazel has its temporary directory.
  TestPod pod("/tmp");
  pod.RunAs(65534);
  const std::string scratch = MakeOwn(pod, "scratch");
  mkdir((scratch + "/roots").c_str(), 0755);
  WriteFile(scratch + "/roots/file", "", 0644);
  pod.AddTask("a")
      .Step("one", "echo one >> {log}")
      .Step("two", "echo two >> {log}; exit 1")
      .Sidecar("db", "exec sleep 1000")
      .task()
      .retries = 2;
  pod.spec().containers[1].own_directories = {scratch};
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) f:ok");
  EXPECT_EQ(pod.End("a")->attempts, 3);
  EXPECT_EQ(pod.Log(), "one two f");
  EXPECT_THAT(pod.Output("a-one"),
              HasSubstr("another attempt needs empty directories: " + scratch +
                        "/roots/file: Permission denied"));
}

TEST(RetryTest, StepThatWaitsForAnotherAttemptSeesThatThereWillBeNone) {
  TestPod pod;
  pod.AddTask("a")
      .Step("one", "true")
      .Step("two", "touch {shared}/running; exec sleep 1000");
  pod.spec().tasks[0].retries = 1;
  pod.AddFinally("f").Step("s", "echo f >> {log}");
  pod.Install();
  pod.StartAll();
  pod.AwaitFile(pod.Shared() + "/running");
  pod.Kill("a-two", SIGKILL);
  pod.Wait();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), "a:none f:ok");
}

}  // namespace
}  // namespace colocation::launcher
