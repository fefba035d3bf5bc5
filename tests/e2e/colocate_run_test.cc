// `colocate run` as people call it, with real containers.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/podman/local_image.h"
#include "cli/podman/podman.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_testing.h"

namespace colocation {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// The image that the examples name.
constexpr char kImage[] = "docker.io/library/busybox:1.36";

struct Output {
  int exit_code = -1;
  std::string out;
  std::string err;
};

class ColocateRunTest : public PodTest {
 protected:
  void SetUp() override {
    PodTest::SetUp();
    if (IsSkipped()) return;
    MakeImage(kImage, {});
  }

  void MakeImage(const std::string& name, std::vector<std::string> entrypoint) {
    podman::LocalImage image = Options().images.front();
    image.name = name;
    image.entrypoint = std::move(entrypoint);
    // Short, as a socket's path is, and new, as the socket is.
    std::string directory = "/tmp/colocate-run-XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    podman::PodmanOptions options;
    options.command = Options().podman;
    options.directory = directory;
    absl::StatusOr<podman::Podman> podman = podman::Podman::Start(options);
    ASSERT_TRUE(podman.ok()) << podman.status();
    const absl::Status status = podman::EnsureImage(*podman, image);
    ASSERT_TRUE(status.ok()) << status;
    podman->Stop();
    std::filesystem::remove_all(directory);
  }

  // Runs a file; sends SIGINT once `interrupt_at` was said. `name` is that of
  // the file for its standard output.
  Output Run(std::vector<std::string> arguments,
             const std::string& interrupt_at = "",
             const std::string& name = "out") {
    arguments.insert(arguments.begin(), "run");
    arguments.push_back("--podman");
    arguments.push_back(absl::StrJoin(Options().podman, " "));
    const std::string out = absl::StrCat(testing::TempDir(), "/", name);
    int pipes[2];
    EXPECT_EQ(pipe2(pipes, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
      // What it leaves behind would be found there.
      setenv("TMPDIR", Options().directory.c_str(), 1);
      const int fd = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      if (fd < 0 || dup2(fd, 1) < 0 || dup2(pipes[1], 2) < 0) _exit(126);
      std::vector<char*> argv = {const_cast<char*>("cli/colocate")};
      for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
      }
      argv.push_back(nullptr);
      execv("cli/colocate", argv.data());
      _exit(127);
    }
    close(pipes[1]);
    Output output;
    bool interrupted = interrupt_at.empty();
    char buffer[4096];
    ssize_t got;
    while ((got = read(pipes[0], buffer, sizeof buffer)) > 0) {
      output.err.append(buffer, got);
      if (!interrupted && absl::StrContains(output.err, interrupt_at)) {
        interrupted = true;
        kill(child, SIGINT);
      }
    }
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::ifstream in(out);
    output.out = std::string(std::istreambuf_iterator<char>(in), {});
    return output;
  }

  static std::string File(const std::string& text) {
    const std::string path = absl::StrCat(testing::TempDir(), "/run.yaml");
    std::ofstream(path) << text;
    return path;
  }

  // A Task of one step, and how that goes on.
  static std::string Task(const std::string& step) {
    return File(absl::StrCat(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: work}\n"
        "spec:\n  steps:\n  - name: step\n    image: ",
        kImage, "\n", step));
  }
};

TEST_F(ColocateRunTest, TheBuildPipelineRunsAndGivesItsResults) {
  const Output output = Run({"examples/build-pipeline.yaml"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "commit: \"19b016818b\"\nsize: \"17\"\n");
  EXPECT_THAT(output.err, HasSubstr("[clone : clone] cloning main\n"));
  EXPECT_THAT(output.err, HasSubstr("[report : report] the run has Succeeded"));
  EXPECT_THAT(output.err, HasSubstr("==> browser-test succeeded in "));
  EXPECT_LT(output.err.find("==> build succeeded"),
            output.err.find("==> api-test started"));
  EXPECT_LT(output.err.find("==> api-test succeeded"),
            output.err.find("==> report started"));
}

TEST_F(ColocateRunTest, WhenSkipsAndAParameterChangesThat) {
  const std::string file = "examples/when-and-results.yaml";
  const Output no = Run({file, "--policy=pipelinerun"});
  EXPECT_EQ(no.exit_code, 0) << no.err;
  EXPECT_EQ(no.out, "");
  EXPECT_THAT(no.err, HasSubstr("==> deploy skipped: its when expressions"));
  EXPECT_THAT(no.err, HasSubstr("==> smoke-test skipped: a result that it"));
  EXPECT_THAT(no.err, HasSubstr("==> announce succeeded"));
  const Output yes =
      Run({file, "--policy=pipelinerun", "-p", "changed=yes", "-o", "json"});
  EXPECT_EQ(yes.exit_code, 0) << yes.err;
  EXPECT_EQ(yes.out, "{\"url\":\"https://example.dev/1\"}\n");
}

TEST_F(ColocateRunTest, TheOtherExamplesRun) {
  for (const char* file : {"matrix", "two-starts", "sidecar-run"}) {
    const Output output = Run({absl::StrCat("examples/", file, ".yaml")});
    EXPECT_EQ(output.exit_code, 0) << file << "\n" << output.err;
  }
}

// Two tasks with a Pod each, and one in finally; `first` is what the first
// does.
std::string ThreePods(const std::string& image, const std::string& first) {
  const auto steps = [&](const std::string& script) {
    return absl::StrCat("steps: [{name: s, image: \"", image, "\", script: \"",
                        script, "\"}]");
  };
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  pipelineSpec:\n"
      "    results: [{name: out, value: $(tasks.second.results.r)}]\n"
      "    tasks:\n"
      "    - name: first\n"
      "      taskSpec: {results: [{name: r}], ",
      steps(first),
      "}\n"
      "    - name: second\n"
      "      params: [{name: p, value: $(tasks.first.results.r)}]\n"
      "      taskSpec: {params: [{name: p}], results: [{name: r}], ",
      steps("echo got $(params.p); echo -n $(params.p)2 > $(results.r.path)"),
      "}\n"
      "    - name: third\n"
      "      when: [{input: $(tasks.second.results.r), operator: in, values: "
      "[x]}]\n"
      "      taskSpec: {",
      steps("echo third"),
      "}\n"
      "    finally:\n"
      "    - name: last\n"
      "      params: [{name: p, value: $(tasks.status)}]\n"
      "      taskSpec: {params: [{name: p}], ",
      steps("echo it has $(params.p)"), "}\n");
}

TEST_F(ColocateRunTest, PodsThatDependOnEachOtherRunEachInItsTime) {
  const Output output =
      Run({File(ThreePods(kImage, "echo -n one > $(results.r.path)"))});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "out: one2\n");
  EXPECT_THAT(output.err, HasSubstr("[second : s] got one\n"));
  EXPECT_THAT(output.err, HasSubstr("==> third skipped: "));
  EXPECT_THAT(output.err, HasSubstr("[last : s] it has Completed\n"));
  EXPECT_THAT(output.err, HasSubstr("Tasks Completed: 3 (Failed: 0, Cancelled "
                                    "0), Skipped: 1"));
  EXPECT_LT(output.err.find("==> first succeeded"),
            output.err.find("==> second started"));
  EXPECT_LT(output.err.find("==> second succeeded"),
            output.err.find("==> last started"));
}

// Four tasks in two Pods that wait for each other.
std::string TwoPodsWithGates(const std::string& image) {
  const auto task = [&](const std::string& name, const std::string& after,
                        const std::string& workspace) {
    return absl::StrCat(
        "    - name: ", name, "\n",
        after.empty() ? "" : absl::StrCat("      runAfter: [", after, "]\n"),
        "      workspaces: [{name: d, workspace: ", workspace, ", subPath: in/",
        name,
        "}]\n      taskSpec: {workspaces: [{name: d}], steps: [{name: s, "
        "image: \"",
        image, "\", script: \"echo ", name, "\"}]}\n");
  };
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [{name: a, emptyDir: {}}, {name: b, emptyDir: "
      "{}}]\n  pipelineSpec:\n    workspaces: [{name: a}, {name: b}]\n"
      "    tasks:\n",
      task("first", "", "a"), task("second", "first", "a"),
      task("other", "first", "b"), task("another", "second", "b"));
}

// A gate may open at any moment of a Pod's start: runs beside each other keep
// the machine busy, so that it does at many.
TEST_F(ColocateRunTest, ManyRunsOfSeveralPodsAllSucceed) {
  constexpr int kRounds = 4;
  constexpr int kAtOnce = 3;
  const std::string file = File(TwoPodsWithGates(kImage));
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Output> outputs(kAtOnce);
    std::vector<std::thread> threads;
    for (int i = 0; i < kAtOnce; ++i) {
      threads.emplace_back(
          [&, i] { outputs[i] = Run({file}, "", absl::StrCat("out-", i)); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Output& output : outputs) {
      EXPECT_EQ(output.exit_code, 0) << output.err;
      EXPECT_THAT(output.err, HasSubstr("Tasks Completed: 4 (Failed: 0"));
      EXPECT_LT(output.err.find("[first : s] first\n"),
                output.err.find("==> first succeeded"));
      EXPECT_LT(output.err.find("==> second succeeded"),
                output.err.find("==> another started"));
    }
  }
}

TEST_F(ColocateRunTest, AFailureInOnePodStopsTheOthersButFinally) {
  const Output output = Run({File(ThreePods(kImage, "exit 4"))});
  EXPECT_EQ(output.exit_code, 3) << output.err;
  EXPECT_THAT(
      output.err,
      HasSubstr("==> second skipped: the run is stopping, as a task has "
                "failed\n"));
  EXPECT_THAT(output.err, HasSubstr("[last : s] it has Failed\n"));
  EXPECT_THAT(output.err, ContainsRegex("\nfirst +failed +1 .* step s: exit "
                                        "code 4\n"));
  EXPECT_THAT(output.err, ContainsRegex("\nsecond +skipped +-.* the run is "));
  EXPECT_THAT(output.err, ContainsRegex("\nlast +succeeded +1 "));
  EXPECT_THAT(output.err, ContainsRegex("run failed after [0-9.]+s: first "
                                        "\\(step s: exit code 4\\)\n$"));
}

TEST_F(ColocateRunTest, ARunThatFailsHasAnExitCodeOfItsOwn) {
  const Output output =
      Run({Task("    script: |\n      echo why\n      exit 5\n")});
  EXPECT_EQ(output.exit_code, 3);
  EXPECT_THAT(output.err, HasSubstr("==> work failed after "));
  EXPECT_THAT(output.err, HasSubstr("work: last lines of step step\n  why\n"));
}

TEST_F(ColocateRunTest, InterruptedItStopsAndLeavesNothing) {
  const Output output =
      Run({Task("    script: |\n      #!/bin/sh\n"
                "      trap 'echo told to stop; exit 1' TERM\n"
                "      echo waiting; while :; do sleep 0.1; done\n")},
          "[work : step] waiting");
  EXPECT_EQ(output.exit_code, 3);
  EXPECT_THAT(output.err, HasSubstr("told to stop"));
  EXPECT_THAT(output.err, ContainsRegex("\nwork +cancelled +1 "));
  EXPECT_THAT(output.err, HasSubstr("was stopped after"));
}

TEST_F(ColocateRunTest, OnlyTheLinesThatWereAskedForAreShown) {
  const Output output =
      Run({"examples/build-pipeline.yaml", "--logs", "clone", "--timestamps"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.err, ContainsRegex("\n20[-0-9]+T[0-9:.]+Z \\[clone : "
                                        "clone\\] cloning main\n"));
  EXPECT_THAT(output.err, Not(HasSubstr("[report : report]")));
  EXPECT_THAT(output.err, HasSubstr("Z ==> report succeeded in "));
}

TEST_F(ColocateRunTest, OneTaskAndWhatItNeedsIsRun) {
  const Output output = Run({"examples/build-pipeline.yaml", "--only=lint"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.err, HasSubstr("==> lint succeeded in "));
  EXPECT_THAT(output.err, Not(HasSubstr("unit-test")));
}

TEST_F(ColocateRunTest, ADryRunRunsNothing) {
  const Output output = Run({"examples/build-pipeline.yaml", "--dry-run"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("8 tasks in 1 Pod"));
  EXPECT_THAT(output.out, HasSubstr(absl::StrCat("images\n  ", kImage, "\n")));
  EXPECT_THAT(output.err, Not(HasSubstr("==>")));
}

TEST_F(ColocateRunTest, AReaderOfTheResultsThatHasSeenEnoughIsNoFault) {
  const std::string file =
      File(ThreePods(kImage, "echo -n one > $(results.r.path)"));
  const std::string command = absl::StrCat(
      "bash -c \"exec 3> >(:); wait \\$!; TMPDIR=", Options().directory,
      " cli/colocate run --podman '", absl::StrJoin(Options().podman, " "),
      "' ", file, " >&3 2>/dev/null\"");
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
}

TEST_F(ColocateRunTest, WhatIsKeptIsSaidWithHowToRemoveIt) {
  const Output output =
      Run({Task("    script: echo here >/workspace/x\n"), "--keep"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  const size_t at = output.err.find("to remove it: ");
  ASSERT_NE(at, std::string::npos) << output.err;
  std::string command = output.err.substr(at + sizeof "to remove it: " - 1);
  command = command.substr(0, command.find('\n'));
  EXPECT_EQ(std::system(absl::StrCat(command, " >/dev/null").c_str()), 0)
      << command;
  // The run's own directory.
  RemoveKept();
}

TEST_F(ColocateRunTest, TheLiveViewEndsWithTheRun) {
  const Output output =
      Run({"examples/build-pipeline.yaml", "--progress=live"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.err, HasSubstr("of 8 tasks done\n"));
  EXPECT_THAT(output.err, HasSubstr("  . report  waits for "));
  // The table follows what takes the view away.
  EXPECT_LT(output.err.rfind("A\033[J"), output.err.find("TASK  "));
  EXPECT_EQ(output.err.find("tasks done", output.err.find("TASK  ")),
            std::string::npos);
}

TEST_F(ColocateRunTest, PodmanIsAskedForEntrypoints) {
  MakeImage("localhost/colocation-test/greeter:1", {"/bin/echo", "hello"});
  const std::string file = File(
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: work}\n"
      "spec: {steps: [{name: step, image: "
      "'localhost/colocation-test/greeter:1', args: [you]}]}\n");
  const Output output = Run({file});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.err, HasSubstr("[work : step] hello you\n"));
}

TEST_F(ColocateRunTest, ConfigMapsComeFromTheInputClaimsFromDirectories) {
  const std::string claim = absl::StrCat(testing::TempDir(), "/claim");
  mkdir(claim.c_str(), 0777);
  chmod(claim.c_str(), 0777);
  const std::string file = File(absl::StrCat(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\n"
      "data: {greeting: good evening}\n---\n"
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: work}\n"
      "spec:\n  workspaces: [{name: words}, {name: disk}]\n  steps:\n"
      "  - name: step\n    image: ",
      kImage,
      "\n    script: cat $(workspaces.words.path)/greeting "
      ">$(workspaces.disk.path)/said\n"));
  const Output output =
      Run({file, "-w", "words=configMap:words", "-w", "disk=claim:disk",
           "--claim", absl::StrCat("disk=", claim)});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  std::ifstream said(absl::StrCat(claim, "/said"));
  std::string text;
  std::getline(said, text);
  EXPECT_EQ(text, "good evening");
}

TEST_F(ColocateRunTest, AnImageThatIsNotThereIsSaid) {
  const std::string file = File(
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: work}\n"
      "spec: {steps: [{name: step, image: 'localhost/none:1', script: ls, "
      "imagePullPolicy: Never}]}\n");
  const Output output = Run({file});
  EXPECT_EQ(output.exit_code, 4);
  EXPECT_THAT(output.err, HasSubstr("localhost/none:1"));
}

}  // namespace
}  // namespace colocation
