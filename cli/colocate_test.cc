// colocate as people call it: arguments and files in; exit code, standard
// output and standard error out.
//
// The table has what must hold of each; whole outputs that are worth reading
// are in testdata/*.txt. To write those anew after a change that is meant:
//
//   bazel build //cli:all && cd bazel-bin/cli/colocate_test.runfiles/colocation
//   UPDATE_GOLDEN=$OLDPWD cli/colocate_test
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Output {
  int exit_code = -1;
  std::string out;
  std::string err;
};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string Temporary(const std::string& name) {
  const char* directory = getenv("TEST_TMPDIR");
  return absl::StrCat(directory == nullptr ? "/tmp" : directory, "/", name);
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Output Colocate(const std::vector<std::string>& arguments,
                const std::string& input = "") {
  const std::string in = Temporary("in");
  const std::string out = Temporary("out");
  const std::string err = Temporary("err");
  WriteFile(in, input);
  const pid_t child = fork();
  if (child == 0) {
    const auto redirect = [](const std::string& path, int flags, int fd) {
      const int opened = open(path.c_str(), flags, 0600);
      if (opened < 0 || dup2(opened, fd) < 0) _exit(126);
    };
    redirect(in, O_RDONLY, 0);
    redirect(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
    redirect(err, O_WRONLY | O_CREAT | O_TRUNC, 2);
    std::vector<char*> argv = {const_cast<char*>("cli/colocate")};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    execv("cli/colocate", argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Output output;
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  output.out = ReadFile(out);
  output.err = ReadFile(err);
  return output;
}

constexpr char kBuild[] = "examples/build-pipeline.yaml";
constexpr char kTwoTasks[] = "cli/testdata/two_tasks.yaml";
constexpr char kFaults[] = "cli/testdata/faults.yaml";

// Wrong usage ----------------------------------------------------------------

struct UsageCase {
  const char* name;
  std::vector<std::string> arguments;
  const char* error;
};

class UsageTest : public testing::TestWithParam<UsageCase> {};

TEST_P(UsageTest, ExitsWithTwoAndSaysWhy) {
  const Output output = Colocate(GetParam().arguments);
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, StartsWith(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Wrong, UsageTest,
    testing::ValuesIn(std::vector<UsageCase>{
        {"NoCommand", {}, "colocate plans the tasks"},
        {"OnlyFlags", {"--color=never"}, "colocate: which command?"},
        {"UnknownCommand",
         {"paln", "x"},
         "colocate: there is no command \"paln\"; did you mean \"plan\"?"},
        {"UnknownFlag",
         {"plan", "--polcy=isolated", kBuild},
         "colocate: there is no flag --polcy; did you mean \"--policy\"?"},
        {"FlagOfAnotherCommand",
         {"validate", "--output=yaml", kBuild},
         "colocate: there is no flag --output"},
        {"NoSuchPolicy",
         {"plan", "--policy=all", kBuild},
         "colocate: --policy=all: the value must be one of workspaces, "
         "pipelinerun, isolated"},
        {"NoFile", {"plan"}, "colocate: which files? (- is standard input)"},
        {"MissingFile",
         {"plan", "no/such.yaml"},
         "colocate: cannot read no/such.yaml: No such file or directory"},
        {"BadParam",
         {"plan", kBuild, "-p", "x"},
         "colocate: --param x: it has to be NAME=VALUE"},
        {"BadWorkspace",
         {"plan", kBuild, "-w", "source=disk"},
         "colocate: --workspace source=disk: there is no \"disk\""},
        {"ImagesWithoutAController",
         {"plan", kBuild, "--patch-images"},
         "colocate: --patch-images: only with --controlled"},
        {"FitWithoutAnAmount",
         {"plan", kBuild, "--fit=cpu"},
         "colocate: --fit cpu: it has to be off, or NAME=AMOUNT"},
        {"FitOfNoTasks",
         {"plan", kBuild, "--fit=tasks=0"},
         "colocate: --fit tasks=0: tasks has to be a whole number from 1"},
        {"ImagesInPodman",
         {"run", kBuild, "--patch-images"},
         "colocate: there is no flag --patch-images"},
        {"NoSuchCodeToExplain",
         {"explain", "unkown-task"},
         "colocate: there is no file and no diagnostic named \"unkown-task\"; "
         "did you mean \"unknown-task\"?"},
        {"NoShellToComplete",
         {"completion"},
         "colocate: which shell? (bash, zsh or fish)"},
        {"UnknownShell",
         {"completion", "csh"},
         "colocate: which shell? (bash, zsh or fish)"},
        {"NameForAPipeline",
         {"plan", kBuild, "--name=x"},
         "colocate: --name: only a PipelineRun or TaskRun"},
        {"UnknownTaskOnly",
         {"plan", kBuild, "--only=biuld"},
         "colocate: --only biuld: the pipeline has no such task; did you mean "
         "\"build\"?"},
        {"UnknownTaskToExplain",
         {"explain", kBuild, "--task=clon"},
         "colocate: --task clon: the plan has no such task; did you mean "
         "\"clone\"?"},
        {"SimulationWithoutCluster",
         {"simulate", kBuild},
         "colocate: which cluster? (--cluster=FILE"},
        {"NoRunsToSimulate",
         {"simulate", kBuild, "--cluster=x", "--runs=none"},
         "colocate: cannot read x"},
        {"HelpForAnUnknownCommand",
         {"help", "paln"},
         "colocate: there is no command \"paln\""},
    }),
    [](const auto& info) { return std::string(info.param.name); });

// Simulating -----------------------------------------------------------------

constexpr char kCluster[] =
    "nodes: [{name: node, allocatable: {cpu: 8, memory: 16Gi}}]\n";

TEST(SimulateTest, ShowsBothExecutions) {
  const std::string cluster = Temporary("cluster.yaml");
  WriteFile(cluster, kCluster);
  const Output one = Colocate({"simulate", kBuild, "--cluster=" + cluster});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("Pod per task: build succeeded after"));
  EXPECT_THAT(one.out, HasSubstr("Colocated: build succeeded after"));
  const std::vector<std::string> many = {
      "simulate",  kBuild,           "--cluster=" + cluster,
      "--runs=50", "--interval=90s", "--arrivals=random",
      "--seed=5",  "--details=2",    "--output=json"};
  const Output first = Colocate(many);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("\"runs\": 50"));
  EXPECT_EQ(Colocate(many).out, first.out);
}

TEST(SimulateTest, ClustersOfBothFormsAreTaken) {
  const std::string simulated = Temporary("simulated.yaml");
  const std::string nodes = Temporary("nodes.yaml");
  WriteFile(simulated, "nodes: [{name: node, allocatable: {cpu: 500m}}]\n");
  WriteFile(nodes,
            "apiVersion: v1\nkind: Node\nmetadata: {name: node}\n"
            "status: {allocatable: {cpu: 500m}}\n");
  EXPECT_EQ(Colocate({"simulate", kBuild, "--cluster=" + simulated}).out,
            Colocate({"simulate", kBuild, "--cluster=" + nodes}).out);
  const Output fitted = Colocate({"plan", kBuild, "--cluster=" + simulated});
  EXPECT_EQ(fitted.exit_code, 0) << fitted.err;
  EXPECT_THAT(fitted.out, HasSubstr("[serialised-to-fit]"));
  EXPECT_EQ(fitted.out, Colocate({"plan", kBuild, "--cluster=" + nodes}).out);
  const Output plan =
      Colocate({"plan", kBuild, "--fit=off", "--cluster=" + simulated});
  EXPECT_EQ(plan.exit_code, 1);
  EXPECT_THAT(plan.err, HasSubstr("[node-too-small]"));
  EXPECT_EQ(
      plan.err,
      Colocate({"plan", kBuild, "--fit=off", "--cluster=" + nodes}).err);
}

TEST(SimulateTest, SaysWhereItsFilesAreWrong) {
  const std::string cluster = Temporary("cluster.yaml");
  const std::string durations = Temporary("durations.yaml");
  WriteFile(cluster, kCluster);
  WriteFile(durations, "tasks:\n  - name: clon\n    outcome: maybe\n");
  const Output output = Colocate(
      {"simulate", kBuild, "--cluster=" + cluster, "--durations=" + durations});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err,
              HasSubstr("durations.yaml:2:11: error: tasks[0].name: the plan "
                        "has no task named \"clon\""));
  EXPECT_THAT(output.err, HasSubstr("did you mean \"clone\""));
  WriteFile(cluster, "nodes: [{nam: node}]\n");
  EXPECT_THAT(Colocate({"simulate", kBuild, "--cluster=" + cluster}).err,
              HasSubstr("cluster.yaml:1:10: error: nodes[0]"));
}

// Help -----------------------------------------------------------------------

TEST(HelpTest, EveryWayToAskForIt) {
  const Output main = Colocate({"help"});
  EXPECT_EQ(main.exit_code, 0);
  EXPECT_THAT(main.out, StartsWith("colocate plans the tasks"));
  EXPECT_EQ(Colocate({"--help"}).out, main.out);
  EXPECT_EQ(Colocate({"-h"}).out, main.out);
  const Output plan = Colocate({"help", "plan"});
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.out, StartsWith("usage: colocate plan FILE... [FLAG...]\n"));
  EXPECT_EQ(Colocate({"plan", "--help"}).out, plan.out);
  EXPECT_EQ(Colocate({"--help", "plan"}).out, plan.out);
}

TEST(HelpTest, EveryCommandHasAPageThatFitsTheScreen) {
  for (const char* command :
       {"validate", "plan", "render", "run", "explain", "graph", "diff",
        "check", "simulate", "launcher-image", "completion", "man", "version",
        "help"}) {
    const Output output = Colocate({command, "--help"});
    EXPECT_EQ(output.exit_code, 0) << command;
    EXPECT_THAT(Colocate({"help"}).out, HasSubstr(command));
    size_t start = 0;
    while (start < output.out.size()) {
      const size_t end = output.out.find('\n', start);
      EXPECT_LE(end - start, 80u)
          << command << ": " << output.out.substr(start, end - start);
      start = end + 1;
    }
  }
}

TEST(LauncherImageTest, IsAnArchiveOnStandardOutput) {
  const Output first = Colocate({"launcher-image", "example.org/ci/launcher"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, StartsWith("oci-layout"));
  EXPECT_THAT(first.out, HasSubstr("\"example.org/ci/launcher:0.1.0\""));
  EXPECT_EQ(Colocate({"launcher-image", "example.org/ci/launcher"}).out,
            first.out);
  const Output wrong = Colocate({"launcher-image", "no name"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("\"no name\" is no name of an image"));
  EXPECT_EQ(wrong.out, "");
}

TEST(HelpTest, Version) {
  const Output output = Colocate({"version"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out, testing::MatchesRegex("colocate [0-9.]+\n"));
  EXPECT_EQ(Colocate({"--version"}).out, output.out);
  EXPECT_THAT(Colocate({"version", "-o", "json"}).out,
              testing::MatchesRegex("\\{\"version\":\"[0-9.]+\",\"tekton\":\""
                                    "v[0-9.]+\",\"abi\":[0-9]+\\}\n"));
}

TEST(HelpTest, CompletionAndManPageAreOnStandardOutput) {
  EXPECT_THAT(Colocate({"completion", "bash"}).out,
              HasSubstr("complete -F _colocate colocate\n"));
  EXPECT_THAT(Colocate({"completion", "zsh"}).out,
              StartsWith("#compdef colocate\n"));
  EXPECT_THAT(Colocate({"completion", "fish"}).out,
              HasSubstr("complete -c colocate "));
  EXPECT_THAT(Colocate({"man"}).out, StartsWith(".TH COLOCATE 1 "));
}

// Said once ------------------------------------------------------------------

int Occurrences(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != text.npos;
       at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(WarningTest, IsInThePlansTextOrOnStandardErrorNotInBoth) {
  const std::string file = Temporary("pending.yaml");
  WriteFile(file,
            "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
            "metadata: {name: r}\nspec:\n  status: PipelineRunPending\n"
            "  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i, "
            "script: ls}]}}]}\n");
  const Output text = Colocate({"plan", file});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.err, "");
  EXPECT_EQ(Occurrences(text.out, "[run-not-started]"), 1);
  const Output json = Colocate({"plan", file, "--diagnostics=json"});
  EXPECT_EQ(Occurrences(json.err, "run-not-started"), 1);
  const Output yaml = Colocate({"plan", file, "-o", "yaml"});
  EXPECT_EQ(Occurrences(yaml.err, "[run-not-started]"), 1);
  const Output drawn = Colocate({"graph", file});
  EXPECT_EQ(Occurrences(drawn.err, "[run-not-started]"), 1);
}

TEST(StatusTest, ARunThatIsNotToBeStartedIsNeitherRunNorRendered) {
  for (const char* status : {"Cancelled", "CancelledRunFinally",
                             "StoppedRunFinally", "PipelineRunPending"}) {
    const std::string run = absl::StrCat(
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\n"
        "spec:\n  status: ",
        status,
        "\n  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i, "
        "script: ls}]}}]}\n");
    for (const char* command : {"run", "render"}) {
      const Output output = Colocate({command, "-"}, run);
      EXPECT_EQ(output.exit_code, 1) << command << " " << status;
      EXPECT_EQ(output.out, "");
      EXPECT_THAT(output.err,
                  HasSubstr(absl::StrCat("error: the run \"r\" is not to be "
                                         "started: its spec.status is ",
                                         status)));
    }
    EXPECT_EQ(Colocate({"plan", "-"}, run).exit_code, 0);
  }
}

TEST(ValidateTest, WhatAResolverFindsIsNotRefused) {
  const std::string run = Temporary("remote.yaml");
  const std::string remote =
      "apiVersion: tekton.dev/v1\n"
      "kind: PipelineRun\n"
      "metadata: {name: remote}\n"
      "spec:\n"
      "  pipelineRef:\n"
      "    resolver: git\n"
      "    params: [{name: url, value: https://example.com/ci.git}]\n";
  WriteFile(run, remote);
  const Output valid = Colocate({"validate", run});
  EXPECT_EQ(valid.exit_code, 0);
  EXPECT_THAT(valid.err, HasSubstr("warning: spec.pipelineRef"));
  EXPECT_THAT(valid.err, testing::Not(HasSubstr("before there can be a plan")));
  EXPECT_EQ(Colocate({"plan", run}).exit_code, 1);
  WriteFile(run, remote + "  statuss: x\n");
  EXPECT_EQ(Colocate({"validate", run}).exit_code, 1);
}

TEST(ValidateTest, OneFaultIsReportedOnce) {
  const std::string file = Temporary("once.yaml");
  WriteFile(file,
            "apiVersion: tekton.dev/v1\n"
            "kind: Pipeline\n"
            "metadata: {name: once}\n"
            "spec:\n"
            "  tasks:\n"
            "    - name: a\n"
            "      runAfter: [a]\n"
            "      taskSpec:\n"
            "        params: [{name: \"x\", default: d}, {name: 1}]\n"
            "        steps: [{image: i, script: echo $(params.qqqq)}]\n");
  const Output output = Colocate({"plan", file});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(Occurrences(output.err, "[cycle]"), 1) << output.err;
  EXPECT_EQ(Occurrences(output.err, "[unknown-param]"), 1) << output.err;
  // The name that could not be read is no name to take.
  EXPECT_THAT(output.err, HasSubstr("declared here: x\n"));
}

TEST(ValidateTest, HintsSayWhatToWrite) {
  const std::string file = Temporary("hints.yaml");
  WriteFile(file,
            "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n\tsteps: []\n");
  EXPECT_THAT(Colocate({"validate", file}).err,
              HasSubstr("hint: YAML is indented with spaces, not tabs"));
  WriteFile(file,
            "apiVersion: tekton.dev/v1\n"
            "kind: Task\n"
            "metadata: {name: a}\n"
            "spec: {steps: [{image: i, script: s, timeout: 5}]}\n");
  EXPECT_THAT(Colocate({"validate", file}).err,
              HasSubstr("hint: write it with its unit, like \"5m\""));
}

// Whole outputs --------------------------------------------------------------

struct GoldenCase {
  const char* name;  // testdata/NAME.txt
  std::vector<std::string> arguments;
  int exit_code;
};

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, IsAsExpected) {
  const Output output = Colocate(GetParam().arguments);
  const std::string text =
      absl::StrCat("exit code ", output.exit_code, "\n-- stdout\n", output.out,
                   "-- stderr\n", output.err);
  EXPECT_EQ(output.exit_code, GetParam().exit_code);
  const std::string path =
      absl::StrCat("cli/testdata/", GetParam().name, ".txt");
  if (const char* root = getenv("UPDATE_GOLDEN"); root != nullptr) {
    WriteFile(absl::StrCat(root, "/", path), text);
  } else {
    EXPECT_EQ(text, ReadFile(path)) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Outputs, GoldenTest,
    testing::ValuesIn(std::vector<GoldenCase>{
        {"faults", {"plan", kFaults}, 1},
        {"faults_json", {"plan", kFaults, "--diagnostics=json"}, 1},
        {"truncated", {"plan", "cli/testdata/truncated.yaml"}, 1},
        {"cycle", {"plan", "cli/testdata/cycle.yaml"}, 1},
        {"unbound", {"plan", "cli/testdata/unbound.yaml"}, 1},
        {"needs_task", {"plan", "cli/testdata/needs_task.yaml"}, 1},
        {"needs_entrypoint", {"plan", "cli/testdata/needs_entrypoint.yaml"}, 1},
        {"needs_controller",
         {"render", kTwoTasks, "--policy=isolated", "-p", "revision=x", "-w",
          "source=claim:disk"},
         1},
    }),
    [](const auto& info) { return std::string(info.param.name); });

// Planning -------------------------------------------------------------------

TEST(PlanTest, TextIsForPeople) {
  const Output output = Colocate({"plan", kBuild});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  for (const char* task : {"clone", "lint", "unit-test", "report"}) {
    EXPECT_THAT(output.out, HasSubstr(task));
  }
}

TEST(PlanTest, EveryFormIsReadBackByTheOtherCommands) {
  for (const char* format : {"yaml", "json", "binpb"}) {
    const Output plan = Colocate({"plan", kBuild, "-o", format});
    ASSERT_EQ(plan.exit_code, 0) << plan.err;
    const std::string path = Temporary("plan");
    WriteFile(path, plan.out);
    EXPECT_EQ(Colocate({"plan", path}).out, Colocate({"plan", kBuild}).out);
    EXPECT_EQ(Colocate({"render", path}).out, Colocate({"render", kBuild}).out);
    EXPECT_EQ(Colocate({"explain", path}).out,
              Colocate({"explain", kBuild}).out);
    const Output checked = Colocate({"check", "-"}, plan.out);
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    EXPECT_EQ(checked.out, "the plan holds: 8 tasks, 1 Pod\n");
  }
}

TEST(PlanTest, APlanThatDoesNotHoldIsRefused) {
  const Output plan = Colocate({"plan", kBuild, "-o", "yaml"});
  std::string text = plan.out;
  const size_t at = text.find("    pod: ");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 9, "    pod: x");
  const Output checked = Colocate({"check", "-"}, text);
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_EQ(checked.out, "");
  EXPECT_THAT(checked.err, HasSubstr("[placement]"));
}

TEST(PlanTest, StandardInputAndFilesTogether) {
  const Output output = Colocate(
      {"plan", "-", "cli/testdata/needs_task.yaml", "-o", "json"},
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: git-clone}\n"
      "spec: {steps: [{image: i, script: ls}]}\n");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("\"taskRef\": \"git-clone\""));
}

TEST(PlanTest, FlagsReachThePlan) {
  const Output output =
      Colocate({"plan", kTwoTasks, "-o", "json", "--param", "revision=v1.2",
                "--policy", "pipelinerun", "--workspace", "source=claim:disk",
                "--requests=sum", "--service-account=builder", "--namespace=ci",
                "--launcher-image=registry.example/launcher:1"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  for (const char* expected :
       {"\"v1.2\"", "POLICY_PIPELINERUN", "\"claimName\": \"disk\"",
        "REQUEST_MODE_SUM", "\"serviceAccountName\": \"builder\"",
        "\"namespace\": \"ci\"",
        "\"launcherImage\": \"registry.example/launcher:1\""}) {
    EXPECT_THAT(output.out, HasSubstr(expected));
  }
}

TEST(PlanTest, AnEntrypointCanBeGiven) {
  const std::string file = "cli/testdata/needs_entrypoint.yaml";
  const Output by_flag =
      Colocate({"plan", file, "-o", "json", "--image-config",
                "registry.example/tool:1=/usr/bin/tool --quiet"});
  EXPECT_EQ(by_flag.exit_code, 0) << by_flag.err;
  EXPECT_THAT(by_flag.out, HasSubstr("\"/usr/bin/tool\""));
  const std::string path = Temporary("images.yaml");
  WriteFile(path,
            "images:\n- image: registry.example/tool:1\n"
            "  entrypoint: [/usr/bin/tool, --quiet]\n");
  const Output by_file =
      Colocate({"plan", file, "-o", "json", "--image-config", path});
  EXPECT_EQ(by_file.out, by_flag.out);
}

TEST(PlanTest, TheRunIsChosenByName) {
  const std::string two =
      absl::StrCat(ReadFile(kTwoTasks), "---\n",
                   "apiVersion: tekton.dev/v1\nkind: Pipeline\n"
                   "metadata: {name: other}\n"
                   "spec: {tasks: [{name: a, taskSpec: {steps: [{image: i, "
                   "script: ls}]}}]}\n");
  const Output both = Colocate({"plan", "-"}, two);
  EXPECT_EQ(both.exit_code, 1);
  EXPECT_THAT(both.err, HasSubstr("--run"));
  const Output one =
      Colocate({"plan", "-", "--run", "other", "-o", "json"}, two);
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("\"pipeline\": \"other\""));
}

TEST(PlanTest, UnknownFieldsMayBeLetThrough) {
  std::string text = ReadFile(kBuild);
  text = absl::StrCat("novelty: 1\n", text.substr(text.find("apiVersion")));
  EXPECT_EQ(Colocate({"plan", "-"}, text).exit_code, 1);
  const Output output = Colocate({"plan", "-", "--allow-unknown-fields"}, text);
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out, HasSubstr("<stdin>:1:1: warning: novelty"));
}

// Validating -----------------------------------------------------------------

TEST(ValidateTest, SaysHowMuchIsWell) {
  const Output output = Colocate({"validate", kBuild, kTwoTasks});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out,
              testing::MatchesRegex("[0-9]+ objects in 2 files: no faults\n"));
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(Colocate({"validate", "examples"}).exit_code, 0);
}

// A folder like those that people validate.
std::string MixedFolder() {
  const std::string root = Temporary("mixed");
  std::filesystem::create_directories(root + "/.tekton");
  WriteFile(root + "/.tekton/push.yaml",
            "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: T_}\n"
            "spec: {steps: [{image: i, script: ls}]}\n");
  WriteFile(root + "/chart.yaml", "a: [\n");
  WriteFile(root + "/package.json", "{\"name\": \"app\"}");
  WriteFile(root + "/typo.yaml",
            "apiVersion: tekton.dev/v1\nkind: Pipline\n"
            "metadata: {name: p}\n");
  return root;
}

TEST(ValidateTest, AFolderIsCheckedAsAWhole) {
  const Output output = Colocate({"validate", MixedFolder()});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr(".tekton/push.yaml:3:18: error:"));
  EXPECT_THAT(output.err, HasSubstr("chart.yaml:2:1: error:"));
  EXPECT_THAT(output.err, HasSubstr("typo.yaml:2:7: warning: kind: Tekton has "
                                    "no kind \"Pipline\""));
  EXPECT_THAT(output.err, HasSubstr("did you mean \"Pipeline\"?"));
  EXPECT_THAT(output.err, HasSubstr("\n1 object in 3 files: 2 errors, 1 "
                                    "warning\nnot checked: 1 object of other "
                                    "kinds\npassed over: 1 file without"));
}

TEST(ValidateTest, EveryFormatIsOnStandardOutput) {
  const std::string folder = MixedFolder();
  const Output text = Colocate({"validate", folder, "--format=text"});
  EXPECT_EQ(text.out, Colocate({"validate", folder}).err);
  const Output json = Colocate({"validate", folder, "--format=json"});
  EXPECT_EQ(json.out, Colocate({"validate", folder, "--diagnostics=json"}).err);
  const Output sarif = Colocate({"validate", folder, "--format=sarif"});
  EXPECT_THAT(sarif.out, HasSubstr("\"ruleId\":\"yaml-syntax\""));
  const Output github = Colocate({"validate", folder, "--format=github"});
  EXPECT_THAT(github.out, HasSubstr("/.tekton/push.yaml,line=3,"));
  for (const Output* output : {&text, &json, &sarif, &github}) {
    EXPECT_EQ(output->exit_code, 1);
    EXPECT_EQ(output->err, "");
  }
  EXPECT_EQ(Colocate({"validate", kBuild, "--format=github"}).out, "");
}

TEST(ValidateTest, NamesOfParametersAndWorkspacesHaveToBeKnown) {
  for (const char* command : {"validate", "plan"}) {
    const Output param = Colocate({command, kBuild, "-p", "revison=x"});
    EXPECT_EQ(param.exit_code, 1) << command;
    EXPECT_THAT(param.err, HasSubstr("did you mean \"revision\"?"));
    const Output workspace =
        Colocate({command, kBuild, "-w", "sorce=emptyDir"});
    EXPECT_EQ(workspace.exit_code, 1) << command;
    EXPECT_THAT(workspace.err, HasSubstr("did you mean \"source\"?"));
  }
}

TEST(ValidateTest, WantsNoValuesForAPipelineAlone) {
  EXPECT_EQ(Colocate({"validate", kTwoTasks}).exit_code, 0);
  EXPECT_EQ(Colocate({"plan", kTwoTasks}).exit_code, 1);
}

TEST(ValidateTest, ReportsOnStandardErrorOnly) {
  const Output output = Colocate({"validate", kFaults});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr(absl::StrCat(kFaults, ":")));
}

TEST(ValidateTest, ColoursOnlyWhereAsked) {
  EXPECT_THAT(Colocate({"validate", kFaults}).err, Not(HasSubstr("\033[")));
  EXPECT_THAT(Colocate({"validate", kFaults, "--color=always"}).err,
              HasSubstr("\033["));
}

TEST(PlanTest, ColoursOnlyWhereAsked) {
  for (const char* command : {"plan", "explain"}) {
    EXPECT_THAT(Colocate({command, kBuild}).out, Not(HasSubstr("\033[")));
    EXPECT_THAT(Colocate({command, kBuild, "--color=always"}).out,
                HasSubstr("\033["));
  }
}

// Rendering, explaining, drawing ---------------------------------------------

TEST(RenderTest, OnePodIsOneDocument) {
  const Output output = Colocate({"render", kBuild});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith("apiVersion: v1\nkind: Pod\n"));
  EXPECT_THAT(output.out, Not(HasSubstr("\n---\n")));
}

TEST(RenderTest, DependentPodsAreForAController) {
  const Output output =
      Colocate({"render", kTwoTasks, "--policy=isolated", "-p", "revision=x",
                "-w", "source=claim:disk", "--controlled"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("\n---\napiVersion: v1\nkind: Pod\n"));
}

TEST(RenderTest, CustomTasksAreForAController) {
  const Output output = Colocate({"render", "-"}, R"y(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: ask, taskRef: {apiVersion: example.dev/v1, kind: Approval}}]}
)y");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.err, HasSubstr("have tasks run that no Pod runs: ask ("));
  EXPECT_THAT(output.err, Not(HasSubstr("--policy")));
}

TEST(RenderTest, JsonIsAList) {
  const Output output = Colocate({"render", kBuild, "-o", "json"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out,
              StartsWith("{\"apiVersion\":\"v1\",\"kind\":\"List\""));
}

TEST(ExplainTest, OneTaskIsLessThanAll) {
  const Output all = Colocate({"explain", kBuild});
  const Output one = Colocate({"explain", kBuild, "--task=lint"});
  EXPECT_EQ(all.exit_code, 0);
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_LT(one.out.size(), all.out.size());
  EXPECT_THAT(one.out, HasSubstr("lint"));
}

TEST(ExplainTest, ACodeIsExplained) {
  const Output output = Colocate({"explain", "unknown-task"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out, StartsWith("unknown-task\n"));
}

TEST(PlanTest, OneTaskAndWhatItNeeds) {
  const Output output = Colocate({"plan", kBuild, "--only=api-test"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  for (const char* task : {"clone", "build", "api-test"}) {
    EXPECT_THAT(output.out, HasSubstr(task));
  }
  EXPECT_THAT(output.out, Not(HasSubstr("lint")));
  EXPECT_THAT(output.out, HasSubstr("3 tasks in 1 Pod"));
}

TEST(PlanTest, ARunCanBePlannedUnderSeveralNames) {
  const std::string run =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
      "metadata: {generateName: build-}\nspec:\n  pipelineSpec: {tasks: "
      "[{name: a, taskSpec: {steps: [{image: i, script: ls}]}}]}\n";
  for (const char* name : {"build-one", "build-two"}) {
    const Output output =
        Colocate({"render", "-", absl::StrCat("--name=", name)}, run);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_THAT(output.out, HasSubstr(absl::StrCat("name: ", name, "-")));
    EXPECT_THAT(output.out,
                HasSubstr(absl::StrCat("tekton.dev/pipelineRun: ", name)));
  }
}

TEST(PlanTest, TheTextIsAsWideAsTheTerminal) {
  const auto widest = [](const std::string& text) {
    size_t most = 0;
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      most = std::max(most, line.size());
    }
    return most;
  };
  size_t before = 0;
  for (const char* columns : {"60", "100", "200"}) {
    setenv("COLUMNS", columns, 1);
    const Output output = Colocate({"plan", kBuild});
    EXPECT_LE(widest(output.out), std::stoul(columns)) << output.out;
    EXPECT_GT(widest(output.out), before);
    before = widest(output.out);
  }
  unsetenv("COLUMNS");
}

TEST(RenderTest, SaysWhichLauncherImageThePodsNeed) {
  EXPECT_THAT(Colocate({"render", kBuild}).err,
              HasSubstr("which is only a default"));
  const Output named =
      Colocate({"render", kBuild, "--launcher-image=registry.example/l:1"});
  EXPECT_EQ(named.err,
            "colocate: the launcher comes from the image registry.example/l:1"
            "\n");
}

TEST(GraphTest, EveryForm) {
  EXPECT_THAT(Colocate({"graph", kBuild}).out, HasSubstr("digraph"));
  EXPECT_THAT(Colocate({"graph", kBuild, "-o", "svg"}).out, HasSubstr("<svg"));
  EXPECT_THAT(Colocate({"graph", kBuild, "-o", "mermaid"}).out,
              StartsWith("flowchart LR\n"));
  EXPECT_THAT(Colocate({"graph", kBuild, "-o", "html"}).out,
              StartsWith("<!DOCTYPE html>"));
}

TEST(GraphTest, DurationsGiveATimeline) {
  const std::string cluster = Temporary("cluster.yaml");
  const std::string durations = Temporary("durations.yaml");
  WriteFile(cluster,
            "nodes: [{name: node, allocatable: {cpu: \"64\", memory: 64Gi}}]\n"
            "storageClasses: [{name: standard}]\n");
  WriteFile(durations, "default: 10s\n");
  const Output page =
      Colocate({"graph", kBuild, "-o", "html", "--cluster=" + cluster,
                "--durations=" + durations});
  EXPECT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(page.out, HasSubstr("id=\"simulation\">{\"executions\":[{"));
  // Where there is no cluster there is nothing to simulate.
  const Output lacking =
      Colocate({"graph", kBuild, "-o", "html", "--durations=" + durations});
  EXPECT_EQ(lacking.exit_code, 2);
  EXPECT_THAT(lacking.err, HasSubstr("which cluster?"));
}

TEST(DiffTest, ExitCodeSaysWhetherThePlanChanges) {
  const Output same = Colocate({"diff", kBuild, kBuild});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_EQ(same.out, "the plan stays the same\n");
  std::string changed = ReadFile(kBuild);
  const std::string wanted = "cpu: 100m";
  const size_t at = changed.find(wanted);
  ASSERT_NE(at, std::string::npos);
  changed.replace(at, wanted.size(), "cpu: 64");
  const std::string file = Temporary("changed.yaml");
  WriteFile(file, changed);
  const Output differs = Colocate({"diff", kBuild, file});
  EXPECT_EQ(differs.exit_code, 5) << differs.err;
  EXPECT_THAT(differs.out, HasSubstr("cpu         asks for "));
  EXPECT_THAT(differs.out, HasSubstr(" -> 64"));
  // A plan that was kept is as good as its pipeline.
  const std::string plan = Temporary("plan.yaml");
  WriteFile(plan, Colocate({"plan", kBuild, "-o", "yaml"}).out);
  EXPECT_EQ(Colocate({"diff", plan, kBuild}).exit_code, 0);
  EXPECT_EQ(Colocate({"diff", plan, "-"}, "kind: [").exit_code, 1);
  EXPECT_EQ(Colocate({"diff", kBuild}).exit_code, 2);
}

TEST(OutputTest, AFullDiskIsReported) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const int status = std::system(
      absl::StrCat("cli/colocate plan ", kBuild, " >/dev/full 2>/dev/null")
          .c_str());
  EXPECT_EQ(WEXITSTATUS(status), 4);
}

TEST(OutputTest, AReaderThatHasSeenEnoughIsNoFault) {
  // The plan is written when nobody reads any more.
  const std::string err = Temporary("err");
  for (const char* command : {"plan", "render", "graph", "validate"}) {
    const int status = std::system(
        absl::StrCat("bash -c 'exec 3> >(:); wait $!; cli/colocate ", command,
                     " ", kBuild, " >&3' 2>", err)
            .c_str());
    EXPECT_EQ(WEXITSTATUS(status), 0) << command << ": " << ReadFile(err);
    EXPECT_THAT(ReadFile(err), Not(HasSubstr("cannot write"))) << command;
  }
}

TEST(OutputTest, RunRefusesWhatOnlyAClusterHas) {
  // Before it looks for podman.
  const Output output = Colocate(
      {"run", "-"},
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  pipelineSpec:\n    tasks:\n    - name: wait\n"
      "      taskRef: {apiVersion: example.dev/v1, kind: Wait, name: w}\n");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr("needs-cluster"));
}

}  // namespace
