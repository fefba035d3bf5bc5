// Pods as large as they get, in which containers are killed at any moment.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

// A run in one Pod; `tasks` stands under pipelineSpec.
std::string RunOf(const std::string& tasks) {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n  workspaces: [{name: w, emptyDir: {}}]\n  pipelineSpec:\n"
      "    workspaces: [{name: w}]\n",
      tasks);
}

std::string TaskOf(const std::string& name, const std::string& more,
                   const std::vector<std::string>& scripts,
                   const std::string& sidecar = "") {
  std::string yaml =
      absl::StrCat("    - name: ", name, "\n", more,
                   "      workspaces: [{name: w}]\n      taskSpec:\n"
                   "        workspaces: [{name: w}]\n        steps:\n");
  for (const std::string& script : scripts) {
    absl::StrAppend(&yaml, "        - {image: IMAGE, script: \"", script,
                    "\"}\n");
  }
  if (!sidecar.empty()) {
    absl::StrAppend(&yaml,
                    "        sidecars:\n        - {name: side, image: "
                    "IMAGE, script: \"",
                    sidecar, "\"}\n");
  }
  return yaml;
}

class LargePodTest : public PlannedRunTest {};

TEST_F(LargePodTest, FiftyTasksRunAtOnceBetweenOneAndOne) {
  // Each of the 50 waits until all have come: so they do run at once.
  std::string yaml = absl::StrCat(
      "    tasks:\n", TaskOf("first", "", {"mkdir $(workspaces.w.path)/here"}));
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) {
    names.push_back(absl::StrCat("t", i));
    absl::StrAppend(
        &yaml,
        TaskOf(names.back(), "      runAfter: [first]\n",
               {absl::StrCat("touch $(workspaces.w.path)/here/", i,
                             "; while [ $(ls $(workspaces.w.path)/here | wc "
                             "-l) -lt 50 ]; do sleep 0.05; done")}));
  }
  absl::StrAppend(&yaml, TaskOf("last",
                                absl::StrCat("      runAfter: [",
                                             absl::StrJoin(names, ", "), "]\n"),
                                {"ls $(workspaces.w.path)/here | wc -l"}));
  const RunResult run = RunPlanned(RunOf(yaml));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("last"), "50\n");
}

TEST_F(LargePodTest, AHundredStepsRunOneAfterTheOther) {
  std::vector<std::string> steps;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    steps.push_back(absl::StrCat("echo ", i, " >> $(workspaces.w.path)/order"));
    absl::StrAppend(&expected, i, "\n");
  }
  const RunResult run = RunPlanned(
      RunOf(absl::StrCat("    tasks:\n", TaskOf("chain", "", steps),
                         TaskOf("last", "      runAfter: [chain]\n",
                                {"cat $(workspaces.w.path)/order"}))));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("last"), expected);
}

TEST_F(LargePodTest, TwoHundredContainersRunAndSayHowTheyEnded) {
  std::string yaml = "    tasks:\n";
  for (int i = 0; i < 100; ++i) {
    const std::string after =
        i < 10 ? "" : absl::StrCat("      runAfter: [t", i - 10, "]\n");
    absl::StrAppend(&yaml, TaskOf(absl::StrCat("t", i), after,
                                  {"true", absl::StrCat("echo ran ", i)}));
  }
  const RunResult run = RunPlanned(RunOf(yaml));
  EXPECT_EQ(run.phase(), "Succeeded");
  ASSERT_EQ(run.pod.spec().containers_size(), 200);
  for (int i = 0; i < 100; ++i) {
    const std::string task = absl::StrCat("t", i);
    EXPECT_EQ(run.LogOf(task), absl::StrCat("ran ", i, "\n"));
    // 61 bytes are there for each.
    EXPECT_EQ(run.MessageOf(task, "unnamed-1", "End"), "succeeded/1");
  }
}

// ---------------------------------------------------------------------------
// Kills

// Kills containers' processes while a Pod runs.
class Killer {
 public:
  enum class Victim { kLauncher, kProcess, kSidecar };

  Killer(uint32_t seed, std::vector<std::string> tasks,
         std::function<std::string(std::vector<std::string>)> podman)
      : random_(seed), tasks_(std::move(tasks)), podman_(std::move(podman)) {}

  ~Killer() { Stop(); }

  // In each task one victim, at its moment.
  void Start() {
    thread_ = std::thread([this] { Work(); });
  }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // By task, what was hit.
  const std::map<std::string, Victim>& hits() const { return hits_; }

 private:
  void Work() {
    // Container to process, once all are there.
    std::map<std::string, pid_t> pids;
    while (!stop_ && pids.size() < tasks_.size() * 3) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      pids = Pids();
    }
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::pair<int, std::string>> moments;
    for (const std::string& task : tasks_) {
      moments.emplace_back(static_cast<int>(random_() % 2500), task);
    }
    std::sort(moments.begin(), moments.end());
    for (const auto& [ms, task] : moments) {
      std::this_thread::sleep_until(start + std::chrono::milliseconds(ms));
      if (stop_) return;
      const uint32_t kind = random_() % 3;
      const Victim victim = static_cast<Victim>(kind);
      const std::string container =
          victim == Victim::kSidecar
              ? absl::StrCat(task, "-sidecar-side")
              : absl::StrCat(task, "-step-unnamed-", random_() % 2);
      pid_t pid = 0;
      for (const auto& [name, known] : pids) {
        if (absl::EndsWith(name, container)) pid = known;
      }
      if (victim == Victim::kProcess) pid = ChildOf(pid);
      if (pid > 1 && kill(pid, SIGKILL) == 0) hits_.emplace(task, victim);
    }
  }

  std::map<std::string, pid_t> Pids() {
    std::map<std::string, pid_t> pids;
    const std::string output =
        podman_({"ps", "--format", "{{.Names}} {{.Pid}}"});
    for (const absl::string_view line :
         absl::StrSplit(output, '\n', absl::SkipEmpty())) {
      const std::pair<std::string, std::string> words =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      int pid = 0;
      if (absl::StrContains(words.first, "unnamed-") ||
          absl::StrContains(words.first, "sidecar-side")) {
        if (absl::SimpleAtoi(words.second, &pid)) pids[words.first] = pid;
      }
    }
    return pids;
  }

  static pid_t ChildOf(pid_t parent) {
    std::ifstream in(
        absl::StrCat("/proc/", parent, "/task/", parent, "/children"));
    pid_t child = 0;
    in >> child;
    return child;
  }

  std::mt19937 random_;
  const std::vector<std::string> tasks_;
  const std::function<std::string(std::vector<std::string>)> podman_;
  std::thread thread_;
  std::atomic<bool> stop_{false};
  std::map<std::string, Victim> hits_;
};

// A task that nobody has hit succeeds, and one whose sidecar was hit, too; of
// the others it is not said whether they were through. What comes after waits
// for them all, and knows.
TEST_F(LargePodTest, KilledContainersNeverHangAPod) {
  constexpr int kTasks = 12;
  constexpr int kKills = 200;
  int kills = 0, failed = 0, pods = 0;
  for (uint32_t seed = 1; kills < kKills && pods < 60; ++seed, ++pods) {
    // Nothing begins before all launchers are there.
    std::string yaml = absl::StrCat(
        "    tasks:\n",
        TaskOf("first", "",
               {absl::StrCat("while [ $(ls -d /colocation/events/*/alive | wc "
                             "-l) -lt ",
                             kTasks * 3 + 2,
                             " ]; do sleep 0.1; done; sleep 0.5")}));
    std::string report;
    std::vector<std::string> tasks;
    for (int i = 0; i < kTasks; ++i) {
      tasks.push_back(absl::StrCat("t", i, "x"));
      absl::StrAppend(
          &yaml, TaskOf(tasks.back(),
                        "      runAfter: [first]\n      onError: continue\n",
                        {"sleep 0.7", "sleep 0.7"}, "sleep 60"));
      absl::StrAppend(&report, "echo ", tasks.back(), " $(tasks.", tasks.back(),
                      ".status);");
    }
    absl::StrAppend(&yaml, "    finally:\n", TaskOf("last", "", {report}));
    Killer killer(seed, tasks, [](std::vector<std::string> arguments) {
      return PodmanOutput(std::move(arguments));
    });
    killer.Start();
    const RunResult run = RunPlanned(RunOf(yaml));
    killer.Stop();
    const std::string said = run.LogOf("last");
    for (const std::string& task : tasks) {
      const auto hit = killer.hits().find(task);
      const bool fails = absl::StrContains(said, task + " Failed\n");
      const bool succeeds = absl::StrContains(said, task + " Succeeded\n");
      EXPECT_TRUE(fails || succeeds) << "seed " << seed << " " << task << "\n"
                                     << said;
      if (hit == killer.hits().end() ||
          hit->second == Killer::Victim::kSidecar) {
        EXPECT_TRUE(succeeds) << "seed " << seed << " " << task << "\n" << said;
      }
      failed += fails;
    }
    kills += static_cast<int>(killer.hits().size());
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GE(kills, kKills);
  // They do have an effect.
  EXPECT_GT(failed, kills / 4);
  RecordProperty("kills", kills);
  RecordProperty("failed", failed);
  RecordProperty("pods", pods);
}

}  // namespace
}  // namespace colocation
