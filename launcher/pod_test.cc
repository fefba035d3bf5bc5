// Whole Pods of launchers: order, data, skipping, failing, finally.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "launcher/pod_process_testing.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;

struct PodCase {
  const char* name;  // the claim
  std::function<void(TestPod&)> build;
  const char* outcomes;
  const char* log;
  const char* failures = "";
};

const PodCase kPodCases[] = {
    {"OneStepRuns",
     [](TestPod& pod) { pod.AddTask("a").Step("s", "echo s >> {log}"); },
     "a:ok", "s"},
    {"StepsRunInOrder",
     [](TestPod& pod) {
       pod.AddTask("a")
           .Step("one", "echo one >> {log}")
           .Step("two", "echo two >> {log}")
           .Step("three", "echo three >> {log}");
     },
     "a:ok", "one two three"},
    {"TasksRunInOrderWhateverTheirPlaceInTheManifest",
     [](TestPod& pod) {
       pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
       pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
       pod.AddTask("a").Step("s", "echo a >> {log}");
     },
     "c:ok b:ok a:ok", "a b c"},
    {"ParallelTasksOverlap",
     // Each waits for the other one's file.
     [](TestPod& pod) {
       pod.AddTask("a").Step(
           "s", "touch {shared}/a; until [ -e {shared}/b ]; do :; done");
       pod.AddTask("b").Step(
           "s", "touch {shared}/b; until [ -e {shared}/a ]; do :; done");
     },
     "a:ok b:ok", ""},
    {"FailedStepEndsTheTask",
     [](TestPod& pod) {
       pod.AddTask("a")
           .Step("one", "echo one >> {log}; exit 3")
           .Step("two", "echo two >> {log}")
           .Step("three", "echo three >> {log}");
     },
     "a:failed(StepFailed)", "one", "a-one:3"},
    {"FailureOfAStepMayBeIgnored",
     [](TestPod& pod) {
       TestTask& a = pod.AddTask("a").Step("one", "exit 3");
       a.last().continue_on_error = true;
       a.Step("two", "cat {tekton}/steps/step-one/exitCode >> {log}");
     },
     "a:ok", "3"},
    {"NothingStartsAfterAFailureAndFinallyRuns",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "exit 1");
       pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
       pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
       pod.AddFinally("f").Step("s", "echo f >> {log}");
     },
     "a:failed(StepFailed) b:skipped(STOPPING) c:skipped(STOPPING) f:ok", "f",
     "a-s:1"},
    {"TasksThatWaitForTheSameStartTogetherEvenIfOneFailsAtOnce",
     [](TestPod& pod) {
       pod.AddTask("z").Step("s", "");
       pod.AddTask("a").After("z").Step("s", "exit 1");
       pod.AddTask("b").After("z").Step("s", "echo b >> {log}");
       pod.AddTask("c").After("a").Step("s", "echo c >> {log}");
     },
     "z:ok a:failed(StepFailed) b:ok c:skipped(STOPPING)", "b", "a-s:1"},
    {"DelayedTaskRunsWhenTheOtherHasEnded",
     [](TestPod& pod) {
       pod.AddTask("b").DelayedBy("a").Step("s", "echo b >> {log}");
       pod.AddTask("a")
           .Step("one", "echo one >> {log}")
           .Step("two", "echo two >> {log}");
     },
     "b:ok a:ok", "one two b"},
    {"DelayIsOverWhateverTheOutcome",
     // As without it: both start together, so that neither stops the other.
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "echo a >> {log}; exit 1");
       pod.AddTask("b").DelayedBy("a").Step("s", "echo b >> {log}");
       pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
     },
     "a:failed(StepFailed) b:ok c:skipped(STOPPING)", "a b", "a-s:1"},
    {"DelayIsOverWhenTheOtherIsSkipped",
     [](TestPod& pod) {
       pod.AddTask("a").OnlyIf("x", "in", {"y"}).Step("s", "echo a >> {log}");
       pod.AddTask("b").DelayedBy("a").Step("s", "echo b >> {log}");
     },
     "a:skipped(WHEN) b:ok", "b"},
    {"DelayLastsUntilTheLastAttempt",
     [](TestPod& pod) {
       pod.AddTask("b").DelayedBy("a").Step("s", "echo b >> {log}");
       pod.AddTask("a")
           .Step("s",
                 "echo try >> {log}; [ -e {shared}/failed ] || { touch "
                 "{shared}/failed; exit 1; }")
           .task()
           .retries = 1;
     },
     "b:ok a:ok", "try try b"},
    {"UnitsOfAMatrixRunOneAfterTheOther",
     [](TestPod& pod) {
       pod.AddTask("m")
           .Unit()
           .Step("s", "echo 0 >> {log}")
           .Unit()
           .DelayedBy("m-2")
           .Step("s", "echo 1 >> {log}")
           .Unit()
           .DelayedBy("m-0")
           .Step("s", "echo 2 >> {log}");
     },
     "m-0:ok m-1:ok m-2:ok", "0 2 1"},
    {"FinallyTasksRunOneAfterTheOtherThoughOneFails",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "echo a >> {log}");
       pod.AddFinally("g").DelayedBy("f").Step("s", "echo g >> {log}");
       pod.AddFinally("f").Step("s", "echo f >> {log}; exit 1");
     },
     "a:ok g:ok f:failed(StepFailed)", "a f g", "f-s:1"},
    {"FailureInAnotherBranchStopsWhatComesLater",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "exit 1");
       pod.AddTask("x").Step("s",
                             "until [ -e {shared}/../colocation/events/a-s/end "
                             "]; do :; done");
       pod.AddTask("y").After("x").Step("s", "echo y >> {log}");
     },
     "a:failed(StepFailed) x:ok y:skipped(STOPPING)", "", "a-s:1"},
    {"RunningTasksFinishAfterAFailure",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s",
                             "until [ -e {shared}/b ]; do :; done; exit 1");
       pod.AddTask("b")
           .Step("one", "touch {shared}/b; echo one >> {log}")
           .Step("two", "echo two >> {log}");
     },
     "a:failed(StepFailed) b:ok", "one two", "a-s:1"},
    {"IgnoredFailureOfATaskLetsDependentsRun",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "exit 1").task().continue_on_error = true;
       pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
     },
     "a:failed(FailureIgnored) b:ok", "b"},
    {"WhenOverAResultRunsOrSkips",
     [](TestPod& pod) {
       pod.AddTask("a").Result("r").Step("s",
                                         "printf yes > {tekton}/results/r");
       pod.AddTask("b")
           .AfterResult("a", "r")
           .OnlyIf("$(tasks.a.results.r)", "in", {"yes", "maybe"})
           .Step("s", "echo b >> {log}");
       pod.AddTask("c")
           .AfterResult("a", "r")
           .OnlyIf("$(tasks.a.results.r)", "notin", {"yes"})
           .Step("s", "echo c >> {log}");
     },
     "a:ok b:ok c:skipped(WHEN)", "b"},
    {"OrderingDependentOfASkippedTaskRunsResourceDependentDoesNot",
     [](TestPod& pod) {
       pod.AddTask("a").Result("r").OnlyIf("x", "in", {"y"}).Step("s", "");
       pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
       pod.AddTask("c").AfterResult("a", "r").Step("s", "echo c >> {log}");
       pod.AddTask("d").After("c").Step("s", "echo d >> {log}");
     },
     "a:skipped(WHEN) b:ok c:skipped(MISSING_RESULTS) "
     "d:skipped(PARENT_SKIPPED)",
     "b"},
    {"ParentThatIsNotWaitedForStillCounts",
     // design.md section 7, "Trap".
     [](TestPod& pod) {
       pod.AddTask("z").Result("r").OnlyIf("x", "in", {"y"}).Step("s", "");
       pod.AddTask("a").AfterResult("z", "r").Step("s", "");
       pod.AddTask("b").After("a").OnlyIf("x", "in", {"y"}).Step("s", "");
       TestTask& c = pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
       c.task().parents.push_back({"a", false});
     },
     "z:skipped(WHEN) a:skipped(MISSING_RESULTS) b:skipped(WHEN) "
     "c:skipped(PARENT_SKIPPED)",
     ""},
    {"MissingResultFailsTheTask",
     [](TestPod& pod) {
       pod.AddTask("a").Result("r").Step("s", "");
       pod.AddTask("b").AfterResult("a", "r").Step("s", "echo b >> {log}");
       pod.AddFinally("f").Step("s", "echo $(tasks.b.status) >> {log}");
       pod.spec().containers.back().late = true;
     },
     "a:ok b:failed(InvalidTaskResultReference) f:ok", "None", "b-s:1"},
    {"FinallySeesStatuses",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "");
       pod.AddTask("b").After("a").Step("s", "exit 1");
       pod.AddTask("c").After("b").Step("s", "");
       pod.AddFinally("f").Step(
           "s",
           "echo $(tasks.a.status) $(tasks.b.status) $(tasks.b.reason) "
           "$(tasks.c.status) $(tasks.status) >> {log}");
       pod.spec().containers.back().late = true;
     },
     "a:ok b:failed(StepFailed) c:skipped(STOPPING) f:ok",
     "Succeeded Failed StepFailed None Failed", "b-s:1"},
    {"FinallyWhenOverAStatus",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "");
       pod.AddTask("b").OnlyIf("x", "in", {"y"}).Step("s", "");
       pod.AddFinally("f")
           .OnlyIf("$(tasks.status)", "in", {"Completed"})
           .Step("s", "echo f >> {log}");
       pod.AddFinally("g")
           .OnlyIf("$(tasks.a.status)", "notin", {"Succeeded"})
           .Step("s", "echo g >> {log}");
     },
     "a:ok b:skipped(WHEN) f:ok g:skipped(WHEN)", "f"},
    {"FinallyWithoutItsResultIsSkipped",
     [](TestPod& pod) {
       pod.AddTask("a").Result("r").Step("s", "exit 1");
       TestTask& f = pod.AddFinally("f").Step("s", "echo f >> {log}");
       f.task().result_refs = {{"a", "r"}};
       pod.AddFinally("g").Step("s", "echo g >> {log}");
     },
     "a:failed(StepFailed) f:skipped(MISSING_RESULTS) g:ok", "g", "a-s:1"},
    {"ResultOfAFailedTaskCounts",
     [](TestPod& pod) {
       pod.AddTask("a").Result("r").Step(
           "s", "printf late > {tekton}/results/r; exit 1");
       TestTask& f =
           pod.AddFinally("f").Step("s", "echo $(tasks.a.results.r) >> {log}");
       f.last().late = true;
       f.task().result_refs = {{"a", "r"}};
     },
     "a:failed(StepFailed) f:ok", "late", "a-s:1"},
    {"MatrixEndsWhenAllUnitsHaveEnded",
     [](TestPod& pod) {
       pod.AddTask("a")
           .Result("r")
           .Unit()
           .Step("s", "printf x > {tekton}/results/r")
           .Unit()
           .Step("s", "printf y > {tekton}/results/r");
       TestTask& b = pod.AddTask("b").AfterResult("a", "r").Step("s", "");
       b.last().late = true;
       pod.arguments("b-s") = {"/bin/sh", "-c",
                               "echo $# $@ >> " + pod.Shared() + "/log", "sh",
                               "$(tasks.a.results.r[*])"};
     },
     "a-0:ok a-1:ok b:ok", "2 x y"},
    {"OneFailedUnitFailsTheMatrix",
     [](TestPod& pod) {
       pod.AddTask("a").Unit().Step("s", "").Unit().Step("s", "exit 1");
       pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
     },
     "a-0:ok a-1:failed(StepFailed) b:skipped(STOPPING)", "", "a-1-s:1"},
    {"AllUnitsOfAMatrixAreSkippedTogether",
     [](TestPod& pod) {
       pod.AddTask("a")
           .OnlyIf("x", "in", {"y"})
           .Unit()
           .Step("one", "")
           .Step("two", "")
           .Unit()
           .Step("one", "")
           .Step("two", "");
     },
     "a-0:skipped(WHEN) a-1:skipped(WHEN)", ""},
    {"StepWhenSkipsOneStep",
     [](TestPod& pod) {
       TestTask& a = pod.AddTask("a").Step(
           "one", "printf no > {tekton}/steps/step-one/results/go");
       a.last().results = {{"go", ValueType::kString, ""}};
       a.Step("two", "echo two >> {log}");
       a.last().when = {{"$(steps.one.results.go)", "in", {"yes"}, ""}};
       a.Step("three", "cat {tekton}/steps/step-two/exitCode >> {log}");
     },
     "a:ok", "0"},
    {"TaskResultFromAStepResult",
     [](TestPod& pod) {
       TestTask& a = pod.AddTask("a").Step(
           "one", "printf v > {tekton}/steps/step-one/results/r");
       a.last().results = {{"r", ValueType::kString, ""}};
       a.task().results = {
           {"out", ValueType::kString, "$(steps.one.results.r)"}};
       TestTask& b = pod.AddTask("b")
                         .AfterResult("a", "out")
                         .Step("s", "echo $(tasks.a.results.out) >> {log}");
       b.last().late = true;
     },
     "a:ok b:ok", "v"},
    {"EndKnownBeforeThePodExists",
     [](TestPod& pod) {
       TestTask& a = pod.AddTask("a");
       a.task().end.emplace();
       a.task().end->outcome = Outcome::kSkipped;
       a.task().end->skip_reason = SkipReason::kWhen;
       TestTask& b = pod.AddTask("b").Step("s", "echo b >> {log}");
       b.task().parents = {{"a", false}};
     },
     "b:ok", "b"},
    {"ProgramThatIsNotThereFailsTheStep",
     [](TestPod& pod) {
       pod.AddTask("a").Step("s", "").Step("t", "echo t >> {log}");
       pod.arguments("a-s") = {"no-such-program"};
     },
     "a:failed(StepFailed)", "", "a-s:127"},
};

class PodTest : public ::testing::TestWithParam<PodCase> {};

TEST_P(PodTest, Runs) {
  TestPod pod;
  GetParam().build(pod);
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Outcomes(), GetParam().outcomes);
  EXPECT_EQ(pod.Log(), GetParam().log);
  EXPECT_EQ(pod.Failures(), GetParam().failures);
}

INSTANTIATE_TEST_SUITE_P(, PodTest, ::testing::ValuesIn(kPodCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(LateSubstitutionTest, ReachesArgumentsEnvironmentScriptAndDirectory) {
  TestPod pod;
  pod.AddTask("a")
      .Result("text")
      .Result("list", ValueType::kArray)
      .Result("map", ValueType::kObject)
      .Step("s",
            "cd {tekton}/results; printf 'a b' > text; "
            "printf '[\"x y\",\"z\"]' > list; printf '{\"k\":\"v\"}' > map");
  TestTask& b = pod.AddTask("b")
                    .AfterResult("a", "text")
                    .AfterResult("a", "list")
                    .AfterResult("a", "map")
                    .Step("s", "");
  b.last().late = true;
  b.last().script = true;
  b.last().env = {{"LATE", "<$(tasks.a.results.map.k)>"}};
  b.last().working_dir = pod.Shared() + "/$(tasks.a.results.list[1])/deep";
  pod.AddScript("b-s",
                "#!/bin/sh\n"
                "echo 'script $(tasks.a.results.text) $(tasks.a.other)'\n"
                "echo \"env $LATE\"; pwd\n"
                "for word; do echo \"word $word\"; done\n");
  pod.arguments("b-s") = {"$(tasks.a.results.list[*])",
                          "-$(tasks.a.results.list[0])-"};
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
  EXPECT_EQ(pod.Output("b-s"), "script a b $(tasks.a.other)\nenv <v>\n" +
                                   pod.Shared() +
                                   "/z/deep\nword x y\nword z\nword -x y-\n");
}

TEST(LateSubstitutionTest, IndexBeyondTheListFailsTheStep) {
  TestPod pod;
  pod.AddTask("a")
      .Result("list", ValueType::kArray)
      .Step("s", "echo '[\"x\"]' > {tekton}/results/list");
  pod.AddTask("b")
      .AfterResult("a", "list")
      .Step("s", "echo $(tasks.a.results.list[1])");
  pod.spec().containers.back().late = true;
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:failed(StepFailed)");
  EXPECT_THAT(pod.Output("b-s"), HasSubstr("no element 1 in result \"list\""));
}

TEST(LateSubstitutionTest, TextOfAContainerThatIsNotLateIsLeftAlone) {
  TestPod pod;
  pod.AddTask("a").Result("r").Step("s", "echo 1 > {tekton}/results/r");
  pod.AddTask("b").AfterResult("a", "r").Step("s", "");
  pod.arguments("b-s") = {"/bin/echo", "$(tasks.a.results.r)"};
  pod.Run();
  EXPECT_EQ(pod.Output("b-s"), "$(tasks.a.results.r)\n");
}

TEST(StepTest, StreamsAreCopiedToFiles) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "echo out; echo err >&2");
  a.last().stdout_path = pod.Shared() + "/new/out";
  a.last().stderr_path = pod.Shared() + "/err";
  pod.Run();
  EXPECT_EQ(pod.Read(pod.Shared() + "/new/out"), "out\n");
  EXPECT_EQ(pod.Read(pod.Shared() + "/err"), "err\n");
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("out\n"));
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("err\n"));
}

TEST(StepTest, WhatItLeavesRunningIsKilled) {
  TestPod pod;
  // A daemon in a session of its own, which holds the step's output open.
  pod.AddTask("a")
      .Step("s", "setsid sleep 1000 & echo $! > {shared}/pid; sleep 0.1")
      .Step("t", "kill -0 $(cat {shared}/pid) || echo gone >> {log}");
  pod.spec().containers[0].stdout_path = pod.Shared() + "/out";
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), "gone");
}

TEST(StepTest, TerminationMessageHasTektonsForm) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Result("digest").Step(
      "s",
      "printf abc > {tekton}/results/digest; "
      "printf '<1>' > {tekton}/steps/step-s/results/sr; exit 7");
  a.last().results = {{"sr", ValueType::kString, ""}};
  a.last().continue_on_error = true;
  pod.Run();
  const std::string message = pod.TerminationMessage("a-s");
  EXPECT_THAT(message, ::testing::StartsWith(
                           R"([{"key":"sr","value":"\u003c1\u003e","type":4},)"
                           R"({"key":"digest","value":"abc","type":1},)"
                           R"({"key":"StartedAt","value":"20)"));
  EXPECT_THAT(message, ::testing::EndsWith(
                           R"(,{"key":"ExitCode","value":"7","type":3},)"
                           R"({"key":"End","value":"succeeded/1","type":3}])"));
}

TEST(StepTest, ResultsThatDoNotFitFailTheTask) {
  TestPod pod;
  pod.AddTask("a").Result("big").Step(
      "s", "head -c 5000 /dev/zero | tr '\\0' x > {tekton}/results/big");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunResultLargerThanAllowedLimit)");
  EXPECT_EQ(pod.Failures(), "a-s:1");
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("4096 bytes"));
  EXPECT_LE(pod.TerminationMessage("a-s").size(), 4096u);
}

TEST(StepTest, ResultsThatNobodyOutsideNeedsAreLeftOutWhereTheyDoNotFit) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Result("big").Result("small").Step(
      "s",
      "head -c 5000 /dev/zero | tr '\\0' x > {tekton}/results/big; "
      "printf 1 > {tekton}/results/small");
  a.task().results[0].local = true;
  pod.AddTask("b").AfterResult("a", "big").Step("s", "true");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok");
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("\"big\" is not reported"));
  EXPECT_THAT(pod.TerminationMessage("a-s"),
              ::testing::StartsWith(
                  R"([{"key":"small","value":"1","type":1},{"key":"End")"));
}

TEST(StepTest, ResultOfAnotherTypeFailsTheTask) {
  TestPod pod;
  pod.AddTask("a")
      .Result("list", ValueType::kArray)
      .Step("s", "echo '[1,2]' > {tekton}/results/list");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:failed(TaskRunValidationFailed)");
  EXPECT_THAT(pod.Output("a-s"), HasSubstr("declared as array"));
}

TEST(WhenTest, CelSeesResults) {
  TestPod pod;
  pod.AddTask("a").Result("r").Step("s", "printf 1.2 > {tekton}/results/r");
  const auto add = [&](const char* name, const char* cel) {
    TestTask& task = pod.AddTask(name).AfterResult("a", "r").Step("s", "");
    task.task().when = {{"", "", {}, cel}};
  };
  add("matches", "'$(tasks.a.results.r)'.matches('^1[.]')");
  add("differs", "'$(tasks.a.results.r)' == '1.3'");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok matches:ok differs:skipped(WHEN)");
  EXPECT_EQ(pod.Failures(), "");
}

TEST(WhenTest, CelThatAResultMakesWrongEndsTheRun) {
  TestPod pod;
  pod.AddTask("a").Result("r").Step("s",
                                    "printf \"it's\" > {tekton}/results/r");
  TestTask& b = pod.AddTask("b").AfterResult("a", "r").Step("s", "");
  b.task().when = {{"", "", {}, "'$(tasks.a.results.r)' == 'x'"}};
  b.task().continue_on_error = true;
  pod.AddTask("c").After("b").Step("s", "");
  pod.AddFinally("f").Step("s", "");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(),
            "a:ok b:failed(CELEvaluationFailed) c:skipped(STOPPING) "
            "f:skipped(STOPPING)");
  EXPECT_EQ(pod.Failures(), "b-s:1");
  EXPECT_THAT(pod.Output("b-s"), HasSubstr("'it's' == 'x'"));
}

TEST(WhenTest, CelOfAStep) {
  TestPod pod;
  TestTask& a = pod.AddTask("a");
  a.Step("one",
         "printf 3 > {tekton}/steps/step-one/results/n; echo one >> {log}");
  a.Step("two", "echo two >> {log}");
  a.last().when = {{"", "", {}, "int('$(steps.one.results.n)') > 3"}};
  a.Step("three", "echo three >> {log}");
  a.last().when = {{"", "", {}, "int('$(steps.one.results.n)') >= 3"}};
  a.Step("four", "echo four >> {log}");
  a.last().when = {{"", "", {}, "int('x$(steps.one.results.n)') >= 3"}};
  a.last().continue_on_error = true;
  a.Step("five", "echo five >> {log}");
  pod.Run();
  EXPECT_EQ(pod.Log(), "one three");
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed)");
  EXPECT_EQ(pod.Failures(), "a-four:1");
}

TEST(InstallTest, RefusesWhatItCanNotDo) {
  TestPod pod;
  TestTask& a = pod.AddTask("a").Step("s", "");
  a.task().wait_for = {"nowhere"};
  pod.Install();
  EXPECT_EQ(pod.Failures(), "install:1");
  EXPECT_THAT(pod.Output("install"), HasSubstr("waits for \"nowhere\""));
}

TEST(UserTest, ContainersMayRunAsAnybody) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  // Not everybody gets to where Bazel has its temporary directory.
  TestPod pod("/tmp");
  pod.RunAs(65534);
  pod.AddTask("a").Result("r").Step(
      "s", "id -u >> {log}; printf v > {tekton}/results/r");
  TestTask& b = pod.AddTask("b").AfterResult("a", "r").Step("s", "");
  b.last().late = b.last().script = true;
  b.last().working_dir = pod.Shared() + "/made";
  pod.AddScript("b-s", "#!/bin/sh\necho $(tasks.a.results.r) >> ../log\n");
  pod.arguments("b-s").clear();
  b.Sidecar("db", "exec sleep 1000");
  pod.Run();
  EXPECT_EQ(pod.Outcomes(), "a:ok b:ok") << pod.Output("b-s");
  EXPECT_EQ(pod.Log(), "65534 v");
  EXPECT_NE(pod.TerminationMessage("a-s"), "");
}

TEST(LateContainerTest, RunsThoughATaskThatStartedWithItHasFailed) {
  TestPod pod;
  pod.AddTask("a").Step("s", "exit 1");
  pod.AddTask("b").Step("s", "echo b >> {log}");
  pod.AddTask("c").After("b").Step("s", "echo c >> {log}");
  pod.Install();
  pod.Start("a-s");
  pod.Wait();
  pod.Start("b-s");
  pod.Start("c-s");
  pod.Wait();
  EXPECT_EQ(pod.Outcomes(), "a:failed(StepFailed) b:ok c:skipped(STOPPING)");
  EXPECT_EQ(pod.Log(), "b");
}

TEST(SizeTest, ManyContainersInOnePod) {
  // One task, then 60 at once, then one.
  constexpr int kWidth = 60;
  TestPod pod;
  pod.AddTask("first").Step("s", "echo first >> {log}");
  TestTask& last = pod.AddTask("last");
  std::string log = "first";
  for (int i = 0; i < kWidth; ++i) {
    const std::string name = "t" + std::to_string(i);
    pod.AddTask(name).After("first").Step("s", "echo t >> {log}");
    last.After(name);
    log += " t";
  }
  last.Step("s", "echo last >> {log}");
  pod.Run();
  EXPECT_FALSE(pod.hung());
  EXPECT_EQ(pod.Log(), log + " last");
  EXPECT_EQ(pod.Failures(), "");
}

TEST(WatchTest, EveryMeansHandsOn) {
  for (const char* means : {"inotify", "dnotify", "looking"}) {
    TestPod pod;
    pod.AddFlag(std::string("--watch=") + means);
    TestTask& a = pod.AddTask("a");
    for (int i = 0; i < 20; ++i)
      a.Step("s" + std::to_string(i), "echo . >> {log}");
    pod.AddTask("b").After("a").Step("s", "echo b >> {log}");
    pod.Run();
    EXPECT_EQ(pod.Outcomes(), "a:ok b:ok") << means;
  }
}

}  // namespace
}  // namespace colocation::launcher
